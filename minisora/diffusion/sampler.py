"""From noise to a clip: follow the velocity backwards in time, from ``t = 1`` to ``t = 0``.

There is one sampler. Text-to-video, animation, extension, loops, inpainting, SDEdit and autoregressive rollouts differ
only in the arguments that they hand to it (see ``given.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from minisora.diffusion.path import EDM_SIGMA, STRAIGHT, Path, Velocity, shift_time
from minisora.diffusion.solvers import Step, euler
from minisora.errors import UserError

MOST_SHIFT = 1000.0  #: Beyond it every time but the last is 1.

#: ``watch(i, x)`` is told the clip after step ``i`` of ``n``; ``i`` counts from 1 to ``n``.
Watch = Callable[[int, Tensor], object]


@torch.no_grad()
def sample(
    velocity: Velocity,
    x: Tensor,
    times: Tensor,
    *,
    free: Tensor | float = 1.0,
    step: Step = euler,
    watch: Watch | None = None,
) -> Tensor:
    """Solve ``dx/dt = velocity(x, t)`` along ``times``.

    Args:
        velocity: ``(x, t) -> dx/dt``; it is called with ``t`` of shape ``b 1 t h w``, the time of each token.
        x: ``b c t h w``, or anything that starts with ``b c``. Where free it is noise, of standard deviation
            ``path.sigma(1)``, and where not it is what is given.
        times: (n+1,) from 1 to 0, one clock for all, or (n+1, frames), a clock for each latent frame.
        free: 0 where given, 1 where to generate, broadcast over ``b 1 t h w``: a token's time is ``times * free``.
        step: a solver from ``solvers.py``.

    Returns:
        The clip, like ``x``. A token whose time never moves comes out bit for bit as it went in.

    Source: the probability-flow ODE (Song et al. 2021, eq. 13), with a time for each token (Chen et al. 2024).
    """
    free = torch.as_tensor(free).to(x).expand(len(x), 1, *x.shape[2:])
    times = times.to(x)
    if times.ndim == 2:
        times = times[:, None, None, :, None, None]
    memory = None
    for i, (t, s) in enumerate(pairwise(times), start=1):
        t, s = t * free, s * free
        moved, memory = step(velocity, x, t, s, memory)
        x = torch.where(s == t, x, moved)  # no solver moves, by so much as a rounding error, what stands still
        if watch is not None:
            watch(i, x)
    return x


def time_grid(n: int, *, shift: float = 1.0) -> Tensor:
    """``n`` steps from 1 to 0: (n+1,) times, evenly spaced and then moved by ``shift_time``.

    Raises:
        UserError: less than one step, or a shift that is not a positive number.
    """
    if n < 1:
        raise UserError(f"{n} steps: sampling takes at least 1 — try 20")
    if not 0 < shift <= MOST_SHIFT:
        limits = f"must be more than 0 and at most {MOST_SHIFT:g}"
        raise UserError(f"shift {shift:g}: {limits} — 1 shifts nothing, 3 suits larger clips")
    return shift_time(torch.linspace(1, 0, n + 1), shift)


def karras_grid(n: int, *, rho: float = 7.0, smallest: float = 0.002, largest: float = EDM_SIGMA) -> Tensor:
    """EDM's ``n`` steps, for the path ``EDM``: (n+1,) times that crowd where sigma is small.

    ``sigma^(1/rho)`` falls evenly from ``largest`` to ``smallest``; one last step goes to 0. ``t = sigma / largest``.

    Raises:
        UserError: less than one step.

    Source: Karras et al. 2022, eq. 5.
    """
    if n < 1:
        raise UserError(f"{n} steps: sampling takes at least 1 — try 20")
    sigma = torch.linspace(largest ** (1 / rho), smallest ** (1 / rho), n, dtype=torch.float64) ** rho
    return torch.cat([sigma / largest, sigma.new_zeros(1)]).float()


def staggered(times: Tensor, frames: int, *, delay: int) -> Tensor:
    """A clock for each latent frame: each starts ``delay`` steps after the frame before it.

    ``delay = 0`` denoises all frames together, ``delay = len(times) - 1`` one after the other (autoregressive), and
    anything between makes a pyramid in which the past is always cleaner than the future (Chen et al. 2024).

    Returns:
        (n+1, frames) times with ``n = len(times) - 1 + delay * (frames - 1)``.
    """
    last = len(times) - 1
    clock = torch.arange(last + delay * (frames - 1) + 1)[:, None] - delay * torch.arange(frames)
    return times[clock.clamp(0, last)]


def watch_x0(velocity: Velocity, watch: Callable[[Tensor, Tensor], object], *, path: Path = STRAIGHT) -> Velocity:
    """The same velocity, but ``watch(x0, t)`` sees the clean clip that each call believes in: a preview at no cost."""

    def watched(x: Tensor, t: Tensor) -> Tensor:
        answer = velocity(x, t)
        watch(path.to_x0(answer, x, t), t)
        return answer

    return watched
