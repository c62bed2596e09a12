"""The exercise `binds`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

from minisora.course.checks.exercise import Exercise, Mistake, Solution, call
from minisora.worlds.claims import ObjectClaim

ASPECTS = ("shape", "colour", "size", "motion")


def _fits(claim: ObjectClaim, seen: ObjectClaim) -> bool:
    return all(getattr(claim, name) in (None, getattr(seen, name)) for name in ASPECTS)


def binds(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    """Whether every wanted object can be given a seen object of its own that has all that is said of it."""
    return any(
        all(_fits(claim, each) for claim, each in zip(wanted, chosen, strict=True))
        for chosen in permutations(seen, len(wanted))
    )


def _binds_one_after_the_other(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    if not wanted:
        return True
    first, *rest = wanted
    return any(
        _fits(first, each) and _binds_one_after_the_other(rest, [*seen[:i], *seen[i + 1 :]])
        for i, each in enumerate(seen)
    )


def _kind_by_kind(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    for name in ASPECTS:
        said = [value for each in wanted if (value := getattr(each, name)) is not None]
        there = [getattr(each, name) for each in seen]
        if any(there.count(value) < said.count(value) for value in said):
            return False
    return len(seen) >= len(wanted)


def _in_order(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return len(wanted) <= len(seen) and all(_fits(claim, each) for claim, each in zip(wanted, seen, strict=False))


def _each_somewhere(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return all(any(_fits(claim, each) for each in seen) for claim in wanted)


def _strictly_equal(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(list(wanted) == list(chosen) for chosen in permutations(seen, len(wanted)))


def _nothing_more(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return len(wanted) == len(seen) and binds(wanted, seen)


def _greedily(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    left = list(seen)
    for claim in wanted:
        found = next((each for each in left if _fits(claim, each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _nameless_is_anything(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    def named(claim: ObjectClaim, each: ObjectClaim) -> bool:
        return all(
            getattr(each, name) is None or getattr(claim, name) in (None, getattr(each, name)) for name in ASPECTS
        )

    return any(
        all(named(claim, each) for claim, each in zip(wanted, chosen, strict=True))
        for chosen in permutations(seen, len(wanted))
    )


def _as_many_as_there_are(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(
        all(_fits(claim, each) for claim, each in zip(wanted, chosen, strict=False)) for chosen in permutations(seen)
    )


_O = ObjectClaim


_RED_CIRCLE, _BLUE_SQUARE = _O("circle", "red"), _O("square", "blue")


def _seen(shape: str | None, colour: str | None, motion: str = "still") -> ObjectClaim:
    return _O(shape, colour, "medium", motion)


#: One aspect that is said and not seen: its name, what is said, what is there, the claim and the object.
_OTHERS = tuple(
    (name, said, there, replace(_O("circle"), **{name: said}), replace(_seen("circle", "red"), **{name: there}))
    for name, said, there in (("colour", "blue", "red"), ("size", "small", "medium"), ("motion", "spins", "still"))
)


def _without(*forgotten: str) -> Solution:
    """Binding that does not look at these aspects."""

    def solution(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
        return binds([replace(each, **dict.fromkeys(forgotten)) for each in wanted], seen)

    return solution


def _paired(fits: Callable[[ObjectClaim, ObjectClaim], bool], *, enough: Callable[..., bool] = all) -> Solution:
    """Binding with another question about a pair, or content with another share of the pairs."""

    def solution(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
        return any(
            enough(fits(claim, each) for claim, each in zip(wanted, chosen, strict=True))
            for chosen in permutations(seen, len(wanted))
        )

    return solution


def _one_aspect_fits(claim: ObjectClaim, each: ObjectClaim) -> bool:
    return any(getattr(claim, name) in (None, getattr(each, name)) for name in ASPECTS)


def _one_said_aspect_fits(claim: ObjectClaim, each: ObjectClaim) -> bool:
    return any(getattr(claim, name) is not None and getattr(claim, name) == getattr(each, name) for name in ASPECTS)


def _every_pairing(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    ways = list(permutations(seen, len(wanted)))
    return bool(ways) and all(all(map(_fits, wanted, chosen)) for chosen in ways)


def _roles_exchanged(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(all(map(_fits, chosen, wanted)) for chosen in permutations(seen, len(wanted)))


def _nothing_is_no(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return bool(wanted) and binds(wanted, seen)


def _somebody_fits(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(_fits(claim, each) for claim in wanted for each in seen)


BINDS = Exercise(
    name="binds",
    reference=binds,
    cases=(
        call(
            "a red circle and a blue square wanted, a blue circle and a red square seen",
            (_RED_CIRCLE, _BLUE_SQUARE),
            (_seen("circle", "blue"), _seen("square", "red")),
        ),
        call(
            "the same wanted, and seen in the other order",
            (_RED_CIRCLE, _BLUE_SQUARE),
            (_seen("square", "blue"), _seen("circle", "red")),
        ),
        call(
            "a red circle wanted, of which no size or motion is said",
            (_RED_CIRCLE,),
            (_seen("circle", "red", "spins"),),
        ),
        call("two red circles wanted, one seen", (_RED_CIRCLE, _RED_CIRCLE), (_seen("circle", "red"),)),
        call(
            "two red circles wanted, one and a blue square seen",
            (_RED_CIRCLE, _RED_CIRCLE),
            (_seen("circle", "red"), _seen("square", "blue")),
        ),
        call(
            "a red circle wanted, and a white star seen as well",
            (_RED_CIRCLE,),
            (_seen("star", "white"), _seen("circle", "red")),
        ),
        call(
            "something red and a red circle wanted; a red circle and a red star seen",
            (_O(colour="red"), _RED_CIRCLE),
            (_seen("circle", "red"), _seen("star", "red")),
        ),
        call("a red circle wanted; something red without a name seen", (_RED_CIRCLE,), (_seen(None, "red"),)),
        call("a red circle wanted, a red square seen", (_RED_CIRCLE,), (_seen("square", "red"),)),
        call(
            "a red circle and a blue square wanted, a red circle and a white star seen",
            (_RED_CIRCLE, _BLUE_SQUARE),
            (_seen("circle", "red"), _seen("star", "white")),
        ),
        *(
            call(f"a circle whose {name} is {said} wanted, one whose {name} is {there} seen", (wanted,), (seen,))
            for name, said, there, wanted, seen in _OTHERS
        ),
        call(
            "a medium red circle that stands still wanted; the same without a shape that has a name seen",
            (_seen("circle", "red"),),
            (_seen(None, "red"),),
        ),
        call(
            "a red circle wanted, and behind it a white star seen",
            (_RED_CIRCLE,),
            (_seen("circle", "red"), _seen("star", "white")),
        ),
        call("nothing wanted", (), (_seen("circle", "red"),)),
        call(
            "a small red circle and a large one wanted, a large one and a small one seen",
            (_O("circle", "red", "small"), _O("circle", "red", "large")),
            (_O("circle", "red", "large", "still"), _O("circle", "red", "small", "still")),
        ),
    ),
    mistakes=(
        Mistake(
            "kind by kind",
            _kind_by_kind,
            "you ask for the colours and the shapes separately. A blue circle and a red square have all the right "
            "ones, and are wrong all the same: ask object by object",
        ),
        Mistake(
            "in the order of the caption",
            _in_order,
            "you compare the first wanted object with the first one seen. A clip has no order: try every way to pair "
            "them",
        ),
        Mistake(
            "one object for two claims",
            _each_somewhere,
            "two wanted objects may be paired with the same object of the clip: each needs one of its own",
        ),
        Mistake(
            "colours forgotten",
            _without("colour"),
            "you never compare the colours: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "shapes forgotten",
            _without("shape"),
            "you never compare the shapes: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "sizes forgotten",
            _without("size"),
            "you never compare the sizes: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "motions forgotten",
            _without("motion"),
            "you never compare the motions: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "sizes and motions forgotten",
            _without("size", "motion"),
            "you compare shape and colour only: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "one aspect is enough",
            _paired(_one_aspect_fits),
            "you are content when one field of a claim fits, and a field of None always does: everything that is said "
            "has to fit (all, not any)",
        ),
        Mistake(
            "one said aspect is enough",
            _paired(_one_said_aspect_fits),
            "you are content when one of the things that are said fits: everything that is said has to fit (all, not "
            "any)",
        ),
        Mistake(
            "one claim is enough",
            _paired(_fits, enough=any),
            "you are content when one claim is met: all wanted objects have to be there at once (all, not any)",
        ),
        Mistake(
            "somebody fits",
            _somebody_fits,
            "you are content when some object fits some claim: all wanted objects have to be there at once, each with "
            "an object of its own",
        ),
        Mistake(
            "every pairing has to fit",
            _every_pairing,
            "you demand that every way to pair them fits; one way is enough (any, over the pairings)",
        ),
        Mistake(
            "wanted and seen exchanged",
            _roles_exchanged,
            "wanted and seen are exchanged in your comparison: it is the *claim* whose None is content with anything",
        ),
        Mistake(
            "nothing wanted is no",
            _nothing_is_no,
            "if nothing is wanted, nothing can be missing: the answer is yes, whatever is seen",
        ),
        Mistake(
            "zip ends early",
            _as_many_as_there_are,
            "with fewer objects in the clip than are wanted you still say yes: `zip` stops at the end of the shorter "
            "list, so the last claims are never asked",
        ),
        Mistake(
            "all or nothing",
            _strictly_equal,
            "you demand that what is not said (None) is not seen either. What is not said may be anything",
        ),
        Mistake(
            "nothing else allowed",
            _nothing_more,
            "you say no because there is one object more than wanted. That is the business of the count; binding asks "
            "only whether the wanted ones are there",
        ),
        Mistake(
            "the first that fits",
            _greedily,
            "you give each claim the first object that fits. 'Something red' may so take the only red circle away from "
            "the claim that needs it: try the other pairings too",
        ),
        Mistake(
            "the nameless is anything",
            _nameless_is_anything,
            "an object whose shape the judge cannot name (None) counts as whatever is wanted: only a claim may be "
            "silent",
        ),
    ),
    alternatives=(_binds_one_after_the_other,),
    hints=(
        "First a question about one pair: does this seen object have everything that is said of this wanted one? A "
        "claim of None is content with anything.",
        "`itertools.permutations(seen, len(wanted))` gives every way to choose as many seen objects, in every order. "
        "If there are too few of them, it gives none.",
        "`any(all(fits(w, s) for w, s in zip(wanted, chosen)) for chosen in permutations(seen, len(wanted)))`, where "
        "fits compares shape, colour, size and motion.",
    ),
    becomes="minisora/evaluation/judge.py",
    minutes=15,
    difficulty=2,
    points=2,
)
