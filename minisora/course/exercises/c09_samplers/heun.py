"""The exercise `heun`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c09_samplers.common import X, as_pair, calls_of, clouds, times, twice_asked
from minisora.diffusion.path import Velocity
from minisora.diffusion.solvers import euler, heun


def _first(f: Solution, velocity: Velocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return as_pair(f(velocity, x.clone(), t, s, None))[0]


def _careful(x: Tensor, t: Tensor) -> Tensor:
    """A velocity that, like a network's, means nothing at time 0."""
    return torch.where(t > 0, clouds(x, t), torch.full_like(x, 9.0))


def _heun_everywhere(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    here = velocity(x, t)
    return x + (s - t) * (here + velocity(x + (s - t) * here, s)) / 2, None


def _heun_all_or_none(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    return euler(velocity, x, t, s, None) if (s <= 0).any() else _heun_everywhere(velocity, x, t, s, memory)


def _heun_always_asking(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    here = velocity(x, t)
    ahead = x + (s - t) * here
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)) / 2, ahead), None


HEUN = Exercise(
    name="heun",
    reference=heun,
    cases=(
        Case("from t=0.8 to s=0.5", lambda f: _first(f, clouds, X, times(0.8), times(0.5))),
        Case(
            "the velocity t, whose way from 0.9 to 0.3 is known: (0.3² - 0.9²) / 2",
            lambda f: _first(f, lambda x, t: t.expand_as(x), times(0.0).view(1, 1), times(0.9), times(0.3)),
            expected=lambda: times(-0.36).view(1, 1),
        ),
        Case(
            "frames of which the first is given (t=s=0), the second arrives at 0, and the third is on its way",
            lambda f: _first(f, _careful, X, times(0, 0.4, 0.9).view(3, 1, 1), times(0, 0, 0.5).view(3, 1, 1)),
        ),
        Case("the last step, from t=0.25 to s=0", lambda f: _first(f, _careful, X, times(0.25), times(0.0))),
        Case("how often the network is asked in a step to s=0.5", lambda f: calls_of(f, times(0.8, 0.5)), lambda: 2),
        Case("how often the network is asked in the last step", lambda f: calls_of(f, times(0.25, 0)), lambda: 1),
    ),
    mistakes=(
        Mistake(
            "second look at the old time",
            twice_asked(lambda velocity, x, t, s, here, ahead: x + (s - t) * (here + velocity(ahead, t)) / 2),
            "the second look is told the old time: you stand at `ahead` now, and there it is s",
        ),
        Mistake(
            "second look from the old place",
            twice_asked(lambda velocity, x, t, s, here, ahead: x + (s - t) * (here + velocity(x, s)) / 2),
            "the second look is at the old place x: look from where the Euler step leads, x + (s - t) * here",
        ),
        Mistake(
            "only the second",
            twice_asked(lambda velocity, x, t, s, here, ahead: x + (s - t) * velocity(ahead, s)),
            "you go with the velocity ahead alone: go with the mean of both",
        ),
        Mistake(
            "sum instead of mean",
            twice_asked(lambda velocity, x, t, s, here, ahead: x + (s - t) * (here + velocity(ahead, s))),
            "you go with the sum of two velocities, twice as far as you should: take their mean",
        ),
        Mistake(
            "on from ahead",
            twice_asked(lambda velocity, x, t, s, here, ahead: ahead + (s - t) * (here + velocity(ahead, s)) / 2),
            "you go on from `ahead`, so that the step is made twice: go back to x, and from there with the mean",
        ),
        Mistake(
            "midpoint",
            twice_asked(
                lambda velocity, x, t, s, here, ahead: x + (s - t) * velocity(x + (s - t) / 2 * here, (t + s) / 2)
            ),
            "you look from half-way and go with that: the midpoint method, of order two as well. Heun looks at the end "
            "of the step and takes the mean of both looks",
        ),
        Mistake(
            "all or none",
            _heun_all_or_none,
            "as soon as one token arrives at 0, you give all of them Euler's step: decide token by token, "
            "torch.where(s > 0, …)",
        ),
        Mistake(
            "through time the wrong way",
            twice_asked(
                lambda velocity, x, t, s, here, ahead: x + (t - s) * (here + velocity(x + (t - s) * here, s)) / 2
            ),
            "you go the wrong way through time: a step from t to s is s - t long, which is negative on the way to the "
            "clip",
        ),
        Mistake(
            "difference of both",
            twice_asked(lambda velocity, x, t, s, here, ahead: x + (s - t) * (velocity(ahead, s) - here) / 2),
            "you go with half the difference of the two velocities; their mean is half the sum",
        ),
        Mistake(
            "ahead kept",
            twice_asked(lambda velocity, x, t, s, here, ahead: ahead),
            "this is Euler's step, whatever the second look says: go with the mean of both velocities",
        ),
        Mistake(
            "corrected at 0",
            _heun_everywhere,
            "you ask for a velocity at time 0, where no network was ever trained: what arrives at 0 keeps its Euler "
            "step (token by token, torch.where(s > 0, …))",
        ),
        Mistake(
            "asked for nothing",
            _heun_always_asking,
            "in the last step the second answer is thrown away, but paid for: if no token has s > 0, return before you "
            "ask again",
        ),
    ),
    alternatives=(
        lambda velocity, x, t, s, memory: (
            (euler(velocity, x, t, s, None)[0], None)
            if (s <= 0).all()
            else twice_asked(lambda velocity, x, t, s, here, ahead: ahead + (s - t) / 2 * (velocity(ahead, s) - here))(
                velocity, x, t, s, memory
            )
        ),
    ),
    hints=(
        "First an Euler step, as if there were nothing else; call where it leads `ahead`, and the velocity `here`.",
        "Ask again at `(ahead, s)`. Then forget the Euler step: go from `x` with the mean of the two velocities.",
        "`if not (s > 0).any(): return ahead, None` spares the last call, and `torch.where(s > 0, corrected, ahead)` "
        "keeps the Euler step of single tokens that arrive.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
