"""The exercise `extraction_ratio`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.audit.copying import extraction_ratio
from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution

DICE = Generator().manual_seed(4)
TRAINING = torch.randn(40, 6, generator=DICE)
SAMPLES = torch.cat([TRAINING[3:5] + 0.05, torch.randn(3, 6, generator=DICE)])
LINE = torch.tensor([[0.0], [1.0], [2.0], [3.0], [10.0]])


def _asked(says: str, samples: Tensor, training: Tensor, expected: list[float] | None = None, **options: Any) -> Case:
    known = None if expected is None else lambda: torch.tensor(expected)
    return Case(says, lambda f: f(samples.clone(), training.clone(), **options), known, tolerance=1e-4)


def _distances(samples: Tensor, training: Tensor) -> Tensor:
    return (samples[:, None] - training[None]).square().sum(2).sqrt()


def _ratio(
    *,
    distance: Callable[[Tensor, Tensor], Tensor] = _distances,
    around: Callable[[Tensor, int], Tensor] = lambda near, n: near[:, :n].mean(1),
    least: Callable[[Tensor], Tensor] = lambda near: near[:, 0],
    over: Callable[[Tensor, Tensor, float], Tensor] = lambda one, some, alpha: one / (alpha * some),
) -> Solution:
    """A ratio with these habits."""

    def solution(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
        sorted_ = distance(samples, training).sort(dim=1).values
        return over(least(sorted_), around(sorted_, near), alpha)

    return solution


def _one_by_one(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
    rows = []
    for sample in samples:
        lengths = sorted(float((sample - clip).norm()) for clip in training)[:near]
        rows.append(lengths[0] / (alpha * sum(lengths) / len(lengths)))
    return torch.tensor(rows)


def _without_a_limit(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
    nearest = torch.cdist(samples, training).topk(near, dim=1, largest=False).values
    return nearest[:, 0] / (alpha * nearest.mean(1))


def _in_the_order_of_the_set(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
    distance = torch.cdist(samples, training)
    return distance.min(1).values / (alpha * distance[:, :near].mean(1))


def _around_the_clip(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
    nearest = torch.cdist(samples, training).min(1)
    around = torch.cdist(training[nearest.indices], training).sort(1).values[:, :near]
    return nearest.values / (alpha * around.mean(1))


EXTRACTION_RATIO = Exercise(
    name="extraction_ratio",
    reference=extraction_ratio,
    cases=(
        _asked("a copy of a training clip", LINE[2:3], LINE, [0.0], near=3),
        _asked("a sample at 0.5 among 0, 1, 2, 3, 10, the 2 nearest", torch.tensor([[0.5]]), LINE, [2.0], near=2),
        _asked("a sample at 4 among 0, 1, 2, 3, 10, the 3 nearest", torch.tensor([[4.0]]), LINE, [1.0], near=3),
        _asked("the same with alpha 1", torch.tensor([[4.0]]), LINE, [0.5], near=3, alpha=1.0),
        _asked("five samples of six numbers, the 10 nearest of 40", SAMPLES, TRAINING, near=10),
        _asked("the same, all numbers three times as large", 3 * SAMPLES, 3 * TRAINING, near=10),
        _asked("the 50 nearest, of which there are only 40", SAMPLES, TRAINING),
        _asked(
            "one sample, and a training clip far away from all",
            SAMPLES[:1],
            torch.cat([TRAINING, 100 + TRAINING[:1]]),
            near=8,
        ),
    ),
    mistakes=(
        Mistake(
            "distance alone",
            _ratio(over=lambda one, some, alpha: one),
            "you return the distance to the nearest clip. A plain clip is near to many: divide by the neighbourhood",
        ),
        Mistake(
            "of all clips",
            _ratio(around=lambda near, n: near.mean(1)),
            "your neighbourhood is the whole training set: the mean of the `near` nearest alone",
        ),
        Mistake(
            "squared",
            _ratio(distance=lambda samples, training: (samples[:, None] - training[None]).square().sum(2)),
            "your distances are squared: their roots",
        ),
        Mistake(
            "sum of differences",
            _ratio(distance=lambda samples, training: (samples[:, None] - training[None]).abs().sum(2)),
            "you add differences without a sign (l1): the root of the sum of squares (l2)",
        ),
        Mistake(
            "without alpha",
            _ratio(over=lambda one, some, alpha: one / some),
            "`alpha` has no part in yours: it is a factor of the neighbourhood",
        ),
        Mistake(
            "alpha above",
            _ratio(over=lambda one, some, alpha: alpha * one / some),
            "`alpha` belongs below the line, to the neighbourhood",
        ),
        Mistake(
            "upside down",
            _ratio(over=lambda one, some, alpha: alpha * some / one.clamp(min=1e-12)),
            "yours is upside down: near 0 is to be a copy, so the nearest stands above",
        ),
        Mistake(
            "without the nearest",
            _ratio(around=lambda near, n: near[:, 1 : n + 1].mean(1)),
            "you leave the nearest out of the neighbourhood: it is one of the `near`",
        ),
        Mistake(
            "without the nearest, one fewer",
            _ratio(around=lambda near, n: near[:, 1:n].mean(1)),
            "the mean of your neighbourhood begins at the second nearest: the nearest is one of the `near`, and counts "
            "above the line *and* below it",
        ),
        Mistake(
            "more than there are",
            _without_a_limit,
            "you ask `topk` for `near` clips where there are only fewer, and it fails: `min(near, len(training))` of "
            "them",
        ),
        Mistake(
            "over near",
            _ratio(around=lambda near, n: near[:, :n].sum(1) / n),
            "you divide the sum by `near` even where there are fewer clips: by as many as were summed",
        ),
        Mistake(
            "a sum",
            _ratio(around=lambda near, n: near[:, :n].sum(1)),
            "you divide by the sum of the neighbourhood's distances: by their mean",
        ),
        Mistake(
            "no brackets",
            _ratio(over=lambda one, some, alpha: one / alpha * some),
            "you divide by `alpha` and then *multiply* by the mean: both stand below the line, in brackets",
        ),
        Mistake(
            "far neighbours",
            _ratio(around=lambda near, n: near[:, -n:].mean(1)),
            "your neighbourhood is the `near` *farthest* clips: `topk` takes the largest unless told otherwise",
        ),
        Mistake(
            "not sorted",
            _in_the_order_of_the_set,
            "your neighbourhood is the first `near` clips in the order of the training set: the nearest ones",
        ),
        Mistake(
            "the other way",
            _ratio(distance=lambda samples, training: _distances(training, samples)),
            "you have an answer for each *training clip* and its nearest sample: for each *sample*, the nearest "
            "training clips. Which axis is which?",
        ),
        Mistake(
            "around the training clip",
            _around_the_clip,
            "you measure the neighbourhood from the nearest training clip: from the sample, like the distance above it",
        ),
        Mistake(
            "one neighbourhood",
            _ratio(around=lambda near, n: near[:, :n].mean()),
            "you have one neighbourhood for all samples, the mean over all of them: each sample has its own (`dim=1`)",
        ),
        Mistake(
            "the median",
            _ratio(around=lambda near, n: near[:, :n].median(1).values),
            "you take the median of the neighbourhood: the mean",
        ),
        Mistake(
            "the last of them",
            _ratio(around=lambda near, n: near[:, min(n, near.shape[1]) - 1]),
            "you divide by the last of the nearest alone: the mean of all of them",
        ),
        Mistake(
            "the farthest",
            _ratio(least=lambda near: near[:, -1], around=lambda near, n: near[:, -n:].mean(1)),
            "you sort the wrong way round: the largest distances come first with you",
        ),
        Mistake(
            "one number",
            _ratio(over=lambda one, some, alpha: (one / (alpha * some)).mean()),
            "you return one mean: a ratio for each sample, since a single copy is one too many",
        ),
    ),
    alternatives=(_ratio(), _one_by_one),
    hints=(
        "`torch.cdist(samples, training)` has the distance of each sample to each clip.",
        "`.topk(k, dim=1, largest=False).values` are the k smallest of each row, the smallest first. How large may k "
        "be when there are fewer clips than `near`?",
        "Both numbers of the ratio come out of that one table. Which column is the nearest, and along which axis is "
        "there a mean for each sample? By hand: a sample at 4 among 0, 1, 2, 3, 10, the 3 nearest, has 1 / (0.5 · 2) "
        "= 1.",
    ),
    becomes="minisora/audit/copying.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
