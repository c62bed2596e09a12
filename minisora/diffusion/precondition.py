"""Preconditioning: a network sees numbers of size 1 at any noise, and is asked for numbers of size 1.

What is in a noised clip is partly known without any network: at high noise ``x`` is nearly the noise, at low noise
nearly the clip. A *skip* takes that part past the network, which has to say the rest:

    D(x, sigma) = c_skip x + c_out F(c_in x, c_noise)                  (Karras et al. 2022, 2206.00364, eq. 7)

with coefficients for which ``F`` is asked for something of variance 1, and its errors are amplified least.
"""

from __future__ import annotations

from torch import Tensor

from minisora.diffusion.path import STRAIGHT, Path, Velocity


def edm_coefficients(sigma: Tensor, data: float = 0.5) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """``c_skip, c_out, c_in, c_noise`` for clips of standard deviation ``data`` under noise of ``sigma``.

    Source: Karras et al. 2022, table 1.
    """
    total = sigma**2 + data**2
    return data**2 / total, sigma * data / total.sqrt(), 1 / total.sqrt(), sigma.log() / 4


def edm_weight(sigma: Tensor, data: float = 0.5) -> Tensor:
    """``1 / c_out^2``: with it every noise level's loss is that of ``F``, about 1 for a network that knows nothing.

    Source: Karras et al. 2022, table 1.
    """
    return (sigma**2 + data**2) / (sigma * data) ** 2


def preconditioned(network: Velocity, *, data: float = 1.0, path: Path = STRAIGHT) -> Velocity:
    """The same for velocities, on any path: ``v = a x + b F(c_in x, t)``.

    ``x = alpha x0 + sigma eps`` has variance ``V = alpha^2 data^2 + sigma^2``, the velocity varies along with it by
    ``alpha alpha' data^2 + sigma sigma'``. So ``a`` is their ratio (the best guess of the velocity that is a multiple
    of ``x``), ``b`` the size of what is left, ``data |alpha sigma' - alpha' sigma| / sqrt(V)``. On EDM's path, where
    ``D = x - sigma v / sigma'``, these are the coefficients above, and ``F`` has the other sign.

    Args:
        network: ``F(x, t)``, of answers of size 1.
        data: standard deviation of clips, whose mean is 0.
    """

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        alpha, sigma, dalpha, dsigma = path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)
        total = alpha**2 * data**2 + sigma**2
        skip = (alpha * dalpha * data**2 + sigma * dsigma) / total
        out = data * (alpha * dsigma - dalpha * sigma).abs() / total.sqrt()
        return skip * x + out * network(x / total.sqrt(), t)

    return velocity
