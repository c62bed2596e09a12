"""The exercise `fill_in`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c13_language.common import as_strings, thing
from minisora.worlds.claims import ObjectClaim
from minisora.worlds.scene import COLOURS, MOTIONS, SHAPES, SIZES

Choose = Callable[[Sequence[str]], str]
ORDER = {"shape": SHAPES, "colour": COLOURS, "size": SIZES, "motion": MOTIONS}  #: In which things are completed.


def fill_in(things: Sequence[ObjectClaim], choose: Choose) -> list[ObjectClaim]:
    """What a prompt leaves open (None), chosen: nothing that is said changes, and no two things look the same.

    Shape, colour, size and motion of the first thing, then of the next. ``choose`` is asked for one of some words.
    """
    filled = list(things)
    for i in range(len(filled)):
        for kind, words in ORDER.items():
            if getattr(filled[i], kind) is None:
                taken = {(each.shape, each.colour) for j, each in enumerate(filled) if j != i}
                new = [replace(filled[i], **{kind: word}) for word in words]
                free = [each for each in new if each.colour is None or (each.shape, each.colour) not in taken]
                if kind in ("size", "motion"):
                    free = new
                filled[i] = replace(filled[i], **{kind: choose([getattr(each, kind) for each in free])})
    return filled


def _first(words: Sequence[str]) -> str:
    return words[0]


def _last(words: Sequence[str]) -> str:
    return words[-1]


def _in_turn() -> Choose:
    """The first of the words, then the second of those it is asked about next, and so on."""
    turn = count()
    return lambda words: words[next(turn) % len(words)]


def _asked(says: str, *things: ObjectClaim, choose: Choose = _first) -> Case:
    return Case(says, lambda f: as_strings(f(list(things), choose)))


def _filled(
    *,
    keeps: bool = True,
    apart: bool = True,
    kinds: Sequence[str] = tuple(ORDER),
    clash: Callable[[ObjectClaim, ObjectClaim], bool] = lambda a, b: (a.shape, a.colour) == (b.shape, b.colour),
    once: bool = False,
    others: Callable[[Sequence[ObjectClaim], Sequence[ObjectClaim], int], list[ObjectClaim]] = lambda said, filled, i: [
        each for j, each in enumerate(filled) if j != i
    ],
    limited: Sequence[str] = ("shape", "colour"),
) -> Solution:
    """Completing with these habits."""

    def solution(things: Sequence[ObjectClaim], choose: Choose) -> list[ObjectClaim]:
        filled = list(things)
        chosen: dict[str, str] = {}
        for i in range(len(filled)):
            for kind in kinds:
                if keeps and getattr(filled[i], kind) is not None:
                    continue
                words = list(ORDER[kind])
                if apart and kind in limited:
                    there = others(things, filled, i)
                    trial = {word: replace(filled[i], **{kind: word}) for word in words}
                    words = [w for w in words if not any(clash(trial[w], each) for each in there)] or words
                word = chosen.setdefault(kind, choose(words)) if once else choose(words)
                filled[i] = replace(filled[i], **{kind: word})
        return filled

    return solution


def _anything_open(things: Sequence[ObjectClaim], choose: Choose) -> list[ObjectClaim]:
    """A thing of which something is said is left alone."""
    done = fill_in(things, choose)
    return [each if any(getattr(each, kind) for kind in ORDER) else new for each, new in zip(things, done, strict=True)]


def _told_apart(things: Sequence[ObjectClaim], choose: Choose) -> list[ObjectClaim]:
    """Changes what was said where two things look the same."""
    filled = fill_in(things, choose)
    for i, each in enumerate(filled):
        taken = {(other.shape, other.colour) for other in filled[:i]}
        if (each.shape, each.colour) in taken:
            filled[i] = replace(each, colour=choose([c for c in COLOURS if (each.shape, c) not in taken]))
    return filled


def _in_other_words(things: Sequence[ObjectClaim], choose: Choose) -> list[ObjectClaim]:
    done: list[ObjectClaim] = []
    for i, each in enumerate(things):
        rest = [*done, *things[i + 1 :]]
        shape = each.shape or choose(
            [s for s in SHAPES if each.colour is None or (s, each.colour) not in {(o.shape, o.colour) for o in rest}]
        )
        colour = each.colour or choose([c for c in COLOURS if c not in [o.colour for o in rest if o.shape == shape]])
        done.append(ObjectClaim(shape, colour, each.size or choose(SIZES), each.motion or choose(MOTIONS)))
    return done


FILL_IN = Exercise(
    name="fill_in",
    reference=fill_in,
    cases=(
        _asked("a red thing", thing(None, "red")),
        _asked("a star that spins, and the last word chosen each time", thing("star", motion="spins"), choose=_last),
        _asked("two balls", thing("circle"), thing("circle")),
        _asked("a thing, and then a red circle", thing(), thing("circle", "red")),
        _asked("something red beside a red circle", thing("circle", "red"), thing(None, "red")),
        _asked("a circle, and a small red circle said later", thing("circle"), thing("circle", "red", "small")),
        _asked("two red circles, as the prompt wants it", thing("circle", "red"), thing("circle", "red")),
        _asked("three things of which nothing is said", thing(), thing(), thing()),
        _asked("a circle and a square, the last word chosen", thing("circle"), thing("square"), choose=_last),
        _asked("all is said", thing("ring", "cyan", "large", "grows")),
        _asked("nothing"),
        Case(
            "two things, each word the next of its kind",
            lambda f: as_strings(f([thing(), thing("star")], _in_turn())),
        ),
    ),
    mistakes=(
        Mistake(
            "said words are overwritten",
            _filled(keeps=False),
            "you choose anew what the prompt said. Whatever is said stays: choose only where there is None",
        ),
        Mistake(
            "all four chosen anew",
            _filled(keeps=False, apart=False),
            "you choose all four words of each thing, as if the prompt had said nothing: whatever is said stays, and "
            "only None is chosen",
        ),
        Mistake(
            "two look the same",
            _filled(apart=False),
            "two things come out with the same shape and colour, so that no sentence could tell them apart: leave out "
            "the words that would make it so",
        ),
        Mistake(
            "one choice for all",
            _filled(apart=False, once=True),
            "you choose once for all things; ask `choose` for each thing anew",
        ),
        Mistake(
            "size and motion left open",
            _filled(kinds=("shape", "colour")),
            "size and motion stay open: a full caption names all four",
        ),
        Mistake(
            "motion left open",
            _filled(kinds=("shape", "colour", "size")),
            "the motion stays open: a full caption names all four",
        ),
        Mistake(
            "no colour twice",
            _filled(clash=lambda a, b: a.colour is not None and a.colour == b.colour, limited=("colour",)),
            "you never give two things the same colour. A red circle and a red square can be told apart: only shape "
            "*and* colour together must differ",
        ),
        Mistake(
            "no shape twice",
            _filled(clash=lambda a, b: a.shape is not None and a.shape == b.shape, limited=("shape",)),
            "you never give two things the same shape. Two circles of different colours can be told apart: only shape "
            "*and* colour together must differ",
        ),
        Mistake(
            "only those before",
            _filled(others=lambda said, filled, i: list(filled[:i])),
            "you look only at the things before. What is said of a *later* one counts as well: it cannot give way",
        ),
        Mistake(
            "only what was said",
            _filled(others=lambda said, filled, i: [each for j, each in enumerate(said) if j != i]),
            "you compare with what the prompt said of the others, and not with what you have chosen for them meanwhile",
        ),
        Mistake(
            "the shape does not look",
            _filled(limited=("colour",)),
            "something red beside a red circle becomes a red circle: where the colour is said, it is the *shape* that "
            "has to give way",
        ),
        Mistake(
            "half-said things are left",
            _anything_open,
            "things of which something is said stay half open: choose every None",
        ),
        Mistake(
            "the user is corrected",
            _told_apart,
            "two red circles were asked for, and you paint one of them over. What is said stays, even twice",
        ),
    ),
    alternatives=(_filled(), _in_other_words),
    hints=(
        "Two loops: over the things, and for each of them over shape, colour, size and motion. Where there is a word, "
        "go on.",
        "What the others look like *now*: `taken = {(each.shape, each.colour) for j, each in enumerate(filled) if j != "
        "i}`.",
        "A shape is free if `(shape, thing.colour)` is not taken, a colour if `(thing.shape, colour)` is not: "
        "`choose([word for word in words if free(word)])`. Sizes and motions are all free. `replace(thing, "
        "colour=word)` makes a thing with another colour.",
    ),
    becomes="minisora/language/upsampling.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)
