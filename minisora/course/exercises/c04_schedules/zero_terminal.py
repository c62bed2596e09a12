"""The exercise `zero_terminal`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c04_schedules.common import alphas_from_betas


def zero_terminal(alphas: Tensor) -> Tensor:
    """Move and stretch a falling list of alphas so that the last is 0 and the first stays (Lin et al. 2023)."""
    return (alphas - alphas[-1]) * alphas[0] / (alphas[0] - alphas[-1])


def _zero_terminal_by_lerp(alphas: Tensor) -> Tensor:
    way = (alphas[0] - alphas) / (alphas[0] - alphas[-1])  # 0 at the first, 1 at the last
    return torch.lerp(alphas[0], torch.zeros_like(alphas[0]), way)


def _only_the_last(alphas: Tensor) -> Tensor:
    return torch.cat([alphas[:-1], torch.zeros_like(alphas[-1:])])


def _on_squares(alphas: Tensor) -> Tensor:
    return zero_terminal(alphas**2).sqrt()


def _ramp(alphas: Tensor) -> Tensor:
    return alphas * torch.linspace(1, 0, len(alphas), dtype=alphas.dtype)


STABLE_BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2


ZERO_TERMINAL = Exercise(
    name="zero_terminal",
    reference=zero_terminal,
    cases=(
        Case(
            "the alphas 0.9, 0.6, 0.3",
            lambda f: f(torch.tensor([0.9, 0.6, 0.3])),
            expected=lambda: torch.tensor([0.9, 0.45, 0.0]),
        ),
        call("Stable Diffusion's 1000 alphas", alphas_from_betas(STABLE_BETAS)),
        Case(
            "alphas that end at 0 already, which stay as they are",
            lambda f: f(torch.tensor([0.8, 0.5, 0.4, 0.0])),
            expected=lambda: torch.tensor([0.8, 0.5, 0.4, 0.0]),
        ),
    ),
    mistakes=(
        Mistake(
            "only the last set to zero",
            _only_the_last,
            "only the last number has changed, so that the schedule falls off a cliff in its last step: move all of "
            "them",
        ),
        Mistake(
            "moved, not stretched",
            lambda alphas: alphas - alphas[-1],
            "you moved all alphas down, and the first one with them; now stretch them so that the first is as before",
        ),
        Mistake(
            "on the squares",
            _on_squares,
            "you moved and stretched alpha². Both ends are right, what lies between is not: do it with alpha itself",
        ),
        Mistake(
            "stretched to begin at 1",
            lambda alphas: (alphas - alphas[-1]) / (alphas[0] - alphas[-1]),
            "your first alpha is 1, a step without any noise; it should be as it was: multiply by alphas[0]",
        ),
        Mistake(
            "stretched the wrong way",
            lambda alphas: (alphas - alphas[-1]) * (alphas[0] - alphas[-1]) / alphas[0],
            "your factor is upside down, and the first alpha shrinks: it has become alphas[0] - alphas[-1], and has to "
            "be stretched to alphas[0] again",
        ),
        Mistake(
            "a straight line",
            lambda alphas: alphas[0] * torch.linspace(1, 0, len(alphas), dtype=alphas.dtype),
            "you draw a straight line from the first alpha to 0, and the schedule has lost its shape: move and stretch "
            "the alphas that are given",
        ),
        Mistake(
            "moved by the mean",
            lambda alphas: (alphas - alphas.mean()) * alphas[0] / (alphas[0] - alphas.mean()),
            "you move by the mean of the alphas: it is the last one that has to become 0, so subtract the last",
        ),
        Mistake(
            "small ones cut off",
            lambda alphas: torch.where(alphas <= 1.5 * alphas[-1], torch.zeros_like(alphas), alphas),
            "you set the small alphas to 0 and leave the others as they are: move and stretch all of them",
        ),
        Mistake(
            "nearly zero",
            lambda alphas: zero_terminal(alphas).clamp(min=1e-3),
            "your last alpha is small, but not 0: that is the point of it",
        ),
        Mistake(
            "nearly zero, by a hair",
            lambda alphas: zero_terminal(alphas).clamp(min=1e-4),
            "your last alpha is tiny, but not 0: that is the point of it",
        ),
        Mistake(
            "stretched by a power",
            lambda alphas: alphas[0] * ((alphas - alphas[-1]) / (alphas[0] - alphas[-1])).sqrt(),
            "both ends are right, but you take a root in between: subtract and multiply by constants only",
        ),
        Mistake(
            "stretched before moved",
            lambda alphas: alphas * alphas[0] / (alphas[0] - alphas[-1]) - alphas[-1],
            "you stretch first and move then, so the last alpha has grown before it is subtracted: move first",
        ),
        Mistake(
            "multiplied by a ramp",
            _ramp,
            "you fade the alphas out by their position in the list, which bends the whole curve; subtract and multiply "
            "by constants only",
        ),
    ),
    alternatives=(
        _zero_terminal_by_lerp,
        lambda alphas: alphas[0] * (1 - (alphas[0] - alphas) / (alphas[0] - alphas[-1])),
    ),
    hints=(
        "Two conditions, so two constants: find a and b such that `a * (alphas - b)` has the right first and last "
        "number.",
        "The last one has to become 0: this says what b is. Then the first one has become `alphas[0] - b`, and a has "
        "to "
        "bring it back to `alphas[0]`.",
        "`b = alphas[-1]`, `a = alphas[0] / (alphas[0] - alphas[-1])`.",
    ),
    becomes="minisora/course/exercises/c04_schedules/zero_terminal.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)
