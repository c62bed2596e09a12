"""The exercise `diagnose_guidance`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, finding
from minisora.course.exercises.c07_words.classifier_free import guide
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample, time_grid
from minisora.diffusion.solvers import heun

#: What may be wrong with guidance, in the words of the page.
CAUSES = (
    "scale 1",
    "scale far too high",
    "the two answers swapped",
    "one direction for the whole batch",
    "the empty caption never trained",
)


_FOUND = dict(zip("ABCDE", (CAUSES[3], CAUSES[0], CAUSES[4], CAUSES[2], CAUSES[1]), strict=True))


def patients(conditional: Velocity, unconditional: Velocity, n: int = 400) -> dict[str, Tensor]:
    """Points ``n 2`` from five guided samplers, each of which is ill in its own way."""

    def never_trained(x: Tensor, t: Tensor) -> Tensor:
        """The confident answer of a network that takes everything for one spot somewhere above."""
        spot, spread = torch.tensor([0.7, 0.9]), 0.5
        pull = (1 - t) * spread**2 / (((1 - t) * spread) ** 2 + t**2)
        return (x - spot - pull * (x - (1 - t) * spot)) / t

    def ill(cause: str) -> Velocity:
        def velocity(x: Tensor, t: Tensor) -> Tensor:
            better, worse = conditional(x, t), unconditional(x, t)
            if cause == CAUSES[1]:
                return guide(better, worse, 25.0)
            if cause == CAUSES[2]:
                return guide(worse, better, 2.0)
            if cause == CAUSES[3]:
                return worse + 1.6 * (better - worse).mean(0)
            if cause == CAUSES[4]:
                return guide(better, never_trained(x, t), 2.0)
            return better

        return velocity

    noise = torch.randn(n, 2, generator=Generator().manual_seed(0))
    return {letter: sample(ill(cause), noise, time_grid(40), step=heun) for letter, cause in _FOUND.items()}


def _diagnosed(letter: str) -> Case:
    def said(solution: Solution) -> object:
        found = solution()
        if not isinstance(found, dict) or set(found) != set(_FOUND):
            raise CheckFailed("return a dict with a cause for each of the letters A to E")
        return found[letter]

    return finding(f"patient {letter}", said, _FOUND[letter], CAUSES)


def _confused(*pairs: tuple[str, str]) -> Solution:
    """The right diagnosis, but for these pairs of letters."""
    found = dict(_FOUND)
    for a, b in pairs:
        found[a], found[b] = found[b], found[a]
    return lambda: dict(found)


def _letter(cause: str) -> str:
    return next(letter for letter, found in _FOUND.items() if found == cause)


_ONE, _HIGH, _SWAPPED, _BATCH, _UNTRAINED = (_letter(cause) for cause in CAUSES)


DIAGNOSE_GUIDANCE = Exercise(
    name="diagnose_guidance",
    reference=lambda: dict(_FOUND),
    cases=tuple(_diagnosed(letter) for letter in _FOUND),
    mistakes=(
        Mistake(
            "too much and never trained confused",
            _confused((_HIGH, _UNTRAINED)),
            "two are swapped: too much of the right direction, and any amount of a meaningless one. Which of the two "
            "clouds still lies beyond the ends of the right-hand branches?",
        ),
        Mistake(
            "swapped answers and one direction confused",
            _confused((_SWAPPED, _BATCH)),
            "two are swapped: answers that are exchanged lead away from the word; one direction for all pushes every "
            "point by the same amount, wherever it is. Which picture has points of both words?",
        ),
        Mistake(
            "none and one direction confused",
            _confused((_ONE, _BATCH)),
            "two are swapped: one of them fills the outlines of its own word and no others, the other has points of "
            "both words, only more of them on the right",
        ),
        Mistake(
            "none and too much confused",
            _confused((_ONE, _HIGH)),
            "two are swapped: without guidance (scale 1) the points spread like the data; with far too much they are "
            "squeezed together and leave it",
        ),
        Mistake(
            "swapped answers and never trained confused",
            _confused((_SWAPPED, _UNTRAINED)),
            "two are swapped: away from the word means towards the other word, a definite place; away from nonsense "
            "is a direction that has to do with neither of them",
        ),
        Mistake(
            "one cause for all",
            lambda: dict.fromkeys(_FOUND, CAUSES[1]),
            "each of the five causes is there exactly once; start with the two pictures of which you are sure",
        ),
    ),
    alternatives=(lambda: {letter: _FOUND[letter] for letter in reversed(_FOUND)},),
    hints=(
        "Ask of each picture: do the points lie on the right word, the other word, both, or none?",
        "Scale 1 is no guidance: the first picture of the row of scales above. And far too much is that row, "
        "continued.",
        "If all points are pushed by the same arrow, some are pushed enough and some are not: points of both words "
        "remain.",
    ),
    becomes="minisora/course/exercises/c07_words/diagnose_guidance.py",
    minutes=8,
    difficulty=2,
    points=2,
)
