"""What the network is trained for: to predict the velocity at a random time of a random path.

The network cannot know which clip and which noise made ``x_t``; under the squared error its best answer is the mean of
the velocity over all that could have made it. That mean is the velocity field which carries noise to clips
(Lipman et al. 2023, theorems 1 and 2), and all that sampling needs.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.diffusion.path import STRAIGHT, Path, Velocity, noise_like, shift_time

#: ``times(n, generator) -> (n,)``: which times to train at.
TimeSampler = Callable[[int, torch.Generator], Tensor]


def uniform(n: int, generator: torch.Generator) -> Tensor:
    """Every time alike."""
    return torch.rand(n, generator=generator, device=generator.device)


def logit_normal(n: int, generator: torch.Generator, *, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Mostly the middle of the path, where there is most to learn (Esser et al. 2024, eq. 19).

    A mean of ``log(shift)`` is the same as shifting the times by ``shift``. Set both with ``functools.partial``.
    """
    return torch.sigmoid(mean + std * torch.randn(n, generator=generator, device=generator.device))


def shifted(times: TimeSampler, shift: float) -> TimeSampler:
    """The same times, moved by :func:`~minisora.diffusion.path.shift_time`."""
    return lambda n, generator: shift_time(times(n, generator), shift)


def velocity_loss(
    velocity: Velocity,
    x0: Tensor,
    *,
    generator: torch.Generator,
    path: Path = STRAIGHT,
    times: TimeSampler = logit_normal,
    free: Tensor | float = 1.0,
) -> Tensor:
    """Mean squared error of the predicted velocity, with fresh noise and a fresh time for each clip.

    Args:
        velocity: the network, ``(x, t) -> dx/dt``; ``t`` broadcasts over ``b 1 t h w``.
        x0: clean clips ``b c t h w``, or anything that starts with ``b c``.
        free: 0 where content is given, 1 where it is to be learnt; broadcasts over ``b 1 t h w``. See ``random_given``.

    Source: Lipman et al. 2023, eq. 9; a noise level of its own for each token: Chen et al. 2024 (Diffusion Forcing).
    """
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).to(x0)
    return loss_at(velocity, x0, noise, t.view(-1, *[1] * (x0.ndim - 1)), path=path, free=free)


def loss_at(
    velocity: Velocity,
    x0: Tensor,
    noise: Tensor,
    t: Tensor,
    *,
    path: Path = STRAIGHT,
    free: Tensor | float = 1.0,
) -> Tensor:
    """The same with the noise and the times chosen: nothing in it is random.

    Given tokens are at time 0, therefore clean, and do not count. Each clip's mean over what is free in it counts once,
    so that a batch that is split evenly over several processes has the gradient of the whole.
    """
    free = torch.as_tensor(free).to(x0)
    level = t * free
    predicted = velocity(path.add_noise(x0, noise, level), level)
    counts = (free > 0).expand_as(x0)
    error = (predicted - path.velocity(x0, noise, level)) * counts
    return (error.square().flatten(1).sum(1) / counts.flatten(1).sum(1).clamp(min=1)).mean()
