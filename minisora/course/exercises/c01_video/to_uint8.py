"""The exercise `to_uint8`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.video import to_uint8


def _pictures(solution: Solution, clip: Tensor) -> object:
    """What a solution makes of a clip, as a tensor, which can be compared."""
    answer = solution(clip.clone())
    if isinstance(answer, Tensor):
        raise CheckFailed("it returns a tensor, but those who write files want numpy arrays: end with `.numpy()`")
    return torch.from_numpy(answer) if isinstance(answer, np.ndarray) else answer


def _uneven(*shape: int) -> Tensor:
    """A clip in which every number is another one, from -1 to 1, and most lie between two levels."""
    return torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)


def _levels(clip: Tensor) -> Tensor:
    return ((clip + 1) * 127.5).round().clamp(0, 255)


def _last(levels: Tensor) -> np.ndarray:
    return levels.to(torch.uint8).permute(1, 2, 3, 0).numpy()


def _to_uint8_by_frame(clip: Tensor) -> np.ndarray:
    frames = [np.stack([channel.numpy() for channel in frame], axis=-1) for frame in clip.unbind(1)]
    return np.rint(np.clip(127.5 + 127.5 * np.stack(frames), 0, 255)).astype(np.uint8)


_ALL_LEVELS = torch.arange(256.0).reshape(1, 1, 16, 16).expand(3, -1, -1, -1)


TO_UINT8 = Exercise(
    name="to_uint8",
    reference=to_uint8,
    cases=(
        Case("2 frames of 3x4 in which every number is another", lambda f: _pictures(f, _uneven(3, 2, 3, 4))),
        Case(
            "one frame of 2x2 with numbers a little beyond -1 and 1, as networks make them",
            lambda f: _pictures(f, 1.1 * _uneven(3, 1, 2, 2)),
        ),
        Case(
            "all 256 levels of a file, turned into numbers from -1 to 1, which should come back unchanged",
            lambda f: _pictures(f, _ALL_LEVELS / 127.5 - 1),
            expected=lambda: _ALL_LEVELS.permute(1, 2, 3, 0).to(torch.uint8),
        ),
    ),
    mistakes=(
        Mistake(
            "fractions cut off",
            lambda clip: _last(((clip + 1) * 127.5).clamp(0, 255)),
            "a conversion to integers cuts fractions off, so 254.99 becomes 254 and every picture darkens a little. "
            "Round first, convert then",
        ),
        Mistake(
            "not clamped",
            lambda clip: _last(((clip + 1) * 127.5).round().to(torch.int64) % 256),
            "numbers beyond the range wrap around: 256 becomes 0, a black dot in the brightest place. "
            "Clamp to 0 … 255 before you convert",
        ),
        Mistake(
            "range taken for 0 to 1",
            lambda clip: _last((clip * 255).round().clamp(0, 255)),
            "you treat the numbers as if they went from 0 to 1: everything darker than middle grey turns black. "
            "They go from -1 to 1, so shift them first",
        ),
        Mistake(
            "256 levels, not 255 steps",
            lambda clip: _last(((clip + 1) * 128).round().clamp(0, 255)),
            "from 0 to 255 it is 255 steps and not 256, so the 2 units from -1 to 1 are stretched by 127.5 and not 128",
        ),
        Mistake(
            "127, not 127.5",
            lambda clip: _last(((clip + 1) * 127).round().clamp(0, 255)),
            "you stretch by 127, and white becomes 254: the 2 units from -1 to 1 are 255 steps, 127.5 each",
        ),
        Mistake(
            "not halved",
            lambda clip: _last(((clip + 1) * 255).round().clamp(0, 255)),
            "you stretch by 255, twice too far, and half of the picture is white: from -1 to 1 it is 2 units, so 127.5",
        ),
        Mistake(
            "a whole one added",
            lambda clip: _last(((clip.clamp(-1, 1) + 1) * 127.5 + 1).clamp(0, 255)),
            "you add 1 before fractions are cut off, so everything is half a level too bright: round, or add a half",
        ),
        Mistake(
            "a whole one added, and wrapped",
            lambda clip: _last(((clip.clamp(-1, 1) + 1) * 127.5 + 1).to(torch.int64) % 256),
            "you add 1 before fractions are cut off, and white becomes 256, which is black: round, or add a half",
        ),
        Mistake(
            "rounded up",
            lambda clip: _last(((clip + 1) * 127.5).ceil().clamp(0, 255)),
            "you round up, so every picture brightens a little: take the nearest level, `.round()`",
        ),
        Mistake(
            "stretched to its own range",
            lambda clip: _last(((clip - clip.min()) / (clip.max() - clip.min()) * 255).round()),
            "you stretch each clip from its own darkest to its own brightest number, so that a dark clip turns bright. "
            "-1 is 0 and 1 is 255 in every clip",
        ),
        Mistake(
            "stretched to its own range, cut off",
            lambda clip: _last((clip - clip.min()) / (clip.max() - clip.min()) * 255),
            "you stretch each clip from its own darkest to its own brightest number (and cut fractions off). -1 is 0 "
            "and 1 is 255 in every clip, and one rounds",
        ),
        Mistake(
            "rounded too early",
            lambda clip: _last(((clip.round() + 1) * 127.5).round().clamp(0, 255)),
            "you round before you stretch, and only three levels are left: round last, when the numbers go to 255",
        ),
        Mistake(
            "shifted after stretching",
            lambda clip: _last((clip * 127.5 + 128).round().clamp(0, 255)),
            "you shift by 128, half a level too far: -1 must become 0 and 1 must become 255, so shift by 127.5",
        ),
        Mistake(
            "colours in the wrong order",
            lambda clip: _last(_levels(clip).flip(0)),
            "red and blue are exchanged: keep the colours in the order in which they come",
        ),
        Mistake(
            "channels not last",
            lambda clip: _levels(clip).to(torch.uint8).permute(1, 0, 2, 3).numpy(),
            "the numbers are right, but the order is t 3 h w: files keep the three colours of a pixel together, so the "
            "channels go last: t h w 3",
        ),
        Mistake(
            "reshaped",
            lambda clip: _levels(clip).to(torch.uint8).reshape(*clip.shape[1:], 3).numpy(),
            "the shape is right, but reshape never moves a number, so the colours of different places end up in one "
            "pixel. To reorder axes use permute (or einops.rearrange)",
        ),
        Mistake(
            "h and w swapped",
            lambda clip: _levels(clip).to(torch.uint8).permute(1, 3, 2, 0).numpy(),
            "every frame lies on its side: h and w are swapped. From 3 t h w to t h w 3, the axes are 1, 2, 3, 0",
        ),
    ),
    alternatives=(_to_uint8_by_frame, lambda clip: _last(torch.floor(clip.clamp(-1, 1) * 127.5 + 128))),
    hints=(
        "Four steps: shift and stretch -1 … 1 to 0 … 255, round, clamp, convert. Then put the axes into another order.",
        "-1 must become 0 and 1 must become 255: `(clip + 1) * 127.5`. `.round()` and `.clamp(0, 255)` do what they "
        "say, and `.to(torch.uint8)` converts.",
        "The clip's axes are 0: colour, 1: time, 2: row, 3: column. `.permute(1, 2, 3, 0)` brings the colour to the "
        "end, and `.numpy()` makes an array of it.",
    ),
    becomes="minisora/video/picture.py",
    minutes=8,
    difficulty=1,
    points=2,
)
