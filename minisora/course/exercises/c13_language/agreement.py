"""The exercise `agreement`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple
from itertools import permutations

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c13_language.common import thing
from minisora.worlds.agreement import KINDS, agreement
from minisora.worlds.claims import ObjectClaim

Things = Sequence[ObjectClaim]
Counts = tuple[int, int, int]


def _three(answer: object) -> tuple[int, ...]:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        raise CheckFailed("return three numbers: how many claims are right, wrong, and left out")
    return tuple(int(each) for each in answer)


def _asked(says: str, said: Things, true: Things) -> Case:
    return Case(says, lambda f: _three(f(tuple(said), tuple(true))))


def _best(
    *,
    pairings: Callable[[Things, Things], list[tuple[ObjectClaim | None, ...]]] | None = None,
    none_is_wrong: bool = False,
    wrong_left_out: bool = False,
    extra_free: bool = False,
    missing_free: bool = False,
    whole: bool = False,
    kinds: Sequence[str] = KINDS,
    none_left_out: bool = True,
    worst: bool = False,
) -> Solution:
    """Claims counted over the best pairing, with these habits."""

    def solution(said: Things, true: Things) -> Counts:
        ways = pairings(said, true) if pairings else list(permutations([*true, *[None] * len(said)], len(said)))
        found: list[Counts] = []
        for chosen in ways:
            right = wrong = silent = 0
            for claim, there in zip(said, chosen, strict=False):
                hits = 0
                for kind in kinds:
                    word = getattr(claim, kind)
                    if word is None:
                        wrong += none_is_wrong and there is not None
                        silent += there is not None
                    elif there is None:
                        wrong += not extra_free
                    elif word == getattr(there, kind):
                        hits += 1
                    else:
                        wrong += 1
                if whole and hits and hits < sum(getattr(claim, kind) is not None for kind in kinds):
                    wrong, hits = wrong + hits, 0
                right += hits
            unmet = len(true) - sum(each is not None for each in chosen)
            left = silent * none_left_out + len(kinds) * max(unmet, 0) * (not missing_free)
            found.append((right, wrong, left + wrong * wrong_left_out))
        pick = min if worst else max
        return pick(found, key=lambda counts: (counts[0], -counts[2]))

    return solution


def _in_order(said: Things, true: Things) -> list[tuple[ObjectClaim | None, ...]]:
    return [tuple([*true, *[None] * len(said)][: len(said)])]


def _shared(said: Things, true: Things) -> Counts:
    right = wrong = silent = 0
    met = set()
    for claim in said:
        scores = [
            sum(a == b for a, b in zip(astuple(claim), astuple(each), strict=True) if a is not None) for each in true
        ]
        best = max(range(len(true)), key=scores.__getitem__, default=None)
        claims = sum(word is not None for word in astuple(claim))
        if best is None:
            wrong += claims
            continue
        right, wrong, silent = right + scores[best], wrong + claims - scores[best], silent + len(KINDS) - claims
        met.add(best)
    return right, wrong, silent + len(KINDS) * (len(true) - len(met))


def _kind_by_kind(said: Things, true: Things) -> Counts:
    right = claims = 0
    for kind in KINDS:
        words = Counter(getattr(each, kind) for each in said if getattr(each, kind) is not None)
        there = Counter(getattr(each, kind) for each in true)
        claims += words.total()
        right += (words & there).total()
    return right, claims - right, len(KINDS) * len(true) - right - min(claims - right, len(KINDS) * len(true) - right)


def _exchanged(said: Things, true: Things) -> Counts:
    right, wrong, left = agreement(said, true)
    return right, left, wrong


def _shares(said: Things, true: Things) -> Counts:
    right, wrong, left = agreement(said, true)
    total = max(1, right + wrong + left)
    return right // total, wrong // total, left // total


def _one_after_the_other(said: Things, true: Things) -> Counts:
    if not said:
        return 0, 0, len(KINDS) * len(true)
    first, *rest = said
    claims = [word is not None for word in astuple(first)]
    nobody = _one_after_the_other(rest, true)
    ways = [(nobody[0], nobody[1] + sum(claims), nobody[2])]
    for i, each in enumerate(true):
        hits = sum(a == b for a, b in zip(astuple(first), astuple(each), strict=True) if a is not None)
        after = _one_after_the_other(rest, [*true[:i], *true[i + 1 :]])
        ways.append((after[0] + hits, after[1] + sum(claims) - hits, after[2] + len(KINDS) - sum(claims)))
    return max(ways, key=lambda each: (each[0], -each[2]))


_RED = thing("circle", "red", "small", "left")
_BLUE = thing("square", "blue", "large", "spins")

AGREEMENT = Exercise(
    name="agreement",
    reference=agreement,
    cases=(
        _asked("all that is true, of one thing", [_RED], [_RED]),
        _asked("a blue circle said of a small red circle that moves left", [thing("circle", "blue")], [_RED]),
        _asked("two things, said in the other order", [_BLUE, _RED], [_RED, _BLUE]),
        _asked("one of two things, without its size", [thing("square", "blue", None, "spins")], [_RED, _BLUE]),
        _asked("a thing too many", [_RED, thing("star", "white")], [_RED]),
        _asked("the same circle said twice, beside a square", [_RED, _RED], [_RED, _BLUE]),
        _asked(
            "colours exchanged",
            [thing("circle", "blue", "small", "left"), thing("square", "red", "large", "spins")],
            [_RED, _BLUE],
        ),
        _asked("nothing is said", [], [_RED, _BLUE]),
        _asked("a motion that is wrong", [thing("circle", "red", "small", "right")], [_RED]),
        _asked("a size that is wrong, and no shape", [thing(None, "red", "large")], [_RED, _BLUE]),
        _asked(
            "three things, of which the first could be two",
            [thing(None, "red"), thing("circle", "red", "small"), thing("ring", "red", "large", "up")],
            [
                thing("circle", "red", "small", "down"),
                thing("star", "red", "small", "up"),
                thing("ring", "cyan", "large", "up"),
            ],
        ),
    ),
    mistakes=(
        Mistake(
            "in the order of the caption",
            _best(pairings=_in_order),
            "you compare the first thing said with the first thing there. A scene has no order: try every way to pair "
            "them, and keep the best",
        ),
        Mistake(
            "one thing for two",
            _shared,
            "two things that are said may be the same one of the scene with you: each needs one of its own",
        ),
        Mistake(
            "kind by kind",
            _kind_by_kind,
            "you count colours, shapes, sizes and motions separately. With the colours of two things exchanged every "
            "word is there, and two claims are wrong: count thing by thing",
        ),
        Mistake(
            "silence is wrong, and left out",
            _best(none_is_wrong=True),
            "what a caption does not say (None) counts as wrong with you, and as left out: it is left out only",
        ),
        Mistake(
            "silence is wrong",
            _best(none_is_wrong=True, none_left_out=False),
            "what a caption does not say (None) counts as wrong with you. It is left out, which is another thing",
        ),
        Mistake(
            "silence is nothing",
            _best(none_left_out=False),
            "of the things that are named you never count what is not said of them: that is left out as well",
        ),
        Mistake(
            "wrong is left out, too",
            _best(wrong_left_out=True),
            "what is said wrongly counts as left out once more: of that something *was* said",
        ),
        Mistake(
            "a thing too many is free",
            _best(extra_free=True),
            "a thing that is not there may be said at no price: all that is said of it is wrong",
        ),
        Mistake(
            "things not named are free",
            _best(missing_free=True),
            "a thing that no word mentions is missing from your count: four claims are left out",
        ),
        Mistake(
            "all or nothing",
            _best(whole=True),
            "a thing with one wrong word counts as wrong in everything: count claims, not things",
        ),
        Mistake(
            "sizes and motions forgotten",
            _best(kinds=("colour", "shape")),
            "you compare shape and colour only: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "motions forgotten",
            _best(kinds=("colour", "shape", "size")),
            "you never look at the motions: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "the worst pairing",
            _best(worst=True),
            "you keep the pairing with the fewest right claims; keep the one with the most",
        ),
        Mistake(
            "exchanged",
            _exchanged,
            "wrong and left out are exchanged: return (right, wrong, left out)",
        ),
        Mistake(
            "shares",
            _shares,
            "you divide; whole numbers are asked for, so that they can be added up over many clips first",
        ),
    ),
    alternatives=(_one_after_the_other, _best()),
    hints=(
        "First a function for one pair: how many of the four fields are said and equal, said and different, not said?",
        "`itertools.permutations([*said, *[None] * len(true)], len(true))` gives every way to say which of the things "
        "that are said each one of the scene is, or None. (Begin with the scene, which has three things at most: a "
        "captioner may ramble on.)",
        "For each way count right; keep the way with the most right claims (among these, the one with the most claims "
        "that are paired at all). Whatever is said and not right is wrong. Left out: four claims a thing of the scene, "
        "less those that are paired.",
    ),
    becomes="minisora/worlds/agreement.py",
    minutes=20,
    difficulty=3,
    points=4,
    trains=False,
)
