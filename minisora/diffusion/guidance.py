"""Guidance: go further in the direction in which a better velocity differs from a worse one.

    guided = worse + scale * (better - worse)

Guidance takes velocities and gives a velocity; the sampler does not notice. Since ``x0``, ``eps`` and the velocity are
linear in one another, it makes no difference in which of them the line above is written.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.diffusion.path import Velocity


def classifier_free(
    conditional: Velocity,
    both: Velocity,
    *,
    scale: float,
    interval: tuple[float, float] = (0.0, 1.0),
) -> Velocity:
    """Classifier-free guidance: away from what the network would do without the prompt.

    Args:
        conditional: knows the prompts of a batch of ``b`` clips. Called where there is nothing to guide.
        both: the same network for ``2 b`` rows: the prompts first, and after them what to steer away from (empty or
            negative prompts). Called with ``x`` and ``t`` stacked on themselves, so that guidance is one call, too.
        scale: 1 is ``conditional`` itself, and costs as much.
        interval: guide tokens with ``low < t <= high`` only (Kynkäänniemi et al. 2024). While no token is inside, only
            ``conditional`` is called.

    Source: Ho & Salimans 2022, eq. 6, where w is ``scale - 1``.
    """

    def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        better, worse = both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)
        return better, worse

    return _extrapolated(conditional, pair, scale, interval)


def autoguidance(
    good: Velocity, bad: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    """Away from what a worse network would do: a smaller one, or one trained for less time (Karras et al. 2024)."""
    return _extrapolated(good, lambda x, t: (good(x, t), bad(x, t)), scale, interval)


def _extrapolated(
    better_alone: Velocity,
    pair: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    scale: float,
    interval: tuple[float, float],
) -> Velocity:
    if scale == 1:
        return better_alone
    low, high = interval

    def guided(x: Tensor, t: Tensor) -> Tensor:
        t = t.expand(len(x), 1, *x.shape[2:])
        inside = (low < t) & (t <= high)
        if not inside.any():
            return better_alone(x, t)
        better, worse = pair(x, t)
        return torch.where(inside, worse + scale * (better - worse), better)

    return guided
