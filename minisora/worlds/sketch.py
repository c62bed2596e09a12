"""What a painter is told of a clip: the plan, and a sketch of it, which shows what is covered, in few pixels.

A plan says how far a thing has turned. Where its corners are then depends on the product of that angle and of the place
from which one looks, and no transformer here has learnt that: told an angle that was wrong by sixty degrees, it painted
the same (docs/recipes.md). So the plan is drawn, as animators do before they paint: what share of each quarter of a
latent is covered, at each of its four pictures. A layout of the scene as in the structure channels of Gen-1
(2302.03011), only that nobody has to give it: it follows from the plan, and from how digits are written.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.worlds.digits import draw_ink
from minisora.worlds.drawn import DrawnScene
from minisora.worlds.plan import NUMBERS, PICTURES, Track, track_of, written
from minisora.worlds.render import draw_object

PARTS = 4  #: Along each side of a cell, of two latents and sixteen pixels: so many values of a sketch.
FINER = 4  #: A stroke is thinner than a part: it is looked at so many times as finely, and averaged.
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

    A digit that nobody has written yet is not sketched.
    """
    frames, rows, columns = shape
    side = min(rows, columns)
    y, x = _middles(rows, side, PARTS)[:, None], _middles(columns, side, PARTS)[None, :]
    covered = torch.zeros(len(now.x), 1, frames * PICTURES, rows * PARTS, columns * PARTS)
    for slot in range(now.kind.shape[1]):
        pose = (value[:, slot, :, None, None].cpu() for value in (now.x, now.y, now.radius, now.angle, now.visible))
        cover, _ = draw_object(now.kind[:, slot].cpu(), *pose, y=y, x=x, pixel=1 / (side * PARTS))
        covered = torch.maximum(covered, cover)
        written = now.ink[:, slot].flatten(1).any(1).nonzero()[:, 0].cpu()
        if len(written):
            ink = _ink(Track(*(value[:, slot : slot + 1].cpu()[written] for value in now)), rows, columns)
            covered[written] = torch.maximum(covered[written], ink[:, None])
    parts = covered[:, 0].view(-1, frames, PICTURES, rows, PARTS, columns, PARTS)
    return STRENGTH * parts.permute(0, 2, 4, 6, 1, 3, 5).flatten(1, 3).to(now.x.device)


def _ink(digit: Track, rows: int, columns: int) -> Tensor:
    """What share of each part is ink, of one digit a clip: ``b f h w``."""
    side = min(rows, columns)
    places = (_middles(count, side, PARTS * FINER) for count in (rows, columns))
    ink = draw_ink(digit.ink[:, 0], digit.x[:, 0], digit.y[:, 0], 2 * digit.radius[:, 0], *places)
    return F.avg_pool2d(ink, FINER) * digit.visible[:, 0, :, None, None]


def _middles(cells: int, side: int, parts: int) -> Tensor:
    """Where the middles of the parts of so many cells are, in sides from that of the frame."""
    return ((torch.arange(cells * parts) + 0.5) / parts - cells / 2) / side


def pictures(sketches: Tensor) -> Tensor:
    """Sketches ``b PARTS^2*PICTURES frames rows columns`` as one sees them, ``b 1+4(frames-1) h w``, from 0 to 1.

    The first latent frame stands for one picture.
    """
    parts = sketches.unflatten(1, (PICTURES, PARTS, PARTS)).permute(0, 4, 1, 5, 2, 6, 3)  # b t p rows y columns x
    return parts.flatten(5, 6).flatten(3, 4).flatten(1, 2)[:, PICTURES - 1 :] / STRENGTH
