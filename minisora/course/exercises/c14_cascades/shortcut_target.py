"""The exercise `shortcut_target`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c14_cascades.common import column, mean_bending, random
from minisora.diffusion.distil import MeanVelocity, halving_target, shortcut_target

SHAPE = (4, 1, 2, 2, 2)
CLIP, NOISE = random(*SHAPE, seed=5), random(*SHAPE, seed=6)
FROM, TO = column(0.9, 0.5, 0.6, 1.0), column(0.9, 0.1, 0.6, 0.0)


def _asked(f: Solution, student: MeanVelocity, t: Tensor = FROM, s: Tensor = TO) -> Tensor:
    return torch.as_tensor(f(student, CLIP.clone(), NOISE.clone(), t.clone(), s.clone()))


def _still(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return torch.zeros_like(x)


def _flows(f: Solution) -> bool:
    weight = torch.zeros((), requires_grad=True)
    return _asked(f, lambda x, t, s: mean_bending(x, t, s) + weight).requires_grad


Rows = Callable[[Tensor, Tensor], Tensor]


def _target(
    *,
    noised: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x0, noise, t: (1 - t) * x0 + t * noise,
    short: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x0, noise, t: noise - x0,
    halves: Callable[[MeanVelocity, Tensor, Tensor, Tensor], Tensor] = halving_target,
    which: Rows = lambda t, s: s == t,
) -> Solution:
    """The target with these habits."""

    def solution(student: MeanVelocity, x0: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
        x = noised(x0, noise, t)
        return torch.where(which(t, s), short(x0, noise, t), halves(student, x, t, s))

    return solution


def _two(
    *,
    first_to: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda t, m, s: m,
    mean: float = 0.5,
    frozen: bool = True,
    move: bool = True,
) -> Callable[[MeanVelocity, Tensor, Tensor, Tensor], Tensor]:
    def halves(student: MeanVelocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        m = (t + s) / 2
        with torch.set_grad_enabled(not frozen):
            first = student(x, t, first_to(t, m, s))
            return mean * (first + student(x + (m - t) * first if move else x, m, s))

    return halves


def _row_by_row(student: MeanVelocity, x0: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    rows = []
    for i in range(len(x0)):
        a, b, begin, end = (each[i : i + 1] for each in (x0, noise, t, s))
        if bool((begin == end).all()):
            rows.append(b - a)
            continue
        half = begin - 0.5 * (begin - end)
        x = torch.lerp(a, b, begin)
        there = x + (half - begin) * student(x, begin, half)
        there = there + (end - half) * student(there, half, end)
        rows.append((there - x) / (end - begin))
    return torch.cat(rows).detach()


SHORTCUT_TARGET = Exercise(
    name="shortcut_target",
    reference=shortcut_target,
    cases=(
        Case(
            "a student that says 0 so far: the path's velocity where s = t, its own 0 elsewhere",
            lambda f: _asked(f, _still),
            lambda: torch.where(FROM == TO, NOISE - CLIP, torch.zeros_like(CLIP)),
        ),
        Case(
            "a student that says x, where s is not t",
            lambda f: _asked(f, lambda x, t, s: x, s=column(0.5, 0.1, 0.2, 0.0)),
            lambda: ((1 - FROM) * CLIP + FROM * NOISE) * (1 + (column(0.5, 0.1, 0.2, 0.0) - FROM) / 4),
        ),
        Case("a student that knows how long its step is", lambda f: _asked(f, mean_bending)),
        Case("segments of no length only", lambda f: _asked(f, mean_bending, s=FROM), lambda: NOISE - CLIP),
        Case("whether a gradient flows back through the target", _flows, lambda: False),
    ),
    mistakes=(
        Mistake(
            "no anchor",
            _target(which=lambda t, s: torch.zeros_like(s == t)),
            "you ask for agreement with itself everywhere, and a student that never moves agrees with itself. Where s "
            "= t the path's own velocity, noise - x0, ties it to clips",
        ),
        Mistake(
            "all anchored",
            _target(which=lambda t, s: torch.ones_like(s == t)),
            "that is flow matching for segments of any length: a student who learns it ends in the middle of all "
            "clips. Where s is not t, two steps of its own",
        ),
        Mistake(
            "turned round",
            _target(which=lambda t, s: s != t),
            "the two are exchanged: the path's velocity where s = t, two steps of its own where not",
        ),
        Mistake(
            "one for the batch",
            _target(which=lambda t, s: (s == t).all().expand_as(s)),
            "you decide once for the whole batch: clip by clip, torch.where(s == t, …)",
        ),
        Mistake(
            "clips by ends",
            _target(which=lambda t, s: s == 0),
            "you take the path's velocity where the segment ends at the clip: where it has no length, s == t",
        ),
        Mistake(
            "steps of full length",
            _target(halves=_two(first_to=lambda t, m, s: s)),
            "the student is told that its first half goes to s: to the middle. What it says of half steps is what it "
            "has learnt already",
        ),
        Mistake(
            "does not move on",
            _target(halves=_two(move=False)),
            "the second question is asked where the first was: go half-way first, x + (middle - t)·first",
        ),
        Mistake(
            "one step",
            _target(halves=lambda student, x, t, s: student(x, t, s).detach()),
            "the target is the student's own answer, with which it agrees already: two steps of half the length",
        ),
        Mistake(
            "a sum",
            _target(halves=_two(mean=1.0)),
            "you add the two halves: their mean, since one step goes the whole way",
        ),
        Mistake(
            "gradient",
            _target(halves=_two(frozen=False)),
            "a gradient flows back through the target: both would move towards each other, and the easiest place to "
            "meet is 0. torch.no_grad()",
        ),
        Mistake(
            "the sign",
            _target(short=lambda x0, noise, t: x0 - noise),
            "your velocity of the path points to the clip: dx/dt points where time points, noise - x0",
        ),
        Mistake(
            "not noised",
            _target(noised=lambda x0, noise, t: noise),
            "your segments all begin at the noise: they begin at x_t = (1 - t)·x0 + t·noise",
        ),
        Mistake(
            "noised the wrong way",
            _target(noised=lambda x0, noise, t: t * x0 + (1 - t) * noise),
            "your path is turned round: at t = 1 there is noise, x_t = (1 - t)·x0 + t·noise",
        ),
    ),
    alternatives=(_target(), _target(halves=_two()), _row_by_row),
    hints=(
        "First x_t on the straight path. Then both targets for all clips, and `torch.where` chooses.",
        "The second target is `halving_target` with the student as its own teacher; here you may call yours.",
        "`torch.where` asks each clip of the batch a question, and takes one target or the other. Which question, and "
        "which target stands first? A student that always says 0 must get noise - x0 where its segment has no length, "
        "and 0 elsewhere.",
    ),
    becomes="minisora/diffusion/distil.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
