"""What several exercises of the chapter use."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.diffusion.path import path_from_betas


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Numbers in float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def at(*times: float) -> Tensor:
    """A time for each clip of a batch, shaped to broadcast against ``b c t h w``."""
    return torch.tensor(times, dtype=torch.float64).view(-1, 1, 1, 1, 1)


X0, NOISE = drawn(2, 3, 2, 4, 3, seed=1), drawn(2, 3, 2, 4, 3, seed=2)


def alphas_from_betas(betas: Tensor) -> Tensor:
    """What is left of the clip after each of DDPM's steps, ``(N,) -> (N,)``: alpha at the knots of the path."""
    steps = len(betas)
    return path_from_betas("asked", betas).alpha(torch.arange(1, steps + 1, dtype=betas.dtype) / steps)
