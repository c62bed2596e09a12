"""The exercise `timestamps`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.sound.clock import timestamps


def _ticks(answer: object) -> list[int]:
    if not isinstance(answer, list) or not all(isinstance(each, int) and not isinstance(each, bool) for each in answer):
        raise CheckFailed("return a list of whole numbers (`int`): a clock has no half ticks")
    return answer


def _asked(says: str, count: int, rate: Fraction, tick: Fraction, expected: list[int] | None = None) -> Case:
    return Case(says, lambda f: _ticks(f(count, rate, tick)), None if expected is None else lambda: expected)


def _stamped(
    *,
    due: Callable[[int, Fraction, Fraction], Fraction | float] = lambda i, rate, tick: i / (rate * tick),
    whole: Callable[[Any], int] = lambda x: math.floor(x + Fraction(1, 2)),
) -> Solution:
    return lambda count, rate, tick: [whole(due(i, rate, tick)) for i in range(count)]


def _added(whole: Callable[[Fraction], int]) -> Solution:
    return lambda count, rate, tick: [i * whole(1 / (rate * tick)) for i in range(count)]


def _by_division(count: int, rate: Fraction, tick: Fraction) -> list[int]:
    above, below = (1 / (rate * tick)).as_integer_ratio()
    return [(2 * i * above + below) // (2 * below) for i in range(count)]


MILLI = Fraction(1, 1000)
NTSC = Fraction(30_000, 1001)

FLOATS = (
    "you calculate with floats, which miss some halves by a hair, and then the tick: rate and tick are exact. Stay "
    "with `Fraction`, until the whole tick"
)
#: Ways to leave the fractions; they miss different halves.
_IN_FLOATS: dict[str, Callable[[int, Fraction, Fraction], float]] = {
    "i / float(rate * tick)": lambda i, rate, tick: i / float(rate * tick),
    "i / float(rate) / float(tick)": lambda i, rate, tick: i / float(rate) / float(tick),
    "i / (float(rate) * float(tick))": lambda i, rate, tick: i / (float(rate) * float(tick)),
    "i * float(1 / (rate * tick))": lambda i, rate, tick: i * float(1 / (rate * tick)),
    "i * (1 / float(rate)) / float(tick)": lambda i, rate, tick: i * (1 / float(rate)) / float(tick),
}

TIMESTAMPS = Exercise(
    name="timestamps",
    reference=timestamps,
    cases=(
        _asked("8 frames a second in milliseconds", 5, Fraction(8), MILLI, [0, 125, 250, 375, 500]),
        _asked("24 frames a second in milliseconds", 8, Fraction(24), MILLI, [0, 42, 83, 125, 167, 208, 250, 292]),
        _asked("3 frames a second in milliseconds", 4, Fraction(3), MILLI, [0, 333, 667, 1000]),
        _asked("30000/1001 frames a second, frame 300", 301, NTSC, MILLI),
        _asked("packets of 1024 samples", 4, Fraction(16_000, 1024), Fraction(1, 16_000), [0, 1024, 2048, 3072]),
        _asked("halves: 8 frames a second in hundredths", 6, Fraction(8), Fraction(1, 100), [0, 13, 25, 38, 50, 63]),
        _asked("halves that floats miss: 24 frames a second, 351 ticks", 40, Fraction(24), Fraction(1, 351)),
        _asked("halves that floats miss: 30 frames a second, 123 ticks", 40, Fraction(30), Fraction(1, 123)),
        _asked("no frames", 0, Fraction(8), MILLI, []),
    ),
    mistakes=(
        Mistake(
            "rounded durations",
            _added(lambda x: math.floor(x + Fraction(1, 2))),
            "you round a frame's duration and add it up: at 24 frames a second each is 0.33 ms too long, and after a "
            "minute the picture is half a second behind its sound. Round each time by itself",
        ),
        Mistake(
            "cut durations",
            _added(math.floor),
            "you cut a frame's duration and add it up: the error grows with every frame. Round each time by itself",
        ),
        Mistake(
            "cut",
            _stamped(whole=math.floor),
            "you cut off: 41.67 is nearer to 42. The nearest tick",
        ),
        Mistake(
            "rounded up",
            _stamped(whole=math.ceil),
            "you always round up: the nearest tick, 83.33 is 83",
        ),
        Mistake(
            "halves to even",
            _stamped(whole=round),
            "`round` takes halves to the even neighbour, so that 12.5 becomes 12: here halves go up, floor(x + 1/2)",
        ),
        Mistake(
            "from 1",
            _stamped(due=lambda i, rate, tick: (i + 1) / (rate * tick)),
            "your first frame is shown after the first frame's duration: frame 0 is due at 0",
        ),
        Mistake(
            "times the rate",
            _stamped(due=lambda i, rate, tick: i * rate * tick),
            "you multiply by the rate: frame i is due at i / rate seconds, and that is i / (rate * tick) ticks",
        ),
        Mistake(
            "seconds",
            _stamped(due=lambda i, rate, tick: i / rate),
            "you return seconds: ticks, so divide by what a tick lasts",
        ),
        Mistake(
            "times the tick",
            _stamped(due=lambda i, rate, tick: i / rate * tick),
            "you multiply by the tick's duration: how *many* ticks fit into the time? Divide",
        ),
        *(
            Mistake(
                f"floats, {name}",
                _stamped(due=due, whole=lambda x: math.floor(x + 0.5)),
                f"{FLOATS} (yours are those of `{name}`)",
            )
            for name, due in _IN_FLOATS.items()
        ),
        Mistake(
            "whole rate",
            _stamped(due=lambda i, rate, tick: i / (round(rate) * tick)),
            "you take 30 for 30000/1001: a thousandth, which is 3.6 seconds in an hour. Keep the fraction",
        ),
    ),
    alternatives=(_stamped(), _by_division),
    hints=(
        "Frame i is due at i / rate seconds; a tick lasts `tick` seconds.",
        "`Fraction` is exact: `Fraction(i) / (rate * tick)` are the ticks, not yet whole.",
        "The nearest whole number with halves up is floor(x + 1/2); `int` of a positive Fraction is its floor.",
    ),
    becomes="minisora/sound/clock.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
