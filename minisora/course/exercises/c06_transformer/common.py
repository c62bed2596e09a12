"""What several exercises of the chapter use."""

from __future__ import annotations

import torch
from torch import Tensor


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Normally distributed numbers, always the same ones."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))
