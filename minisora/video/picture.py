"""Clips as pictures: levels of 0..255, other sizes, and filmstrips."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def filmstrip(clip: Tensor, *, columns: int = 8, gap: int = 2) -> np.ndarray:
    """Up to ``columns`` evenly spaced frames (first and last among them) of a clip ``3 t h w`` side by side.

    Returns: uint8 picture ``h w 3``, frames parted by ``gap`` white pixels.
    """
    frames = clip.shape[1]
    chosen = torch.linspace(0, frames - 1, min(columns, frames)).round().long()
    pictures = to_uint8(clip[:, chosen.to(clip.device)])
    space = np.full((pictures.shape[1], gap, 3), 255, dtype=np.uint8)
    return np.concatenate([part for picture in pictures for part in (space, picture)][1:], axis=1)


def to_uint8(clip: Tensor) -> np.ndarray:
    """``3 t h w`` in [-1, 1] -> pictures ``t h w 3`` in 0..255."""
    levels = ((clip.detach().float() + 1) * 127.5).round().clamp(0, 255)
    return levels.to("cpu", torch.uint8).permute(1, 2, 3, 0).contiguous().numpy()


def resize(clip: Tensor, height: int, width: int) -> Tensor:
    """``3 t h w`` -> ``3 t height width``: bicubic, antialiased where it gets smaller."""
    if clip.shape[2:] == (height, width):
        return clip
    bicubic = F.interpolate(clip.movedim(1, 0), (height, width), mode="bicubic", antialias=True, align_corners=False)
    return bicubic.movedim(0, 1).clamp(-1, 1)
