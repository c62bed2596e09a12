"""The exercise `on_screen`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, call


def on_screen(starts: Tensor, moments: Tensor) -> Tensor:
    """Number of the frame on screen at each moment, as in ``read_video(path, fps=...)``: the last one to have begun."""
    return torch.searchsorted(starts - starts[0], moments, right=True) - 1


def _on_screen_by_loop(starts: Tensor, moments: Tensor) -> Tensor:
    shown = []
    for moment in moments.tolist():
        shown.append(max(i for i, start in enumerate(starts.tolist()) if start - float(starts[0]) <= moment))
    return torch.tensor(shown)


def _nearest(starts: Tensor, moments: Tensor) -> Tensor:
    return ((starts - starts[0])[None, :] - moments[:, None]).abs().argmin(1)


def _evenly(starts: Tensor, moments: Tensor) -> Tensor:
    length = (starts[-1] - starts[0]) / (len(starts) - 1)
    return (moments / length + 1e-4).floor().long().clamp(max=len(starts) - 1)


ON_SCREEN = Exercise(
    name="on_screen",
    reference=on_screen,
    cases=(
        call("60 frames at 30 a second, asked 8 times a second", torch.arange(60) / 30, torch.arange(16) / 8),
        call(
            "frames that begin at 0, 0.125, 0.5, 0.5625 and 1.25 s, asked every quarter of a second",
            torch.tensor([0, 0.125, 0.5, 0.5625, 1.25]),
            torch.arange(7) / 4,
        ),
        call(
            "the same frames in a file whose clock begins at 3 s",
            torch.tensor([3, 3.125, 3.5, 3.5625, 4.25]),
            torch.arange(7) / 4,
        ),
        call("2 frames a second, asked 8 times a second", torch.arange(3) / 2, torch.arange(9) / 8),
        call(
            "frames that begin at 0, 0.125, 0.5 and 0.75 s, asked from half a second on",
            torch.tensor([0, 0.125, 0.5, 0.75]),
            0.5 + torch.arange(3) / 8,
        ),
    ),
    mistakes=(
        Mistake(
            "the nearest frame",
            _nearest,
            "you take the frame whose beginning is nearest, which may not have begun yet. On screen is the last one "
            "that has",
        ),
        Mistake(
            "the next frame",
            lambda s, m: torch.searchsorted(s - s[0], m).clamp(max=len(s) - 1),
            "you take the first frame that begins at or after the moment. Until it begins, the one before is on screen",
        ),
        Mistake(
            "evenly spaced frames",
            _evenly,
            "you assume that all frames last equally long. Phones and screen recorders make them as they come, so look "
            "at each frame's own beginning",
        ),
        *(
            Mistake(
                f"evenly spaced frames, {what}",
                lambda s, m, length=length, hair=hair: (m / length(s) + hair).floor().long().clamp(0, len(s) - 1),
                f"you assume that all frames last equally long, {what}. Phones and screen recorders make them as they "
                "come, so look at each frame's own beginning",
            )
            for what, length, hair in (
                ("as long as they do on average", lambda s: (s[-1] - s[0]) / (len(s) - 1), 0.0),
                ("as long as they do on average, or a hair less", lambda s: (s[-1] - s[0]) / (len(s) - 1), 1e-6),
                ("as long as the first one", lambda s: s[1] - s[0], 0.0),
                ("a 24th of a second", lambda s: 1 / 24, 0.0),
                ("a 30th of a second", lambda s: 1 / 30, 0.0),
                ("an eighth of a second", lambda s: 1 / 8, 0.0),
            )
        ),
        Mistake(
            "moments moved as well",
            lambda s, m: torch.searchsorted(s - s[0], m - m[0], right=True) - 1,
            "you count moments from the first of them. They count from the first frame's beginning already: leave them "
            "as they are",
        ),
        Mistake(
            "one frame early",
            lambda s, m: (torch.searchsorted(s - s[0], m, right=True) - 2).clamp(min=0),
            "you are one frame too early: of those that have begun, the last one's number is one less than how many "
            "they are, not two",
        ),
        Mistake(
            "the file's own clock",
            lambda s, m: (torch.searchsorted(s, m, right=True) - 1).clamp(min=0),
            "you read the file's clock, which need not begin at 0: moments count from the first frame, so subtract its "
            "beginning",
        ),
        Mistake(
            "late by a frame",
            lambda s, m: (torch.searchsorted(s - s[0], m) - 1).clamp(min=0),
            "a frame that begins exactly at the moment is on screen already: compare with <=, not with < "
            "(in `torch.searchsorted` that is `right=True`)",
        ),
        Mistake(
            "late by a frame, and before the first one",
            lambda s, m: torch.searchsorted(s - s[0], m) - 1,
            "at moment 0 you find frame -1: a frame that begins exactly at the moment is already on screen, so count "
            "it among those that have begun",
        ),
        Mistake(
            "the file's own clock, and before it",
            lambda s, m: torch.searchsorted(s, m, right=True) - 1,
            "where the file's clock does not begin at 0 you find frame -1: count moments from the first frame's "
            "beginning, wherever the clock stands there",
        ),
        Mistake(
            "how many have begun",
            lambda s, m: torch.searchsorted(s - s[0], m, right=True),
            "this is how many frames have begun by each moment. Frames are numbered from 0, so the last of them has "
            "one less",
        ),
        Mistake(
            "times for numbers",
            lambda s, m: s[torch.searchsorted(s - s[0], m, right=True) - 1],
            "these are the beginnings of the right frames; the answer should be their numbers",
        ),
    ),
    alternatives=(
        _on_screen_by_loop,
        lambda s, m: ((s - s[0])[None, :] <= m[:, None]).sum(1) - 1,
    ),
    hints=(
        "A frame stays on screen until the next one begins. So count the frames that have begun by each moment; the "
        "number of the last of them is one less.",
        "Let the first frame begin at 0: `starts - starts[0]`. Then compare all with all: `[None, :] <= "
        "moments[:, None]` is a table with a row for each moment, true where the frame has begun.",
        "A sum over each row of the table, less one. `torch.searchsorted(begun, moments, right=True) - 1` does the "
        "same without the table.",
    ),
    becomes="minisora/video/read.py",
    minutes=10,
    difficulty=2,
    points=2,
)
