"""How far sound is from what is seen, in milliseconds: hits matched one to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from minisora.sound.hits import LEAST, impacts

WINDOW = 0.15  #: Seconds: what is farther apart than this does not belong together.


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
    """When the white thing of each silhouette ``b 1 t h w`` hits something: read off its middle in each frame."""
    height, width = silhouettes.shape[3:]
    ink = ((silhouettes[:, 0] + 1) / 2 - 0.1).clamp(min=0)
    y, x = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    total = ink.sum((2, 3)).clamp(min=1e-6)
    places = torch.stack([(ink.sum(2) * x).sum(2) / total / width, (ink.sum(3) * y).sum(2) / total / height], dim=-1)
    places = torch.where((total > 3.0)[..., None], places, torch.nan)
    return [impacts(each, fps=fps, least=least) if bool(each.isfinite().all()) else [] for each in places]
