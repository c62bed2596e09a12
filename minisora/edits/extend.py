"""A clip goes on, or gets a beginning, or both.

New frames come in windows of the duration that the model was trained on: each holds what is there already at one end
(the context) and is free at the other. So a clip can grow to any length, and forget.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, Unpack

from torch import Tensor

from minisora import diffusion
from minisora.checkpoint import trained_on
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_clip
from minisora.edits.latents import as_beginning, as_ending, most_beginning, most_ending
from minisora.edits.work import Settings, Work, joined, latents_in
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.request import LONGEST_SECONDS, check_range

CONTEXT = 1.0  #: Seconds of a clip that are given to each window: enough to see how things move.


def extend(
    pipeline: Pipeline,
    clip: Source,
    prompt: str,
    after: float = 1.0,
    *,
    before: float = 0.0,
    context: float = CONTEXT,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """The clip with more frames after it, before it, or both; its own frames stay as they are.

    Args:
        clip: a file, or a tensor ``3 t h w``; a picture is a clip of one frame.
        after, before: how many seconds are added, in steps of half a second.
        context: how many seconds of the clip are given to each window; 0 gives its last picture alone, so that it may
            go on in another way than it moved until then.
        size: of the result (see :func:`fit_clip`).
    Raises: UserError for what is no clip, and where nothing is left to generate.
    """
    work = Work(pipeline, [prompt], settings)
    for name, seconds in (("before", before), ("after", after), ("context", context)):
        check_range(f"{name}:", seconds, low=0, high=LONGEST_SECONDS, unit=" seconds", advice="1")
    earlier, later, kept = (latents_in(seconds, pipeline) for seconds in (before, after, context))
    if not earlier and not later:
        raise UserError("0 seconds before and after: nothing is left to generate — ask for 1 second")
    frames = fit_clip(clip, pipeline, size=size, tell=work.tell).clip
    back = windows_before(pipeline, most_ending(pipeline, frames.shape[1], kept), earlier, kept)
    on = windows_after(pipeline, most_beginning(pipeline, frames.shape[1], kept), later, kept)
    work.calls = len(back) + len(on)
    return work.clip(go_on(work, go_back(work, frames, prompt, back), prompt, on), prompt)


class Window(NamedTuple):
    """One call: so many latent frames of context, and so many new ones."""

    held: int
    new: int


def windows_after(pipeline: Pipeline, held: int, latents: int, context: int) -> list[Window]:
    """The calls that add so many latent frames to a clip.

    The first holds ``held`` latent frames of it, the others the last picture and up to ``context`` before that.
    """
    windows = []
    while latents > 0:
        new = min(latents, max(1, usual_latents(pipeline) - held))
        windows.append(Window(held, new))
        held, latents = min(1 + context, held + new), latents - new
    return windows


def windows_before(pipeline: Pipeline, held: int, latents: int, context: int) -> list[Window]:
    """The same at a clip's beginning. A window there begins with a single picture, which no latent frame counts."""
    windows = []
    while latents > 0:
        new = min(latents, max(1, usual_latents(pipeline) - 1 - held))
        windows.append(Window(held, new))
        held, latents = max(1, min(context, held + new)), latents - new
    return windows


def go_on(work: Work, clip: Tensor, prompt: str, windows: Sequence[Window]) -> Tensor:
    """The clip ``3 t h w`` and what comes after it: four frames for each new latent one."""
    size = (clip.shape[2], clip.shape[3])
    for held, new in windows:
        given = partial(diffusion.extend, prefix=as_beginning(work.pipeline, clip, held))
        made = work.generate(prompt, latents=held + new, size=size, given=given)
        clip = joined(clip, made.frames[:, -new * work.pipeline.codec.config.temporal :])
    return clip


def go_back(work: Work, clip: Tensor, prompt: str, windows: Sequence[Window]) -> Tensor:
    """What comes before the clip ``3 t h w``, and the clip: four frames for each new latent one."""
    size = (clip.shape[2], clip.shape[3])
    for held, new in windows:
        given = partial(diffusion.prepend, suffix=as_ending(work.pipeline, clip, held))
        made = work.generate(prompt, latents=1 + new + held, size=size, given=given)
        # Without its first picture, so that what is added lasts as long as was asked for.
        clip = joined(made.frames[:, 1 : 1 + new * work.pipeline.codec.config.temporal], clip)
    return clip


def usual_latents(pipeline: Pipeline) -> int:
    """Latent frames of most clips that the model was trained on."""
    frames = int(trained_on(pipeline.card).get("frames", 17))
    return 1 + (frames - 1) // pipeline.codec.config.temporal
