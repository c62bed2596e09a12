"""Something else within a region of a clip, or several; all around stays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, Unpack, cast

import torch

from minisora import diffusion
from minisora.clip import Clip
from minisora.edits.fit import Fitted, Source, fit_clip
from minisora.edits.latents import encode, in_whole_latents
from minisora.edits.work import Settings, Work
from minisora.errors import UserError
from minisora.pipeline import Pipeline

Rectangle = tuple[int, int, int, int]  #: Top, left, height and width.


class Region(NamedTuple):
    """A rectangle, in pixels."""

    top: int
    left: int
    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.height}x{self.width} at top {self.top}, left {self.left}"


def edit(
    pipeline: Pipeline,
    clip: Source,
    prompt: str,
    region: Rectangle | Sequence[Rectangle],
    *,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """The clip with something else in a region of all its frames (inpainting).

    Outside of the region latents stay bit for bit, and pixels as the codec gives them back; just beside it the decoder
    may draw them anew, as it looks a few latents far.

    Args:
        clip: a file, or a tensor ``3 t h w``; a picture is a clip of one frame.
        prompt: what the whole clip shows then, and not only the region.
        region: top, left, height and width in pixels of the clip as it is handed in. It grows to whole tokens of 16
            pixels, and that is said. Or several of them: new is whatever lies in any.
        size: of the result (see :func:`fit_clip`).
    Raises: UserError for what is no clip, for no region, and for one that is outside the frame or is all of it.
    """
    work = Work(pipeline, [prompt], settings)
    fitted = fit_clip(clip, pipeline, size=size, tell=work.tell)
    unit = pipeline.codec.config.spatial * pipeline.dit.config.patch
    spatial, (height, width) = pipeline.codec.config.spatial, fitted.size
    hole = torch.zeros(1, 1, 1, height // spatial, width // spatial, device=pipeline.device)
    for asked in rectangles(region):
        inside = in_tokens(asked, fitted, unit)
        if asked != inside:
            work.tell(f"region {asked}: becomes {inside} of {height}x{width}, whole tokens")
        top, left, tall, wide = (side // spatial for side in inside)
        hole[..., top : top + tall, left : left + wide] = 1
    if hole.all():
        raise UserError(f"all of {height}x{width} is to be made anew, and nothing stays — leave a part of it out")
    latents = encode(pipeline, in_whole_latents(pipeline, fitted.clip, work.tell))
    given = partial(diffusion.inpaint, clip=latents, hole=hole)
    return work.generate(prompt, latents=latents.shape[2], size=fitted.size, given=given)


def rectangles(region: Rectangle | Sequence[Rectangle]) -> list[Region]:
    """One region, or several, as a list. Raises: UserError when there is none."""
    if not region:
        raise UserError("no region: nothing is to be made anew — name one, for example 0,0,32,32")
    several = region if isinstance(region[0], Sequence) else [region]
    return [Region(*each) for each in cast(Sequence[Rectangle], several)]


def in_tokens(region: Region, fitted: Fitted, unit: int) -> Region:
    """A region of what was handed in as whole tokens of the fitted clip, those that it touches.

    Raises: UserError when it is empty or not within the frame, or in a part that was cut off.
    """
    whole, frame = fitted.whole, f"{fitted.whole[0]}x{fitted.whole[1]}"
    top, bottom = region.top, region.top + region.height
    left, right = region.left, region.left + region.width
    if min(region.height, region.width) < 1 or min(top, left) < 0 or bottom > whole[0] or right > whole[1]:
        raise UserError(f"region {region}: must lie within the frame of {frame} — try 0,0,{whole[0]},{whole[1] // 2}")
    shown_top, shown_left, shown_height, shown_width = fitted.left
    rows = _tokens(top - shown_top, bottom - shown_top, shown_height, fitted.size[0] // unit)
    columns = _tokens(left - shown_left, right - shown_left, shown_width, fitted.size[1] // unit)
    if not rows or not columns:
        raise UserError(f"region {region}: lies in what is cut off of {frame} — choose another, or another size")
    return Region(rows.start * unit, columns.start * unit, len(rows) * unit, len(columns) * unit)


def _tokens(begin: float, end: float, length: float, count: int) -> range:
    """Which of so many tokens along a side of this length lie between two places on it, be it in part."""
    first, last = math.floor(begin / length * count + 1e-6), math.ceil(end / length * count - 1e-6)
    return range(max(0, first), min(last, count))
