"""Few steps: what a student learns from a teacher that knows the way already.

A teacher gives the velocity *here*; many short steps along it lead to a clip. A student gives the **mean velocity** of
a whole segment, from time ``t`` to time ``s``, which one step covers:

    u(x, t, s) = 1 / (s - t) · integral of the velocity along the way,     x_s = x + (s - t) u(x, t, s)

At ``s = t`` it is the velocity itself. Four ways to learn it, from the plainest: guidance made part of the network, so
that a call is one and not two; two steps of a teacher in one (progressive distillation); two steps of the student's own
in one (shortcut models); and the derivative of the first line (MeanFlow). ``mean_step`` makes a solver of a student.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from minisora.diffusion.path import STRAIGHT, Path, Velocity
from minisora.diffusion.solvers import Step

#: ``u(x, t, s)``: the mean velocity on the way from time ``t`` to time ``s``; both broadcast against ``x``.
MeanVelocity = Callable[[Tensor, Tensor, Tensor], Tensor]

#: ``pair(x, t)``: what a teacher says with the prompts, and without them.
Pair = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

#: ``student(x, t, scale)``: a velocity that is guided already, by ``scale``, ``b 1 1 1 1``.
GuidedVelocity = Callable[[Tensor, Tensor, Tensor], Tensor]


def instantaneous(velocity: Velocity) -> MeanVelocity:
    """A teacher as if it were a student: it goes the whole segment with the velocity at its beginning (Euler)."""
    return lambda x, t, s: velocity(x, t)


def mean_step(mean_velocity: MeanVelocity) -> Step:
    """A student as a solver: a step from ``t`` to ``s`` is one call. The sampler's velocity is not asked."""

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Any) -> tuple[Tensor, Any]:
        return x + (s - t) * mean_velocity(x, t, s), memory

    return step


def distil_guidance(student: GuidedVelocity, pair: Pair, x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
    """The loss of a student that is to answer at once what a teacher's two answers make together.

    ``worse + scale (better - worse)`` is the target, and learns nothing. Each clip has a scale of its own, ``b 1 1 1
    1``, of which the student is told: one network for all scales.

    Source: Meng et al. 2023 (2210.03142), section 3.1.
    """
    with torch.no_grad():
        better, worse = pair(x, t)
        target = worse + scale * (better - worse)
    return (student(x, t, scale) - target).square().mean()


def halving_target(teacher: MeanVelocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """The mean velocity of two steps of a teacher, ``t`` to the middle and on to ``s``: one step of the student.

    Nothing flows back through it. Repeated, each round with the student before as the teacher, it halves the number of
    steps: 16, 8, 4, 2, 1.

    Source: Salimans & Ho 2022 (2202.00512), algorithm 2, written for velocities.
    """
    with torch.no_grad():
        middle = (t + s) / 2
        first = teacher(x, t, middle)
        second = teacher(x + (middle - t) * first, middle, s)
        return (first + second) / 2


def shortcut_target(student: MeanVelocity, x0: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """What a student without a teacher is to answer at ``x_t``, clip by clip; straight path.

    Where ``s = t``, the velocity ``noise - x0``, which ties it to clips. Elsewhere the mean of two steps of its own.

    Source: Frans et al. 2024 (2410.12557), section 3.
    """
    x = STRAIGHT.add_noise(x0, noise, t)
    return torch.where(s == t, noise - x0, halving_target(student, x, t, s))


def mean_flow_target(student: MeanVelocity, velocity: Tensor, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """The same without any second step: ``velocity + (s - t) du/dt``, along the way.

    From ``(t - s) u = integral from s to t``, differentiated by ``t``. One forward derivative (jvp) gives ``du/dt``, in
    the direction ``(velocity, 1, 0)`` of ``(x, t, s)``. ``velocity`` is that of the path, ``noise - x0``. Nothing
    flows back through it.

    Source: Geng et al. 2025 (2505.13447), eq. 6.
    """
    t, s = torch.broadcast_tensors(t, s)
    tangents = velocity, torch.ones_like(t), torch.zeros_like(s)
    change = torch.func.jvp(student, (x, t.clone(), s.clone()), tangents)[1]
    return (velocity + (s - t) * change).detach()


def exact_mean_velocity(flow: Callable[[Tensor, Tensor, Tensor], Tensor]) -> MeanVelocity:
    """The student that makes no error, where it is known where points go: ``flow(x, t, s)``, see ``GaussianWorld``."""
    return lambda x, t, s: (flow(x, t, s) - x) / (s - t)


def straightness(velocity: Velocity, x: Tensor, times: Tensor, *, path: Path = STRAIGHT) -> Tensor:
    """How far the ways from noise ``x`` are from straight lines: ``b``, 0 for straight ones.

    The mean over the times of the squared distance of the velocity from that of the whole way, start to end: what a
    single Euler step gets wrong. ``times``: (n+1,) from 1 to 0.

    Source: Liu et al. 2023 (2209.03003), section 2 (straightness).
    """
    x = path.sigma(times[0]) * x
    velocities, here = [], x
    for t, s in pairwise(times):
        velocities.append(velocity(here, t))
        here = here + (s - t) * velocities[-1]
    whole = (here - x) / (times[-1] - times[0])
    return torch.stack([(each - whole).square().flatten(1).mean(1) for each in velocities]).mean(0)
