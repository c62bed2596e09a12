"""When something hits something: read off where it is in each frame, to a fraction of a frame."""

from __future__ import annotations

from torch import Tensor

LEAST = 0.04  #: Change of velocity of a hit, in sides a frame: less than that is a stagger of the eyes.


def hits(heights: Tensor, *, fps: float = 8.0, least: float = LEAST, gravity: float = 0.0) -> list[float]:
    """Times, in seconds, at which a thing that fell goes up again at once, of its heights ``t`` (y, downwards).

    Around each lowest frame m, the path before is prolonged through frames m-2 and m-1, the one after through m+1 and
    m+2; they cross at the hit. (Frame m itself may lie on either side of it, and is not used.) A turn counts if the
    velocity changes by ``least`` or more, and if it is sharp: if the path beside it does not itself bend upwards by
    half as much, as a round path does.

    Args:
        gravity: by which the prolonged paths bend, in sides a frame, each frame; 0 makes them straight lines.
    """
    y = heights.double()
    velocity, bend = y.diff(), y.diff(n=2)
    found = []
    for m in range(2, len(y) - 2):
        lowest = y[m] >= y[m - 1] and y[m] > y[m + 1]
        before, after = velocity[m - 2], velocity[m + 1]
        change = before - after
        beside = [bend[k] for k in (m - 3, m + 1) if 0 <= k < len(bend)]
        round_path = bool(beside) and -sum(beside) / len(beside) > change / 6
        if lowest and before > 0 > after and change >= least and not round_path:
            ahead = (y[m + 1] - y[m - 1] - 2 * after + 3 * gravity) / (change + 3 * gravity)
            found.append(float(m - 1 + ahead.clamp(0, 2)) / fps)
    return found


def gravity_of(heights: Tensor) -> float:
    """How a path bends where nothing is hit, in sides a frame, each frame: the median, and not below 0."""
    return max(float(heights.double().diff(n=2).median()), 0.0) if len(heights) > 4 else 0.0


def impacts(places: Tensor, *, fps: float = 8.0, least: float = LEAST) -> list[float]:
    """Times at which a thing at ``t 2`` (x and y, in sides) hits the floor or a wall, in their order."""
    x, y = places.unbind(-1)
    floor = hits(y, fps=fps, least=least, gravity=gravity_of(y))
    walls = hits(x, fps=fps, least=least) + hits(-x, fps=fps, least=least)
    return sorted(floor + walls)


def collisions(distance: Tensor, *, fps: float = 8.0, least: float = LEAST) -> list[float]:
    """Times at which two things hit each other, of the distance of their middles, ``t``, in sides.

    Each is the other's floor: they came nearer, and part at once.
    """
    return hits(-distance, fps=fps, least=least, gravity=gravity_of(-distance))
