"""Playing in the learnt world: one frame for each action, a few steps of denoising each, the past kept as a cache."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.checkpoint import load_checkpoint, load_weights, settings_from
from minisora.diffusion.path import STRAIGHT
from minisora.diffusion.sampler import time_grid
from minisora.hollow import hollow
from minisora.playing.network import Cache, FrameTransformer, FrameTransformerConfig

REMEMBERED = 4  #: Frames of the past: as many as the longest history in training.

#: ``(x, time, action, cache) -> (clean picture, cache)``.
Look = Callable[[Tensor, Tensor, Tensor, Any], tuple[Tensor, Any]]


class Dream:
    """A learnt world that goes on from first pictures ``b 3 s s``: ``dream.step(actions b) -> pictures b 3 s s``.

    Args:
        history: noise level at which finished frames are remembered, and which is told of them.
        steps: of denoising, for each frame.
        remembered: frames of the past that are kept.
    """

    def __init__(
        self,
        network: FrameTransformer,
        first: Tensor,
        *,
        generator: Generator,
        history: float = 0.0,
        steps: int = 2,
        remembered: int = REMEMBERED,
    ) -> None:
        self.network, self.generator = network, generator
        self.history, self.remembered = history, remembered
        self.times = time_grid(steps)
        self.cache: Cache | None = None
        self.frame = 0
        self._remember(first, torch.full((len(first),), network.config.actions))

    @torch.no_grad()
    def step(self, actions: Tensor) -> Tensor:
        """The next pictures, ``b 3 s s``."""
        noise, fresh = (self._noise(len(actions)) for _ in range(2))
        pictures, cache = next_frame(
            self._look, self.cache, actions, noise, self.times, level=self.history, fresh=fresh
        )
        self._keep(cache)
        return pictures.clamp(-1, 1)  # what is shown; the cache holds the frame as the network made it

    def _remember(self, pictures: Tensor, actions: Tensor) -> None:
        noisy = STRAIGHT.add_noise(pictures, self._noise(len(pictures)), torch.tensor(self.history))
        self._keep(self._look(noisy, torch.tensor(self.history), actions, self.cache)[1])

    @torch.no_grad()
    def _look(self, x: Tensor, level: Tensor, actions: Tensor, cache: Cache | None) -> tuple[Tensor, Cache]:
        """One frame: the clean picture, and the cache with this frame in it."""
        levels, position = level.expand(len(x), 1), torch.tensor([self.frame])
        clean, longer = self.network(x[:, None], levels, actions[:, None], position, cache=cache)
        return clean[:, 0], longer

    def _keep(self, cache: Cache) -> None:
        most = self.remembered * self.network.config.tokens
        self.cache = [(key[:, :, -most:], value[:, :, -most:]) for key, value in cache]
        self.frame += 1

    def _noise(self, count: int) -> Tensor:
        size = self.network.config.size
        return torch.randn(count, 3, size, size, generator=self.generator)


def next_frame(
    look: Look, cache: Any, action: Tensor, noise: Tensor, times: Tensor, *, level: float, fresh: Tensor
) -> tuple[Tensor, Any]:
    """Denoise a frame, and remember it.

    Args:
        look: ``(x, time, action, cache) -> (clean picture, cache with this frame in it)``; ``time`` is a tensor of one
            number.
        times: from 1 to 0, for Euler's steps on the straight path.
        level: noise level at which the finished frame is remembered, with the noise ``fresh``.
    Returns: the frame, and the cache with it.
    """
    x = noise
    for t, s in pairwise(times):
        clean, _ = look(x, t, action, cache)  # while it is being made it is not yet remembered
        x = x + (s - t) * (x - clean) / t
    _, longer = look((1 - level) * x + level * fresh, torch.as_tensor(level), action, cache)
    return x, longer


def dream_of(network: FrameTransformer, first: Tensor, actions: Tensor, **options: object) -> Tensor:
    """Pictures ``b t+1 3 s s`` of a whole row of actions ``b t``; options as for ``Dream``."""
    dream = Dream(network, first, **options)  # type: ignore[arg-type]
    return torch.stack([first, *(dream.step(action) for action in actions.unbind(1))], dim=1)


def load_dreamer(path: Path) -> FrameTransformer:
    """A network of ``experiments/play.py``. Raises: UserError when the file is missing, changed, or of another kind."""
    tensors, card = load_checkpoint(path, kind="play")
    with hollow():
        network = FrameTransformer(settings_from(FrameTransformerConfig, card["settings"], source=path))
    load_weights(network, {name: tensor.float() for name, tensor in tensors.items()}, source=path)
    return network.eval().requires_grad_(False)
