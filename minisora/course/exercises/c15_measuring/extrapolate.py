"""The exercise `extrapolate`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c15_measuring.common import asked
from minisora.evaluation.scaling import fit_power_law

Numbers = Sequence[float]


def extrapolate(compute: Numbers, losses: Numbers, wanted: float, *, floor: float = 0.0) -> float:
    """The loss that a power law above ``floor`` predicts for a budget ``wanted``."""
    return fit_power_law(compute, losses, floor=floor)(wanted)


def _asked(says: str, compute: list[float], losses: list[float], wanted: float, floor: float, expected=None) -> Case:
    return asked(says, lambda f: f(list(compute), list(losses), wanted, floor=floor), expected, tolerance=1e-4)


def _fitted(
    *,
    x: Callable[[np.ndarray], np.ndarray] = np.log,
    y: Callable[[np.ndarray], np.ndarray] = np.log,
    back: Callable[[float], float] = np.exp,
    below: float = 1.0,
    added: float = 1.0,
    points: slice = slice(None),
    sign: float = 1.0,
) -> Solution:
    """A straight line in these coordinates."""

    def solution(compute: Numbers, losses: Numbers, wanted: float, *, floor: float = 0.0) -> float:
        c, loss = np.array(compute, float)[points], np.array(losses, float)[points]
        slope, start = np.polyfit(x(c), y(loss - below * floor), 1)
        return float(back(sign * slope * x(np.array(wanted, float)) + start) + added * floor)

    return solution


def _by_covariance(compute: Numbers, losses: Numbers, wanted: float, *, floor: float = 0.0) -> float:
    x, y = np.log10(compute), np.log10(np.array(losses) - floor)
    slope = np.cov(x, y)[0, 1] / np.var(x, ddof=1)
    return float(floor + 10 ** (y.mean() + slope * (np.log10(wanted) - x.mean())))


_FOUR = [1.0, 2.0, 4.0, 8.0]

EXTRAPOLATE = Exercise(
    name="extrapolate",
    reference=extrapolate,
    cases=(
        _asked("losses of 8, 4, 2 at 1, 10 and 100, and a budget of 1,000", [1, 10, 100], [8, 4, 2], 1000, 0.0, 1.0),
        _asked("2 / √C above a floor of 0.5, at C = 16", _FOUR, [0.5 + 2 * c**-0.5 for c in _FOUR], 16.0, 0.5, 1.0),
        _asked("five losses that lie beside the law", [1, 2, 4, 8, 16], [1.1, 0.86, 0.7, 0.5, 0.41], 32.0, 0.0),
        _asked("the same above a floor of 0.2", [1, 2, 4, 8, 16], [1.1, 0.86, 0.7, 0.5, 0.41], 32.0, 0.2),
        _asked("a budget between those that were tried", [1, 4, 16], [1.0, 0.62, 0.38], 8.0, 0.1),
    ),
    mistakes=(
        Mistake(
            "a line as it is",
            _fitted(x=lambda c: c, y=lambda y: y, back=lambda y: y),
            "you draw a straight line through compute and loss: it soon falls below 0. A power law is straight in the "
            "*logarithms* of both",
        ),
        Mistake(
            "only compute in logarithms",
            _fitted(y=lambda y: y, back=lambda y: y),
            "only the compute is in logarithms with you: the loss (above the floor) needs one, too",
        ),
        Mistake(
            "only the loss in logarithms",
            _fitted(x=lambda c: c),
            "only the loss is in logarithms with you, which is an exponential: compute needs one, too",
        ),
        Mistake(
            "floor not taken away",
            _fitted(below=0.0, added=0.0),
            "you do not look at the floor: what falls as a power is the loss *above* it",
        ),
        Mistake(
            "floor not put back",
            _fitted(added=0.0),
            "your prediction is of the part above the floor: add the floor again",
        ),
        Mistake(
            "floor put back only",
            _fitted(below=0.0),
            "you add the floor at the end, but fit as if there were none: subtract it from the losses first",
        ),
        Mistake(
            "the last two",
            _fitted(points=slice(-2, None)),
            "your line goes through the last two points only: through all, by least squares",
        ),
        Mistake(
            "the first and the last",
            _fitted(points=slice(None, None, 2)),
            "some points are left out of your fit: all count",
        ),
        Mistake(
            "the sign",
            _fitted(sign=-1.0),
            "more compute makes your loss larger: the slope is negative as it comes out of the fit, do not turn it "
            "round",
        ),
        Mistake(
            "still a logarithm",
            _fitted(back=lambda y: y),
            "you return a logarithm: `exp` brings it back to a loss",
        ),
        Mistake(
            "two kinds of logarithm",
            _fitted(back=lambda y: 10**y),
            "you take natural logarithms and come back with powers of ten: np.log with np.exp, or log10 with 10**",
        ),
    ),
    alternatives=(_fitted(), _by_covariance),
    hints=(
        "loss - floor = scale · C^-a: take logarithms of both sides. What is a straight line in what?",
        "`slope, start = np.polyfit(np.log(compute), np.log(np.array(losses) - floor), 1)`",
        "At `wanted`: `floor + np.exp(start + slope * np.log(wanted))`.",
    ),
    becomes="minisora/evaluation/scaling.py",
    minutes=10,
    difficulty=2,
    points=2,
    trains=False,
)
