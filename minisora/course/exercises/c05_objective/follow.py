"""The exercise `follow`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.course.exercises.c05_objective.common import POINTS, numbers
from minisora.diffusion.gaussian import GaussianWorld
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample


def follow(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    """Euler's walk along ``times``: the package's ``sample`` with nothing given."""
    return sample(velocity, x, times)


def _walk(*, at: str = "start", length: str = "s - t", skip_last: bool = False, frozen: bool = False) -> Solution:
    """Euler's walk with one thing wrong, or nothing."""

    def walk(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
        first = x
        for t, s in list(pairwise(times))[: -1 if skip_last else None]:
            arrow = velocity(first if frozen else x, t if at == "start" else s)
            step = {"s - t": s - t, "t - s": t - s, "1 / n": -1 / (len(times) - 1), "s": s}[length]
            x = x + step * arrow
        return x

    return walk


def _walk_backwards(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return _walk()(velocity, x, times.flip(0))


def _walk_by_recursion(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    if len(times) < 2:
        return x
    here = velocity(x, times[0].expand(len(x), *[1] * (x.ndim - 1)))
    return _walk_by_recursion(velocity, torch.add(x, here * (times[1] - times[0])), times[1:])


def _stepped(
    velocity: Velocity,
    x: Tensor,
    times: Tensor,
    length: Callable[[Tensor, Tensor], Tensor | float],
    *,
    at: Callable[[Tensor, Tensor], Tensor] = lambda t, s: t,
) -> Tensor:
    for t, s in pairwise(times):
        x = x + length(t, s) * velocity(x, at(t, s))
    return x


def _not_carried_on(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    t, s = times[-2], times[-1]
    return x + (s - t) * velocity(x, t)


def _jumped(x: Tensor, velocity: Velocity, times: Tensor) -> Tensor:
    return x - times[-1] * velocity(x, times[-1])


def _heuns(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    for t, s in pairwise(times):
        here = velocity(x, t)
        x = x + (s - t) * (here + velocity(x + (s - t) * here, s)) / 2
    return x


def _stops(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    places = [x]
    for t, s in pairwise(times):
        places.append(places[-1] + (s - t) * velocity(places[-1], t))
    return torch.stack(places)


def _two_frames() -> GaussianWorld:
    return GaussianWorld(torch.tensor([0.6, -0.2]).view(1, 2, 1, 1), torch.tensor([[0.5, 0.4], [0.4, 0.5]]))


def _bend(x: Tensor, t: Tensor) -> Tensor:
    return x * (1 + t)


FOLLOW = Exercise(
    name="follow",
    reference=follow,
    cases=(
        call("one step from t = 1 to 0", _bend, numbers(*POINTS), torch.tensor([1.0, 0.0])),
        call("four even steps", _bend, numbers(*POINTS), torch.linspace(1, 0, 5)),
        call("three uneven steps", _bend, numbers(*POINTS), torch.tensor([1.0, 0.7, 0.2, 0.0])),
        call("the first part of the way, from 1 to 0.5", _bend, numbers(*POINTS), torch.tensor([1.0, 0.8, 0.5])),
        call("the last part of the way, from 0.5", _bend, numbers(*POINTS), torch.tensor([0.5, 0.4, 0.1, 0.0])),
        Case(
            "200 steps along the exact velocity of a Gaussian world, whose end mathematics knows",
            lambda f: f(_two_frames().velocity, numbers(*POINTS), torch.linspace(1, 0, 201)),
            expected=lambda: _two_frames().flow(numbers(*POINTS), torch.ones(()), torch.zeros(())),
            tolerance=0.02,
        ),
    ),
    mistakes=(
        Mistake(
            "the sign of the step",
            _walk(length="t - s"),
            "you walk forwards, into more noise: time falls from t to s, so the step s - t is negative",
        ),
        Mistake(
            "the velocity of the next time",
            _walk(at="end"),
            "you ask for the velocity at time s, where x has not arrived yet: ask at t",
        ),
        Mistake(
            "all steps alike",
            _walk(length="1 / n"),
            "your steps all have the length 1/n; the grid may be uneven, and need not begin at 1: use s - t",
        ),
        Mistake(
            "the last step is missing",
            _walk(skip_last=True),
            "n + 1 times make n steps; you stop one early, so a little noise is left",
        ),
        Mistake(
            "a step of length s",
            _walk(length="s"),
            "you multiply by the time at which you arrive; a step is as long as the time that passes, s - t",
        ),
        Mistake(
            "the first step is missing",
            lambda velocity, x, times: _walk()(velocity, x, times[1:]),
            "n + 1 times make n steps; you leave out the first one: begin at times[0]",
        ),
        Mistake(
            "not carried on",
            _not_carried_on,
            "every step begins at the starting point, so that only the last one counts: carry `x` on from step to step",
        ),
        Mistake(
            "asked once",
            lambda velocity, x, times: x + (times[-1] - times[0]) * velocity(x, times[0]),
            "you ask for the velocity once, at the beginning, and go on with it: ask again in each step, where you are",
        ),
        Mistake(
            "whole units of time",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: -1.0),
            "each of your steps goes as far as the velocity brings you in a whole unit of time: multiply it by the "
            "time "
            "that passes, s - t",
        ),
        Mistake(
            "all the way in each step",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: -t),
            "each of your steps goes all the way to 0: only s - t of time passes",
        ),
        Mistake(
            "a jump at the end",
            lambda velocity, x, times: _jumped(_walk()(velocity, x, times), velocity, times),
            "at the last time you take one more step, to 0: the walk ends where `times` ends",
        ),
        Mistake(
            "a step in the middle of two",
            _heuns,
            "you ask for the velocity twice a step and take the mean: that is Heun's method (chapter 09). Here it is "
            "Euler's, one arrow a step",
        ),
        Mistake(
            "the middle of the step",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: s - t, at=lambda t, s: (t + s) / 2),
            "you ask for the velocity in the middle of the step, where x is not yet: ask at t",
        ),
        Mistake(
            "all the stops",
            _stops,
            "you return all the places on the way: return where it ends, the last one",
        ),
        Mistake(
            "divided by the step",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: 1 / (s - t)),
            "you divide by the time that passes: a way is velocity *times* time",
        ),
        Mistake(
            "the way alone",
            lambda velocity, x, times: _walk()(velocity, x, times) - x,
            "you return how far it went, not where it ends: add it to where it began",
        ),
        Mistake(
            "only the first arrow",
            _walk(frozen=True),
            "you ask for the velocity at the starting point every time; ask where you are now",
        ),
        Mistake(
            "times backwards",
            _walk_backwards,
            "you run through the times from their end; they are already in the order of the walk",
        ),
    ),
    alternatives=(_walk_by_recursion, _walk()),
    hints=(
        "A loop over neighbours in `times`: from t to s, from there to the next, and so on.",
        "In each step the velocity says how fast x changes with time, and the time changes by s - t. So how much does "
        "x change?",
        "`itertools.pairwise(times)` gives the neighbours: `for t, s in pairwise(times): x = x + …`. Not `x += …`, "
        "which would overwrite the noise that you were given.",
    ),
    becomes="minisora/diffusion/sampler.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
