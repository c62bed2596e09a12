"""The exercise `first_fit`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Exercise, Mistake, Solution, call
from minisora.course.exercises.c11_sizes.common import refused

LENGTHS = [80, 20, 180, 80, 60, 144, 15, 36]  #: Tokens of clips.


def first_fit(lengths: list[int], room: int) -> list[list[int]]:
    """Rows of clips by their numbers: each goes into the first row in which its tokens still fit, or into a new one."""
    rows: list[list[int]] = []
    left: list[int] = []
    for i, length in enumerate(lengths):
        if length > room:
            raise ValueError(f"clip {i} of {length} tokens: a row has {room}")
        row = next((r for r, free in enumerate(left) if length <= free), len(rows))
        if row == len(rows):
            rows.append([])
            left.append(room)
        rows[row].append(i)
        left[row] -= length
    return rows


def _filled(
    *,
    choose: Callable[[list[int], list[int], int], list[int]] = lambda fits, left, n: fits[:1],
    fits: Callable[[int, int], bool] = lambda length, free: length <= free,
    order: Callable[[list[int]], list[int]] = lambda lengths: list(range(len(lengths))),
    names: Callable[[list[int], int], int] = lambda lengths, i: i,
    rows: Callable[[list[list[int]]], list[list[int]]] = lambda rows: rows,
    limit: bool = True,
) -> Solution:
    """First fit with a part exchanged; ``choose`` returns the row that is taken, or none."""

    def fitted(lengths: list[int], room: int) -> list[list[int]]:
        if limit and any(length > room for length in lengths):
            raise ValueError("too long")
        made: list[list[int]] = []
        left: list[int] = []
        for i in order(lengths):
            chosen = choose([r for r, free in enumerate(left) if fits(lengths[i], free)], left, len(made))
            if not chosen:
                made.append([])
                left.append(room)
                chosen = [len(made) - 1]
            made[chosen[0]].append(names(lengths, i))
            left[chosen[0]] -= lengths[i]
        return rows(made)

    return fitted


def _by_recursion(lengths: list[int], room: int) -> list[list[int]]:
    """All but the last clip first, and then that one."""
    if not lengths:
        return []
    *others, length = lengths
    if length > room:
        raise ValueError("too long")
    rows = _by_recursion(others, room)
    for row in rows:
        if sum(lengths[i] for i in row) + length <= room:
            row.append(len(others))
            return rows
    return [*rows, [len(others)]]


FIRST_FIT = Exercise(
    name="first_fit",
    reference=first_fit,
    cases=(
        call("eight clips in rows of 200 tokens", LENGTHS, 200),
        call("two clips that just fill a row", [60, 40, 100], 100),
        call("clips of which a late one fits an early row", [90, 70, 30, 10, 30], 100),
        call("clips of which one fits two rows", [50, 70, 30, 20], 100),
        call("no clip at all", [], 100),
        refused("a clip of 120 tokens for rows of 100", lambda f: f([20, 120], 100)),
    ),
    mistakes=(
        Mistake(
            "only the last row",
            _filled(choose=lambda fits, left, n: [r for r in fits if r == n - 1]),
            "you look at the last row only. An earlier one may still have room: begin with the first, every time",
        ),
        Mistake(
            "strictly less",
            _filled(fits=lambda length, free: length < free),
            "a clip that would just fill a row gets no place in it: it fits while its length is at most what is left",
        ),
        Mistake(
            "longest first",
            _filled(order=lambda lengths: sorted(range(len(lengths)), key=lambda i: -lengths[i])),
            "you sort the clips by length first. That packs a little better, but a loader meets its clips one by one: "
            "take them in the order in which they come",
        ),
        Mistake(
            "the fullest row",
            _filled(choose=lambda fits, left, n: sorted(fits, key=lambda r: left[r])[:1]),
            "you take the row with the least room that is left (best fit); first fit takes the *first* row with room",
        ),
        Mistake(
            "the emptiest row",
            _filled(choose=lambda fits, left, n: sorted(fits, key=lambda r: -left[r])[:1]),
            "you take the row with the most room; first fit takes the *first* row with enough of it",
        ),
        Mistake(
            "the last row with room",
            _filled(choose=lambda fits, left, n: fits[-1:]),
            "you go on after a row with room was found, and take the last one: take the first",
        ),
        Mistake(
            "lengths for numbers",
            _filled(names=lambda lengths, i: lengths[i]),
            "your rows hold the lengths of clips. Which clips are they? A row is a list of their numbers, from 0",
        ),
        Mistake(
            "a row for each",
            _filled(choose=lambda fits, left, n: []),
            "each of your clips has a row of its own: that is padding, not packing",
        ),
        Mistake(
            "rows that overflow",
            _filled(fits=lambda length, free: free > 0),
            "you put a clip into a row that has *some* room left, and the row overflows: all of its tokens have to fit",
        ),
        Mistake(
            "too long is not refused",
            _filled(limit=False),
            "a clip that is longer than a row fits nowhere, and you say nothing: raise a ValueError",
        ),
        Mistake(
            "an empty row to begin with",
            _filled(rows=lambda rows: rows or [[]]),
            "without a clip there is no row: begin with an empty list, and open a row when a clip needs one",
        ),
        Mistake(
            "numbers from 1",
            _filled(names=lambda lengths, i: i + 1),
            "you count clips from 1: their numbers are those of the list, from 0",
        ),
    ),
    alternatives=(_filled(), _by_recursion),
    hints=(
        "Two lists that grow together: the rows, and how much room is left in each.",
        "For each clip go through the rows in order, and stop at the first with `length <= left[row]`; `for … else` "
        "or `next(…, None)` tell you that there was none.",
        "If there was none: `rows.append([])` and `left.append(room)`. Then `rows[row].append(i)` and `left[row] -= "
        "length`. Before all that, a ValueError for a clip longer than `room`.",
    ),
    becomes="minisora/course/exercises/c11_sizes/first_fit.py",
    minutes=10,
    difficulty=2,
    points=2,
    trains=False,
)
