"""The exercise `matched`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
from scipy.optimize import linear_sum_assignment

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.sound.measure import matched

Answer = tuple[tuple[float, ...], int, int]


def _three(answer: object) -> list[object]:
    if isinstance(answer, tuple | list) and len(answer) == 3:
        offsets, missed, false = answer
        if isinstance(offsets, tuple | list) and isinstance(missed, int) and isinstance(false, int):
            return [[float(each) for each in offsets], missed, false]
    raise CheckFailed("return three things: the offsets, how many were missed, and how many are false")


def _asked(says: str, heard: list[float], seen: list[float], expected: Answer | None = None) -> Case:
    known = None if expected is None else lambda: [list(expected[0]), expected[1], expected[2]]
    return Case(says, lambda f: _three(f(list(heard), list(seen), window=0.15)), known)


def _by_trying(heard: list[float], seen: list[float], *, window: float = 0.15) -> Answer:
    """All ways to give each seen hit a heard one or none: most pairs, then the least sum."""
    best: tuple[int, float, tuple[float, ...]] = (0, 0.0, ())
    choices: list[int | None] = [*range(len(heard)), *[None] * len(seen)]
    for way in set(permutations(choices, len(seen))):
        offsets = [heard[i] - seen[j] for j, i in enumerate(way) if i is not None]
        if all(abs(each) <= window for each in offsets):
            found = (-len(offsets), sum(map(abs, offsets)), tuple(offsets))
            best = min(best, found, key=lambda f: f[:2])
    return best[2], len(seen) + best[0], len(heard) + best[0]


def _in_turn(
    *,
    sign: float = 1.0,
    size: Callable[[float], float] = lambda x: x,
    again: bool = False,
    limit: Callable[[float, float], bool] = lambda apart, window: abs(apart) <= window,
    left: Callable[[int, int, int], tuple[int, int]] = lambda heard, seen, pairs: (seen - pairs, heard - pairs),
) -> Solution:
    """The true pairs (or, with ``again``, the nearest heard for each seen), reported with these habits."""

    def solution(heard: list[float], seen: list[float], *, window: float = 0.15) -> Answer:
        if again:
            nearest = [min(heard, key=lambda h, s=s: abs(h - s)) - s for s in seen] if heard else []
            offsets = [each for each in nearest if limit(each, window)]
        else:
            offsets = [each for each in matched(heard, seen, window=window).offsets if limit(each, window)]
        return (tuple(size(sign * each) for each in offsets), *left(len(heard), len(seen), len(offsets)))

    return solution


def _greedy(heard: list[float], seen: list[float], *, window: float = 0.15) -> Answer:
    free, offsets = list(heard), []
    for each in seen:
        near = [h for h in free if abs(h - each) <= window]
        if near:
            best = min(near, key=lambda h: abs(h - each))
            free.remove(best)
            offsets.append(best - each)
    return tuple(offsets), len(seen) - len(offsets), len(free)


def _cheapest(
    *,
    cost: Callable[[np.ndarray, float], np.ndarray],
    keep: Callable[[float, float], bool] = lambda apart, window: apart <= window,
) -> Solution:
    """The cheapest assignment at this cost, and of its pairs these."""

    def solution(heard: list[float], seen: list[float], *, window: float = 0.15) -> Answer:
        apart = np.abs(np.subtract.outer(np.asarray(heard, float), np.asarray(seen, float)))
        rows, columns = linear_sum_assignment(cost(apart, window))
        pairs = [(j, i) for i, j in zip(rows, columns, strict=True) if keep(float(apart[i, j]), window)]
        offsets = tuple(float(heard[i] - seen[j]) for j, i in sorted(pairs))
        return offsets, len(seen) - len(pairs), len(heard) - len(pairs)

    return solution


def _in_order(heard: list[float], seen: list[float], *, window: float = 0.15) -> Answer:
    pairs = list(zip(heard, seen, strict=False))
    return tuple(h - s for h, s in pairs), len(seen) - len(pairs), len(heard) - len(pairs)


def _order_in_window(heard: list[float], seen: list[float], *, window: float = 0.15) -> Answer:
    offsets = [h - s for h, s in zip(heard, seen, strict=False) if abs(h - s) <= window]
    return tuple(offsets), len(seen) - len(offsets), len(heard) - len(offsets)


MATCHED = Exercise(
    name="matched",
    reference=matched,
    cases=(
        _asked("a sound 0.1 s late", [0.6], [0.5], ((0.1,), 0, 0)),
        _asked("a sound 0.1 s early", [0.4], [0.5], ((-0.1,), 0, 0)),
        _asked("a sound that is 0.3 s away", [0.8], [0.5], ((), 1, 1)),
        _asked("silence", [], [0.5, 1.0], ((), 2, 0)),
        _asked("sounds without pictures", [0.5, 1.0, 1.5], [], ((), 0, 3)),
        _asked("a false sound at the beginning", [0.1, 0.52, 1.04], [0.5, 1.0], ((0.02, 0.04), 0, 1)),
        _asked("a hit that nothing is heard of", [1.04], [0.5, 1.0], ((0.04,), 1, 0)),
        _asked("one sound between two hits", [0.56], [0.5, 0.6], ((-0.04,), 1, 0)),
        _asked("two sounds for one hit", [0.45, 0.52], [0.5], ((0.02,), 0, 1)),
        _asked("two hits that want the same sound", [0.56, 0.42], [0.5, 0.65], ((-0.08, -0.09), 0, 0)),
        _asked("two sounds, three hits", [0.2, 0.34], [0.04, 0.34, 0.48], ((-0.14, -0.14), 1, 0)),
    ),
    mistakes=(
        Mistake(
            "one sound for all",
            _in_turn(again=True),
            "you use a sound for several hits: each belongs to one hit at most, or one lucky thud explains a whole "
            "film",
        ),
        Mistake(
            "in their order",
            _in_order,
            "you match the first with the first and the second with the second: one false sound at the beginning "
            "puts all others beside the wrong hit. What is near belongs together",
        ),
        Mistake(
            "in their order, within the window",
            _order_in_window,
            "you match by number and then look at the window: after one false sound nothing fits any more. What is "
            "near belongs together",
        ),
        Mistake(
            "nearest first come",
            _greedy,
            "the first hit takes the nearest sound, and leaves the second one with nothing, although both could have "
            "one: as many pairs as possible, then the least sum of distances",
        ),
        Mistake(
            "no window",
            _in_turn(again=True, limit=lambda apart, window: True),
            "you match what is too far apart: more than `window` seconds away is another event",
        ),
        Mistake(
            "all pairs kept",
            _cheapest(
                cost=lambda apart, window: np.where(apart <= window, apart, 1e6), keep=lambda apart, window: True
            ),
            "you keep every pair that the assignment returns, also those farther apart than `window`: it pairs off "
            "whatever is left. Throw them away afterwards",
        ),
        Mistake(
            "all pairs kept, of distances",
            _cheapest(cost=lambda apart, window: apart, keep=lambda apart, window: True),
            "you keep every pair that the assignment returns, also those farther apart than `window`: make them cost "
            "more than all others together, and throw away those that are left",
        ),
        Mistake(
            "far pairs are cheap",
            _cheapest(cost=lambda apart, window: apart),
            "a pair beyond the window costs you no more than its distance (or than a window), so that you find a pair "
            "too few: they must cost more than all others together",
        ),
        Mistake(
            "sign",
            _in_turn(sign=-1.0),
            "your signs are the other way round: a sound that comes too late has an offset above 0, heard - seen",
        ),
        Mistake(
            "without sign",
            _in_turn(size=abs),
            "your offsets have lost their sign: whether sound comes too early or too late is worth knowing",
        ),
        Mistake(
            "missed and false exchanged",
            _in_turn(left=lambda heard, seen, pairs: (heard - pairs, seen - pairs)),
            "missed and false are exchanged: a *seen* hit without a sound is missed, a *heard* one without a picture "
            "is false",
        ),
        Mistake(
            "milliseconds",
            _in_turn(size=lambda x: 1000 * x),
            "your offsets are in milliseconds: seconds, like what you are given",
        ),
        Mistake(
            "pairs for missed",
            _in_turn(left=lambda heard, seen, pairs: (pairs, heard - pairs)),
            "you return how many were found as how many were missed: seen less found",
        ),
        Mistake(
            "the difference",
            _in_turn(left=lambda heard, seen, pairs: (max(seen - heard, 0), max(heard - seen, 0))),
            "one missed and one false cancel out with you: count each side less the pairs",
        ),
    ),
    alternatives=(_by_trying,),
    hints=(
        "A matrix of distances, a row for each heard and a column for each seen one. Pairs beyond the window must cost "
        "more than anything else.",
        "`scipy.optimize.linear_sum_assignment` adds up what the pairs cost. So what must a pair beyond the window "
        "cost, so that two near ones are always better than one of them?",
        "Of what it returns keep the pairs within the window. In the order of the seen ones; the rest is counted.",
    ),
    becomes="minisora/sound/measure.py",
    minutes=15,
    difficulty=3,
    points=4,
    trains=False,
)
