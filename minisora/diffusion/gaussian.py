"""A world in which everything is a formula: clips drawn from one Gaussian.

No network is needed here. The velocity, where it leads, the least possible loss, and what a given part says about the
rest are all known exactly, which makes it the place to look at paths and solvers, and to test them.

    x0 ~ N(mean, C),   x_t = A x0 + S eps,   A = diag(alpha), S = diag(sigma), a time for each element

so that x_t ~ N(A mean, M) with M = A C A + S^2, and all conditional means are linear in x_t (Bishop 2006, eq. 2.81).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from minisora.diffusion.path import STRAIGHT, Path, noise_like


@dataclass(frozen=True, eq=False)
class GaussianWorld:
    """Clips ``x0 ~ N(mean, covariance)``.

    Attributes:
        mean: a clip, ``c t h w``, or any other shape with ``d`` elements.
        covariance: ``d d`` over the flattened clip, positive definite.
    """

    mean: Tensor
    covariance: Tensor
    path: Path = STRAIGHT

    def sample(self, n: int, *, generator: torch.Generator) -> Tensor:
        """Return ``n`` clips."""
        noise = noise_like(self.mean.flatten().expand(n, -1), generator)
        return self.mean + (noise @ torch.linalg.cholesky(self.covariance).T).view(n, *self.mean.shape)

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        """The velocity that a perfect network would predict; ``t`` broadcasts against ``x``, a time for each token.

        E[x0 | x] = mean + C A M^-1 (x - A mean),   E[eps | x] = S M^-1 (x - A mean)
        """
        t = t.expand_as(x).flatten(1)
        alpha, sigma = self.path.alpha(t), self.path.sigma(t)
        mean = self.mean.flatten()
        m = alpha[:, :, None] * self.covariance * alpha[:, None, :] + torch.diag_embed(sigma**2)
        surprise = torch.linalg.solve(m, x.flatten(1) - alpha * mean)
        x0 = mean + (alpha * surprise) @ self.covariance
        return self.path.velocity(x0, sigma * surprise, t).view_as(x)

    def flow(self, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        """Where the velocity carries ``x`` from time ``t`` to time ``s`` (two numbers): the ODE's exact solution.

        Along each principal direction, of variance c, a clip keeps its distance to the mean in standard deviations:

            (x_s - alpha_s mean) / sqrt(alpha_s^2 c + sigma_s^2) = (x_t - alpha_t mean) / sqrt(alpha_t^2 c + sigma_t^2)
        """
        variance, directions = torch.linalg.eigh(self.covariance)

        def spread(time: Tensor) -> Tensor:
            return torch.sqrt(self.path.alpha(time) ** 2 * variance + self.path.sigma(time) ** 2)

        away = (x - self.path.alpha(t) * self.mean).flatten(1) @ directions
        away = (away / spread(t) * spread(s)) @ directions.T
        return self.path.alpha(s) * self.mean + away.view_as(x)

    def loss_floor(self, t: Tensor) -> Tensor:
        """The loss of the perfect network at times ``t``: how uncertain the velocity remains when ``x_t`` is known.

        (alpha sigma' - alpha' sigma)^2  mean over the directions of  c / (alpha^2 c + sigma^2)
        """
        variance = torch.linalg.eigvalsh(self.covariance)
        path, t = self.path, t[..., None]
        change = path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t)
        return (change**2 * variance / (path.alpha(t) ** 2 * variance + path.sigma(t) ** 2)).mean(-1)

    def conditioned(self, clip: Tensor, free: Tensor) -> GaussianWorld:
        """The world of what is free, flattened, once the rest is known to be as in ``clip``.

        Args:
            clip: shaped as ``mean``.
            free: broadcasts against it; 0 where given.

        Source: Bishop 2006, eq. 2.81 and 2.82.
        """
        free = (free > 0).expand_as(self.mean).flatten()
        given = ~free
        gain = torch.linalg.solve(self.covariance[given][:, given], self.covariance[given][:, free]).T
        mean = self.mean.flatten()
        return GaussianWorld(
            mean[free] + gain @ (clip.flatten()[given] - mean[given]),
            self.covariance[free][:, free] - gain @ self.covariance[given][:, free],
            self.path,
        )


def drifting_clouds(mean: Tensor, *, frames: float = 3.0, pixels: float = 2.0, path: Path = STRAIGHT) -> GaussianWorld:
    """Clips that look like clouds: near each other in time and space, elements resemble each other; channels do not.

    Args:
        mean: ``c t h w``; its type is the world's.
        frames, pixels: after how many of them the correlation has fallen to 1/e.
    """
    covariance = mean.new_ones(1, 1)
    for size, length in zip(mean.shape, (1e-6, frames, pixels, pixels), strict=True):
        index = torch.arange(size, dtype=mean.dtype, device=mean.device)
        covariance = torch.kron(covariance, torch.exp(-(index[:, None] - index).abs() / length))
    return GaussianWorld(mean, covariance, path)
