"""How far sound is from what is seen, in milliseconds: hits matched one to one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from minisora.sound.hits import LEAST, collisions, impacts
from minisora.sound.wave import Hit

WINDOW = 0.15  #: Seconds: what is farther apart than this does not belong together.
TOGETHER = 1 / 16  #: Seconds: what is heard within this time of each other is one hit, of several things.


class Matching(NamedTuple):
    """What belongs together: ``offsets`` in seconds (above 0: heard too late), and how many were left over."""

    offsets: tuple[float, ...]
    missed: int  #: Hits that nothing is heard of.
    false: int  #: Sounds of which nothing is seen.


def matched(heard: Sequence[float], seen: Sequence[float], *, window: float = WINDOW) -> Matching:
    """Match heard times with seen ones, each at most once, ``window`` seconds apart at most.

    As many pairs as possible; of several ways, that with the least sum of distances.
    """
    apart = np.abs(np.subtract.outer(np.asarray(heard, float), np.asarray(seen, float)))
    rows, columns = linear_sum_assignment(np.where(apart <= window, apart, 1e6 + apart))
    pairs = [(i, j) for i, j in zip(rows, columns, strict=True) if apart[i, j] <= window]
    offsets = tuple(float(heard[i] - seen[j]) for i, j in sorted(pairs, key=lambda pair: pair[1]))
    return Matching(offsets, missed=len(seen) - len(pairs), false=len(heard) - len(pairs))


def moments(hits: Iterable[Hit]) -> list[float]:
    """When something is heard, in the order of time: two things that hit each other are heard once, both at once."""
    return merged(hit.time for hit in hits)


def merged(times: Iterable[float]) -> list[float]:
    """The times in their order; those within ``TOGETHER`` of the first of them are one, their mean."""
    found: list[list[float]] = []
    for time in sorted(times):
        if found and time - found[-1][0] <= TOGETHER:
            found[-1].append(time)
        else:
            found.append([time])
    return [sum(each) / len(each) for each in found]


def within(times: Sequence[float], low: float, high: float) -> list[float]:
    """Those of the times that lie between two others."""
    return [time for time in times if low <= time <= high]


def summary(several: Sequence[Matching]) -> dict[str, float | int]:
    """Of many clips: the median and the 90 % quantile of the distances in ms, and what was found, missed, and false."""
    apart = torch.tensor([abs(offset) for each in several for offset in each.offsets] or [float("nan")])
    found = sum(len(each.offsets) for each in several)
    return {
        "median ms": round(1000 * float(apart.median()), 1),
        "90 % ms": round(1000 * float(apart.quantile(0.9)), 1),
        "found": found,
        "missed": sum(each.missed for each in several),
        "false": sum(each.false for each in several),
    }


def seen_hits(silhouettes: Tensor, *, fps: float = 8.0, least: float = LEAST) -> list[list[float]]:
    """When what is white in each silhouette ``b 1 t h w`` hits something: the floor or a wall, or one the other.

    A bounce is a corner in the path of the middle of all that is white. Two things that hit each other are none there:
    their middle goes on as it went, since no momentum is lost. They are a corner in how far the white is spread.
    """
    height, width = silhouettes.shape[3:]
    ink = ((silhouettes[:, 0] + 1) / 2 - 0.1).clamp(min=0)
    y, x = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    total = ink.sum((2, 3)).clamp(min=1e-6)
    found = []
    for axis, at, side in ((2, x, width), (3, y, height)):
        middle = (ink.sum(axis) * at).sum(2) / total
        square = (ink.sum(axis) * at.square()).sum(2) / total
        found.append((middle / side, (square - middle.square()) / side**2))
    places = torch.stack([middle for middle, _ in found], dim=-1)
    places = torch.where((total > 3.0)[..., None], places, torch.nan)
    square = torch.stack([square for _, square in found]).sum(0)
    spread = 2 * square.clamp(min=0).sqrt()  # of two dots that are alike: how far they are apart
    return [
        merged(impacts(at, fps=fps, least=least) + collisions(wide, fps=fps, least=least))
        if bool(at.isfinite().all())
        else []
        for at, wide in zip(places, spread, strict=True)
    ]
