"""A mark that everybody sees: the letters AI on a small plate in a corner of every frame, which breathes a little.

It moves because a still one is soon overlooked, and because a picture of a single frame must show it as well it is
never quite gone. It covers what is under it, and whoever cuts the corner off is rid of it.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor

from minisora.errors import UserError

Corner = Literal["top left", "top right", "bottom left", "bottom right"]

#: Of the plate: its height as a share of the frame's shorter side, its width in heights, and the room around it.
HEIGHT, ASPECT, MARGIN = 0.19, 1.45, 0.035
#: Seconds from one brightest moment to the next, and the least and most that one sees of the plate.
PERIOD, FAINT, STRONG = 2.0, 0.55, 0.9
#: Strokes of the letters from end to end, (row, column) in heights of the plate.
STROKES = (
    ((0.80, 0.26), (0.20, 0.52)),
    ((0.20, 0.52), (0.80, 0.78)),
    ((0.60, 0.35), (0.60, 0.69)),
    ((0.20, 1.10), (0.80, 1.10)),
)
THICK, ROUND = 0.065, 0.25  #: Half of a stroke's width, and the radius of the plate's corners, in its heights.


def stamp(clip: Tensor, *, fps: float = 8.0, corner: Corner = "bottom right") -> Tensor:
    """A clip ``3 t h w`` in [-1, 1] with the plate in a corner; no other pixel is touched.

    Raises: UserError for an unknown corner, or a shape that is no clip.
    """
    if corner not in get_args(Corner):
        raise UserError(f"corner {corner!r}: it must be one of {', '.join(get_args(Corner))}")
    if clip.ndim != 4 or clip.shape[0] != 3 or 0 in clip.shape:
        raise UserError(f"no clip: shape {tuple(clip.shape)}, it must be 3 t h w")
    frames, height, width = clip.shape[1:]
    plate, letters = _drawn(height, width, corner)
    seen = opacity(torch.arange(frames) / fps)[:, None, None]
    plate, letters = (each.to(clip) for each in (plate, letters))
    covered = seen.to(clip) * plate
    colour = 2 * letters - 1  # white letters on black
    return clip.detach() * (1 - covered) + colour * covered


def opacity(seconds: Tensor) -> Tensor:
    """How much of the plate one sees at these times."""
    swing = 0.5 + 0.5 * torch.cos(2 * torch.pi * seconds / PERIOD)
    return FAINT + (STRONG - FAINT) * swing


def _drawn(height: int, width: int, corner: Corner) -> tuple[Tensor, Tensor]:
    """Plate and letters as shares ``h w`` of each pixel, smooth over one pixel at their edges."""
    side = max(6.0, HEIGHT * min(height, width))
    gap = max(1.0, MARGIN * min(height, width))
    top = gap if corner.startswith("top") else height - gap - side
    left = gap if corner.endswith("left") else width - gap - ASPECT * side
    rows = ((torch.arange(height) + 0.5 - top) / side)[:, None]
    columns = ((torch.arange(width) + 0.5 - left) / side)[None]
    # How far a pixel is outside of a rectangle whose corners are round, and of the strokes, in heights of the plate.
    beyond = torch.stack(
        torch.broadcast_tensors((rows - 0.5).abs() - (0.5 - ROUND), (columns - ASPECT / 2).abs() - (ASPECT / 2 - ROUND))
    )
    outside = beyond.clamp_min(0).square().sum(0).sqrt() + beyond.amax(0).clamp_max(0) - ROUND
    from_stroke = torch.stack([_distance(rows, columns, *stroke) for stroke in STROKES]).amin(0) - THICK
    return ((0.5 - outside * side).clamp(0, 1), (0.5 - from_stroke * side).clamp(0, 1))


def _distance(rows: Tensor, columns: Tensor, begin: tuple[float, float], end: tuple[float, float]) -> Tensor:
    """From each point to a stroke."""
    down, right = end[0] - begin[0], end[1] - begin[1]
    along = ((rows - begin[0]) * down + (columns - begin[1]) * right) / (down**2 + right**2)
    along = along.clamp(0, 1)
    return ((rows - begin[0] - along * down) ** 2 + (columns - begin[1] - along * right) ** 2).sqrt()
