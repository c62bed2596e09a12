"""Reads a plan of one object back: what it plans, told from its cells alone, before anything is painted."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from torch import Tensor

from minisora.worlds.claims import ObjectClaim
from minisora.worlds.course import Course, classify
from minisora.worlds.plan import PICTURES, numbers_of, tracks_of
from minisora.worlds.render import FPS
from minisora.worlds.scene import COLOURS, MOTIONS, RADIUS, SHAPES, SIZES, Motion
from minisora.worlds.vocabulary import DIGITS


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
    if not (numbers_of(plan)["near"] > 0).flatten(2).any(2).all():
        return None
    now, _ = tracks_of(plan[None].cpu())
    x, y, radius, angle, visible = (value[0, 0, PICTURES - 1 :].double().numpy() for value in now[:5])
    seen, fps, log_radius = visible > 0, PICTURES / seconds, np.log(radius)
    times = np.arange(len(seen)) / fps
    course = Course(times[seen], x[seen], y[seen], log_radius[seen], angle[seen], visible=seen, fps=fps)
    kind = int(now.kind)
    return Planned(
        shape=[*SHAPES, *DIGITS][kind],
        colour=COLOURS[int(now.colour)],
        size=min(SIZES, key=lambda name: abs(math.log(RADIUS[name]) - float(log_radius[0]))),
        word=MOTIONS[int(now.motion)],
        motion=classify(course) if len(course.times) >= PICTURES else None,
    )
