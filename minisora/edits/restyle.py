"""A clip made anew from under some noise: the large stays, the small follows other words (SDEdit)."""

from __future__ import annotations

from functools import partial
from typing import Unpack

import torch
from torch import Tensor

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_clip
from minisora.edits.follow import after
from minisora.edits.latents import encode, in_whole_latents
from minisora.edits.work import Settings, Work
from minisora.errors import UserError
from minisora.evaluation.reading import LEAST_SIDE, long_enough
from minisora.evaluation.ways import Way, ways_in
from minisora.pipeline import Pipeline
from minisora.planning import claims_to_plan
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

    It is a hole with a soft border that is nothing but border: each latent is given to the share ``1 - strength``. What
    the words name goes the ways of what is seen in the clip (see :func:`~minisora.edits.follow`), if they are as many;
    otherwise the transformer paints without a plan.

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
    shown = in_whole_latents(pipeline, fitted.clip, work.tell)
    latents = encode(pipeline, shown)
    given = partial(diffusion.inpaint, clip=latents, hole=torch.full((1, 1, 1, 1, 1), strength, device=latents.device))
    ways = ways_of(pipeline, shown, prompt) if strength < 1 else None
    direct = None if ways is None else after(ways)
    return work.generate(prompt, latents=latents.shape[2], size=fitted.size, given=given, direct=direct)


def ways_of(pipeline: Pipeline, clip: Tensor, prompt: str) -> list[Way] | None:
    """The ways of a clip's things, the one that begins furthest to the left first; None unless the prompt names as many
    and the weights can plan them."""
    named = len(claims_to_plan(pipeline.in_words(prompt)).objects)
    if pipeline.planner is None or not 0 < named <= pipeline.sampling.plan_objects or min(clip.shape[2:]) < LEAST_SIDE:
        return None
    seen = ways_in(long_enough(clip), fps=pipeline.fps)
    return sorted(seen, key=lambda way: float(way.x[0])) if len(seen) == named else None
