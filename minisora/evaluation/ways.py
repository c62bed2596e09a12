"""The ways of things in a clip: where each is in each frame, how large and how turned, whatever it may be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from minisora.evaluation.judge import read
from minisora.evaluation.reading import ReadObject
from minisora.worlds.render import FPS
from minisora.worlds.scene import Motion


class Way(NamedTuple):
    """What one thing does: ``f`` (a number for each frame), lengths in sides, the origin in the middle."""

    x: Tensor
    y: Tensor
    radius: Tensor
    angle: Tensor  #: radians, without jumps of a whole turn
    visible: Tensor  #: 1 where it is seen, else 0, and then the rest is between what was seen before and after
    motion: Motion | None  #: what it would be called; None for what has no name


def ways_in(clip: Tensor, *, fps: float = FPS) -> list[Way]:
    """The ways of all things that stand out in a clip ``3 f h w`` in [-1, 1], the largest first.

    Raises: UserError, see :func:`~minisora.evaluation.judge.read`.
    """
    ways = [way_of(each, clip.shape[1]) for each in read(clip, fps=fps).objects if each.figure is not None]
    return sorted(ways, key=lambda way: -float(way.radius.median()))


def way_of(thing: ReadObject, frames: int) -> Way:
    """What a thing that was read, and has a figure, does in each of so many frames."""
    assert thing.figure is not None
    seen, pose = thing.figure.frames.numpy(), thing.figure.pose.double().numpy()
    pose[:, 3] = np.unwrap(pose[:, 3])
    x, y, log_radius, angle = (
        torch.from_numpy(np.interp(np.arange(frames), seen, values)).float() for values in pose.T
    )
    visible = torch.zeros(frames)
    visible[thing.figure.frames] = 1.0
    return Way(x, y, log_radius.exp(), angle, visible, thing.motion)
