"""Ways to take one step along the velocity, from time ``t`` to time ``s``.

Every solver is a ``Step``: a function ``(velocity, x, t, s, memory) -> (x, memory)``. ``t`` and ``s`` broadcast over
``b 1 t h w``, so that tokens may move at different speeds, and ``memory`` is whatever the solver wants to be told at
the next step (``None`` at the first). Nothing is kept anywhere else.

    solver            calls a step   order   follows
    euler                  1           1     the velocity along time
    heun                   2           2     the velocity along time, looking ahead
    ab2                    1           2     the velocity along time, looking back
    ddim                   1           1     x0 and eps: exact if both stay as they are
    dpm_solver_pp          1           2     x0 along the log-SNR, looking back
    ancestral              1           -     like ddim, but trades old noise for fresh
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from minisora.diffusion.path import STRAIGHT, Path, Velocity, noise_like

#: ``step(velocity, x, t, s, memory) -> (x, memory)``.
Step = Callable[[Velocity, Tensor, Tensor, Tensor, Any], tuple[Tensor, Any]]

#: What a two-step method wants to be told: the value that it followed, and how far it went.
Memory = tuple[Tensor, Tensor]


def euler(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    """Straight on: ``x + (s - t) dx/dt``."""
    return x + (s - t) * velocity(x, t), None


def heun(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    """Straight on, look at the velocity there, and go again with the mean of both (Karras et al. 2022, algorithm 1).

    What arrives at 0 is not corrected: a network never learns a velocity there. The order of the whole stays 2.
    """
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)) / 2, ahead), None


def half_way(value: Tensor, h: Tensor, memory: Memory | None) -> Tensor:
    """The value in the middle of a step of length ``h``, on the straight line through this value and the one before.

    Without a past the value itself: at the first step, for a token that stood still until now, and for steps of
    infinite length (the log-SNR at both ends of the path), beside which the past says nothing.
    """
    if memory is None:
        return value
    before, h_before = memory
    ratio = torch.nan_to_num(h / h_before, nan=0.0, posinf=0.0, neginf=0.0)
    return value + ratio / 2 * (value - before)


def ab2(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
    """Go on with the velocity as it will be half-way, judged by its last change.

    Source: the two-step Adams-Bashforth method, for steps of any length (Hairer, Nørsett & Wanner 1993, chapter III.5).
    """
    here, h = velocity(x, t), s - t
    return x + h * half_way(here, h, memory), (here, h)


def ddim(path: Path = STRAIGHT) -> Step:
    """Take the noise away that is there now, and put less of the same back (Song, Meng & Ermon 2021, eq. 12).

    On the straight path this is :func:`euler`, on EDM's too: where alpha and sigma are straight lines.
    """

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        return path.add_noise(path.to_x0(here, x, t), path.to_eps(here, x, t), s), None

    return step


def dpm_solver_pp(path: Path = STRAIGHT) -> Step:
    """DPM-Solver++(2M): what :func:`ab2` does with the velocity along time, done with ``x0`` along the log-SNR.

    The linear part of the ODE is solved exactly; only the slow change of the predicted clip is left to approximate. Its
    order is 2 while steps are short in log-SNR. Near the ends of the straight and the cosine path, where that is
    infinite, no step is: from pure noise to the clip the order measured there is 1.6, and ``ab2`` is the better choice.

    Source: Lu et al. 2022, algorithm 2.
    """

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        x0, h = path.to_x0(velocity(x, t), x, t), path.log_snr(s) - path.log_snr(t)
        kept = path.sigma(s) / path.sigma(t)  # the share of the noise that stays
        return kept * x + (path.alpha(s) - kept * path.alpha(t)) * half_way(x0, h, memory), (x0, h)

    return step


def ancestral(path: Path, generator: torch.Generator, *, eta: float = 1.0) -> Step:
    """Like :func:`ddim`, but a share of the noise that is put back is fresh.

    ``eta = 1`` draws from the exact posterior of DDPM's chain (Ho et al. 2020, eq. 6 and 7), ``eta = 0`` is ``ddim``.

    Source: Song, Meng & Ermon 2021, eq. 12 and 16, written with the signal-to-noise ratio so that it holds on any path.
    """

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        fresh = eta**2 * -torch.expm1(path.log_snr(t) - path.log_snr(s))  # eta^2 (1 - SNR_t / SNR_s) of the variance
        noise = (1 - fresh).sqrt() * path.to_eps(here, x, t) + fresh.sqrt() * noise_like(x, generator)
        return path.add_noise(path.to_x0(here, x, t), noise, s), None

    return step
