"""Few steps instead of many: what a student learns from a teacher that is sampled with guidance and small steps.

    a noisy clip at t  -- the teacher: several guided steps -->  the same clip at s < t
    the student, in one call at t, learns the mean velocity of that way: (x_s - x_t) / (s - t)

So guidance (one call instead of two; Meng et al. 2023, 2210.03142) and small steps (one instead of several; Salimans
& Ho 2022, 2202.00512, there by halving again and again) are distilled at once, into a network that is good at the times
of its few steps, and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from minisora.diffusion import Step, ab2, experts, sample, time_grid
from minisora.diffusion.path import STRAIGHT, Velocity
from minisora.errors import UserError
from minisora.model import DiT
from minisora.velocities import guided

if TYPE_CHECKING:
    from minisora.pipeline import Pipeline
    from minisora.training.settings import Part


@dataclass(frozen=True)
class Teacher:
    """What a student imitates.

    Attributes:
        velocity: ``velocity(captions, x, known)`` is the teacher's velocity for clips like ``x``, ``b c t h w``.
        steps: how many the student is to take.
        shift: of their times, and of the teacher's.
        small_steps: calls of the teacher for one step of the student.
        solver: how the teacher goes on from one call to the next.
    """

    velocity: Callable[[Sequence[str], Tensor, Tensor | None], Velocity]
    steps: int
    shift: float
    small_steps: int = 3
    solver: Step = ab2

    def segment(self, step: int) -> Tensor:
        """The teacher's times on the way of the student's step number ``step``, counted from 0."""
        first = step * self.small_steps
        return time_grid(self.steps * self.small_steps, shift=self.shift)[first : first + self.small_steps + 1]


def teacher_for(part: Part, pipeline: Pipeline, steps: int, *, shift: float) -> Teacher:
    """One of a pipeline's transformers as a teacher, guided as its card says; what paints is followed by its finisher.

    It takes as many steps as it usually does, and two for each of the student's at the least. What paints, and is told
    a plan of each clip, does so in the quick way of its card: as good, and at a fraction of the calls.

    Raises: UserError where there is no such transformer.
    """
    s = pipeline.sampling if part != "text-to-video" else (pipeline.quick or pipeline).sampling
    parts = {
        "planner": (pipeline.planner, s.plan_steps, s.plan_guidance, shift),
        "writer": (pipeline.writer, s.write_steps, s.write_guidance, 1.0),
        "text-to-video": (pipeline.dit, s.steps, s.guidance, shift),
    }
    network, own, scale, shift = parts.get(part, (None, 0, 1.0, 1.0))
    if network is None:
        raise UserError(f"a teacher for a {part}: these weights have none — a student plans, writes or paints (--part)")
    finisher = pipeline.finisher if part == "text-to-video" else None

    def velocity(captions: Sequence[str], x: Tensor, known: Tensor | None) -> Velocity:
        ids = pipeline.tokenizer.encode([*captions, *[""] * len(captions)]).to(x.device)

        def of(network: DiT, scale: float) -> Velocity:
            return guided(network.to(x.device), ids, x, scale=scale, seconds=pipeline.seconds_between, known=known)

        early = of(network, scale)
        return early if finisher is None else experts(early, of(finisher, s.finish_guidance), hand_over=s.hand_over)

    return Teacher(velocity, steps, shift, small_steps=max(2, math.ceil(own / steps)), solver=s.solver)


def lesson(
    student: Velocity,
    teacher: Velocity,
    clean: Tensor,
    noise: Tensor,
    times: Tensor,
    *,
    free: Tensor,
    solver: Step = ab2,
) -> Tensor:
    """Mean squared error of the student's velocity at ``times[0]`` against the teacher's mean velocity along ``times``.

    Args:
        clean, noise: ``b c t h w``; the way begins at a noisy clip of both.
        free: 0 where given, 1 where generated; broadcasts over ``b 1 t h w``. What is given does not count.
    """
    begin, end = times[0].to(clean), times[-1].to(clean)
    x = STRAIGHT.add_noise(clean, noise, begin * free)
    there = sample(teacher, x, times, free=free, step=solver)
    mean_velocity = (there - x) / (end - begin)
    level = (begin * free).expand(len(x), 1, *x.shape[2:])
    counts = (free > 0).expand_as(x)
    error = (student(x, level) - mean_velocity) * counts
    return (error.square().flatten(1).sum(1) / counts.flatten(1).sum(1).clamp(min=1)).mean()
