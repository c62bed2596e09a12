"""Reads a plan of one object back: what it plans, told from its cells alone, before anything is painted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from minisora.worlds.claims import ObjectClaim
from minisora.worlds.course import Course, classify
from minisora.worlds.plan import PICTURES, Track, numbers_of, tracks_of
from minisora.worlds.render import FPS
from minisora.worlds.scene import COLOURS, MOTIONS, RADIUS, SHAPES, SIZES, Motion
from minisora.worlds.vocabulary import DIGITS
from minisora.worlds.walls import sets_off


class Planned(NamedTuple):
    """What the cells say, each the mean of those that are near the object.

    ``word`` is the motion that they name, ``motion`` the one that the planned path makes, None for none that is known.
    """

    shape: str  #: or the word for a digit
    colour: str
    size: str
    word: str
    motion: Motion | None

    def keeps(self, claim: ObjectClaim) -> bool:
        """Whether it plans what was said, and its path makes the motion that its cells name."""
        said = (claim.shape, claim.colour, claim.size, claim.motion)
        plans = (self.shape, self.colour, self.size, self.word)
        return self.word == self.motion and all(a is None or a == b for a, b in zip(said, plans, strict=True))


def read_plan(plan: Tensor, *, seconds: float = PICTURES / FPS) -> Planned | None:
    """Of one object, from ``NUMBERS t h w``; None where a latent frame has no object.

    ``seconds`` are between latent frames.
    """
    plans = plan[None].cpu()
    return read_track(tracks_of(plans)[0], plan.shape[-2:], seconds=seconds) if bool(names_one(plans)) else None


def names_one(plans: Tensor) -> Tensor:
    """Which of plans ``b NUMBERS t h w`` have an object in each latent frame: ``b``."""
    return (numbers_of(plans)["near"] > 0).flatten(3).any(3).flatten(1).all(1)


def read_track(now: Track, cells: Sequence[int], *, seconds: float = PICTURES / FPS) -> Planned:
    """What one object does, ``1 1 f``, in a plan of so many rows and columns of cells."""
    kind, fps = int(now.kind), PICTURES / seconds
    x, y, radius, angle, visible = (value[0, 0, PICTURES - 1 :] for value in now[:5])
    times = torch.arange(len(x)) / fps
    log_radius = radius.log()
    if kind < len(SHAPES):
        seen = visible > 0
        seen_of = (value[seen].double().numpy() for value in (times, x, y, log_radius, angle))
        course = Course(*seen_of, visible=seen.numpy(), fps=fps)
        motion = classify(course) if len(course.times) >= PICTURES else None
    else:
        rows, columns = cells
        motion = sets_off(x, y, times, (columns / min(rows, columns) / 2, rows / min(rows, columns) / 2))
    return Planned(
        shape=[*SHAPES, *DIGITS][kind],
        colour=COLOURS[int(now.colour)],
        size=min(SIZES, key=lambda name: abs(math.log(RADIUS[name]) - float(log_radius[0]))),
        word=MOTIONS[int(now.motion)],
        motion=motion,
    )
