"""What several exercises of the chapter use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from minisora.course.checks.exercise import CheckFailed
from minisora.worlds.claims import ObjectClaim

PAD, BEGIN, END, IGNORED = 0, 1, 0, -100
WORDS = 10  #: Ids of the toy language that the exercises speak.


def thing(shape: str | None = None, colour: str | None = None, size: str | None = None, motion: str | None = None):
    return ObjectClaim(shape, colour, size, motion)


def as_strings(answer: object) -> list[tuple[str, ...]]:
    """Things as plain strings, so that they can be compared and shown."""
    if not isinstance(answer, list | tuple) or not all(isinstance(each, ObjectClaim) for each in answer):
        raise CheckFailed("return a list of ObjectClaim, a thing for each thing that you were given")
    return [tuple(str(getattr(each, kind)) for kind in ("shape", "colour", "size", "motion")) for each in answer]


def speaker(scripts: Sequence[Sequence[int]]) -> Callable[[Tensor], Tensor]:
    """A network that wants to say what stands in its scripts, a row each, and END after it.

    It knows the next word only where it has read its own words so far; elsewhere it says the word 9. Behind its end it
    babbles (word 8), as real networks do. Places before the last one hold the words that stand behind *them*.
    """

    def logits(ids: Tensor) -> Tensor:
        rows, length = ids.shape
        told = torch.zeros(rows, length, WORDS)
        for row in range(rows):
            plan = [BEGIN, *scripts[row % len(scripts)], END]
            for place in range(length):
                read = ids[row, : place + 1].tolist()
                wanted = plan[place + 1] if place + 1 < len(plan) else 8
                lost = place + 1 < len(plan) and read != plan[: place + 1]
                told[row, place, 9 if lost else wanted] = 5
        return told - 0.1 * torch.arange(WORDS)

    return logits
