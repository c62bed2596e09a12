"""A camera that pans or zooms: more is painted than is shown, and a window moves over it.

What films call a *motion control shot* of a still set needs no training and no words. Its price is the larger clip, and
that what leaves the window is gone, as it is before a camera.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from minisora.errors import UserError
from minisora.worlds.scene import CAMERAS, Camera

UNIT = 16  #: Pixels of a token: sizes are multiples of it.


def margin(size: tuple[int, int]) -> int:
    """Pixels that a camera pans over, or looks around a frame of this size: about a quarter of its shorter side."""
    return max(UNIT, round(min(size) / 4 / UNIT) * UNIT)


def canvas(size: tuple[int, int], camera: Camera) -> tuple[int, int]:
    """Height and width of what has to be painted, so that a camera can show ``size`` of it.

    Raises: UserError for a camera that does something else.
    """
    if camera not in CAMERAS:
        raise UserError(f"camera {camera!r}: it can do {', '.join(CAMERAS)}")
    if camera == "static":
        return size
    (height, width), around = size, margin(size)
    return (height, width + around) if camera.startswith("pans") else (height + 2 * around, width + 2 * around)


def filmed(clip: Tensor, camera: Camera, size: tuple[int, int]) -> Tensor:
    """What a camera shows of a clip ``3 t height width`` that is as large as its :func:`canvas`: ``3 t`` and ``size``.

    A pan goes from one edge to the other; zooming in begins with as much of the canvas as has the picture's shape and
    ends with its middle, zooming out the other way round. Both are even in time.
    """
    if camera == "static":
        return clip
    (_, frames, tall, wide), (height, width) = clip.shape, size
    share = torch.linspace(0, 1, frames)
    aside, scale = torch.zeros(frames), torch.ones(frames)
    if camera.startswith("pans"):
        aside = (share - 0.5) * margin(size) * (1 if camera == "pans right" else -1)
    else:
        scale = min(tall / height, wide / width) ** (1 - share if camera == "zooms in" else share)
    across = (torch.arange(width) + 0.5 - width / 2) * scale[:, None] + aside[:, None]
    down = (torch.arange(height) + 0.5 - height / 2) * scale[:, None]
    where = torch.stack(torch.broadcast_tensors(across[:, None] * 2 / wide, down[:, :, None] * 2 / tall), -1)
    shown = grid_sample(clip.transpose(0, 1), where, padding_mode="border", align_corners=False)
    return shown.transpose(0, 1)
