"""Pictures at certain times are given: what happens between them?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Unpack

import torch

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_picture
from minisora.edits.latents import as_ending, encode
from minisora.edits.work import Settings, Work, latents_in
from minisora.errors import UserError
from minisora.pipeline import SECONDS, Pipeline
from minisora.request import LONGEST_SECONDS, check_range


def keyframes(
    pipeline: Pipeline,
    pictures: Sequence[tuple[float, Source]],
    prompt: str,
    seconds: float = SECONDS,
    *,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """A clip that shows pictures at their times, in latents bit for bit.

    A latent frame after the first stands for the four frames up to its time, half a second: a picture is held still
    for so long.

    Args:
        pictures: (seconds, file or tensor ``3 h w``), at different multiples of half a second.
        size: of the clip; by default that of the first picture (see :func:`fit_picture`).
    Raises: UserError for what is no picture, for a time twice or outside the clip, and where nothing is left to
        generate.
    """
    work = Work(pipeline, [prompt], settings)
    if not pictures:
        raise UserError("no key frames: give at least one picture and its time — or ask for a clip from words alone")
    check_range("duration", seconds, low=0, high=LONGEST_SECONDS, unit=" seconds", advice="2")
    places: dict[int, torch.Tensor] = {}
    for at, picture in pictures:
        check_range("key frame at", at, low=0, high=seconds, unit=" s", advice="0")
        index = latents_in(at, pipeline)
        if index in places:
            raise UserError(
                f"two key frames at {at:g} s: half a second must lie between them — move one, or leave it out"
            )
        fitted = fit_picture(picture, pipeline, size=size, tell=work.tell)
        size = fitted.size
        places[index] = as_ending(pipeline, fitted.clip, 1) if index else encode(pipeline, fitted.clip)
    assert size is not None
    frames, height, width = pipeline.latent_shape(seconds, size)
    content = torch.zeros(1, pipeline.codec.config.channels, frames, height, width, device=pipeline.device)
    for index, latents in places.items():
        content[:, :, index] = latents[:, :, 0]
    given = partial(diffusion.keyframes, clip=content, indices=list(places))
    return work.generate(prompt, latents=frames, size=size, given=given)
