"""Other things go the ways of those in a clip: its structure, with other content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import torch
from torch import Tensor

from minisora.clip import Clip
from minisora.directing import Direct
from minisora.edits.fit import Source, fit_clip
from minisora.edits.latents import in_whole_latents
from minisora.edits.work import Settings, Work
from minisora.errors import UserError
from minisora.evaluation.ways import Way, ways_in
from minisora.pipeline import Pipeline
from minisora.planning import Tracks, claims_to_plan
from minisora.worlds.plan import PICTURES
from minisora.worlds.scene import MOTIONS


def follow(
    pipeline: Pipeline,
    clip: Source,
    prompt: str,
    *,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """A clip in which what the prompt names goes where the things of another clip go.

    Gen-1 (2302.03011) keeps the structure of a clip by depth maps that its network was trained with. Ours was trained
    with plans, and a plan need not come from a sentence: where each thing is, how large and how turned is read off the
    clip, what it is and looks like comes from the words. Nothing of the clip itself is given.

    Args:
        clip: a file, or a tensor ``3 t h w``, of one to three things before a background that stays.
        prompt: names as many things, the one that begins furthest to the left first.
        size: of the result (see :func:`fit_clip`).
    Raises: UserError for what is no clip, for one of fewer things than the prompt names, and for weights without a
        planner.
    """
    work = Work(pipeline, [prompt], settings)
    fitted = fit_clip(clip, pipeline, size=size, tell=work.tell)
    shown = in_whole_latents(pipeline, fitted.clip, work.tell)
    named, seen = len(claims_to_plan(pipeline.in_words(prompt)).objects), ways_in(shown, fps=pipeline.fps)
    if not 0 < named <= len(seen):
        raise UserError(f"{prompt!r} names {named} things, and the clip shows {len(seen)}: name one to {len(seen)}")
    if named < len(seen):
        work.tell(f"{len(seen)} things in the clip: the largest {named} are followed")
    ways = sorted(seen[:named], key=lambda way: float(way.x[0]))
    latents = 1 + (shown.shape[1] - 1) // pipeline.codec.config.temporal
    return work.generate(prompt, latents=latents, size=fitted.size, direct=after(ways))


def after(ways: Sequence[Way]) -> Direct:
    """Things go these ways, in the order of the sentence; what they are stays as planned.

    Raises (when directing): UserError where more things are planned than there are ways.
    """

    def direct(tracks: Tracks, frame: tuple[float, float]) -> Tracks:
        del frame
        now, then = tracks
        things, pictures = now.x.shape[1:]
        if things > len(ways):
            raise UserError(f"{things} things are planned, and there are {len(ways)} ways to follow")
        at = (torch.arange(pictures) - (PICTURES - 1)).clamp(min=0)  # all pictures up to the first frame are that one

        def values(name: str, later: int) -> Tensor:
            return torch.stack([_going_on(getattr(way, name))[at + later] for way in ways[:things]])[None]

        moments = [{name: values(name, later) for name in ("x", "y", "radius", "angle")} for later in (0, 1)]
        seen = torch.stack([way.visible[at] for way in ways[:things]])[None]
        named = [MOTIONS.index(way.motion) if way.motion else -1 for way in ways[:things]]
        motion = torch.where(torch.tensor(named) >= 0, torch.tensor(named), now.motion)
        return (
            now._replace(**moments[0], visible=seen, motion=motion),
            then._replace(**moments[1], visible=seen, motion=motion),
        )

    return direct


def _going_on(values: Tensor) -> Tensor:
    """One more number at the end, as far from the last as that is from the one before it."""
    return torch.cat([values, values[-1:] + (values[-1:] - values[-2:-1])])
