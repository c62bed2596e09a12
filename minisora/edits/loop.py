"""A clip without end: its last frame goes on in its first."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor

from minisora.clip import Clip
from minisora.edits.connect import CONTEXT, bridge
from minisora.edits.fit import Source, fit_clip
from minisora.edits.steady import steadied
from minisora.edits.work import Settings, Work, joined, latents_in
from minisora.errors import UserError
from minisora.pipeline import SECONDS, Pipeline
from minisora.request import LONGEST_SECONDS, check_range

FADE = 4  #: Frames at each end of the opening that fade over to what the codec makes of them beside the way back.


def loop(
    pipeline: Pipeline,
    prompt: str,
    seconds: float = SECONDS,
    *,
    clip: Source | None = None,
    back: float = 1.0,
    context: float = CONTEXT,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """A clip whose last frame goes on in its first, so that it can be shown for ever.

    It is a clip that is connected with itself: its opening is generated, and then the way back from its end to its
    beginning, with some frames of both as given. So it moves on over the seam, and does not stop there as a clip does
    that begins and ends with one given picture (``diffusion.loop``). What cannot come back, a ball that rolls out of
    the picture, is brought back all the same: loops are for what turns, bounces, orbits, blinks or stays.

    Beside the way back the codec gives the opening's first and last frames back with other small errors than in the
    opening itself, which would be seen as a jerk: so they fade over from the ones to the others. And what flickers by
    no more than the codec does is made to stand still (:func:`~minisora.edits.steady.steadied`), which is where most of
    a seam came from; the frames of an opening of one's own stay as they are, except for those that fade.

    Args:
        seconds: of the whole; not asked for where ``clip`` is given.
        clip: an opening of one's own, a file or a tensor ``3 t h w``, to which the way back is added.
        back: how many seconds of the whole lead back.
        size: of the result (see :func:`fit_clip`).
    Raises: UserError for what is no clip, and where no time is left for an opening or for the way back.
    """
    work = Work(pipeline, [prompt], settings)
    check_range("way back of", back, low=0.5, high=10, unit=" seconds", advice="1")
    check_range("context of", context, low=0, high=LONGEST_SECONDS, unit=" seconds", advice="0.5")
    way, kept = latents_in(back, pipeline), latents_in(context, pipeline)
    if clip is None:
        size = pipeline.size if size is None else size
        pipeline.latent_shape(seconds, size)
        opening = 1 + latents_in(seconds, pipeline) - way
        if opening < 2:
            raise UserError(
                f"loop of {seconds:g} s of which {back:g} s lead back: nothing is left to begin with — "
                f"ask for {back + 1:g} s"
            )
        work.calls = 2
        frames = work.generate(prompt, latents=opening, size=size).frames
    else:
        frames = fit_clip(clip, pipeline, size=size, tell=work.tell).clip
    lead = bridge(work, frames, frames, prompt, way, kept)
    n = min(FADE, frames.shape[1] // 2)
    opening = joined(
        faded(lead.after[:, :n], frames[:, :n]),
        frames[:, n : frames.shape[1] - n],
        faded(frames[:, frames.shape[1] - n :], lead.before[:, lead.before.shape[1] - n :]),
    )
    ring = joined(opening, lead.between)
    free = torch.ones(ring.shape[1], dtype=torch.bool)
    free[n : frames.shape[1] - n] = clip is None
    return work.clip(steadied(ring, free), prompt)


def faded(first: Tensor, last: Tensor) -> Tensor:
    """From one clip ``3 t h w`` over to another of the same."""
    share = torch.linspace(0, 1, first.shape[1] + 2)[1:-1, None, None]
    return (1 - share) * first + share * last
