"""What a painter is told of a clip: the plan, and a sketch of it, which shows what is covered, in few pixels.

A plan says how far a thing has turned. Where its corners are then depends on the product of that angle and of the place
from which one looks, and no transformer here has learnt that: told an angle that was wrong by sixty degrees, it painted
the same (docs/recipes.md). So the plan is drawn, as animators do before they paint: what share of each quarter of a
latent is covered, at each of its four pictures. A layout of the scene as in the structure channels of Gen-1
(2302.03011), only that nobody has to give it: it follows from the plan.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minisora.worlds.drawn import DrawnScene
from minisora.worlds.plan import NUMBERS, PICTURES, Track, track_of, written
from minisora.worlds.render import draw_object

PARTS = 4  #: Along each side of a cell, of two latents and sixteen pixels: so many values of a sketch.
STRENGTH = 2.0  #: What is covered, in a variance near that of a plan's numbers.
TOLD = NUMBERS + PARTS**2 * PICTURES  #: Numbers of a cell that a painter is told.


def told(now: Track, then: Track, shape: tuple[int, int, int]) -> Tensor:
    """Plan and sketch ``b TOLD frames rows columns`` of what objects do; arguments as of ``written``."""
    return torch.cat([written(now, then, shape), sketch(now, shape)], 1)


def told_of(scenes: Sequence[DrawnScene], shape: tuple[int, int, int], seconds: float) -> Tensor:
    """The same of scenes that are all of one kind; arguments as of ``plan_of``."""
    return told(*track_of(scenes, shape, seconds), shape)


def sketch(now: Track, shape: tuple[int, int, int]) -> Tensor:
    """What share of each part of a cell is covered: ``b PARTS^2*PICTURES frames rows columns``, in row-major order.

    Digits are not sketched: how one is written is for the painter to say.
    """
    frames, rows, columns = shape
    side = min(rows, columns)
    y = ((torch.arange(rows * PARTS) + 0.5) / PARTS - rows / 2)[:, None] / side
    x = ((torch.arange(columns * PARTS) + 0.5) / PARTS - columns / 2)[None, :] / side
    covered = torch.zeros(len(now.x), 1, frames * PICTURES, rows * PARTS, columns * PARTS)
    for slot in range(now.kind.shape[1]):
        pose = (value[:, slot, :, None, None].cpu() for value in (now.x, now.y, now.radius, now.angle, now.visible))
        cover, _ = draw_object(now.kind[:, slot].cpu(), *pose, y=y, x=x, pixel=1 / (side * PARTS))
        covered = torch.maximum(covered, cover)
    parts = covered[:, 0].view(-1, frames, PICTURES, rows, PARTS, columns, PARTS)
    return STRENGTH * parts.permute(0, 2, 4, 6, 1, 3, 5).flatten(1, 3).to(now.x.device)


def pictures(sketches: Tensor) -> Tensor:
    """Sketches ``b PARTS^2*PICTURES frames rows columns`` as one sees them, ``b 1+4(frames-1) h w``, from 0 to 1.

    The first latent frame stands for one picture.
    """
    parts = sketches.unflatten(1, (PICTURES, PARTS, PARTS)).permute(0, 4, 1, 5, 2, 6, 3)  # b t p rows y columns x
    return parts.flatten(5, 6).flatten(3, 4).flatten(1, 2)[:, PICTURES - 1 :] / STRENGTH
