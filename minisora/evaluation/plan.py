"""Reads a plan of one object back: what it plans, told from its cells alone, before anything is painted."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from minisora.evaluation.motion import Course, classify
from minisora.worlds.plan import CODE, COLOUR, GROWTH, LENGTH, PICTURES, TURN, numbers_of, paths
from minisora.worlds.render import FPS
from minisora.worlds.scene import COLOURS, MOTIONS, RADIUS, SHAPES, SIZES, Motion


class Planned(NamedTuple):
    """What the cells say, each the mean of those that are near the object.

    ``word`` is the motion that they name, ``motion`` the one that the planned path makes; None for none that is known.
    """

    shape: str | None
    colour: str
    size: str
    word: str | None
    motion: Motion | None


def read_plan(plan: Tensor) -> Planned | None:
    """Of one object, from ``NUMBERS t h w``; None where a latent frame has no object."""
    parts = numbers_of(plan)
    near = (parts["near"][0] > 0).float()  # t h w
    if not near.flatten(1).any(1).all():
        return None
    side = min(near.shape[1:])

    def mean(value: Tensor) -> Tensor:  # ... t h w -> ... t
        return (value * near).sum((-2, -1)) / near.sum((-2, -1))

    path = mean(paths(plan)).transpose(1, 2).flatten(1)[:, PICTURES - 1 :] / side
    before = torch.arange(PICTURES - 1, -1, -1)[:, None]
    size, turn = mean(parts["size"]), mean(parts["turn"])
    radius = 0.4 * size[0] + math.log(LENGTH / side) - before * GROWTH * size[1]
    angle = torch.atan2(turn[1], turn[0]) - before * TURN * turn[2]
    log_radius, angles, visible = (
        value.T.flatten()[PICTURES - 1 :].numpy() for value in (radius, angle, mean(parts["visible"]) > 0)
    )
    times, (x, y) = np.arange(len(visible)) / FPS, path.double().numpy()
    course = Course(
        times[visible], x[visible], y[visible], log_radius[visible], angles[visible], visible=visible, fps=FPS
    )
    return Planned(
        shape=_named(mean(parts["shape"]), SHAPES),
        colour=COLOURS[int((COLOUR - mean(parts["colour"]).mean(1)).square().sum(1).argmin())],
        size=min(SIZES, key=lambda name: abs(math.log(RADIUS[name]) - float(log_radius[0]))),
        word=_named(mean(parts["motion"]), MOTIONS),
        motion=classify(course) if len(course.times) >= PICTURES else None,
    )


def _named(corner: Tensor, names: tuple[str, ...]) -> str | None:
    """The name whose code is nearest to what the cells say, ``8 t``; None for a code without a name."""
    index = int((CODE @ corner.sum(1)).argmax())
    return names[index] if index < len(names) else None
