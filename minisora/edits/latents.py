"""Pieces of a clip as the latents that they are when they stand at the beginning, or at the end, of another one.

The codec is causal, so a latent frame depends on what came before it, and the first one stands for a single picture.
What a clip *begins* with is therefore written as a clip of its own. What it *ends* with has a past that nobody knows
yet, as it is about to be generated; a still picture stands for it. That is nearly right: on drawn clips the first such
latent frame is 0.7 % of the latents' deviation from what it is after the true past, the third 0.01 %.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.pipeline import Pipeline
from minisora.request import check_precision, finite

#: Latent frames of a still picture before what ends a clip: as far back as the codec looks, one for each block.
STILL = 4


@torch.no_grad()
def encode(pipeline: Pipeline, clip: Tensor) -> Tensor:
    """Frames ``3 1+4k h w`` -> latents ``1 c 1+k h/8 w/8`` on the pipeline's device."""
    check_precision(pipeline.codec)
    return finite("codec", pipeline.codec.encode(clip.as_subclass(Tensor)[None].to(pipeline.device)))


def as_beginning(pipeline: Pipeline, clip: Tensor, latents: int) -> Tensor:
    """The last frames of a clip as so many latent frames with which another begins, ``1 c latents h w``.

    That many there must be: ``1 + 4 (latents - 1)`` frames.
    """
    frames = 1 + pipeline.codec.config.temporal * (latents - 1)
    return encode(pipeline, clip[:, clip.shape[1] - frames :])


def as_ending(pipeline: Pipeline, clip: Tensor, latents: int) -> Tensor:
    """The first frames of a clip as so many latent frames with which another ends, ``1 c latents h w``.

    A latent frame at the end stands for four frames; where the clip has fewer, its last one is held still.
    """
    temporal = pipeline.codec.config.temporal
    frames = clip[:, : temporal * latents]
    held = frames[:, -1:].expand(-1, temporal * latents - frames.shape[1], -1, -1)
    past = frames[:, :1].expand(-1, 1 + temporal * (STILL - 1), -1, -1)
    return encode(pipeline, torch.cat([past, frames, held], dim=1))[:, :, STILL:]


def most_beginning(pipeline: Pipeline, frames: int, context: int) -> int:
    """With how many latent frames of a clip of so many frames another can begin: one for its last picture, and up to
    ``context`` before that."""
    return 1 + min(context, (frames - 1) // pipeline.codec.config.temporal)


def most_ending(pipeline: Pipeline, frames: int, context: int) -> int:
    """With how many latent frames of it another can end: up to ``context``, at least one."""
    return max(1, min(context, frames // pipeline.codec.config.temporal))


def in_whole_latents(pipeline: Pipeline, clip: Tensor, tell: Callable[[str], object]) -> Tensor:
    """The clip without the last frames that fill no latent frame, if there are any."""
    over = (clip.shape[1] - 1) % pipeline.codec.config.temporal
    if not over:
        return clip
    tell(f"clip of {clip.shape[1]} frames: the last {over} are left out, as they fill no latent frame")
    return clip[:, : clip.shape[1] - over]
