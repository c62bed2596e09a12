"""Rotary position embedding (RoPE, 2104.09864) on real coordinates, one band of frequencies per axis.

A pair of channels of a query or key is a complex number, which RoPE turns by ``coordinate * frequency``. Two turned
vectors meet in attention as ``q . conj(k)``, so that only the difference of their coordinates matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

#: Shortest and longest wavelength of each axis. The shortest is four steps between neighbours (half a second, one
#: patch, one word): a quarter turn tells them apart. The longest stays below a full turn for 60 s or 120 patches.
SECONDS = (2.0, 64.0)
PATCHES = (4.0, 128.0)
WORDS = (4.0, 128.0)

VIDEO_AXES = (SECONDS, PATCHES, PATCHES)
TEXT_AXES = (WORDS,)


def rope_table(coords: Tensor, head_dim: int, wavelengths: Sequence[tuple[float, float]]) -> Tensor:
    """Turns for tokens at real coordinates: ``b n a -> b n 1 head_dim/2`` complex (the 1 is for the heads).

    Each axis gets an equal band of the channel pairs (the first axis also what is left over), its frequencies spaced
    geometrically between its ``wavelengths``. The coordinate 0 is the identity.
    """
    pairs = head_dim // 2
    band = pairs // len(wavelengths)
    bands = [pairs - band * (len(wavelengths) - 1)] + [band] * (len(wavelengths) - 1)
    angles = []
    for axis, ((shortest, longest), size) in enumerate(zip(wavelengths, bands, strict=True)):
        wavelength = shortest * (longest / shortest) ** torch.linspace(0, 1, size, device=coords.device)
        angles.append(coords[..., axis, None].float() * (2 * math.pi / wavelength))
    angle = torch.cat(angles, dim=-1)[..., None, :]
    return torch.polar(torch.ones_like(angle), angle)


def apply_rope(x: Tensor, table: Tensor) -> Tensor:
    """Turn queries or keys ``b n ... head_dim`` (float32) by a table that broadcasts to ``b n ... head_dim/2``."""
    # A complex product is one pass over memory; the same with real numbers takes three and more than twice the time.
    return torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) * table).flatten(-2)
