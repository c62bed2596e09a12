"""What several exercises of the chapter use."""

from __future__ import annotations

import torch
from torch import Tensor


def numbered(*shape: int) -> Tensor:
    """A tensor in which every number is another one, so that whatever is moved can be recognised."""
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float32).reshape(shape)
