"""The exercise `halving_target`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c14_cascades.common import bending, column, mean_bending, random
from minisora.diffusion.distil import MeanVelocity, halving_target

SHAPE = (2, 1, 3, 2, 2)
FROM, TO = column(0.8, 0.5), column(0.4, 0.0)


def _asked(f: Solution, teacher: MeanVelocity, t: Tensor = FROM, s: Tensor = TO) -> Tensor:
    return torch.as_tensor(f(teacher, random(*SHAPE), t.clone(), s.clone()))


def _questions(f: Solution) -> object:
    """At which time the teacher is asked, and where the segment then ends, of the first clip."""
    asked: list[list[float]] = []

    def teacher(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        asked.append([float(torch.as_tensor(each).flatten()[0]) for each in (t, s)])
        return bending(x, t)

    _asked(f, teacher)
    return torch.tensor(asked) if len(asked) == 2 else f"the teacher is asked {len(asked)} times"


def _flows(f: Solution) -> bool:
    """Whether what comes back hangs on the teacher's weights."""
    weight = torch.zeros((), requires_grad=True)
    return _asked(f, lambda x, t, s: bending(x, t) + weight).requires_grad


Second = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def _twice(
    *,
    middle: Callable[[Tensor, Tensor], Tensor] = lambda t, s: (t + s) / 2,
    first_to: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda t, m, s: m,
    step: Callable[[Tensor, Tensor], Tensor] = lambda t, m: m - t,
    move: bool = True,
    second_at: Callable[[Tensor, Tensor], Tensor] = lambda t, m: m,
    end: Callable[..., Tensor] = lambda x, a, b, t, m, s: (a + b) / 2,
    frozen: bool = True,
) -> Solution:
    """The target with these habits."""

    def solution(teacher: MeanVelocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        m = middle(t, s)
        with torch.set_grad_enabled(not frozen):
            first = teacher(x, t, first_to(t, m, s))
            there = x + step(t, m) * first if move else x
            second = teacher(there, second_at(t, m), s)
            return end(x, first, second, t, m, s)

    return solution


def _by_ends(teacher: MeanVelocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """Where two steps lead, and the velocity that leads there in one."""
    half, here = t - (t - s) / 2, x
    for begin, stop in ((t, half), (half, s)):
        here = here + (stop - begin) * teacher(here, begin, stop)
    return ((here - x) / (s - t)).detach()


def _whole(teacher: MeanVelocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return teacher(x, t, s).detach()


def _shrinking(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return x


HALVING_TARGET = Exercise(
    name="halving_target",
    reference=halving_target,
    cases=(
        Case(
            "a teacher that always says x, from t = 0.8 to 0.4 and from 0.5 to 0: x shrinks twice",
            lambda f: _asked(f, _shrinking),
            lambda: random(*SHAPE) * (1 + (TO - FROM) / 4),
        ),
        Case("a teacher whose ways are curved", lambda f: _asked(f, lambda x, t, s: bending(x, t))),
        Case("a teacher that is told where a segment ends", lambda f: _asked(f, mean_bending)),
        Case("the times that the teacher is told", _questions, lambda: torch.tensor([[0.8, 0.6], [0.6, 0.4]])),
        Case("whether a gradient flows back to the teacher", _flows, lambda: False),
    ),
    mistakes=(
        Mistake(
            "one step",
            _whole,
            "that is one step of the teacher: the student would learn to be as wrong as it is. Two, of half the length",
        ),
        Mistake(
            "the second one only",
            _twice(end=lambda x, a, b, t, m, s: b),
            "you keep the velocity of the second half alone (a midpoint rule): the student has to cover both halves, "
            "so the mean of the two",
        ),
        Mistake(
            "does not move on",
            _twice(move=False),
            "the second question is asked where the first was: go half-way first, x + (middle - t)·first",
        ),
        Mistake(
            "moves the whole way",
            lambda teacher, x, t, s: _twice(step=lambda a, m: s - t)(teacher, x, t, s),
            "you go the whole way before you ask again: half of it, x + (middle - t)·first",
        ),
        Mistake(
            "the old time",
            _twice(second_at=lambda t, m: t),
            "the second step is told the time of the first: it begins in the middle",
        ),
        Mistake(
            "steps of full length",
            _twice(first_to=lambda t, m, s: s),
            "the teacher is told that its first step goes to s: it goes to the middle",
        ),
        Mistake(
            "Heun",
            lambda teacher, x, t, s: ((first := teacher(x, t, s)) + teacher(x + (s - t) * first, s, s)).detach() / 2,
            "you look at the beginning and at the end, as Heun does: the teacher's second step begins in the middle, "
            "where its first one has led",
        ),
        Mistake(
            "middle of the path",
            _twice(middle=lambda t, s: t / 2),
            "your middle is t / 2, half-way to the clip: half-way to *s*, (t + s) / 2",
        ),
        Mistake(
            "the wrong way",
            _twice(step=lambda t, m: t - m),
            "you go the wrong way through time: from t to the middle is middle - t, which is negative here",
        ),
        Mistake(
            "a sum",
            _twice(end=lambda x, a, b, t, m, s: a + b),
            "you add the two: the student takes one step of the whole length, so their *mean*",
        ),
        Mistake(
            "the place",
            _twice(end=lambda x, a, b, t, m, s: x + (m - t) * a + (s - m) * b),
            "you return where the two steps lead: wanted is the velocity that leads there in one step, (x_s - x) / (s "
            "- t)",
        ),
        Mistake(
            "the way",
            _twice(end=lambda x, a, b, t, m, s: (m - t) * a + (s - m) * b),
            "you return how far the two steps lead: divide by s - t for a velocity",
        ),
        Mistake(
            "the sign",
            _twice(end=lambda x, a, b, t, m, s: -(a + b) / 2),
            "your velocity points towards the clip: dx/dt points where time points, (x_s - x) / (s - t)",
        ),
        Mistake(
            "gradient",
            _twice(frozen=False),
            "a gradient flows back into the teacher: a target stands still, torch.no_grad()",
        ),
    ),
    alternatives=(_twice(), _by_ends),
    hints=(
        "Three times: t, the middle, s. Ask at the first, go to the second, ask there.",
        "`middle = (t + s) / 2`, `first = teacher(x, t, middle)`, `second = teacher(x + (middle - t) * first, middle, "
        "s)`.",
        "Both halves are equally long, so one step with the *mean* of the two ends where they do. All of it under "
        "`torch.no_grad()`.",
    ),
    becomes="minisora/diffusion/distil.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
