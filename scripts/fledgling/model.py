"""The decoder that Fledgling is: Llama blocks, small enough to train on two processor cores."""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    """Sizes of the model; the exporter writes them to the GGUF metadata."""

    vocabulary: int = 2048
    width: int = 192
    layers: int = 4
    heads: int = 6
    kv_heads: int = 2
    feed_forward: int = 512
    context: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotates the two halves of each head: x [B, H, T, d], cos and sin [T, d / 2]."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Attention(nn.Module):
    """Causal self-attention with grouped keys and values."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, kv_width, bias=False)
        self.v = nn.Linear(shape.width, kv_width, bias=False)
        self.o = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x, cos, sin):
        batch, length, _ = x.shape
        shape = self.shape
        q = self.q(x).view(batch, length, shape.heads, shape.head_width).transpose(1, 2)
        k = self.k(x).view(batch, length, shape.kv_heads, shape.head_width).transpose(1, 2)
        v = self.v(x).view(batch, length, shape.kv_heads, shape.head_width).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        groups = shape.heads // shape.kv_heads
        k, v = k.repeat_interleave(groups, dim=1), v.repeat_interleave(groups, dim=1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o(y.transpose(1, 2).reshape(batch, length, shape.width))


class Block(nn.Module):
    """One layer: attention and SwiGLU, each after an RMS norm and added to the residual stream."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        self.attention = Attention(shape)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        self.gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x, cos, sin):
        x = x + self.attention(self.attention_norm(x), cos, sin)
        y = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Fledgling(nn.Module):
    """The whole model; the output matrix is the embedding table."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        nn.init.normal_(self.embedding.weight, std=0.02)
        for block in self.blocks:
            for layer in (block.attention.o, block.down):
                nn.init.zeros_(layer.weight)
        half = shape.head_width // 2
        frequency = shape.rope_base ** (-torch.arange(half, dtype=torch.float32) / half)
        angle = torch.arange(shape.context, dtype=torch.float32)[:, None] * frequency[None, :]
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)

    def hidden(self, tokens: torch.Tensor) -> torch.Tensor:
        """States after the last norm: tokens [B, T] -> [B, T, D]."""
        length = tokens.shape[1]
        x = self.embedding(tokens)
        cos, sin = self.cos[:length].to(x.dtype), self.sin[:length].to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.norm(x)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits of every position: tokens [B, T] -> [B, T, V]."""
        return F.linear(self.hidden(tokens), self.embedding.weight)

    def loss(self, tokens: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Summed cross-entropy over the targets that are not -100: tokens and targets [B, T]."""
        states = self.hidden(tokens).reshape(-1, self.shape.width)
        targets = targets.reshape(-1)
        kept = (targets >= 0).nonzero().squeeze(1)
        logits = F.linear(states[kept], self.embedding.weight)
        return F.cross_entropy(logits.float(), targets[kept], reduction="sum")
