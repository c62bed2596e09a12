"""Where the thing of a clip is in what is given of it: a plan has to go there, too."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from minisora.codec.autoencoder import Codec
from minisora.directing import Direct, through
from minisora.evaluation.reading import LEAST_SIDE, long_enough
from minisora.evaluation.ways import ways_in


def through_given(codec: Codec, latents: Tensor, free: Tensor) -> Direct | None:
    """A plan that goes through where the one thing is in the latent frames ``c t h w`` that are given as a whole.

    A planner is told the given latents, and still plans some pixels away from what they show. The transformer that
    paints would have to choose between its plan and its neighbours. So the place is read off the pictures.

    Args:
        free: broadcasts over ``1 t h w``: 0 where given.
    Returns: None where nothing can be read: no frame is given as a whole, or it is small, or shows not one thing.
    """
    pieces = [(numbers, places_in(frames)) for numbers, frames in given_frames(codec, latents, free)]
    found = [(numbers, places) for numbers, places in pieces if places is not None]
    if not found:
        return None
    numbers, places = (torch.cat(each, -1) for each in zip(*found, strict=True))
    return through(numbers, *places)


@torch.no_grad()
def given_frames(codec: Codec, latents: Tensor, free: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """The frames ``3 n h w`` of each run of latent frames that are given, after their numbers ``n`` in the clip."""
    count, temporal = latents.shape[1], codec.config.temporal
    given = [k for k, each in enumerate(free.expand(1, *latents.shape[1:]).unbind(1)) if not each.any()]
    for first in (k for k in given if k - 1 not in given):
        after = next(k for k in range(first, count + 1) if k not in given)
        frames, _ = codec.decode_blocks(codec.denormalise(latents[None, :, first:after]))
        numbers = torch.arange(temporal * (first - 1) + 1, temporal * (after - 1) + 1)
        there = numbers >= 0  # the first latent frame stands for one picture
        yield numbers[there], frames[0].cpu()[:, there].clamp(-1, 1)


def places_in(clip: Tensor) -> Tensor | None:
    """``x``, ``y`` and radius, ``3 n``, of the one thing in frames ``3 n h w``; None where not one is to be seen."""
    frames = clip.shape[1]
    if min(clip.shape[2:]) < LEAST_SIDE:
        return None
    ways = ways_in(long_enough(clip))
    return torch.stack(ways[0][:3])[:, :frames] if len(ways) == 1 else None
