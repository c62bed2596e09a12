"""The exercise `times_for`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.diffusion.path import shift_time

GRID = torch.linspace(1, 0, 9)


def times_for(times: Tensor, tokens: int, usual: int) -> Tensor:
    """Times that hide as much of a clip of ``tokens`` as ``times`` do of one of ``usual`` tokens, if all agree."""
    return shift_time(times, (tokens / usual) ** 0.5)


def _shifted(factor: Callable[[int, int], float]) -> Solution:
    return lambda times, tokens, usual: shift_time(times, factor(tokens, usual))


def _unsure(times: Tensor, tokens: int) -> Tensor:
    """How unsure the mean of so many noisy numbers leaves one of what they have in common: its standard deviation."""
    return times / (1 - times) / tokens**0.5


INNER = torch.tensor([0.9, 0.75, 0.5, 0.2])

TIMES_FOR = Exercise(
    name="times_for",
    reference=times_for,
    cases=(
        call("nine times for 180 tokens, where 80 are usual", GRID, 180, 80),
        call("four times as many tokens as usual", GRID, 320, 80),
        call("a picture of 16 tokens, where 80 are usual", GRID, 16, 80),
        call("180 tokens, where 45 are usual", GRID, 180, 45),
        call("as many tokens as usual", GRID, 80, 80),
        Case(
            "how unsure the mean of all tokens leaves one, which is to be as for the usual clip",
            lambda f: _unsure(f(INNER.clone(), 180, 80), 180),
            expected=lambda: _unsure(INNER, 80),
        ),
        Case(
            "times for 320 tokens, and from there back for 80",
            lambda f: f(f(GRID.clone(), 320, 80), 80, 320),
            expected=lambda: GRID.clone(),
        ),
    ),
    mistakes=(
        Mistake(
            "without the root",
            _shifted(lambda tokens, usual: tokens / usual),
            "you shift by the ratio of tokens itself. A mean of n numbers has a noise of 1 / √n, so take its root",
        ),
        Mistake(
            "the other way",
            _shifted(lambda tokens, usual: (usual / tokens) ** 0.5),
            "your larger clips get *less* noise. More tokens that agree see through more of it: tokens / usual",
        ),
        Mistake(
            "root of the root",
            _shifted(lambda tokens, usual: (tokens / usual) ** 0.25),
            "you take the root twice, as if tokens were to be turned into a side first: the root of tokens / usual",
        ),
        Mistake(
            "squared",
            _shifted(lambda tokens, usual: (tokens / usual) ** 2),
            "you square the ratio of tokens: take its root",
        ),
        Mistake(
            "always from 80",
            _shifted(lambda tokens, usual: (tokens / 80) ** 0.5),
            "80 tokens are not always the usual number: it is handed in",
        ),
        Mistake(
            "times multiplied",
            lambda times, tokens, usual: (times * (tokens / usual) ** 0.5).clamp(max=1),
            "you multiply the times, which run into 1. Multiply the odds t / (1 - t): shift_time(times, shift)",
        ),
        Mistake(
            "odds returned",
            lambda times, tokens, usual: (tokens / usual) ** 0.5 * times / (1 - times),
            "you return odds of noise, t / (1 - t), which go up to infinity: go back to a time",
        ),
        Mistake(
            "rounded",
            _shifted(lambda tokens, usual: max(1.0, round((tokens / usual) ** 0.5))),
            "you round the shift to whole numbers: 180 tokens for 80 want 1.5",
        ),
        Mistake(
            "never below 1",
            _shifted(lambda tokens, usual: max(1.0, (tokens / usual) ** 0.5)),
            "smaller clips are not shifted: fewer tokens want a shift below 1, towards the clip",
        ),
        Mistake(
            "difference",
            _shifted(lambda tokens, usual: max(1.0, abs(tokens - usual) ** 0.5)),
            "you take the root of the difference of tokens: it is their ratio that counts",
        ),
    ),
    alternatives=(
        lambda times, tokens, usual: (lambda s: s * times / (1 + (s - 1) * times))((tokens / usual) ** 0.5),
        lambda times, tokens, usual: torch.sigmoid(torch.logit(times) + 0.5 * torch.tensor(tokens / usual).log()),
    ),
    hints=(
        "What is the standard deviation of the mean of n independent numbers of spread 1? By how much may the noise be "
        "louder if n grows from `usual` to `tokens`?",
        "It is 1/√n: the odds of noise may be √(tokens / usual) times as high. `shift_time` of chapter 04 multiplies "
        "odds.",
        "`return shift_time(times, (tokens / usual) ** 0.5)`",
    ),
    becomes="minisora/course/exercises/c11_sizes/times_for.py",
    minutes=6,
    difficulty=1,
    points=2,
    trains=False,
)
