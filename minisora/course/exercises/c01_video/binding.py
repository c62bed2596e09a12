"""The exercise `binding`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from itertools import combinations, permutations
from typing import Any, cast

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.evaluation.judge import Reading, compare
from minisora.worlds.claims import Claims, ObjectClaim


def binding(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    """Whether each claimed object can be a different one of those seen that has all that is said: the judge's own."""
    there = Reading(cast(Any, tuple(seen)), None, "static")
    return compare(there, Claims(tuple(wanted))).binding


def _fits(claim: ObjectClaim, obj: ObjectClaim) -> bool:
    return all(said in (None, there) for said, there in zip(astuple(claim), astuple(obj), strict=True))


def _binding_by(fits: Callable[[ObjectClaim, ObjectClaim], bool]) -> Solution:
    def wrong(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
        orders = permutations(seen, len(wanted))
        return any(all(fits(c, o) for c, o in zip(wanted, order, strict=True)) for order in orders)

    return wrong


def _binding_by_backtracking(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    if not wanted:
        return True
    return any(
        _fits(wanted[0], seen[i]) and _binding_by_backtracking(wanted[1:], [*seen[:i], *seen[i + 1 :]])
        for i in range(len(seen))
    )


def _word_by_word(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    for said, there in zip(
        zip(*map(astuple, wanted), strict=True), zip(*map(astuple, seen), strict=True), strict=False
    ):
        words = [word for word in said if word is not None]
        if any(words.count(word) > there.count(word) for word in words):
            return False
    return len(seen) >= len(wanted)


def _each_word_somewhere(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return all(
        word is None or word in {astuple(obj)[field] for obj in seen}
        for claim in wanted
        for field, word in enumerate(astuple(claim))
    )


def _greedy(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    left = list(seen)
    for claim in wanted:
        found = next((i for i, obj in enumerate(left) if _fits(claim, obj)), None)
        if found is None:
            return False
        left.pop(found)
    return True


_RED_RIGHT = ObjectClaim("circle", "red", "small", "right")


_BLUE_LEFT = ObjectClaim("square", "blue", "small", "left")


_BLUE_STILL = ObjectClaim("circle", "blue", "large", "still")


BINDING = Exercise(
    name="binding",
    reference=binding,
    cases=(
        Case(
            "a red circle that moves right and a blue square, when the square is seen first",
            lambda f: f(
                [ObjectClaim("circle", "red", motion="right"), ObjectClaim("square", "blue")], [_BLUE_LEFT, _RED_RIGHT]
            ),
            expected=lambda: True,
        ),
        Case(
            "a blue circle and a red square, when the circle is red and the square is blue",
            lambda f: f([ObjectClaim("circle", "blue"), ObjectClaim("square", "red")], [_RED_RIGHT, _BLUE_LEFT]),
            expected=lambda: False,
        ),
        Case(
            "two circles, when there is one and a square",
            lambda f: f([ObjectClaim("circle"), ObjectClaim("circle")], [_RED_RIGHT, _BLUE_LEFT]),
            expected=lambda: False,
        ),
        Case(
            "a circle and a red circle, when a red and a blue circle are seen, in this order",
            lambda f: f([ObjectClaim("circle"), ObjectClaim("circle", "red")], [_RED_RIGHT, _BLUE_STILL]),
            expected=lambda: True,
        ),
        Case(
            "a red circle, when there is a blue square too",
            lambda f: f([ObjectClaim("circle", "red")], [_RED_RIGHT, _BLUE_LEFT]),
            expected=lambda: True,
        ),
        Case(
            "a red circle, when the colour of the only circle could not be made out (it is None)",
            lambda f: f([ObjectClaim("circle", "red")], [ObjectClaim("circle", None, "small", "right")]),
            expected=lambda: False,
        ),
        Case(
            "a red circle, when nothing is seen",
            lambda f: f([ObjectClaim("circle", "red")], []),
            expected=lambda: False,
        ),
        Case(
            "a circle that moves right, when it moves left",
            lambda f: f([ObjectClaim("circle", motion="right")], [ObjectClaim("circle", "red", "small", "left")]),
            expected=lambda: False,
        ),
        Case(
            "a square and a blue circle, when a red circle, a square and a blue circle are seen",
            lambda f: f([ObjectClaim("square"), ObjectClaim("circle", "blue")], [_RED_RIGHT, _BLUE_LEFT, _BLUE_STILL]),
            expected=lambda: True,
        ),
        Case(
            "a large circle, when it is small",
            lambda f: f([ObjectClaim("circle", size="large")], [_RED_RIGHT]),
            expected=lambda: False,
        ),
        Case(
            "a square that moves left, when a circle does",
            lambda f: f([ObjectClaim("square", motion="left")], [ObjectClaim("circle", "blue", "small", "left")]),
            expected=lambda: False,
        ),
        Case(
            "two circles, when a red one is seen",
            lambda f: f([ObjectClaim("circle"), ObjectClaim("circle")], [_RED_RIGHT]),
            expected=lambda: False,
        ),
        Case("nothing at all, when there is a circle", lambda f: f([], [_RED_RIGHT]), expected=lambda: True),
    ),
    mistakes=(
        Mistake(
            "word by word",
            _word_by_word,
            "you look for each word somewhere in the clip, so a blue circle is found where a red circle and a blue "
            "square are. All words of a claim must hold of one and the same object",
        ),
        Mistake(
            "each word somewhere",
            _each_word_somewhere,
            "you look for each word somewhere in the clip, so the words may come from different objects. All words of "
            "a claim must hold of one and the same object",
        ),
        Mistake(
            "each word somewhere, and enough objects",
            lambda wanted, seen: len(seen) >= len(wanted) and _each_word_somewhere(wanted, seen),
            "you look for each word somewhere in the clip, so the words of a claim may come from different objects. "
            "All of them must hold of one and the same object",
        ),
        *(
            Mistake(
                f"{field} not looked at",
                _binding_by(lambda c, o, field=field: _fits(replace(c, **{field: None}), o)),
                f"you do not look at the {field}: a claim has four fields, and each that says something has to hold",
            )
            for field in ("shape", "colour", "size", "motion")
        ),
        Mistake(
            "claims without a partner are dropped",
            lambda wanted, seen: any(
                all(_fits(c, o) for c, o in zip(wanted, order, strict=False))
                for order in permutations(seen, min(len(wanted), len(seen)))
            ),
            "with more claims than objects you drop those that are left over (as zip does): each claim needs an object "
            "of its own, so that is False",
        ),
        Mistake(
            "nothing claimed is false",
            lambda wanted, seen: bool(wanted) and binding(wanted, seen),
            "where nothing is claimed you answer False: nothing that was said is wrong, so it is True",
        ),
        Mistake(
            "combinations",
            lambda wanted, seen: any(all(map(_fits, wanted, chosen)) for chosen in combinations(seen, len(wanted))),
            "you choose objects, but keep them in the order in which they are seen: `combinations` has each choice "
            "once, `permutations` in every order",
        ),
        Mistake(
            "the claims turned round",
            lambda wanted, seen: binding(seen, wanted),
            "you ask whether all that is seen was claimed. It is the other way round: whether all that is claimed is "
            "seen",
        ),
        Mistake(
            "in the order of the text",
            lambda wanted, seen: (
                len(seen) >= len(wanted) and all(_fits(c, o) for c, o in zip(wanted, seen, strict=False))
            ),
            "you compare the first claim with the first object and so on, but nobody says in which order objects are "
            "seen: try every way to choose them",
        ),
        Mistake(
            "one object for several claims",
            lambda wanted, seen: all(any(_fits(c, o) for o in seen) for c in wanted),
            "one object serves for two claims, so that two circles are found where there is one: each claim needs an "
            "object of its own",
        ),
        Mistake(
            "silence taken for a claim",
            _binding_by(lambda c, o: astuple(c) == astuple(o)),
            "you ask for equality in everything, but None in a claim means that nothing is said, and what is not said "
            "cannot be false",
        ),
        Mistake(
            "the first that fits is taken",
            _greedy,
            "you give each claim the first object that fits and never reconsider: the circle takes the red one, and "
            "then none is left for the red circle. Try every way to choose",
        ),
        Mistake(
            "any word suffices",
            _binding_by(
                lambda c, o: any(s is not None and s == t for s, t in zip(astuple(c), astuple(o), strict=True))
            ),
            "one word that fits is enough for you; everything that is said of an object has to hold: all, not any",
        ),
        Mistake(
            "the number counts too",
            lambda wanted, seen: len(wanted) == len(seen) and binding(wanted, seen),
            "you also ask that there are no other objects. That is a question of its own, which the judge answers "
            "under `count`",
        ),
        Mistake(
            "the unreadable taken for right",
            _binding_by(
                lambda c, o: all(s in (None, t) or t is None for s, t in zip(astuple(c), astuple(o), strict=True))
            ),
            "what could not be made out (None in what is *seen*) counts as right for you. The benefit of the doubt "
            "belongs to the claim that is silent, not to the clip",
        ),
    ),
    alternatives=(_binding_by_backtracking, _binding_by(_fits)),
    hints=(
        "First write when *one* claim fits *one* object: each of the four fields is either None in the claim or the "
        "same in both. `astuple(claim)` gives the four as a tuple.",
        "Then try every way to give the claims different objects. `permutations(seen, len(wanted))` lists exactly "
        "these: choices of as many objects as there are claims, in every order.",
        "It is `any` over the orders of `all` over the pairs of a claim and its object. With more claims than objects "
        "there is no order at all, and `any` of nothing is False: just right.",
    ),
    becomes="minisora/evaluation/judge.py",
    minutes=15,
    difficulty=3,
    points=4,
)
