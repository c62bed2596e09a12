"""The exercise `broken_part`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Case, Exercise, Mistake, each_once, finding

BROKEN = {"A": "patches", "B": "tokenizer", "C": "codec", "D": "sampler"}


def broken_part(clip: str) -> str:
    """Which part of the machine was broken when clip "A", "B", "C" or "D" was made."""
    return BROKEN[clip]


def _blamed(letter: str) -> Case:
    return finding(f"clip {letter}", lambda f: f(letter), BROKEN[letter], sorted(BROKEN.values()))


def _mixed_up(first: str, second: str) -> Callable[[str], str]:
    answers = {**BROKEN, first: BROKEN[second], second: BROKEN[first]}
    return lambda clip: answers[clip]


BROKEN_PART = Exercise(
    name="broken_part",
    reference=broken_part,
    cases=(*(_blamed(letter) for letter in BROKEN), each_once(lambda f: [f(letter) for letter in BROKEN])),
    mistakes=(
        Mistake(
            "A and B mixed up",
            _mixed_up("A", "B"),
            "look at A and B again. One of them is a good clip, only not the one that was asked for: what turns the "
            "sentence into numbers? In the other the right pieces are in wrong places: which part knows places?",
        ),
        Mistake(
            "A and C mixed up",
            _mixed_up("A", "C"),
            "look at A and C again. In one of them every piece is in its place, but pale: which part turns latents "
            "into colours? In the other the colours are right and the places are wrong",
        ),
        Mistake(
            "A and D mixed up",
            _mixed_up("A", "D"),
            "look at A and D again. One of them is grainy all over, like the clips half-way through the slider above. "
            "The other one has no noise left, but its pieces lie wrong",
        ),
        Mistake(
            "B and C mixed up",
            _mixed_up("B", "C"),
            "look at B and C again. One of them has strong colours and *another* one than was asked for: a wrong word. "
            "The other one has the right colour, faintly: a wrong strength",
        ),
        Mistake(
            "B and D mixed up",
            _mixed_up("B", "D"),
            "look at B and D again. One of them is finished, but shows something else than was asked for. The other "
            "one is not finished: who decides when to stop?",
        ),
        Mistake(
            "C and D mixed up",
            _mixed_up("C", "D"),
            "look at C and D again: one is pale, the other is grainy. Grain is noise that nobody has taken away; "
            "paleness is what becomes of latents that are read on a wrong scale",
        ),
    ),
    alternatives=(lambda clip: ("patches", "tokenizer", "codec", "sampler")["ABCD".index(clip)],),
    hints=(
        "Go through the four suspects on the map and ask of each: *if only this one were broken, what would still be "
        "right?* The tokenizer, for example, knows nothing of places, and the codec nothing of words.",
        "In one clip the pieces are wrong, in one the word, in one the strength, and in one the end has not been "
        "reached. Patches are pieces, the tokenizer reads words, the codec makes colours, the sampler walks to the "
        "end.",
        'A dictionary will do: `return {"A": …, "B": …, "C": …, "D": …}[clip]`',
    ),
    becomes="minisora/pipeline.py",
    minutes=8,
    difficulty=2,
    points=2,
)
