"""Which way something set off that goes evenly and turns around at walls only, as digits do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from minisora.worlds.scene import DIRECTION, Motion

STILL = 0.02  #: Root mean square, in sides, by which a resting digit may stray,
STEADY = 0.03  #: and a moving one from its path.


def sets_off(x: Tensor, y: Tensor, times: Tensor, halves: tuple[float, float]) -> Motion | None:
    """The motion with which it begins; None where it does not go evenly, or turns around anywhere else.

    Args:
        x, y: where its middle is at ``times`` in seconds, in sides; from where, does not matter.
        halves: of the frame's width and height, in sides.
    """
    ways = tuple(_way(line.double().numpy(), times.numpy(), half) for line, half in zip((x, y), halves, strict=True))
    if None in ways:
        return None
    for name, along in DIRECTION.items():
        if ways == tuple(np.sign(along)):
            return name
    return "still"


def _way(place: NDArray, times: NDArray, half: float) -> float | None:
    """-1, 0, or 1: the direction at the start of a path between two walls; None if it is no such path."""
    if float(place.std()) < STILL:
        return 0.0
    speed = np.linspace(0.1, 0.65, 23)[:, None, None, None]
    room = half - np.linspace(0.15, 0.3, 7)[:, None, None]  # how far the middle of a digit gets
    phase = np.linspace(0, 1, 64, endpoint=False)[:, None]
    path = room * (4 * np.abs((phase + speed / (4 * room) * times) % 1 - 0.5) - 1)
    rest = (place - path) - (place - path).mean(-1, keepdims=True)
    error = np.sqrt((rest**2).mean(-1))
    best = np.unravel_index(error.argmin(), error.shape)
    return None if error[best] > STEADY else (-1.0 if phase[best[2], 0] < 0.5 else 1.0)
