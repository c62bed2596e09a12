"""The exercise `hits`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.sound.hits import hits


def _falls_and_rises(hit: float, *, down: float = 0.1, up: float = 0.1, frames: int = 9) -> Tensor:
    """Heights of a thing that goes straight down until ``hit`` (in frames), and straight up again."""
    t = torch.arange(frames, dtype=torch.float64) - hit
    return torch.where(t < 0, down * t, -up * t)


def _times(answer: object) -> list[float]:
    if isinstance(answer, Tensor):
        answer = answer.tolist()
    if not isinstance(answer, list) or not all(isinstance(each, int | float | Tensor) for each in answer):
        raise CheckFailed("return a list of times")
    return [float(each) for each in answer]


def _asked(says: str, heights: Tensor, expected: list[float] | None = None, *, fps: float = 8.0) -> Case:
    known = None if expected is None else lambda: expected
    return Case(says, lambda f: _times(f(heights.clone(), fps=fps)), known)


def _found(
    *,
    frames: Callable[[int], range] = lambda n: range(2, n - 2),
    lowest: Callable[[Tensor, int], bool] = lambda y, m: bool(y[m] >= y[m - 1] and y[m] > y[m + 1]),
    enough: Callable[[Tensor, Tensor], bool] = lambda v, w: bool(v - w >= 0.04),
    ahead: Callable[[Tensor, int, Tensor, Tensor], Tensor] = lambda y, m, v, w: (y[m + 1] - y[m - 1] - 2 * w) / (v - w),
    time: Callable[[int, float, float], float] = lambda m, ahead, fps: (m - 1 + ahead) / fps,
) -> Solution:
    """The hits with these habits."""

    def solution(heights: Tensor, *, fps: float = 8.0) -> list[float]:
        y, found = heights.double(), []
        for m in frames(len(y)):
            v, w = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
            if lowest(y, m) and v > 0 > w and enough(v, w):
                found.append(time(m, float(ahead(y, m, v, w)), fps))
        return found

    return solution


def _by_lines(heights: Tensor, *, fps: float = 8.0) -> list[float]:
    y, found = heights.tolist(), []
    for m in range(2, len(y) - 2):
        if y[m - 1] > y[m] or y[m + 1] >= y[m]:
            continue
        fall, climb = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
        if fall > 0 > climb and fall - climb >= 0.04:
            # y = y[m-1] + fall (t - m + 1) and y = y[m+1] + climb (t - m - 1)
            t = (y[m + 1] - y[m - 1] + fall * (m - 1) - climb * (m + 1)) / (fall - climb)
            found.append(t / fps)
    return found


_T = torch.arange(13, dtype=torch.float64)
_TWICE = -0.1 * torch.minimum((_T - 3.25).abs(), (_T - 9.6).abs())  #: Up to frame 6.4 and down again.

HITS = Exercise(
    name="hits",
    reference=hits,
    cases=(
        _asked("a hit between frames 4 and 5", _falls_and_rises(4.3), [4.3 / 8]),
        _asked("a hit just before frame 5", _falls_and_rises(4.7), [4.7 / 8]),
        _asked("a hit in the middle between two frames", _falls_and_rises(4.5), [4.5 / 8]),
        _asked("a hit in a frame", _falls_and_rises(4.0), [0.5]),
        _asked("a ball that is slower after the hit", _falls_and_rises(4.3, up=0.05), [4.3 / 8]),
        _asked("a ball that hardly comes up again", _falls_and_rises(4.3, up=0.02), [4.3 / 8]),
        _asked("a slow ball", _falls_and_rises(4.3, down=0.03, up=0.03), [4.3 / 8]),
        _asked("a film at 24 frames a second", _falls_and_rises(4.3), [4.3 / 24], fps=24.0),
        _asked("two hits", _TWICE),
        _asked("a still thing that the eyes see tremble", 0.005 * torch.tensor([0, 0, 1, 2.0, 1, 0, 1, 2, 1, 0]), []),
        _asked("a thing that falls and stays there", torch.tensor([0.0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4]), []),
        _asked("a thing at the top of its flight", -_falls_and_rises(4.3), []),
        _asked("a hit in the first frames", _falls_and_rises(1.2), []),
    ),
    mistakes=(
        Mistake(
            "the lowest frame",
            _found(ahead=lambda y, m, v, w: torch.tensor(1.0)),
            "you take the time of the lowest frame: at 8 frames a second that is wrong by up to 62 ms, which one "
            "hears. Where do the two lines cross?",
        ),
        Mistake(
            "the next frame",
            _found(ahead=lambda y, m, v, w: torch.tensor(2.0)),
            "you take the first frame after the hit. It was before: where do the two lines cross?",
        ),
        Mistake(
            "frame m is used",
            _found(ahead=lambda y, m, v, w: (y[m] - y[m - 1] - w) / (v - w)),
            "your second line goes through the lowest frame, which may lie before the hit: through m+1 and m+2",
        ),
        Mistake(
            "only one line",
            _found(ahead=lambda y, m, v, w: (y[m + 1] - y[m - 1]) / (v - w)),
            "you leave out that the second line begins two frames later: at m-1 it is at y[m+1] - 2 times its velocity",
        ),
        Mistake(
            "one frame too late",
            _found(time=lambda m, ahead, fps: (m + ahead) / fps),
            "your hits come one frame late: the first line begins at m-1, not at m",
        ),
        Mistake(
            "frames for seconds",
            _found(time=lambda m, ahead, fps: m - 1 + ahead),
            "you return frames: divide by the frames a second",
        ),
        Mistake(
            "always 8",
            _found(time=lambda m, ahead, fps: (m - 1 + ahead) / 8),
            "you always take 8 frames a second: divide by `fps`",
        ),
        Mistake(
            "the top counts",
            lambda heights, *, fps=8.0: sorted(hits(heights, fps=fps) + hits(-heights, fps=fps)),
            "you hear the top of a flight: y points down, and a hit is where it stops growing",
        ),
        Mistake(
            "only the top",
            lambda heights, *, fps=8.0: hits(-heights, fps=fps),
            "you find the highest points: y points down, so that the lowest place has the largest number",
        ),
        Mistake(
            "trembling counts",
            _found(enough=lambda v, w: True),
            "a still thing makes sounds with you: the velocity has to change by 0.04 or more",
        ),
        Mistake(
            "half the change",
            _found(enough=lambda v, w: bool(v >= 0.04 and -w >= 0.04)),
            "you ask for so much on both sides: it is the *change* of velocity, before minus after, that has to be "
            "0.04",
        ),
        Mistake(
            "the fall alone",
            _found(enough=lambda v, w: bool(v >= 0.04)),
            "you ask the fall alone to be fast: the *change* of velocity, before minus after, has to be 0.04",
        ),
        Mistake(
            "strictly lower",
            _found(lowest=lambda y, m: bool(y[m] > y[m - 1] and y[m] > y[m + 1])),
            "you leave out hits in the middle between two frames, which are equally low: frame m may be as low as m-1",
        ),
        Mistake(
            "both of two",
            _found(lowest=lambda y, m: bool(y[m] >= y[m - 1] and y[m] >= y[m + 1])),
            "where two frames are equally low you hear one hit twice: m has to be lower than m+1",
        ),
        Mistake(
            "landing counts",
            lambda heights, *, fps=8.0: [
                (m - 1 + float((heights[m + 1] - heights[m - 1] - 2 * w) / (v - w))) / fps
                for m in range(2, len(heights) - 2)
                for v, w in [(heights[m - 1] - heights[m - 2], heights[m + 2] - heights[m + 1])]
                if heights[m] >= heights[m - 1] and heights[m] >= heights[m + 1] and v > 0 >= w and v - w >= 0.04
            ],
            "what stays where it fell counts as a hit with you: in this world it must go up again (velocity after "
            "below 0)",
        ),
    ),
    alternatives=(_found(), _by_lines),
    hints=(
        "Draw the five heights around a lowest frame on paper, and two rulers: which four of them lie on a ruler?",
        "Count the time s in frames from m-1. Where is the first line at s = 0, and the second at s = 2? How far does "
        "each go in a frame?",
        "With s frames after m-1: y[m-1] + before s = y[m+1] + after (s - 2). Solve it for s; the hit is at m - 1 + s "
        "frames.",
    ),
    becomes="minisora/sound/hits.py",
    minutes=15,
    difficulty=3,
    points=4,
    trains=False,
)
