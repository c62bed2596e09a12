"""The exercise `ab2`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake
from minisora.course.exercises.c09_samplers.common import EVEN, UNEVEN, X, calls_of, clouds, extrapolating, times, walk
from minisora.diffusion.path import Velocity
from minisora.diffusion.solvers import Memory, ab2, euler


def _ab2_without_guard(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    here, h = velocity(x, t), s - t
    change = 0.0 if memory is None else h / memory[1] / 2 * (here - memory[0])
    return x + h * (here + change), (here, h)


def _ab2_huge(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
    here, h = velocity(x, t), s - t
    change = 0.0 if memory is None else torch.nan_to_num(h / memory[1]) / 2 * (here - memory[0])
    return x + h * (here + change), (here, h)


def _ab2_all_begin_anew(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    rested = memory is not None and bool((memory[1] == 0).any())
    return ab2(velocity, x, t, s, None if rested else memory)


def _ab2_remembers_half_way(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, (here, h) = ab2(velocity, x, t, s, memory)
    return moved, (torch.where(h == 0, here, (moved - x) / h), h)


def _ab2_from_zeros(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    return ab2(velocity, x, t, s, memory or (torch.zeros_like(x), s - t))


def _ab2_backwards(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
    moved, (here, h) = ab2(velocity, x, t, s, None if memory is None else (memory[0], -memory[1]))
    return 2 * x - moved, (here, -h)


def _ab2_asks_again(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: object) -> tuple[Tensor, object]:
    before = None
    if isinstance(memory, tuple):
        old_x, old_t, h_before = memory
        before = velocity(old_x, old_t), h_before
    moved, (_, h) = ab2(velocity, x, t, s, before)
    return moved, (x, t, h)


def _ab2_remembers_the_time(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, (here, _) = ab2(velocity, x, t, s, memory)
    return moved, (here, t)


def _ab2_first_kept(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, now = ab2(velocity, x, t, s, memory)
    return moved, memory or now


def _ab2_remembers_the_end(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, (_, h) = ab2(velocity, x, t, s, memory)
    return moved, (velocity(moved, s), h)


def _ab2_weights(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    here = velocity(x, t)
    if memory is None:
        return x + (s - t) * here, (here, t)
    before, t_before = memory
    gap = (t - t_before).expand_as(t * torch.ones_like(x[:, :1]))
    new = torch.where(gap == 0, 1.0, 1 + (s - t) / torch.where(gap == 0, 1.0, 2 * gap))
    return x + (s - t) * (new * here + (1 - new) * before), (here, t)


WAITING = torch.stack([times(1, 1, 1), times(0.6, 1, 1), times(0.5, 0.7, 1), times(0, 0.2, 0.4)]).view(4, 3, 1, 1)


AB2 = Exercise(
    name="ab2",
    reference=ab2,
    cases=(
        Case("the first step, from t=1 to s=0.7", lambda f: walk(f, clouds, X, times(1, 0.7))),
        Case("four even steps", lambda f: walk(f, clouds, X, EVEN)),
        Case("four uneven steps", lambda f: walk(f, clouds, X, UNEVEN)),
        Case(
            "frames that start one after the other, so that some have a past of length 0",
            lambda f: walk(f, clouds, X, WAITING),
        ),
        Case("how often the network is asked in four steps", lambda f: calls_of(f, EVEN), lambda: 4),
    ),
    mistakes=(
        Mistake(
            "without memory",
            euler,
            "this is Euler's step, at every step: from the second one on, use what the memory says",
        ),
        Mistake(
            "all steps alike",
            extrapolating(lambda h, before: torch.where(before == 0, 0.0, torch.full_like(h, 0.5))),
            "3/2 and 1/2 are right for even steps only: the change is as much longer as this step is than the last "
            "one, so multiply by h / h_before",
        ),
        Mistake(
            "the past added",
            extrapolating(lambda h, before: -h / before / 2),
            "you go back towards the old velocity. The velocity goes on changing as it did: add (here - before)",
        ),
        Mistake(
            "to the end of the step",
            extrapolating(lambda h, before: h / before),
            "you take the velocity as it will be at the end of the step; half-way it is a fair mean of the whole step",
        ),
        Mistake(
            "ratio upside down",
            extrapolating(lambda h, before: before / h / 2),
            "the ratio is upside down: a long step after a short one needs more of the change, h / h_before",
        ),
        Mistake(
            "nothing where a token rested",
            _ab2_without_guard,
            "a token that did not move in the last step has h_before = 0, and h / 0 spoils it: set such ratios to 0 "
            "(torch.nan_to_num with nan, posinf and neginf, or torch.where)",
        ),
        Mistake(
            "the whole change of the ratio",
            extrapolating(lambda h, before: h / before / 2 + 0.5),
            "half a step is h / 2, and the change over it (h / 2) / h_before times the last one, nothing more",
        ),
        Mistake(
            "infinity made large",
            _ab2_huge,
            "where a token rested, h / 0 is infinite, and torch.nan_to_num by itself makes the largest number there "
            "is of it: say posinf=0.0 and neginf=0.0 as well",
        ),
        Mistake(
            "one rests, all begin anew",
            _ab2_all_begin_anew,
            "because one token rested, all of them begin anew with Euler's step: decide token by token, torch.where or "
            "torch.nan_to_num on the ratio",
        ),
        Mistake(
            "half-way remembered",
            _ab2_remembers_half_way,
            "you remember the velocity half-way, which is a guess: remember `here`, the network's own answer",
        ),
        Mistake(
            "a past of zeros",
            _ab2_from_zeros,
            "in your first step the past is a velocity of zeros, so that it begins with half as much again: with no "
            "memory (None) there is no past, and it is Euler's step",
        ),
        Mistake(
            "through time the wrong way",
            _ab2_backwards,
            "you go the wrong way through time: h is s - t, which is negative on the way to the clip",
        ),
        Mistake(
            "the old velocity asked for again",
            _ab2_asks_again,
            "you ask for the old velocity once more, which costs a call each step: it is known, remember it",
        ),
        Mistake(
            "time remembered for length",
            _ab2_remembers_the_time,
            "what you remember as h_before is a time: the length of a step is s - t",
        ),
        Mistake(
            "first memory kept",
            _ab2_first_kept,
            "the memory is that of the first step for ever: return this step's velocity and length each time",
        ),
        Mistake(
            "memory of the end",
            _ab2_remembers_the_end,
            "you remember the velocity at the end of the step (and pay a call for it), so that the next step sees no "
            "change: remember `here`",
        ),
    ),
    alternatives=(_ab2_weights,),
    hints=(
        "With no memory it is Euler's step. The new memory is the velocity here and the length h of this step.",
        "The velocity changed by `here - before` over the last step, whose length was `h_before`. If it goes on like "
        "that, by how much will it have changed after half of this step, h/2?",
        "`here + h / h_before / 2 * (here - before)`; guard the ratio: `torch.nan_to_num(h / h_before, nan=0.0, "
        "posinf=0.0, neginf=0.0)`.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)
