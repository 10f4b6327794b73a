"""Accuracy of pruned and narrow vision transformers on Fashion-MNIST, for `accuracy: { evaluator: command }`.

A parent is trained once and kept. Each model that is asked for is cut from it (pruning.py), its numbers are rounded as the
model says, and it is fine-tuned: `fidelity` of EPOCHS over the training images. Accuracy is that on the 10,000 test images.
Needs Debian's python3-torch and dataset-fashion-mnist, and no network: see README.md beside this file.
"""

import argparse
import fcntl
import math
import os
import sys

# No __pycache__ beside the examples of an installed package.
sys.dont_write_bytecode = True

from protocol import Refusal, Request, serve

try:
    import torch
    from torch.nn import functional

    import fashion_mnist
    from pruning import cut_to
    from vision_transformer import Formats, VisionTransformer
except ImportError as missing:
    sys.exit(
        f"fashion_vit.py needs PyTorch and NumPy ({missing}): apt-get install python3-torch dataset-fashion-mnist, "
        "and run it with the Python that has them (Debian's: /usr/bin/python3)"
    )

# Shape of the parent; models of the study are cut from it.
PARENT = {"layers": 4, "heads": 3, "ffn": 96}
PARENT_EPOCHS = 4
# Passes over the training images for a model at fidelity 1, and the images of a batch.
EPOCHS = 0.3
BATCH = 256
LEARNING_RATE = 2e-3
# Images of the training set by which layers are ranked.
RANKING = 1000
# Standard deviation of the accuracy over seeds of the fine-tuning, as measured (seed_deviation.py); the test images add their own.
SEED_DEVIATION = 0.002


def train(model, images, classes, epochs: float, seed: int, rate: float = LEARNING_RATE) -> None:
    """AdamW over `epochs` passes, the rate rising over the first tenth and falling to zero along a cosine."""
    order = torch.Generator().manual_seed(seed)
    steps = max(1, round(epochs * len(images) / BATCH))
    optimiser = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.05)
    model.train()
    rows = torch.randperm(len(images), generator=order)
    at = 0
    for step in range(steps):
        if at + BATCH > len(rows):
            rows, at = torch.randperm(len(images), generator=order), 0
        batch, at = rows[at : at + BATCH], at + BATCH
        warm = min(1.0, (step + 1) / (0.1 * steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * warm * 0.5 * (1 + math.cos(math.pi * step / steps))
        loss = functional.cross_entropy(model(images[batch]), classes[batch])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()


@torch.no_grad()
def accuracy_of(model, images, classes) -> float:
    model.eval()
    right = sum(
        (model(images[at : at + 1000]).argmax(-1) == classes[at : at + 1000]).sum().item()
        for at in range(0, len(images), 1000)
    )
    return right / len(images)


def interval(accuracy: float, count: int) -> tuple[float, float]:
    """90 % interval of the accuracy on `count` images: a binomial share and another seed, as independent normal errors."""
    half = 1.645 * math.sqrt(accuracy * (1 - accuracy) / count + SEED_DEVIATION**2)
    return max(0.0, accuracy - half), min(1.0, accuracy + half)


class Evaluator:
    def __init__(self, cache: str, image_count: int | None = None):
        self.images, self.classes = (part[:image_count] for part in fashion_mnist.load("train"))
        self.test = tuple(part[:image_count] for part in fashion_mnist.load("t10k"))
        self.cache = cache

    def parent(self, shape: dict) -> VisionTransformer:
        """The trained parent: from the cache, where one process makes it and others wait. It is whole there, or not at all."""
        layers = PARENT["layers"]
        full = {**shape, "heads": [PARENT["heads"]] * layers, "ffn": [PARENT["ffn"]] * layers}
        torch.manual_seed(0)
        model = VisionTransformer(full, [Formats()] * layers)
        sizes = [full[key] for key in ("hidden", "head_size", "patch", "image", "channels", "classes")]
        name = "-".join(map(str, ["parent", *PARENT.values(), *sizes, PARENT_EPOCHS, len(self.images)]))
        path = os.path.join(self.cache, f"{name}.pt")
        os.makedirs(self.cache, exist_ok=True)
        with open(f"{path}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(path):
                train(model, self.images, self.classes, PARENT_EPOCHS, seed=0)
                torch.save(model.state_dict(), f"{path}.new")
                os.replace(f"{path}.new", path)
        model.load_state_dict(torch.load(path))
        return model

    def measure(self, request: Request) -> dict:
        shape, wanted = request.shape, request.formats
        self.check(shape)
        torch.manual_seed(request.repeat)
        ranking = self.images[:RANKING], self.classes[:RANKING]
        pairs = list(zip(wanted["weights"], wanted["activations"]))
        formats = [Formats(weights, activations, wanted["scales"]) for weights, activations in pairs]
        bits = {name: wanted[name] for name in ("embedding", "head")}
        model = cut_to(self.parent(shape), shape, formats, ranking, **bits)
        if not wanted["is_trained"]:
            narrow, model = model, cut_to(self.parent(shape), shape, [Formats()] * len(formats), ranking)
        train(model, self.images, self.classes, EPOCHS * request.fidelity, seed=request.repeat)
        if not wanted["is_trained"]:
            model = rounded_after(narrow, model, self.images[:RANKING])
        accuracy = accuracy_of(model, *self.test)
        low, high = interval(accuracy, len(self.test[0]))
        return {"accuracy": accuracy, "low": low, "high": high}

    def check(self, shape: dict) -> None:
        if shape["image"] != 28 or shape["channels"] != 1 or shape["classes"] != 10 or shape["image"] % shape["patch"]:
            raise Refusal("Fashion-MNIST has images of 28 x 28 x 1 in 10 classes; the patch must divide 28")
        for name, most in (("heads", PARENT["heads"]), ("ffn", PARENT["ffn"])):
            if not all(1 <= each <= most for each in shape[name]):
                raise Refusal(f"{name} must be 1 to {most} in each layer, for the model is cut from a parent of {most}")
        if len(shape["ffn"]) > PARENT["layers"]:
            raise Refusal(f"the parent has {PARENT['layers']} layers")


def rounded_after(narrow, trained, images):
    """The trained weights in a model that rounds; a pass over some images shows it how large activations are."""
    narrow.load_state_dict({**narrow.state_dict(), **trained.state_dict()})
    narrow.train()
    with torch.no_grad():
        narrow(images)
    return narrow


def main() -> None:
    default = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ecotile-fashion-vit")
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cache", default=default, help=f"folder of the trained parent (default {default})")
    arguments.add_argument("--images", type=int, help="so many images of training and test alone (default: all)")
    arguments.add_argument("--log", help="file to which each request is appended once it is answered")
    given = arguments.parse_args()
    if not fashion_mnist.is_here():
        sys.exit(f"no Fashion-MNIST in {fashion_mnist.FOLDER}: apt-get install dataset-fashion-mnist, or set FASHION_MNIST")
    # One thread: the same sums in the same order, so the same accuracy, and programs side by side do not get in each other's way.
    torch.set_num_threads(1)
    serve(sys.stdin, sys.stdout, Evaluator(given.cache, given.images).measure, given.log)


if __name__ == "__main__":
    main()
