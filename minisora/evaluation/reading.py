"""What is read off a clip, and off which clips anything can be read."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.evaluation.recognise import Figure
from minisora.worlds.scene import Background, Camera, Colour, Motion, Shape, Size

LEAST_SIDE, LEAST_FRAMES = 48, 9
STEADINESS = 0.85  #: Share of the frames in which an object must have its colour.


@dataclass(frozen=True)
class ReadObject:
    """One object as it was seen: None where the clip shows nothing that has a name.

    Attributes:
        frames: in which it is visible, ``n``.
        x, y, radius: in sides on the screen, the origin in the middle, each ``n``.
        figure: how well the shape fits; None for a digit, whose word stands for its shape.
    """

    shape: Shape | str | None
    colour: Colour | None
    size: Size | None
    motion: Motion | None
    frames: Tensor
    x: Tensor
    y: Tensor
    radius: Tensor
    figure: Figure | None = None


@dataclass(frozen=True)
class Reading:
    """What a clip shows; ``fronts`` holds pairs (a, b) of objects of which a hides a part of b."""

    objects: tuple[ReadObject, ...]
    background: Background | None
    camera: Camera
    fronts: frozenset[tuple[int, int]] = frozenset()


def long_enough(clip: Tensor) -> Tensor:
    """A clip ``3 f h w`` whose last frame is held until it has as many as are read."""
    held = clip[:, -1:].expand(-1, max(0, LEAST_FRAMES - clip.shape[1]), -1, -1)
    return torch.cat([clip, held], 1)


def as_video(clip: Tensor) -> Tensor:
    """A clip ``3 f h w`` in [-1, 1] as ``f 3 h w`` in [0, 1] on the CPU, ready to be read.

    Raises: UserError for what is too small or too short, or no clip.
    """
    if clip.ndim != 4 or clip.shape[0] != 3:
        raise UserError(f"clip of shape {tuple(clip.shape)}: the judge reads 3 frames height width")
    _, frames, height, width = clip.shape
    if min(height, width) < LEAST_SIDE or frames < LEAST_FRAMES:
        raise UserError(
            f"clip of {frames} frames of {height}x{width}: the judge needs at least {LEAST_FRAMES} frames and "
            f"{LEAST_SIDE} pixels a side"
        )
    return (clip.detach().float().cpu().nan_to_num(0).clamp(-1, 1).transpose(0, 1) + 1) / 2
