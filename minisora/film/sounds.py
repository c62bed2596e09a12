"""The sound of a film: what hits something in its shots, and three notes under the title."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from minisora.errors import UserError
from minisora.film.script import Script
from minisora.sound import Hit, hits_of, synthesise

#: Under a title that has come out of the dark: from low to high.
JINGLE = ((0.5, "large"), (0.75, "medium"), (1.0, "small"))


def hits_in(script: Script, clips: Sequence[Tensor], *, fps: float) -> list[Hit]:
    """All that is heard in a film, at the film's times.

    Args:
        clips: each shot before its camera, ``3 t h w``; what happens behind the next shot is not heard.
    """
    heard = [Hit(time, size, 0.2) for time, size in JINGLE] if script.title else []
    for start, shot, clip in zip(script.starts, script.shots, clips, strict=True):
        frames = round(shot.seconds * fps) + 1
        try:
            found = hits_of(clip[:, :frames], fps=fps)
        except UserError:  # too small or short to be read
            continue
        heard += [hit._replace(time=start + hit.time) for hit in found if hit.time < shot.seconds]
    return sorted(heard)


def track_of(script: Script, clips: Sequence[Tensor], *, fps: float) -> Tensor:
    """The sound track as one row of samples, as long as the film; a note rings on over a cut."""
    return synthesise(hits_in(script, clips, fps=fps), script.seconds)
