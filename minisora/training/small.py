"""A training loop on one page, for networks that learn in a minute or two; ``run.py`` has the one for hours."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from minisora.training.ema import Ema
from minisora.training.optim import learning_rate_factor, optimizer_for, set_learning_rate

Network = TypeVar("Network", bound=nn.Module)


def train_small(
    network: Network,
    loss_of: Callable[[Network], Tensor],
    *,
    steps: int,
    warm_up: int = 30,
    average: float = 0.98,
    muon_lr: float = 0.02,
    adam_lr: float = 1e-3,
    half: bool = True,
    every: int = 100,
    watch: Callable[[int, float], object] | None = None,
) -> tuple[Network, float]:
    """Train a network, and return its average over the last steps and the seconds of processor time that it took.

    Args:
        loss_of: the loss of one batch; it draws the batch itself.
        average: decay of the average of the weights.
        muon_lr, adam_lr: peak learning rates.
        half: compute in bfloat16 where PyTorch thinks that it may be done; weights stay in float32.
        watch: told the step, counted from 1, and its loss after ``every`` so many steps.
    """
    optimizer, smooth = optimizer_for(network, muon_lr=muon_lr, adam_lr=adam_lr), Ema(network, decay=average)
    begin = time.process_time()
    for step in range(steps):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = loss_of(network)
        optimizer.zero_grad()
        loss.backward()
        set_learning_rate(optimizer, learning_rate_factor(step, progress=step / steps, warm_up=warm_up))
        optimizer.step()
        smooth.update(network)
        if watch is not None and (step + 1) % every == 0:
            watch(step + 1, float(loss.detach()))
    return smooth.model, time.process_time() - begin  # type: ignore[return-value]
