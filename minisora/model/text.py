"""Captions as tokens for joint attention: a small transformer over words, trained with the model."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.model.attention import Attention
from minisora.model.blocks import MLP
from minisora.model.rope import TEXT_AXES, rope_table


class TextTokens(NamedTuple):
    """Encoded captions."""

    tokens: Tensor  #: b m width
    mask: Tensor  #: b m, false where padded


class TextBlock(nn.Module):
    """A pre-norm transformer block (2002.04745): ``b m d -> b m d``."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.mlp = MLP(width)

    def forward(self, x: Tensor, rope: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.attention(F.layer_norm(x, x.shape[-1:]), rope, mask)
        return x + self.mlp(F.layer_norm(x, x.shape[-1:]))


class TextEncoder(nn.Module):
    """Word ids (0 = padding) to tokens of the transformer's width, every word seeing every other.

    In: ``ids: b m``. Out: ``TextTokens`` with ``tokens: b m width`` and ``mask: b m``.
    """

    def __init__(self, vocabulary: int, text_width: int, depth: int, heads: int, width: int) -> None:
        super().__init__()
        self.head_dim = text_width // heads
        self.embedding = nn.Embedding(vocabulary, text_width)
        self.blocks = nn.ModuleList(TextBlock(text_width, heads) for _ in range(depth))
        self.project = nn.Linear(text_width, width)

    def forward(self, ids: Tensor) -> TextTokens:
        mask = ids != 0
        attend = None if bool(mask.all()) else mask[:, None, None, :]
        position = torch.arange(ids.shape[1], device=ids.device)[None, :, None]
        rope = rope_table(position, self.head_dim, TEXT_AXES)
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, rope, attend)
        return TextTokens(self.project(F.layer_norm(x, x.shape[-1:])), mask)
