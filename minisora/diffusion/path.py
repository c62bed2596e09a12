"""The path from a clip to noise, and everything that can be said in its terms.

Time runs from ``t = 0``, clean, to ``t = 1``, noise. On the way a clip ``x0`` is mixed with Gaussian noise ``eps``,

    x_t = alpha(t) x0 + sigma(t) eps                     (Ho et al. 2020, eq. 4; Kingma et al. 2021, eq. 1)

and moves with the velocity

    dx/dt = alpha'(t) x0 + sigma'(t) eps                 (Lipman et al. 2023, eq. 13)

which is what the network predicts. This page is the only place that knows these two lines. ``t`` is always a tensor
that broadcasts against ``x``: one time for everything, ``b 1 1 1 1`` for one per clip, ``b 1 t h w`` for one per token.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

#: ``velocity(x, t) -> dx/dt``: all that this folder ever knows about a network.
Velocity = Callable[[Tensor, Tensor], Tensor]

Curve = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Path:
    """A noise schedule: how much clip and how much noise there is at each time, and how fast both change.

    ``alpha`` falls from 1, ``sigma`` rises from 0; all four curves map a tensor of times to a tensor of its shape.
    """

    name: str
    alpha: Curve
    sigma: Curve
    dalpha: Curve
    dsigma: Curve

    def add_noise(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The point ``x_t`` on the way from ``x0`` to ``noise``."""
        return self.alpha(t) * x0 + self.sigma(t) * noise

    def velocity(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The velocity at that point, which the network is trained to predict."""
        return self.dalpha(t) * x0 + self.dsigma(t) * noise

    def log_snr(self, t: Tensor) -> Tensor:
        """The logarithm of the signal-to-noise ratio, ``log(alpha^2 / sigma^2)``: falls from +inf at ``t = 0``.

        Two paths with equal log-SNR see the same picture, up to a scale (Kingma et al. 2021, section 5.1).
        """
        return 2 * (self.alpha(t).log() - self.sigma(t).log())

    # --- What a prediction says ---
    # A network may be asked for the velocity, for the clean clip x0, for the noise eps, or for v: with x at hand they
    # say the same. The two lines at the top of this page are linear equations in x0 and eps; Cramer's rule solves them.

    def _determinant(self, t: Tensor) -> Tensor:
        return self.alpha(t) * self.dsigma(t) - self.dalpha(t) * self.sigma(t)

    def to_x0(self, velocity: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """The clean clip that a velocity at ``x`` points away from. Straight path: ``x - t velocity``."""
        return (self.dsigma(t) * x - self.sigma(t) * velocity) / self._determinant(t)

    def to_eps(self, velocity: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """The noise that a velocity at ``x`` points to. Straight path: ``x + (1 - t) velocity``."""
        return (self.alpha(t) * velocity - self.dalpha(t) * x) / self._determinant(t)

    def to_v(self, velocity: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """``v = alpha eps - sigma x0`` (Salimans & Ho 2022, appendix D)."""
        return self.alpha(t) * self.to_eps(velocity, x, t) - self.sigma(t) * self.to_x0(velocity, x, t)

    def from_x0(self, x0: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """The velocity that a predicted clean clip amounts to; undefined where there is no noise, ``sigma = 0``."""
        return self.velocity(x0, (x - self.alpha(t) * x0) / self.sigma(t), t)

    def from_eps(self, eps: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """The velocity that predicted noise amounts to; undefined where there is nothing but noise, ``alpha = 0``."""
        return self.velocity((x - self.sigma(t) * eps) / self.alpha(t), eps, t)

    def from_v(self, v: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """The velocity that a predicted ``v`` amounts to: ``(x, v)`` is ``(x0, eps)``, turned and scaled."""
        alpha, sigma = self.alpha(t), self.sigma(t)
        norm = alpha**2 + sigma**2
        return self.velocity((alpha * x - sigma * v) / norm, (sigma * x + alpha * v) / norm, t)


#: Flow matching, rectified flow: a straight line at constant velocity ``eps - x0``.
#: (Lipman et al. 2023, eq. 20 with sigma_min = 0; Liu et al. 2023, eq. 1. Both count time from noise to data.)
STRAIGHT = Path(
    name="straight",
    alpha=lambda t: 1 - t,
    sigma=lambda t: t,
    dalpha=lambda t: -torch.ones_like(t),
    dsigma=lambda t: torch.ones_like(t),
)


def _cos(t: Tensor) -> Tensor:
    return torch.sin(math.pi / 2 * (1 - t))  # cos(pi t / 2), but exactly 0 at t = 1, where log_snr takes its logarithm


def _sin(t: Tensor) -> Tensor:
    return torch.sin(math.pi / 2 * t)


#: A quarter of a circle at constant speed: alpha^2 + sigma^2 = 1 ("variance preserving").
#: (Nichol & Dhariwal 2021, eq. 17 without its offset, as in Salimans & Ho 2022.)
COSINE = Path(
    name="cosine",
    alpha=_cos,
    sigma=_sin,
    dalpha=lambda t: -math.pi / 2 * _sin(t),
    dsigma=lambda t: math.pi / 2 * _cos(t),
)


def path_from_betas(name: str, betas: Tensor) -> Path:
    """The variance-preserving path of a schedule of N steps: ``alpha(i/N)^2 = (1 - beta_1) ... (1 - beta_i)``.

    Between two knots the logarithm of alpha^2 is straight: noise comes in at a constant rate within a step, as in the
    variance-preserving SDE with a piecewise constant beta(t) (Ho et al. 2020, eq. 4; Song et al. 2021, eq. 11).

    Step ``i`` of a DDPM that counts from 0 is ``t = (i + 1) / N`` here, and ``t = 0`` is the clip itself.

    Args:
        betas: (N,) each in (0, 1).
    """
    steps = len(betas)
    rate = -torch.log1p(-betas.double())  # by how much -log(alpha^2) grows in each step
    knots = torch.cat([rate.new_zeros(1), rate.cumsum(0)])

    def step_of(t: Tensor) -> Tensor:
        return (t * steps).ceil().long().clamp(1, steps) - 1

    def beta(t: Tensor) -> Tensor:
        return steps * rate.to(t)[step_of(t)]

    def log_alpha_squared(t: Tensor) -> Tensor:
        step = step_of(t)
        return -(knots.to(t)[step] + rate.to(t)[step] * (t * steps - step))

    def alpha(t: Tensor) -> Tensor:
        return torch.exp(log_alpha_squared(t) / 2)

    def sigma(t: Tensor) -> Tensor:
        return torch.sqrt(-torch.expm1(log_alpha_squared(t)))

    return Path(
        name=name,
        alpha=alpha,
        sigma=sigma,
        dalpha=lambda t: -beta(t) / 2 * alpha(t),
        # sigma starts like a square root: infinitely steep. A large number stands for that, so that 0 times it is 0
        dsigma=lambda t: beta(t) / 2 * alpha(t) ** 2 / sigma(t).clamp(min=1e-6),
    )


#: The path of DDPM: beta rises linearly from 0.0001 to 0.02 over 1000 steps (Ho et al. 2020, section 4).
#: At t = 1 a trace of the clip is left: alpha = 0.0064.
DDPM_LINEAR = path_from_betas("ddpm-linear", torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64))

#: The largest sigma of EDM (Karras et al. 2022, table 1).
EDM_SIGMA = 80.0

#: The clip stays as it is and ever more noise is laid over it, 80 times its size in the end ("variance exploding").
#: EDM takes sigma itself as the time (Karras et al. 2022, table 1: sigma(t) = t, s(t) = 1); here that is ``80 t``.
#: Its rho = 7 is no part of the path: it says where to stop on the way, see ``karras_grid`` in ``sampler.py``.
#: Sampling starts from ``80 * noise``.
EDM = Path(
    name="edm",
    alpha=lambda t: torch.ones_like(t),
    sigma=lambda t: EDM_SIGMA * t,
    dalpha=lambda t: torch.zeros_like(t),
    dsigma=lambda t: EDM_SIGMA * torch.ones_like(t),
)


def shift_time(t: Tensor, shift: float) -> Tensor:
    """Move times towards noise (``shift > 1``) or towards the clip (``shift < 1``); 0 and 1 stay where they are.

    On the straight path this lowers the log-SNR by ``2 log(shift)`` everywhere. Bigger clips need it: their
    neighbouring pixels agree, so that the same sigma hides less of them (Esser et al. 2024, eq. 23).
    """
    return shift * t / (shift * t + (1 - t))


def noise_like(x: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal noise like ``x``; a generator on the CPU gives the same on any device."""
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=generator.device).to(x.device)
