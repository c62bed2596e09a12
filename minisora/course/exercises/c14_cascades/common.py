"""What several exercises of the chapter use."""

from __future__ import annotations

import torch
from torch import Tensor


def random(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers, always the same."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def column(*values: float) -> Tensor:
    """A number for each clip, ``b 1 1 1 1``."""
    return torch.tensor(values).view(-1, 1, 1, 1, 1)


def bending(x: Tensor, t: Tensor) -> Tensor:
    """A velocity whose ways are curved: it depends on place and time."""
    return x * (1 + t) + t**2 - 0.3 * x.sin()


def mean_bending(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """A mean velocity that depends on where the segment ends, too."""
    return bending(x, t) + (s - t) * (0.7 - 0.2 * x + s)


def lamps(x: Tensor, t: Tensor) -> Tensor:
    """The exact velocity of a world with two clips, -1 and +1."""
    t = torch.as_tensor(t).to(x)
    return (x - torch.tanh((1 - t) * x / t**2)) / t
