"""The exercise `false_alarm`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

from scipy.stats import binom, norm

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.marks.message import chance_of


def _asked(says: str, agree: int, bits: int, expected: float | None = None, **options: int) -> Case:
    known = None if expected is None else lambda: expected
    return Case(says, lambda f: float(f(agree, bits, **options)), known, tolerance=1e-6)


def _tail(agree: int, bits: int) -> float:
    return sum(comb(bits, k) for k in range(agree, bits + 1)) / 2**bits


def _alarm(
    *,
    tail: Callable[[int, int], float] = _tail,
    several: Callable[[float, int], float] = lambda p, tried: min(1.0, p * tried),
) -> Solution:
    """A false alarm with these habits."""
    return lambda agree, bits, *, tried=1: several(tail(agree, bits), tried)


FALSE_ALARM = Exercise(
    name="false_alarm",
    reference=chance_of,
    cases=(
        _asked("1 bit that agrees", 1, 1, 0.5),
        _asked("none of 8, or more", 0, 8, 1.0),
        _asked("8 of 8", 8, 8, 1 / 256),
        _asked("3 of 4 or more", 3, 4, 5 / 16),
        _asked("12 of 16 or more", 12, 16),
        _asked("24 of 32 or more", 24, 32),
        _asked("16 of 16 with one of 100 messages", 16, 16, 100 / 65536, tried=100),
        _asked("12 of 16 or more with one of 10 messages", 12, 16, tried=10),
        _asked("12 of 16 or more with one of 1000 messages", 12, 16, 1.0, tried=1000),
        _asked("4 of 8 or more", 4, 8),
    ),
    mistakes=(
        Mistake(
            "just so many",
            _alarm(tail=lambda agree, bits: comb(bits, agree) / 2**bits),
            "you count just so many: one that agrees in *more* places would be taken for marked as well. Sum up "
            "to bits",
        ),
        Mistake(
            "more than",
            _alarm(tail=lambda agree, bits: _tail(agree + 1, bits)),
            "your sum begins one too late: `agree` itself belongs to it",
        ),
        Mistake(
            "the last one is missing",
            _alarm(tail=lambda agree, bits: _tail(agree, bits) - 2.0**-bits),
            "your sum ends one too early: all bits may agree (`range(agree, bits + 1)`)",
        ),
        Mistake(
            "the other tail",
            _alarm(tail=lambda agree, bits: 1 - _tail(agree + 1, bits)),
            "you sum from 0 up to agree: that is the chance of so few. So many *or more*",
        ),
        Mistake(
            "both tails",
            _alarm(tail=lambda agree, bits: min(1.0, 2 * _tail(max(agree, bits - agree), bits))),
            "you count both tails: a clip that agrees in too few places raises no alarm",
        ),
        Mistake(
            "all of one pattern",
            _alarm(tail=lambda agree, bits: 2.0**-agree),
            "the bits that must agree may lie anywhere: count the ways to choose them, and the others may agree "
            "as well",
        ),
        Mistake(
            "normal",
            _alarm(tail=lambda agree, bits: float(norm.sf((agree - bits / 2) / (bits**0.5 / 2)))),
            "the normal curve is off where it matters, far out: sum the binomial terms",
        ),
        Mistake(
            "normal, corrected",
            _alarm(tail=lambda agree, bits: float(norm.sf((agree - 0.5 - bits / 2) / (bits**0.5 / 2)))),
            "the normal curve, even corrected by half a step, is off far out: sum the binomial terms",
        ),
        Mistake(
            "a number of answers",
            _alarm(tail=lambda agree, bits: float(sum(comb(bits, k) for k in range(agree, bits + 1)))),
            "you count the answers that agree and stop there: which share are they of all answers of coins?",
        ),
        Mistake(
            "tried is ignored",
            _alarm(several=lambda p, tried: p),
            "you compare with one message whatever is `tried`: whoever looks for a thousand users' marks has a "
            "thousand "
            "chances to be wrong",
        ),
        Mistake(
            "above 1",
            _alarm(several=lambda p, tried: p * tried),
            "a probability is never above 1: the bound ends there",
        ),
        Mistake(
            "divided",
            _alarm(several=lambda p, tried: p / tried),
            "the more messages are tried, the *likelier* a false alarm: times `tried`",
        ),
        Mistake(
            "independent",
            _alarm(several=lambda p, tried: 1 - (1 - p) ** tried),
            "you take the messages for independent. Nobody has said so; the bound that always holds is the sum, "
            "`tried` "
            "times, and at most 1",
        ),
    ),
    alternatives=(
        _alarm(),
        lambda agree, bits, *, tried=1: min(1.0, tried * float(binom.sf(agree - 1, bits, 0.5))),
    ),
    hints=(
        "Write down the eight answers of three coins. How many agree with 111 in just 2 places, and how many in 2 or "
        "more?",
        "`math.comb(bits, k)` is how many answers agree in just k places. How many answers are there in all? And which "
        "k count?",
        "`range` leaves its end out. Try 3 of 4 or more, which is 5 of 16, and 0 of 8 or more, which is certain; then "
        "with a thousand messages: may it come out above 1?",
    ),
    becomes="minisora/marks/message.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
