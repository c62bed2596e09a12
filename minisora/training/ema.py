"""The exponential moving average of a network's weights: what is sampled from, judged, and shipped."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Ema(nn.Module):
    """A frozen copy of ``model`` that follows its weights: ``ema <- decay * ema + (1 - decay) * weights``.

    The decay warms up as ``min(decay, (1 + n) / (10 + n))`` at update n, so that a short run is not an average with the
    random initialisation. Buffers are copied. The copy and the count are part of the state dict.

    Attributes:
        model: the averaged network, in evaluation mode.
        updates: how many updates there have been, int64.
    """

    updates: Tensor

    def __init__(self, model: nn.Module, *, decay: float = 0.999) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"EMA decay {decay}: must be at least 0 and below 1, for example 0.999")
        self.decay = decay
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def train(self, mode: bool = True) -> Ema:
        """The average always stays in evaluation mode."""
        return super().train(False)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take one step towards ``model``'s present weights."""
        n = int(self.updates)
        weight = 1 - min(self.decay, (1 + n) / (10 + n))
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(theirs, weight)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)
        self.updates += 1
