"""How the world is learnt: every frame from the frames before it, which may be noisy, too.

In one pass the network sees each clip twice: as a *history*, at noise levels of its own, and as *targets* to be
denoised. A target sees the history before it and itself, never another target: just what it will see in play, where the
history is a cache. With a clean history this is teacher forcing. With a noisy one, whose level is told, the network
learns not to trust the past to the last pixel (Chen et al. 2024, 2407.01392; GameNGen, 2408.14837).
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, Tensor

from minisora.diffusion.objective import logit_normal
from minisora.diffusion.path import STRAIGHT
from minisora.playing.network import FrameTransformer

LEAST = 0.1  #: Times below this one count as this one in the weight of the loss.
TIMES = partial(logit_normal, mean=0.5, std=1.2)


def forcing_mask(frames: int) -> Tensor:
    """Who sees whom, ``2 frames x 2 frames`` (row: who looks; true: sees); first the history, then the targets.

    A frame of the history sees the history up to itself. A target sees the history before it, and itself.
    """
    upto = torch.ones(frames, frames, dtype=torch.bool).tril()
    nobody, itself = torch.zeros_like(upto), torch.eye(frames, dtype=torch.bool)
    return torch.cat([torch.cat([upto, nobody], dim=1), torch.cat([upto & ~itself, itself], dim=1)])


def forcing_loss(
    network: FrameTransformer, pictures: Tensor, actions: Tensor, *, history: float, generator: Generator
) -> Tensor:
    """Squared error of the velocity of each frame but the first.

    Args:
        pictures: clean, ``b f 3 s s``.
        actions: ``b f``, the one that led to each frame.
        history: noise levels of the history are drawn from 0 to this, for each frame; 0 is teacher forcing.
    """
    b, f = actions.shape
    past = history * torch.rand(b, f, generator=generator)
    t = TIMES(b * f, generator).view(b, f)
    levels = torch.cat([past, t], dim=1)
    twice, doubled = torch.cat([pictures, pictures], dim=1), torch.cat([actions, actions], dim=1)
    noise = torch.randn(twice.shape, generator=generator)
    noisy = STRAIGHT.add_noise(twice, noise, levels[..., None, None, None])
    positions = torch.arange(f).repeat(2)
    clean, _ = network(noisy, levels, doubled, positions, mask=forcing_mask(f))
    error = (clean[:, f + 1 :] - pictures[:, 1:]).square().mean((2, 3, 4))
    return (error / t[:, 1:].clamp(min=LEAST).square()).mean()
