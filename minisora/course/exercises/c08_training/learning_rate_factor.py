"""The exercise `learning_rate_factor`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.training.optim import learning_rate_factor


def _factor_by_branches(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    factor = 1.0
    if step + 1 < warm_up:
        factor *= (step + 1) / warm_up
    if progress > 1 - decay:
        factor *= max(0.0, 1 - (progress - (1 - decay)) / decay)
    return factor


def _wrong_factor(rise: Callable[[int, int], float], fall: Callable[[float, float], float]) -> Solution:
    def factor(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
        return rise(step, warm_up) * fall(progress, decay)

    return factor


def _rise(step: int, warm_up: int) -> float:
    return min(1.0, (step + 1) / warm_up) if warm_up else 1.0


def _fall(progress: float, decay: float) -> float:
    return min(1.0, max(0.0, (1 - progress) / decay)) if decay else 1.0


def _smaller_of_both(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    return min(_rise(step, warm_up), _fall(progress, decay))


def _rises_or_falls(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    return _rise(step, warm_up) if step < warm_up else _fall(progress, decay)


def _rates(*moments: tuple[int, float], warm_up: int = 100, decay: float = 0.35) -> Callable[[Solution], object]:
    return lambda f: [float(f(step, progress=p, warm_up=warm_up, decay=decay)) for step, p in moments]


LEARNING_RATE_FACTOR = Exercise(
    name="learning_rate_factor",
    reference=learning_rate_factor,
    cases=(
        Case(
            "steps 0, 4 and 9 of a warm-up of 10, early in the run",
            _rates((0, 0.0), (4, 0.01), (9, 0.02), warm_up=10, decay=0.4),
            expected=lambda: [0.1, 0.5, 1.0],
        ),
        Case(
            "the middle of the run, long after the warm-up",
            _rates((500, 0.5), warm_up=10, decay=0.4),
            expected=lambda: [1.0],
        ),
        Case(
            "0.7, 0.8, 0.9 and all of a run whose last 0.4 is decay",
            _rates((700, 0.7), (800, 0.8), (900, 0.9), (1000, 1.0), warm_up=10, decay=0.4),
            expected=lambda: [0.75, 0.5, 0.25, 0.0],
        ),
        Case(
            "a short run that falls while it still warms up: step 4 of 8, warm-up 10, decay 0.8",
            _rates((4, 0.6), warm_up=10, decay=0.8),
            expected=lambda: [0.25],
        ),
        Case(
            "the same run at step 6, of which 0.7 is over",
            _rates((6, 0.7), warm_up=10, decay=0.8),
            expected=lambda: [0.7 * 0.3 / 0.8],
        ),
        Case("step 49 with warm_up left at 100", _rates((49, 0.1)), expected=lambda: [0.5]),
        Case(
            "a run a little over its budget, where nothing is left",
            _rates((1001, 1.01), warm_up=10, decay=0.4),
            expected=lambda: [0.0],
        ),
    ),
    mistakes=(
        Mistake(
            "first step lost",
            _wrong_factor(lambda step, warm_up: min(1.0, step / warm_up), _fall),
            "at step 0 your rate is 0, so the first batch teaches nothing, and every step of the warm-up is one "
            "behind: the first of `warm_up` steps has 1/warm_up",
        ),
        Mistake(
            "falls from the beginning",
            _wrong_factor(_rise, lambda progress, decay: max(0.0, 1 - progress)),
            "your rate falls all the way. It stays at 1 until only the share `decay` of the run is left",
        ),
        Mistake(
            "begins to fall at decay",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, max(0.0, (1 - progress) / (1 - decay)))),
            "your fall begins when the share `decay` is over. `decay` is the length of the fall: it begins at "
            "1 - decay",
        ),
        Mistake(
            "falls by its share",
            _wrong_factor(_rise, lambda progress, decay: 1.0 if progress <= 1 - decay else max(0.0, 1 - progress)),
            "your fall begins at the right moment, but drops at once to what is left of the run. It falls from 1: "
            "divide what is left by `decay`",
        ),
        Mistake(
            "a cosine",
            _wrong_factor(_rise, lambda progress, decay: 0.5 - 0.5 * math.cos(math.pi * _fall(progress, decay))),
            "your rate falls along a cosine; a straight line is asked for",
        ),
        Mistake(
            "a quarter of a cosine",
            _wrong_factor(_rise, lambda progress, decay: math.sin(math.pi / 2 * _fall(progress, decay))),
            "your rate falls along a cosine; a straight line is asked for, (1 - progress) / decay",
        ),
        Mistake(
            "a square",
            _wrong_factor(_rise, lambda progress, decay: _fall(progress, decay) ** 2),
            "your rate falls along a parabola; a straight line is asked for",
        ),
        Mistake(
            "cut off",
            _wrong_factor(_rise, lambda progress, decay: 1.0 if progress <= 1 - decay else 0.0),
            "your rate is cut off where it should begin to fall: it falls in a straight line, from 1 to 0 at progress "
            "1",
        ),
        Mistake(
            "never falls",
            _wrong_factor(_rise, lambda progress, decay: 1.0),
            "your rate never falls: over the last share `decay` of the run it goes down to 0, in a straight line",
        ),
        Mistake(
            "never rises",
            _wrong_factor(lambda step, warm_up: 1.0, _fall),
            "your rate has no warm-up: over the first `warm_up` steps it rises, 1/warm_up, 2/warm_up, and so on",
        ),
        Mistake(
            "falls too far",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, max(0.0, (1 - progress - decay) / decay))),
            "your rate is at 0 too early: it falls from 1 - decay on and reaches 0 when progress is 1",
        ),
        Mistake(
            "turned round",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, max(0.0, progress / decay))),
            "your second factor rises with the progress; it falls: what counts is what is left, 1 - progress",
        ),
        Mistake(
            "a hundred steps",
            _wrong_factor(lambda step, warm_up: _rise(step, 100), _fall),
            "your warm-up always takes 100 steps: use the argument `warm_up`",
        ),
        Mistake(
            "always 0.35",
            _wrong_factor(_rise, lambda progress, decay: _fall(progress, 0.35)),
            "your fall always takes the last 0.35 of the run: use the argument `decay`",
        ),
        Mistake(
            "whole numbers",
            _wrong_factor(lambda step, warm_up: min(1, (step + 1) // warm_up), _fall),
            "your rise is 0 until it is 1: // divides whole numbers and throws the rest away, / does not",
        ),
        Mistake(
            "mean of the two",
            lambda step, *, progress, warm_up=100, decay=0.35: (_rise(step, warm_up) + _fall(progress, decay)) / 2,
            "you take the mean of the two factors; each takes its share of what the other leaves: multiply",
        ),
        Mistake(
            "added",
            lambda step, *, progress, warm_up=100, decay=0.35: _rise(step, warm_up) + _fall(progress, decay),
            "you add the two factors; multiply them",
        ),
        Mistake(
            "rises or falls",
            _rises_or_falls,
            "while your run still warms up you leave the fall out; both hold at once in a short run: multiply them",
        ),
        Mistake(
            "smaller of the two",
            _smaller_of_both,
            "where a run rises and falls at once you take the smaller factor; each factor takes its share of what the "
            "other leaves: multiply",
        ),
        Mistake(
            "never stops rising",
            _wrong_factor(lambda step, warm_up: (step + 1) / warm_up, _fall),
            "after the warm-up your factor rises beyond 1: it must stop there",
        ),
        Mistake(
            "below zero",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, (1 - progress) / decay)),
            "when the budget is overrun your rate is negative, and the network unlearns: stop at 0",
        ),
    ),
    alternatives=(_factor_by_branches,),
    hints=(
        "Two factors, multiplied: one that knows the step and rises, one that knows the progress and falls.",
        "The rise is `(step + 1) / warm_up`, but never more than 1. What share of the run is left, and how much of "
        "the decay is that?",
        "The fall is `(1 - progress) / decay`, never more than 1 and never less than 0: `min(1.0, max(0.0, ...))`.",
    ),
    becomes="minisora/training/optim.py",
    minutes=8,
    difficulty=1,
    points=2,
)
