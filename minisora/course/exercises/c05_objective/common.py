"""What several exercises of the chapter use."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.diffusion.path import Path


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers, always the same."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def rates_of(t: Tensor, path: Path) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)


TOKEN_TIMES = torch.tensor([0.2, 0.7]).view(1, 1, 2, 1, 1)


POINTS = (3, 1, 2, 1, 1)


BATCH = (2, 3, 4, 2, 5)
