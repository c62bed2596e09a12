"""The exercise `embed_spread`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from minisora.audit.spread import embed_spread, spread_patterns
from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution

PATTERNS = spread_patterns(9, (8, 12), key=5)
GREY = torch.zeros(3, 4, 8, 12)
CLIP = torch.rand(3, 4, 8, 12, generator=Generator().manual_seed(1)) - 0.5
MESSAGE = torch.tensor([1, 0, 0, 1, 1, 1, 0, 1, 0])


def _asked(says: str, clip: Tensor, message: Tensor = MESSAGE, *, strength: float = 0.05, bits: int = 9) -> Case:
    return Case(says, lambda f: f(clip.clone(), PATTERNS[:bits].clone(), message[:bits].clone(), strength=strength))


def _embedded(
    *,
    sign: Callable[[Tensor], Tensor] = lambda message: 2 * message - 1,
    scale: Callable[[int], float] = lambda bits: bits**-0.5,
    put: Callable[[Tensor, Tensor, float], Tensor] = lambda clip, mark, strength: clip + strength * mark,
    end: Callable[[Tensor], Tensor] = lambda x: x.clamp(-1, 1),
) -> Solution:
    """A mark with these habits."""

    def solution(clip: Tensor, patterns: Tensor, message: Tensor, *, strength: float) -> Tensor:
        mark = (sign(message.to(clip))[:, None, None] * patterns).sum(0) * scale(len(message))
        return end(put(clip, mark, strength))

    return solution


def _first_frame(clip: Tensor, mark: Tensor, strength: float) -> Tensor:
    return torch.cat([clip[:, :1] + strength * mark, clip[:, 1:]], dim=1)


def _one_colour(clip: Tensor, mark: Tensor, strength: float) -> Tensor:
    return torch.cat([clip[:1] + strength * mark, clip[1:]])


def _by_loop(clip: Tensor, patterns: Tensor, message: Tensor, *, strength: float) -> Tensor:
    mark = torch.zeros_like(patterns[0])
    for bit, pattern in zip(message.tolist(), patterns, strict=True):
        mark = mark + (pattern if bit else -pattern)
    return torch.clip(clip + strength * mark / len(patterns) ** 0.5, -1, 1)


EMBED_SPREAD = Exercise(
    name="embed_spread",
    reference=embed_spread,
    cases=(
        _asked("one bit of 1 in a grey clip", GREY, bits=1),
        _asked("a bit of 1 and one of 0", GREY, bits=2),
        _asked("nine bits in a grey clip", GREY),
        _asked("nine bits in a clip that is not grey", CLIP),
        _asked("twice the strength", CLIP, strength=0.1),
        _asked("a message of ones only", CLIP, torch.ones(9, dtype=torch.long)),
        _asked("a message of zeros only", CLIP, torch.zeros(9, dtype=torch.long)),
        _asked("a white clip", GREY + 1),
        _asked("a nearly black clip", GREY - 0.98),
    ),
    mistakes=(
        Mistake(
            "zero says nothing",
            _embedded(sign=lambda message: message),
            "a bit of 0 adds nothing with you, so that nobody can tell it from no mark at all: it takes its "
            "pattern off",
        ),
        Mistake(
            "upside down",
            _embedded(sign=lambda message: 1 - 2 * message),
            "your signs are exchanged: 1 adds its pattern, 0 takes it off",
        ),
        Mistake(
            "not scaled",
            _embedded(scale=lambda bits: 1.0),
            "the longer your message, the stronger your mark: divide the sum by the root of the number of bits",
        ),
        Mistake(
            "the mean",
            _embedded(scale=lambda bits: 1 / bits),
            "you divide by the number of bits. Patterns are independent, so their sum grows with its *root*",
        ),
        Mistake(
            "not limited",
            _embedded(end=lambda x: x),
            "white and black leave [-1, 1]: limit the result",
        ),
        Mistake(
            "to [0, 1]",
            _embedded(end=lambda x: x.clamp(0, 1)),
            "you limit to [0, 1]: videos of this course lie in [-1, 1]",
        ),
        Mistake(
            "the first frame",
            _embedded(put=_first_frame),
            "only your first frame has the mark: whoever cuts it off has none. All frames",
        ),
        Mistake(
            "one colour",
            _embedded(put=_one_colour),
            "only your first colour has the mark: all three, so that it is grey and survives 4:2:0",
        ),
        Mistake(
            "the mark alone",
            _embedded(put=lambda clip, mark, strength: (strength * mark).expand_as(clip)),
            "you return the mark alone: add it to the clip",
        ),
        Mistake(
            "mixed",
            _embedded(put=lambda clip, mark, strength: (1 - strength) * clip + strength * mark),
            "your clip gets paler by the strength: the mark is added, nothing else changes",
        ),
        Mistake(
            "multiplied",
            _embedded(put=lambda clip, mark, strength: clip * (1 + strength * mark)),
            "you multiply the clip: where it is grey (0) there is no mark. Add it",
        ),
        Mistake(
            "without its strength",
            _embedded(put=lambda clip, mark, strength: clip + mark),
            "your mark has its full size: times `strength`",
        ),
    ),
    alternatives=(_embedded(), _by_loop),
    hints=(
        "Signs first: 0 and 1 become -1 and 1.",
        "One picture `h w` comes of all patterns. Why the root? Signs are independent, so the sum of n of them is "
        "about √n in size, and divided by that the picture is as strong as one pattern, however long the message.",
        "`h w` fits every frame and colour of `3 t h w` by itself. The signs do not fit the patterns: they are `bits`, "
        "and want two axes of length 1 more (`[:, None, None]`). Which axis is then summed?",
    ),
    becomes="minisora/audit/spread.py",
    minutes=10,
    difficulty=1,
    points=2,
    trains=False,
)
