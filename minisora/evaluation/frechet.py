"""How far two sets of clips are from each other, by their features: the Fréchet distance, and two remedies of its bias.

FID (Heusel et al. 2017, 1706.08500) and FVD (Unterthiner et al. 2018, 1812.01717) are this distance; what they can see
is decided by the features alone, see ``features.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Generator, Tensor

Distance = Callable[[Tensor, Tensor], float]


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """The squared Fréchet distance of two Gaussians with the means and covariances of features ``n d`` and ``m d``.

    ``|mean_a - mean_b|² + tr(A + B - 2 (A B)^½)``, in float64: the root of a product of near-singular matrices loses
    half of the digits. Never below 0.

    Raises: ValueError for fewer than two rows, or features of different lengths.
    Source: Dowson and Landau 1982, eq. 4.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(f"features of shapes {tuple(a.shape)} and {tuple(b.shape)}: must be n d and m d, n and m > 1")
    a, b = a.double(), b.double()
    A, B = (torch.atleast_2d(each.T.cov()) for each in (a, b))
    root = _root(A)
    # A B and A^½ B A^½ have the same eigenvalues, and the second is symmetric.
    both = torch.linalg.eigvalsh(root @ B @ root).clamp(min=0).sqrt().sum()
    apart = (a.mean(0) - b.mean(0)).square().sum()
    return max(0.0, float(apart + A.trace() + B.trace() - 2 * both))


def at_infinity(sizes: Sequence[int], distances: Sequence[float]) -> float:
    """What distances of sets of these sizes tend to as sets grow: the line through them in ``1 / size``, at 0.

    The bias of the Fréchet distance is nearly proportional to ``1 / size`` (Chong and Forsyth 2020, 1911.07023).

    Raises: ValueError for fewer than two different sizes.
    """
    if len(set(sizes)) < 2:
        raise ValueError(f"sizes {list(sizes)}: a line needs two different ones")
    _, end = np.polyfit(1 / np.asarray(sizes, dtype=float), distances, 1)
    return float(end)


def polynomial_mmd(a: Tensor, b: Tensor) -> float:
    """The squared maximum mean discrepancy of features ``n d`` and ``m d``, kernel ``(x·y / d + 1)³``, unbiased.

    Its mean is 0 for two sets of one kind, whatever their size; so it may be below 0.

    Source: Bińkowski et al. 2018 (1801.01401, KID); for videos, Luo et al. 2024 (2410.05203, JEDi).
    """
    a, b = a.double(), b.double()

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x @ y.T / x.shape[1] + 1) ** 3

    def within(x: Tensor) -> Tensor:  # a clip is not compared with itself: that would be the bias
        table = kernel(x, x)
        return (table.sum() - table.trace()) / (len(x) * (len(x) - 1))

    return float(within(a) + within(b) - 2 * kernel(a, b).mean())


def between_halves(features: Tensor, size: int, distance: Distance, *, rounds: int, generator: Generator) -> Tensor:
    """Distances of two sets of ``size`` that are drawn from one, ``n d``, without overlap: ``(rounds,)``.

    Of one kind as they are, any of them above 0 is bias, or chance.
    """
    picks = [torch.randperm(len(features), generator=generator)[: 2 * size] for _ in range(rounds)]
    return torch.tensor([distance(features[pick[:size]], features[pick[size:]]) for pick in picks])


def _root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a covariance; eigenvalues that rounding made negative count as 0."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T
