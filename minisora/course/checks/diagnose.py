"""What is wrong with answers that are not right: the one cause, as far as it can be told."""

from __future__ import annotations

import random
import re
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor

from minisora.course.checks.ask import Marked, answer, same
from minisora.course.checks.compare import Raised, difference
from minisora.course.checks.derived import derived
from minisora.course.checks.exercise import CheckFailed, Exercise, Mistake
from minisora.course.checks.relations import relation
from minisora.course.checks.watch import Watch

DICE = (
    "it throws dice of its own: asked the same again, it answers something else. Use only what it is given: the "
    "generator, where there is one (`generator=generator`), else no random numbers at all"
)
STATE = (
    "it remembers something between two calls: asked the same again, it answers something else. Keep nothing outside "
    "the function (no global, no list as a default, no attribute, no generator of its own): what one call needs to "
    "know of another goes in as an argument and comes out as a result"
)


def restless(exercise: Exercise, paper: list[Marked], watch: Watch) -> str | None:
    """Whether other answers come when everything is asked once more, from the end to the beginning, and why."""
    for marked in reversed(paper):
        case, before = marked.case, marked.answer
        again = answer(case, watch.ask, exercise.name)
        if same(case, again, before) or (isinstance(again, Raised) and isinstance(before, Raised)):
            continue  # the words of an error may hold an address
        thrown = []
        for seed in (1, 2, 1):
            torch.manual_seed(seed)
            np.random.seed(seed)
            random.seed(seed)
            thrown.append(answer(case, watch.ask, exercise.name))
        dice = same(case, thrown[0], thrown[2]) and not same(case, thrown[0], thrown[1])
        return f"{DICE if dice else STATE}\n  (seen on {case.says})"
    return None


def what_is_wrong(exercise: Exercise, paper: list[Marked], restless: str | None) -> str:
    """The message for wrong answers: a known mistake if the answers are that mistake's; else dice or a memory of its
    own; else what can be told of them by comparing; else the first case that goes wrong, and how.
    """
    name = exercise.name
    first = next(marked for marked in paper if marked.wrong)
    seen = f"\n  (seen on {first.case.says})"
    alike = {m: _alike(exercise, m, paper) for m in exercise.mistakes if _agrees(exercise, m, first)}
    for mistake, agrees in alike.items():
        if all(agrees):
            return f"✗ {name}: {mistake.says}{seen}"
    if restless:
        return f"✗ {name}: {restless}"
    form = _form(exercise, first)
    if form:
        return f"✗ {name}, asked for {first.case.says}: {form}"
    for mistake in derived(exercise.reference):
        any_error = mistake.name == "default" and not all(isinstance(marked.answer, Raised) for marked in paper)
        if all(_agrees(exercise, mistake, marked, any_error=any_error) for marked in (first, *paper)):
            return f"✗ {name}: {mistake.says}{seen}"
    wrong = [marked for marked in paper if marked.wrong]
    says = relation([(each.answer, each.right) for each in wrong], [each.case.tolerance for each in wrong])
    if says:
        return f"✗ {name}: your answer {says}{seen}"
    likely = _likely(alike, paper)
    if likely:
        return f"✗ {name}: {likely.says}{seen}"
    return f"✗ {name}, asked for {first.case.says}: your answer {first.wrong}{_advice(first.answer)}"


#: What to do about errors that everybody meets, by what PyTorch and Python say.
_ADVICE = {
    r"single memory location|leaf Variable that requires grad": "something is written into a tensor that others share "
    "(`x -= ...`, `x[...] = ...`, where x is an argument or a part of one). Calculate a new one: `x = x - ...`",
    r"must match the size|not broadcastable|shape.*is invalid|doesn't match the broadcast|cannot be broadcast": "the "
    "shapes do not fit together. Print the `.shape` of each, and give the smaller one axes of length 1 where they are "
    "missing (`x[:, None]`, `.view(-1, 1, 1)`)",
    r"positional argument|unexpected keyword|missing .* required": "the check calls it as the first line of the stub "
    "says: leave its arguments and their order as they were",
    r"'(bool|float|int)' object has no attribute": "a plain number is allowed there too, and has none of a tensor's "
    "methods: make a tensor of it first, with `torch.as_tensor(...)`",
    r"'NoneType' object": "something is None there. Is there a `return`, and is an argument that may be None looked at "
    "first?",
    r"is not defined": "a name is used that this cell does not know: run the cells above once more, or spell it as it "
    "was made",
    r"requires grad|Can't call numpy": "numpy cuts the graph: stay with tensors",
    r"same dtype|expected .* dtype|scalar type": "two kinds of numbers meet: make new tensors of the kind of the old "
    "ones (`x.new_zeros(...)`, `.to(x)`)",
    r"unpack": "another number of values comes than is taken apart there",
    r"EinopsError|rearrange": "the pattern and the shape do not fit: what einops is told about sizes (h=..., p=...) "
    "has to follow from the arguments, none may be a number in the code",
}


def _advice(said: object) -> str:
    text = str(said) if isinstance(said, Raised) else ""
    return next((f". {says[0].upper()}{says[1:]}" for sign, says in _ADVICE.items() if re.search(sign, text)), "")


def _alike(exercise: Exercise, mistake: Mistake, paper: list[Marked]) -> list[bool]:
    """Where a mistake answers as the learner does."""
    return [_agrees(exercise, mistake, marked) for marked in paper]


def _agrees(exercise: Exercise, mistake: Mistake, marked: Marked, *, any_error: bool = False) -> bool:
    """Whether a mistake answers as the learner does; errors too, in whatever words."""
    try:
        theirs = answer(marked.case, mistake.wrong, exercise.name)
    except CheckFailed as error:
        theirs = Raised(error)
    mine = marked.answer
    if any_error and isinstance(mine, Raised) and isinstance(theirs, Raised):
        return True
    return same(marked.case, mine, theirs)


def _likely(alike: dict[Mistake, list[bool]], paper: list[Marked]) -> Mistake | None:
    """The mistake that is meant although it does not answer everything alike: where it agrees cannot be chance, and of
    several it agrees most often. One that goes wrong where the learner is right is meant only if no other one fits.
    """
    wrong = [bool(marked.wrong) for marked in paper]
    tells = _tells(paper[wrong.index(True)])

    def where(agrees: list[bool], *, there: bool) -> list[bool]:
        return [agreed for agreed, is_wrong in zip(agrees, wrong, strict=True) if is_wrong == there]

    fitting = {
        mistake: sum(agrees)
        for mistake, agrees in alike.items()
        if all(where(agrees, there=False)) and (tells or 2 * sum(where(agrees, there=True)) >= sum(wrong))
    }
    if not fitting:
        fitting = {mistake: 0 for mistake, agrees in alike.items() if tells or all(where(agrees, there=True))}
    best = [mistake for mistake, agreed in fitting.items() if agreed == max(fitting.values())]
    return best[0] if len(best) == 1 else None


def _tells(marked: Marked) -> bool:
    """Whether answers to this question do not agree by chance: many numbers, and closely compared."""
    return marked.case.tolerance <= 1e-3 and _numbers(marked.right) > 5


def _numbers(right: object) -> int:
    if isinstance(right, Tensor):
        return right.numel() if right.is_floating_point() else 0
    parts = right.values() if isinstance(right, dict) else right if isinstance(right, tuple | list) else ()
    return sum(map(_numbers, parts))


def _form(exercise: Exercise, marked: Marked) -> str | None:
    """What is wrong with what a solution has returned when the question fails because it cannot be used."""
    calls = marked.sitting.calls
    if not (isinstance(marked.answer, Raised) and calls and calls[-1].returned):
        return None
    right = Watch(exercise.reference)
    with suppress(Exception):
        marked.case.ask(right.ask)
    if len(right.calls) < len(calls) or not right.calls[len(calls) - 1].returned:
        return None
    theirs = right.calls[len(calls) - 1].answer
    what = difference(calls[-1].answer, theirs, tolerance=marked.case.tolerance)
    return what and f"what it returns {what}"
