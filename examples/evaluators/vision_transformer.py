"""The vision transformer that ecotile describes as family `vit`, small enough for a CPU, with numbers as narrow as its file says.

Pre-norm blocks, a class token, learned positions (Dosovitskiy et al., ICLR 2021). Narrow numbers are imitated: values are
rounded to the grid of so many bits, and gradients pass the rounding as if it were not there (straight-through estimator,
Bengio et al. 2013, arXiv 1308.3432).
"""

import torch
from torch import nn
from torch.nn import functional


def rounded(values: torch.Tensor, bits: int, limit: torch.Tensor) -> torch.Tensor:
    """Values on the symmetric grid of 2^bits - 1 steps from -limit to limit; one bit: their sign times the limit."""
    if bits == 1:
        grid = torch.where(values < 0, -limit, limit)
    else:
        steps = 2 ** (bits - 1) - 1
        step = limit.clamp_min(1e-8) / steps
        grid = (values / step).round().clamp(-steps, steps) * step
    return values + (grid - values).detach()


def rounded_weights(weights: torch.Tensor, bits: int | None) -> torch.Tensor:
    """One scale a row (output channel): its largest value, or for one bit its mean size."""
    if bits is None:
        return weights
    sizes = weights.detach().abs()
    limit = sizes.mean(-1, keepdim=True) if bits == 1 else sizes.amax(-1, keepdim=True)
    return rounded(weights, bits, limit)


class Activations(nn.Module):
    """Rounds what a product reads: a scale for each token, or one that training has followed (static)."""

    def __init__(self, bits: int | None, scales: str):
        super().__init__()
        self.bits, self.scales = bits, scales
        self.register_buffer("limit", torch.zeros(()))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        if self.bits is None:
            return values
        largest = values.detach().abs()
        if self.scales == "token":
            return rounded(values, self.bits, largest.amax(-1, keepdim=True))
        if self.training:
            newest = largest.max()
            self.limit.copy_(newest if self.limit == 0 else 0.95 * self.limit + 0.05 * newest)
        return rounded(values, self.bits, self.limit)


class Product(nn.Linear):
    """A linear layer with rounded weights and inputs; `formats` holds the bits of both, None for full precision."""

    def __init__(self, inputs: int, outputs: int, formats: "Formats"):
        super().__init__(inputs, outputs)
        self.bits = formats.weights
        self.read = Activations(formats.activations, formats.scales)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return functional.linear(self.read(values), rounded_weights(self.weight, self.bits), self.bias)


class Formats:
    """Bits of weights and activations, None for full precision, and what activations' scales are (static or token)."""

    def __init__(self, weights: int | None = None, activations: int | None = None, scales: str = "static"):
        self.weights, self.activations, self.scales = weights, activations, scales


class Block(nn.Module):
    def __init__(self, hidden: int, heads: int, head_size: int, ffn: int, formats: Formats):
        super().__init__()
        self.heads, self.head_size = heads, head_size
        self.first_norm, self.second_norm = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.qkv = Product(hidden, 3 * heads * head_size, formats)
        self.out = Product(heads * head_size, hidden, formats)
        self.up, self.down = Product(hidden, ffn, formats), Product(ffn, hidden, formats)
        self.operands = nn.ModuleList(Activations(formats.activations, formats.scales) for _ in range(4))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = tokens + self.out(self.attention(self.first_norm(tokens)))
        return tokens + self.down(functional.gelu(self.up(self.second_norm(tokens))))

    def attention(self, tokens: torch.Tensor) -> torch.Tensor:
        count, length, _ = tokens.shape
        parts = self.qkv(tokens).view(count, length, 3, self.heads, self.head_size).permute(2, 0, 3, 1, 4)
        query, key, value = (narrow(part) for narrow, part in zip(self.operands, parts))
        scores = query @ key.transpose(-1, -2) / self.head_size**0.5
        mixed = self.operands[3](scores.softmax(-1)) @ value
        return mixed.transpose(1, 2).reshape(count, length, -1)


class VisionTransformer(nn.Module):
    """`shape`: hidden, head_size, patch, image, channels, classes, and heads and ffn as lists of one number a layer."""

    def __init__(self, shape: dict, formats: list[Formats], embedding: int | None = None, head: int | None = None):
        super().__init__()
        self.shape, self.embedding_bits = shape, embedding
        hidden, patch = shape["hidden"], shape["patch"]
        self.patches = nn.Conv2d(shape["channels"], hidden, patch, patch)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden))
        self.positions = nn.Parameter(torch.randn(1, (shape["image"] // patch) ** 2 + 1, hidden) * 0.02)
        self.blocks = nn.ModuleList(
            Block(hidden, heads, shape["head_size"], ffn, each)
            for heads, ffn, each in zip(shape["heads"], shape["ffn"], formats)
        )
        self.norm = nn.LayerNorm(hidden)
        self.head = Product(hidden, shape["classes"], Formats(weights=head))

    def embed(self, images: torch.Tensor) -> torch.Tensor:
        bits = self.embedding_bits
        flat = self.patches.weight.flatten(1)
        kernel = rounded_weights(flat, bits).view_as(self.patches.weight)
        tokens = functional.conv2d(images, kernel, self.patches.bias, self.patches.stride).flatten(2).transpose(1, 2)
        start = rounded_weights(self.class_token, bits).expand(len(images), -1, -1)
        return torch.cat([start, tokens], 1) + rounded_weights(self.positions, bits)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        tokens = self.embed(images)
        for block in self.blocks:
            tokens = block(tokens)
        return self.head(self.norm(tokens[:, 0]))
