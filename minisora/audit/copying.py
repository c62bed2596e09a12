"""Does a model hand out its training clips? Distances to the nearest one, and what they have to be compared with.

Source: Carlini et al. 2023, "Extracting Training Data from Diffusion Models" (2301.13188), section 4 and 5.
"""

from __future__ import annotations

import torch
from torch import Tensor


def nearest(samples: Tensor, training: Tensor, *, most: int = 1, batch: int = 64) -> tuple[Tensor, Tensor]:
    """Of each sample ``b d`` the ``most`` nearest of the training clips ``n d``: distances and places, ``b most``.

    Euclidean distances, the smallest first.
    """
    found = [torch.cdist(some, training).topk(most, dim=1, largest=False) for some in samples.split(batch)]
    return torch.cat([each.values for each in found]), torch.cat([each.indices for each in found])


def extraction_ratio(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
    """How much nearer the nearest training clip is than its neighbourhood: ``b d`` and ``n d`` to ``b``.

    The distance to the nearest clip over ``alpha`` times the mean distance to the ``near`` nearest. Near 0: a copy. A
    plain clip is near to many others, and the ratio takes that into account. Of a set of fewer clips all are near.

    Source: Carlini et al. 2023, section 5.1 (near 50, alpha 0.5).
    """
    distance, _ = nearest(samples, training, most=min(near, len(training)))
    return distance[:, 0] / (alpha * distance.mean(1)).clamp(min=1e-12)


def copied(ratio: Tensor, fresh: Tensor, *, level: float = 0.01) -> float:
    """The share of samples whose ratio is below what only a ``level`` of new true clips have.

    That is the fair test: a new clip of the same world, which nobody can have copied, is near to some training clip
    as well, and the nearer the more of them there are.
    """
    return float((ratio < fresh.quantile(level)).float().mean())
