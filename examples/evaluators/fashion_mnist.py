"""Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747; MIT licence) from Debian's package dataset-fashion-mnist."""

import gzip
import os
import struct

import numpy
import torch

FOLDER = os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")


def is_here() -> bool:
    return os.path.exists(os.path.join(FOLDER, "train-images-idx3-ubyte.gz"))


def load(part: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images [n, 1, 28, 28] of mean 0 and deviation 1 over the training set, and classes [n]; `part` is train or t10k."""
    images = _read_idx(f"{part}-images-idx3-ubyte.gz")[:, None].astype(numpy.float32)
    classes = _read_idx(f"{part}-labels-idx1-ubyte.gz").astype(numpy.int64)
    # Mean and deviation of the training images' pixels.
    return torch.from_numpy((images / 255 - 0.2860) / 0.3530), torch.from_numpy(classes)


def _read_idx(name: str) -> numpy.ndarray:
    """An array of bytes in IDX format: 0, 0, type 8, rank, big-endian sizes, elements."""
    with gzip.open(os.path.join(FOLDER, name)) as file:
        zero, kind, rank = struct.unpack(">HBB", file.read(4))
        if zero != 0 or kind != 8:
            raise ValueError(f"{name} is no IDX file of bytes")
        sizes = struct.unpack(f">{rank}I", file.read(4 * rank))
        return numpy.frombuffer(file.read(), numpy.uint8).reshape(sizes).copy()
