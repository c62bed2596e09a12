"""The exercise `at_infinity`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c15_measuring.common import asked
from minisora.evaluation.frechet import at_infinity

Numbers = Sequence[float]


def _asked(says: str, sizes: list[int], distances: list[float], expected: float | None = None) -> Case:
    return asked(says, lambda f: f(list(sizes), list(distances)), expected)


def _line(*, x: Callable[[np.ndarray], np.ndarray] = lambda n: 1 / n, term: int = 1) -> Solution:
    """A straight line through the distances in these ``x``; of its two numbers (slope, end) this one."""
    return lambda sizes, distances: float(np.polyfit(x(np.array(sizes, float)), np.array(distances), 1)[term])


def _two(sizes: Sequence[int], distances: Numbers, first: int, second: int) -> float:
    (n, a), (m, b) = (sizes[first], distances[first]), (sizes[second], distances[second])
    return (m * b - n * a) / (m - n)


def _largest(sizes: Sequence[int], distances: Numbers) -> float:
    return distances[max(range(len(sizes)), key=sizes.__getitem__)]


def _by_formula(sizes: Sequence[int], distances: Numbers) -> float:
    x = [1 / n for n in sizes]
    k, sx, sy = len(x), sum(x), sum(distances)
    sxy = sum(a * b for a, b in zip(x, distances, strict=True))
    sxx = sum(a * a for a in x)
    return (sy * sxx - sx * sxy) / (k * sxx - sx * sx)


_UNEVEN = [64, 128, 512, 256], [9.4, 5.1, 2.2, 2.9]

AT_INFINITY = Exercise(
    name="at_infinity",
    reference=at_infinity,
    cases=(
        _asked("2 + 100 / n at n = 50, 100 and 200", [50, 100, 200], [4.0, 3.0, 2.5], 2.0),
        _asked("two sets of one kind: 64 / n at n = 64 and 256", [64, 256], [1.0, 0.25], 0.0),
        _asked("four distances that lie beside the line", *_UNEVEN),
        _asked("the largest set first", [400, 200, 100], [1.1, 1.4, 1.8]),
        _asked("a bias that chance has turned round", [100, 200], [1.0, 1.2], 1.4),
    ),
    mistakes=(
        Mistake(
            "line in n",
            _line(x=lambda n: n),
            "your line is in n, and you read it off at n = 0, a set of no clips: the bias falls as 1 / n, so use 1 / "
            "n, where infinitely many are 0",
        ),
        Mistake(
            "line in the root",
            _line(x=lambda n: n**-0.5),
            "your line is in 1 / √n. That is how chance falls; the *bias* falls as 1 / n",
        ),
        Mistake(
            "slope",
            _line(term=0),
            "you return the slope of the line, how large the bias is: where the line meets 1 / n = 0 is wanted",
        ),
        Mistake(
            "the largest set",
            _largest,
            "you take the distance of the largest set: it is the least biased, but biased it is",
        ),
        Mistake(
            "the mean",
            lambda sizes, distances: sum(distances) / len(distances),
            "you average the distances. All of them are too large: that does not average out",
        ),
        Mistake(
            "the first and the last",
            lambda sizes, distances: _two(sizes, distances, 0, -1),
            "you draw the line through the first and the last point: use all of them, by least squares",
        ),
        Mistake(
            "never below 0",
            lambda sizes, distances: min(at_infinity(sizes, distances), min(distances)),
            "you do not let the answer be larger than what was measured. Chance can turn the line: say what it says",
        ),
        Mistake(
            "weighted by size",
            lambda sizes, distances: float(np.polyfit(1 / np.array(sizes), distances, 1, w=np.array(sizes))[1]),
            "your points have weights: each counts the same here, np.polyfit without `w`",
        ),
    ),
    alternatives=(_line(), _by_formula),
    hints=(
        "What is 1 / n for a set of infinitely many clips? There the line has to be read off.",
        "`numpy.polyfit(x, y, 1)` returns the slope and then the value at x = 0.",
        "`sizes` is a list: `np.array(sizes)` can be calculated with as a whole. With 2 + 100 / n at n = 50, 100 and "
        "200, polyfit must find 100 and 2: which of the two is the answer?",
    ),
    becomes="minisora/evaluation/frechet.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
