"""Cuts a trained vision transformer to a smaller shape: whole layers, heads and FFN neurons of the least importance."""

import copy

import torch
from torch import nn
from torch.nn import functional

from vision_transformer import Formats, VisionTransformer


def pruned(parent: VisionTransformer, shape: dict, images: torch.Tensor, classes: torch.Tensor) -> dict:
    """
    State of a model of the given shape, cut from its parent.

    Layers go one by one, each time the one without which the loss on the given images is least. Heads and neurons are
    ranked by the product of the norms of what leads into them and out of them, and the largest stay, in order.
    """
    small = copy.deepcopy(parent).eval()
    while len(small.blocks) > len(shape["ffn"]):
        small.blocks = _without_least(small, images, classes)
    for block, heads, ffn in zip(small.blocks, shape["heads"], shape["ffn"]):
        _cut_heads(block, heads)
        _cut_neurons(block, ffn)
    return small.state_dict()


@torch.no_grad()
def _without_least(model: VisionTransformer, images: torch.Tensor, classes: torch.Tensor) -> nn.ModuleList:
    losses = []
    blocks = list(model.blocks)
    for at in range(len(blocks)):
        model.blocks = nn.ModuleList(blocks[:at] + blocks[at + 1 :])
        losses.append(functional.cross_entropy(model(images), classes).item())
    at = losses.index(min(losses))
    return nn.ModuleList(blocks[:at] + blocks[at + 1 :])


def _largest(importance: torch.Tensor, count: int) -> torch.Tensor:
    return importance.topk(count).indices.sort().values


def _cut_heads(block: nn.Module, count: int) -> None:
    size = block.head_size
    value_rows = block.qkv.weight.view(3, block.heads, -1)[2].norm(dim=-1)
    out_columns = block.out.weight.view(-1, block.heads, size).transpose(0, 1).flatten(1).norm(dim=-1)
    kept = _largest(value_rows * out_columns, count)
    rows = (kept[:, None] * size + torch.arange(size)).flatten()
    parts = torch.cat([part * block.heads * size + rows for part in range(3)])
    block.qkv.weight, block.qkv.bias = nn.Parameter(block.qkv.weight[parts]), nn.Parameter(block.qkv.bias[parts])
    block.out.weight = nn.Parameter(block.out.weight[:, rows])
    block.heads = count


def _cut_neurons(block: nn.Module, count: int) -> None:
    kept = _largest(block.up.weight.norm(dim=1) * block.down.weight.norm(dim=0), count)
    block.up.weight, block.up.bias = nn.Parameter(block.up.weight[kept]), nn.Parameter(block.up.bias[kept])
    block.down.weight = nn.Parameter(block.down.weight[:, kept])


def cut_to(parent: VisionTransformer, shape: dict, formats: list[Formats], data, **bits) -> VisionTransformer:
    """The pruned model with the number formats that it is to have."""
    model = VisionTransformer(shape, formats, **bits)
    # Scales of activations are not in a parent of full precision: they start at zero and are followed from there.
    model.load_state_dict({**model.state_dict(), **pruned(parent, shape, *data)})
    return model
