"""The exercise `clip_numbers`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math

import torch

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, call


def clip_numbers(seconds: float, height: int, width: int, fps: float = 8.0) -> int:
    """How many numbers a clip has whose last frame comes ``seconds`` after its first, as ``Clip.seconds`` counts."""
    frames = 1 + round(seconds * fps)
    return 3 * frames * height * width


def _clip_numbers_one_by_one(seconds: float, height: int, width: int, fps: float = 8.0) -> int:
    moments = torch.arange(0.0, seconds + 0.5 / fps, 1 / fps)
    return len(moments) * torch.empty(3, height, width).numel()


def _whole(answer: object) -> object:
    if isinstance(answer, float) and not answer.is_integer():
        raise CheckFailed(
            f"it answers {answer!r}, but one counts in whole numbers: round the frames before you multiply"
        )
    return answer


CLIP_NUMBERS = Exercise(
    name="clip_numbers",
    reference=clip_numbers,
    cases=(
        call("2 seconds of 64x64 at 8 frames a second", 2.0, 64, 64),
        call("half a second of 16x24 at 24 frames a second", 0.5, 16, 24, 24.0),
        Case(
            "an image of 48x80: no seconds, but one frame (3 · 48 · 80)",
            lambda f: f(0.0, 48, 80),
            expected=lambda: 11_520,
        ),
        Case(
            "4.1 seconds of 2x3 at 30 frames a second, where 4.1 * 30 is 122.99999999999999 and should be 123",
            lambda f: _whole(f(4.1, 2, 3, 30.0)),
            expected=lambda: 3 * 124 * 2 * 3,
        ),
        Case(
            "2.2 seconds of 2x3 at 25 frames a second, where 2.2 * 25 is 55.00000000000001 and should be 55",
            lambda f: _whole(f(2.2, 2, 3, 25.0)),
            expected=lambda: 3 * 56 * 2 * 3,
        ),
    ),
    mistakes=(
        Mistake(
            "one frame short",
            lambda seconds, h, w, fps=8.0: 3 * round(seconds * fps) * h * w,
            "you are one frame short. It is the old riddle of fence and posts: a fence of 16 gaps has 17 posts. Count "
            "the frame at second 0 as well",
        ),
        Mistake(
            "one colour only",
            lambda seconds, h, w, fps=8.0: (1 + round(seconds * fps)) * h * w,
            "you count pixels. Each pixel has three numbers: how much red, green and blue",
        ),
        Mistake(
            "seconds taken for frames",
            lambda seconds, h, w, fps=8.0: 3 * (1 + round(seconds)) * h * w,
            "you count seconds as if they were frames: there are `fps` frames in each second",
        ),
        Mistake(
            "seconds rounded",
            lambda seconds, h, w, fps=8.0: int(3 * (1 + round(seconds) * fps) * h * w),
            "you round the seconds, so that half a second has no frame or a whole second's: round `seconds * fps`, the "
            "number of frames",
        ),
        Mistake(
            "one frame too many",
            lambda seconds, h, w, fps=8.0: 3 * (2 + round(seconds * fps)) * h * w,
            "you count one frame too many: at 8 frames a second, half a second has those at 0, 1/8, 2/8, 3/8 and 4/8",
        ),
        Mistake(
            "frames left out",
            lambda seconds, h, w, fps=8.0: 3 * h * w,
            "you count a single frame: multiply by how many there are, 1 + the rounded `seconds * fps`",
        ),
        Mistake(
            "four colours",
            lambda seconds, h, w, fps=8.0: 4 * (1 + round(seconds * fps)) * h * w,
            "you count four numbers for each pixel. A screen has three lamps: red, green and blue",
        ),
        Mistake(
            "bytes instead of numbers",
            lambda seconds, h, w, fps=8.0: 4 * clip_numbers(seconds, h, w, fps),
            "four times too many: you count the bytes of memory. Here we want to know how many numbers there are",
        ),
        Mistake(
            "height and width added",
            lambda seconds, h, w, fps=8.0: 3 * (1 + round(seconds * fps)) * (h + w),
            "you add height and width. A frame has `height` rows with `width` pixels in each: multiply",
        ),
        Mistake(
            "fractions cut off",
            lambda seconds, h, w, fps=8.0: 3 * (1 + int(seconds * fps)) * h * w,
            "you cut off what follows the point, and lose a frame where a product misses a whole number by a hair. "
            "Take the *nearest* whole number",
        ),
        Mistake(
            "fractions cut off at the end",
            lambda seconds, h, w, fps=8.0: int(3 * (seconds * fps + 1) * h * w),
            "you go on calculating with a number of frames that is not whole, and cut off what follows the point in "
            "the end. Frames are whole: round them to the nearest number before you multiply",
        ),
        Mistake(
            "rounded up",
            lambda seconds, h, w, fps=8.0: 3 * (1 + math.ceil(seconds * fps)) * h * w,
            "you round up, and gain a frame where a product lies a hair above a whole number. Take the *nearest* whole "
            "number",
        ),
    ),
    alternatives=(
        _clip_numbers_one_by_one,
        lambda seconds, height, width, fps=8.0: int(seconds * fps + 1.5) * 3 * height * width,
    ),
    hints=(
        "How many frames are there? Count on your fingers for half a second at 8 frames a second: they come at 0, 1/8, "
        "2/8, 3/8 and 4/8 of a second.",
        "Frames, rows, pixels in a row, and colours of a pixel: the answer is a product of these four.",
        "`frames = 1 + round(seconds * fps)`, and then `3 * frames * …`",
    ),
    becomes="minisora/request.py",
    minutes=5,
    difficulty=1,
    points=1,
)
