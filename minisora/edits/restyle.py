"""A clip made anew from under some noise: the large stays, the small follows other words (SDEdit)."""

from __future__ import annotations

from functools import partial
from typing import Unpack

import torch

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_clip
from minisora.edits.latents import encode, in_whole_latents
from minisora.edits.work import Settings, Work
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.request import check_range


def restyle(
    pipeline: Pipeline,
    clip: Source,
    prompt: str,
    strength: float = 0.8,
    *,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """The clip under so much noise, made anew after other words (video to video).

    It is a hole with a soft border that is nothing but border: each latent is given to the share ``1 - strength``. The
    transformer that paints does it alone, since nothing is known for certain that a plan could begin with.

    Args:
        clip: a file, or a tensor ``3 t h w``; a picture is a clip of one frame.
        strength: from 0, which would change nothing, to 1, which forgets the clip.
        size: of the result (see :func:`fit_clip`).
    Raises: UserError for what is no clip, and a strength outside of its range.
    """
    work = Work(pipeline, [prompt], settings)
    check_range("strength", strength, low=0, high=1, advice="0.8")
    if strength == 0:
        raise UserError("strength 0 changes nothing: nothing is left to generate — try 0.8")
    fitted = fit_clip(clip, pipeline, size=size, tell=work.tell)
    latents = encode(pipeline, in_whole_latents(pipeline, fitted.clip, work.tell))
    given = partial(diffusion.inpaint, clip=latents, hole=torch.full((1, 1, 1, 1, 1), strength, device=latents.device))
    return work.generate(prompt, latents=latents.shape[2], size=fitted.size, given=given)
