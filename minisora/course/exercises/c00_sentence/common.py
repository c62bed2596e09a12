"""What several exercises of the chapter use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from einops import rearrange
from torch import Tensor

if TYPE_CHECKING:
    from minisora.pipeline import Pipeline


def drawn(*shape: int, seed: int) -> Tensor:
    """In float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


CLIP, NOISE = drawn(3, 2, 4, 5, seed=1).clamp(-1, 1), drawn(3, 2, 4, 5, seed=2)


def blend(clip: Tensor, noise: Tensor, t: float) -> Tensor:
    """The clip at time ``t`` on the straight path to noise, as ``STRAIGHT.add_noise``."""
    return (1 - t) * clip + t * noise


PROMPT = "a large red circle moves right"


PLACES = (5, 0, 10, 3, 14, 7, 12, 1, 9, 15, 2, 11, 4, 13, 6, 8)


def broken_clips(machine: Pipeline, *, steps: int | None = None) -> dict[str, Tensor]:
    """The same prompt and seed through four machines, each with one broken part. (Read on after the exercise!)"""
    healthy: list[Tensor] = []
    other: list[Tensor] = []
    machine.generate(PROMPT, steps=steps, watch=lambda _, latents: healthy.append(latents))
    machine.generate(PROMPT.replace("red", "blue"), steps=steps, watch=lambda _, latents: other.append(latents))
    latents, unfinished = healthy[-1], healthy[3 * len(healthy) // 4 - 1]
    spoilt = {"A": _misplaced(latents), "B": other[-1], "C": 0.3 * latents, "D": unfinished}
    return {letter: machine.codec.decode(each)[0].cpu() for letter, each in spoilt.items()}


def _misplaced(latents: Tensor) -> Tensor:
    """The patches of each frame, cut into 4 x 4 of them, laid out in another order."""
    size = {"h": 4, "w": 4}
    patches = rearrange(latents, "b c t (h p) (w q) -> b c t p q (h w)", **size)[..., list(PLACES)]
    return rearrange(patches, "b c t p q (h w) -> b c t (h p) (w q)", **size)
