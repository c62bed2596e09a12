"""A picture begins to move."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_picture
from minisora.edits.latents import encode
from minisora.edits.work import Settings, Work, latents_in
from minisora.pipeline import SECONDS, Pipeline


def animate(
    pipeline: Pipeline,
    picture: Source,
    prompt: str,
    seconds: float = SECONDS,
    *,
    at: float = 0.0,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """A clip that begins with a picture, in latents bit for bit.

    Args:
        picture: a file or a tensor ``3 h w``; of a video, the frame ``at`` so many seconds.
        prompt: what happens, and to what: the words are no less needed than for a clip of their own.
        size: of the clip; the picture is cropped to it around its middle (see :func:`fit_picture`).
    Raises: UserError for what is no picture, and where nothing is left to generate.
    """
    work = Work(pipeline, [prompt], settings)
    first = fit_picture(picture, pipeline, size=size, at=at, tell=work.tell)
    pipeline.latent_shape(seconds, first.size)
    given = partial(diffusion.animate, first=encode(pipeline, first.clip))
    return work.generate(prompt, latents=1 + latents_in(seconds, pipeline), size=first.size, given=given)
