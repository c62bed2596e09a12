"""How does one clip become another?"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple, Unpack

from torch import Tensor

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_clip
from minisora.edits.latents import as_beginning, as_ending, most_beginning, most_ending
from minisora.edits.work import Settings, Work, joined, latents_in
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.request import LONGEST_SECONDS, check_range

CONTEXT = 0.5  #: Seconds of each clip that are given; with 1 s between them that is a clip as long as those trained on.


def connect(
    pipeline: Pipeline,
    first: Source,
    last: Source,
    prompt: str,
    seconds: float = 1.0,
    *,
    context: float = CONTEXT,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """The first clip, ``seconds`` of new frames, and the last clip; the frames of both stay as they are.

    Args:
        first, last: files, or tensors ``3 t h w``; a picture is a clip of one frame.
        context: how many seconds of each are given to what is between them.
        size: of the result; where it is not given, both clips must come to the same.
    Raises: UserError for what is no clip, for clips of different sizes, and where nothing is left to generate.
    """
    work = Work(pipeline, [prompt], settings)
    check_range("context of", context, low=0, high=LONGEST_SECONDS, unit=" seconds", advice="0.5")
    a, b = (fit_clip(clip, pipeline, size=size, tell=work.tell) for clip in (first, last))
    if a.size != b.size:
        (height, width), (tall, wide) = a.size, b.size
        raise UserError(
            f"clips of different sizes, {height}x{width} and {tall}x{wide}: one cannot become the other — "
            f"name one size for both, for example {height}x{width}"
        )
    pipeline.latent_shape(seconds, a.size)
    way = bridge(work, a.clip, b.clip, prompt, latents_in(seconds, pipeline), latents_in(context, pipeline))
    return work.clip(joined(a.clip, way.between, b.clip), prompt)


class Bridge(NamedTuple):
    """What leads from one clip to another, each ``3 t h w``."""

    before: Tensor  #: the end of the one, as the codec gives it back
    between: Tensor  #: what is new
    after: Tensor  #: the beginning of the other, as the codec gives it back


def bridge(work: Work, first: Tensor, last: Tensor, prompt: str, latents: int, context: int) -> Bridge:
    """What leads from one clip ``3 t h w`` to another: four new frames for each of so many latent ones.

    Raises: UserError where that is none.
    """
    if latents < 1:
        raise UserError("0 seconds between two clips: nothing is left to generate — ask for 1 second")
    pipeline = work.pipeline
    head, tail = most_beginning(pipeline, first.shape[1], context), most_ending(pipeline, last.shape[1], context)
    prefix, suffix = as_beginning(pipeline, first, head), as_ending(pipeline, last, tail)
    given = partial(diffusion.connect, prefix=prefix, suffix=suffix)
    size = (first.shape[2], first.shape[3])
    made = work.generate(prompt, latents=head + latents + tail, size=size, given=given).frames
    new, after = latents * pipeline.codec.config.temporal, tail * pipeline.codec.config.temporal
    return Bridge(*made.split([made.shape[1] - new - after, new, after], dim=1))
