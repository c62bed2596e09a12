"""One clip from several sentences, each with its time: a shot goes on where the one before it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Unpack

from minisora.clip import Clip
from minisora.edits.extend import CONTEXT, Window, go_on, windows_after
from minisora.edits.work import Settings, Work, joined, latents_in
from minisora.errors import UserError
from minisora.files import reason
from minisora.pipeline import Pipeline
from minisora.request import LONGEST_SECONDS, check_range

LINE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[-–]\s*(\d+(?:\.\d+)?)\s*s?\s*:\s*(.+?)\s*")


class Shot(NamedTuple):
    """A part of a storyboard."""

    seconds: float
    sentence: str


def storyboard(
    pipeline: Pipeline,
    shots: Sequence[tuple[float, str]],
    *,
    cut: bool = False,
    context: float = 0.0,
    size: tuple[int, int] | None = None,
    **settings: Unpack[Settings],
) -> Clip:
    """One clip of several shots, each ``(seconds, sentence)``.

    A shot begins with the last picture of the one before, so that it shows the same character, and moves as its own
    sentence says.

    Args:
        cut: each shot begins anew, from its sentence alone. The same character comes back as far as the words say it.
        context: how many seconds of the shot before, besides its last picture, each is given. Without a planner it then
            goes on moving as it did, whatever its sentence says.
    Raises: UserError for words that are not known, and shots that are too short, before anything is generated.
    """
    if not shots:
        raise UserError("a storyboard without shots: give at least one, (seconds, sentence)")
    work = Work(pipeline, [sentence for _, sentence in shots], settings)
    size = pipeline.size if size is None else size
    check_range("context of", context, low=0, high=LONGEST_SECONDS, unit=" seconds", advice="0")
    for seconds, sentence in shots:
        pipeline.latent_shape(seconds, size)
        if latents_in(seconds, pipeline) < 1:
            raise UserError(f"{seconds:g} s for {sentence!r}: nothing is left to generate — give it half a second")
    pipeline.latent_shape(sum(seconds for seconds, _ in shots), size)
    (first, opening), *others = [(latents_in(seconds, pipeline), sentence) for seconds, sentence in shots]
    kept, usual, there = latents_in(context, pipeline), latents_in(CONTEXT, pipeline), first
    plans: list[tuple[str, list[Window]]] = []
    for latents, sentence in others:
        # Only the first window looks back at another shot; a window of its own for a cut.
        windows = windows_after(pipeline, 1 + min(kept, there), latents, usual)
        plans.append((sentence, [Window(0, latents)] if cut else windows))
        there += latents
    work.calls = 1 + sum(len(windows) for _, windows in plans)
    frames = work.generate(opening, latents=1 + first, size=size).frames
    for sentence, windows in plans:
        if cut:  # without its first picture, so that it lasts as long as was asked for
            made = work.generate(sentence, latents=1 + windows[0].new, size=size)
            frames = joined(frames, made.frames[:, 1:])
        else:
            frames = go_on(work, frames, sentence, windows)
    return work.clip(frames, "; ".join(sentence for _, sentence in shots))


def read_storyboard(path: str | Path) -> list[Shot]:
    """The shots in a text file, a line each: ``0-2: a red circle moves right`` (seconds); ``#`` begins a remark.

    Raises: UserError naming the first line that is none, and times that overlap, leave a gap, or go back.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name a text file of lines 0-2: a sentence") from error
    shots: list[Shot] = []
    now = 0.0
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        match = LINE.fullmatch(said)
        where = f"{path}, line {number}"
        if match is None:
            raise UserError(f"{where}: {said[:60]!r} is no shot — write 0-2: a red circle moves right")
        begin, end = float(match[1]), float(match[2])
        if end <= begin:
            raise UserError(f"{where}: {begin:g}-{end:g} ends before it begins — write the earlier time first")
        if begin < now:
            raise UserError(
                f"{where}: {begin:g}-{end:g} overlaps with the shot before, up to {now:g} s — begin it there"
            )
        if begin > now:
            raise UserError(f"{where}: nothing is said of {now:g} to {begin:g} s — begin it at {now:g}")
        shots.append(Shot(end - begin, match[3]))
        now = end
    if not shots:
        raise UserError(f"{path} has no shots in it — write a line for each: 0-2: a red circle moves right")
    return shots
