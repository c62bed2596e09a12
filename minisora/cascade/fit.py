"""Training in a minute: a small network, a loss, and as many steps as there is time for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Generator, Tensor, nn

from minisora.diffusion.objective import loss_at
from minisora.diffusion.path import Velocity
from minisora.training.modules import stratified_logit_normal
from minisora.training.small import train_small

Network = TypeVar("Network", bound=nn.Module)


def fit(
    network: Network,
    loss: Callable[[Network, Generator], Tensor],
    *,
    steps: int,
    seed: int = 1,
    muon_lr: float = 0.02,
    adam_lr: float = 2e-3,
    warm_up: int = 20,
    decay: float = 0.99,
    watch: Callable[[int, float], object] | None = None,
) -> tuple[Network, float]:
    """Train a network by a loss that draws its own batches; returns the average of its weights, and the seconds.

    See :func:`~minisora.training.small.train_small`. ``watch`` is told every step and its loss.
    """
    dice = Generator().manual_seed(seed)
    made, seconds = train_small(
        network.train(),
        lambda each: loss(each, dice),
        steps=steps,
        warm_up=warm_up,
        average=decay,
        muon_lr=muon_lr,
        adam_lr=adam_lr,
        every=1,
        watch=watch,
    )
    return made.eval(), seconds


def picked(n: int, batch: int, dice: Generator) -> Tensor:
    """Which of ``n`` clips a batch is made of."""
    return torch.randint(n, (batch,), generator=dice)


def without_some(ids: Tensor, share: float, dice: Generator) -> Tensor:
    """Word ids ``b m`` of which a share of the captions is empty, as guidance needs them (Ho & Salimans 2022)."""
    ids = ids.clone()
    ids[torch.rand(len(ids), generator=dice) < share, 1:] = 0
    return ids[:, : max(1, int((ids != 0).sum(1).max()))]


def flow_loss(velocity: Velocity, x0: Tensor, dice: Generator) -> Tensor:
    """Flow matching of clips ``b c t h w``, with times spread over the batch and mostly in the noisier half."""
    noise = torch.randn(x0.shape, generator=dice)
    return loss_at(velocity, x0, noise, spread_times(len(x0), dice))


def spread_times(n: int, dice: Generator) -> Tensor:
    """Times ``n 1 1 1 1``, one from each nth of a logit-normal distribution."""
    return stratified_logit_normal(n, dice, mean=0.8, std=1.2).view(-1, 1, 1, 1, 1)
