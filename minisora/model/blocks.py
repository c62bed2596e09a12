"""The transformer's repeated block, and how time speaks to it (adaLN-zero)."""

from __future__ import annotations

import math

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
        rows = torch.stack((modulation + self.table).chunk(6, dim=-1))  # each `levels d` in one piece, to look up in
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = rows.unbind()
        x = add_gated(x, self.attention(modulate_by(x, shift_a, scale_a, level), rope, mask), gate_a, level)
        return add_gated(x, self.mlp(modulate_by(x, shift_m, scale_m, level)), gate_m, level)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """``LayerNorm(x) * (1 + scale) + shift``, all ``b n d``."""
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:]), 1 + scale)


def modulate_by(x: Tensor, shift: Tensor, scale: Tensor, level: Tensor) -> Tensor:
    """``modulate(x, shift[level], scale[level])`` of ``x: b n d`` with ``shift, scale: levels d``, ``level: b n``."""
    if pays(x, shift, scale):
        return NormShiftScale.apply(x.float(), shift.float(), 1 + scale.float(), level).type_as(x)
    return modulate(x, F.embedding(level, shift), F.embedding(level, scale))


def add_gated(x: Tensor, y: Tensor, gate: Tensor, level: Tensor) -> Tensor:
    """``x + gate[level] * y`` of ``x, y: b n d`` with ``gate: levels d``, ``level: b n``."""
    if pays(x, y, gate):
        return AddGated.apply(x, y, gate, level)  # type: ignore[no-any-return]
    return torch.addcmul(x, F.embedding(level, gate), y)


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
