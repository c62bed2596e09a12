"""A clip on a larger canvas: what is around it?"""

from __future__ import annotations

from functools import partial
from typing import Unpack

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Source, fit_clip
from minisora.edits.latents import encode, in_whole_latents
from minisora.edits.work import Settings, Work
from minisora.errors import UserError
from minisora.pipeline import Pipeline


def expand(
    pipeline: Pipeline,
    clip: Source,
    prompt: str,
    canvas: tuple[int, int],
    *,
    at: tuple[int, int] | None = None,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """The clip within a larger frame, whose rest is generated (outpainting); its latents stay bit for bit.

    Args:
        clip: a file, or a tensor ``3 t h w``; a picture is a clip of one frame.
        prompt: what the whole canvas shows.
        canvas: height and width of the result in pixels.
        at: top and left of the clip on it, multiples of 16; by default as near to the middle as that allows.
        size: of the clip on the canvas (see :func:`fit_clip`).
    Raises: UserError for what is no clip, and for one that does not fit on the canvas, or covers it.
    """
    work = Work(pipeline, [prompt], settings)
    pipeline.latent_shape(0, canvas)
    fitted = fit_clip(clip, pipeline, size=size, tell=work.tell)
    (height, width), (tall, wide) = fitted.size, canvas
    unit = pipeline.codec.config.spatial * pipeline.dit.config.patch
    if height > tall or width > wide or (height, width) == (tall, wide):
        raise UserError(
            f"canvas {tall}x{wide} for a clip of {height}x{width}: it must be larger — try {height + 32}x{width + 32}"
        )
    top, left = ((tall - height) // (2 * unit) * unit, (wide - width) // (2 * unit) * unit) if at is None else at
    if top % unit or left % unit or min(top, left) < 0 or top + height > tall or left + width > wide:
        raise UserError(
            f"clip of {height}x{width} at top {top}, left {left}: must be on the canvas of {tall}x{wide}, "
            f"at multiples of {unit} — try 0,0"
        )
    spatial = pipeline.codec.config.spatial
    latents = encode(pipeline, in_whole_latents(pipeline, fitted.clip, work.tell))
    given = partial(diffusion.outpaint, clip=latents, top=top // spatial, left=left // spatial)
    return work.generate(prompt, latents=latents.shape[2], size=canvas, given=given)
