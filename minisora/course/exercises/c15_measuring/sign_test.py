"""The exercise `sign_test`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, erfc, sqrt

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c15_measuring.common import asked
from minisora.evaluation.votes import sign_test


def _asked(wins: int, n: int, expected: float | None = None) -> Case:
    return asked(f"{wins} wins of {n}", lambda f: f(wins, n), expected)


def _sum(n: int, from_: int) -> float:
    return sum(comb(n, k) for k in range(from_, n + 1)) / 2**n


def _tail(
    *,
    from_: Callable[[int, int], int] = lambda wins, n: max(wins, n - wins),
    sides: float = 2.0,
    end: Callable[[float], float] = lambda p: min(1.0, p),
) -> Solution:
    """The probability of so many wins or more, with these habits."""
    return lambda wins, n: end(sides * _sum(n, from_(wins, n)))


def _normal(wins: int, n: int) -> float:
    return erfc(abs(wins - n / 2) / sqrt(n / 2)) if n else 1.0


def _by_distance(wins: int, n: int) -> float:
    """All results that are at least as far from the middle."""
    return sum(comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= abs(2 * wins - n)) / 2**n


SIGN_TEST = Exercise(
    name="sign_test",
    reference=sign_test,
    cases=(
        _asked(5, 5, 2 / 32),
        _asked(0, 5, 2 / 32),
        _asked(9, 10, 22 / 1024),
        _asked(5, 10, 1.0),
        _asked(7, 20),
        _asked(60, 100),
        _asked(0, 0, 1.0),
    ),
    mistakes=(
        Mistake(
            "one side",
            _tail(sides=1.0),
            "you count one side only. Before the votes nobody knew who would win: a result as uneven the *other* way "
            "is as surprising, so twice the tail",
        ),
        Mistake(
            "only this result",
            lambda wins, n: min(1.0, 2 * comb(n, wins) / 2**n),
            "you take the probability of just so many wins. Of many pairs each single result is unlikely: so many *or "
            "more*",
        ),
        Mistake(
            "more than this",
            _tail(from_=lambda wins, n: max(wins, n - wins) + 1),
            "you count results that are more uneven than this one, without this one itself",
        ),
        Mistake(
            "losers are sure",
            _tail(from_=lambda wins, n: wins),
            "whoever loses nearly all pairs gets 1 with you: count from the larger of wins and losses",
        ),
        Mistake(
            "the wrong tail",
            _tail(from_=lambda wins, n: min(wins, n - wins)),
            "you sum from the smaller of wins and losses upwards: that is nearly everything. From the larger one",
        ),
        Mistake(
            "above 1",
            _tail(end=lambda p: p),
            "at an even result both tails hold the middle, and yours is above 1: no probability is, min(1, …)",
        ),
        Mistake(
            "a normal curve",
            _normal,
            "you take a normal curve for the binomial: with so few pairs it is off by much. `math.comb` is exact",
        ),
        Mistake(
            "1 minus",
            _tail(end=lambda p: 1 - min(1.0, p)),
            "your number is large where the result is clear: a p-value is small there",
        ),
        Mistake(
            "the share",
            lambda wins, n: wins / n if n else 1.0,
            "you return the share of wins: how likely is so uneven a share if both are equally good?",
        ),
    ),
    alternatives=(_tail(), _by_distance),
    hints=(
        "If both are equally good, each pair is a coin: `comb(n, k) / 2**n` is how likely k wins are.",
        "So uneven a result *or a more uneven one*: sum over k from `max(wins, n - wins)` to n, `range(…, n + 1)`.",
        "Twice that, for the other side, and `min(1.0, …)`.",
    ),
    becomes="minisora/evaluation/votes.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
