"""The transformer's repeated block, and how time speaks to it (adaLN-zero)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.model.attention import Attention
from minisora.model.fused import AddGated, NormShiftScale, pays

TIME_FREQUENCIES = 128  #: Sines, and as many cosines, that the time embedding is made of.


class MLP(nn.Module):
    """Two linear layers with a GELU between: ``b n d -> b n d``."""

    def __init__(self, width: int, ratio: int = 4) -> None:
        super().__init__()
        self.up = nn.Linear(width, ratio * width, bias=False)
        self.down = nn.Linear(ratio * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.gelu(self.up(x)))


class DiTBlock(nn.Module):
    """Attention and MLP, each shifted, scaled and gated by the token's time (adaLN-zero, DiT 2212.09748, figure 3).

    ``modulation: levels 6*d`` comes from time and caption and is the same for every block; the block adds its own small
    ``table`` (adaLN-single, PixArt-alpha 2310.00426, section 2.3). ``level: b n`` says which row each token uses.
    The table starts at zero, and so do the gates: at first the block is the identity.
    """

    def __init__(self, width: int, heads: int, mlp_ratio: int = 4) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.mlp = MLP(width, mlp_ratio)
        self.table = nn.Parameter(torch.zeros(6 * width))

    def forward(self, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None) -> Tensor:
        parts, by = looked_up(modulation + self.table, level, 6, x)
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = parts
        x = add_gated(x, self.attention(modulated(x, shift_a, scale_a, by), rope, mask), gate_a, by)
        return add_gated(x, self.mlp(modulated(x, shift_m, scale_m, by)), gate_m, by)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """``LayerNorm(x) * (1 + scale) + shift``, all ``b n d``."""
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:]), 1 + scale)


def looked_up(rows: Tensor, level: Tensor, parts: int, x: Tensor) -> tuple[Sequence[Tensor], Tensor | None]:
    """Rows ``levels parts*d`` in so many parts, for tokens ``x`` of which ``level: b n`` says which row each uses.

    Returns: the parts for each token, ``b n d``, and None; or, where that saves passes over memory (``fused.py``), the
        parts of the rows, ``levels d``, and the level, for :func:`modulated` and :func:`add_gated` to look them up.
    """
    if pays(x, rows):
        return torch.stack(rows.chunk(parts, dim=-1)).unbind(), level
    return F.embedding(level, rows).chunk(parts, dim=-1), None


def modulated(x: Tensor, shift: Tensor, scale: Tensor, level: Tensor | None) -> Tensor:
    """:func:`modulate`, by what was :func:`looked_up`."""
    if level is None:
        return modulate(x, shift, scale)
    return NormShiftScale.apply(x.float(), shift.float(), 1 + scale.float(), level).type_as(x)


def add_gated(x: Tensor, y: Tensor, gate: Tensor, level: Tensor | None) -> Tensor:
    """``x + gate * y``, all ``b n d``, by what was :func:`looked_up`."""
    return torch.addcmul(x, gate, y) if level is None else AddGated.apply(x, y, gate, level)  # type: ignore[no-any-return]


class TimeEmbedding(nn.Module):
    """Time in [0, 1] to a vector: ``levels -> levels d``; sines and cosines, then an MLP (2006.11239)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.up = nn.Linear(2 * TIME_FREQUENCIES, width)
        self.down = nn.Linear(width, width)

    def forward(self, time: Tensor) -> Tensor:
        # Angles up to 1000 radians: the field's habit of counting time in thousandths, which tells close times apart.
        octave = torch.arange(TIME_FREQUENCIES, device=time.device) / TIME_FREQUENCIES
        angle = 1000 * time[:, None].float() * torch.exp(-math.log(10_000) * octave)
        waves = torch.cat([angle.cos(), angle.sin()], dim=-1).to(self.up.weight.dtype)
        return self.down(F.silu(self.up(waves)))
