"""The exercise `levels`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.sound.codec import levels

RATE, SIZE = 400, 40


def _tone(frequency: float, *, loud: float = 0.5, phase: float = 0.0, count: int = 160) -> Tensor:
    return loud * torch.sin(2 * math.pi * frequency * torch.arange(count) / RATE + phase)


def _row(answer: object) -> Tensor:
    if not isinstance(answer, Tensor):
        raise CheckFailed("return a tensor: a level for each slice")
    return answer.float()


def _asked(says: str, wave: Tensor, frequency: float, expected: list[float] | None = None) -> Case:
    known = None if expected is None else lambda: torch.tensor(expected)
    return Case(says, lambda f: _row(f(wave.clone(), frequency, size=SIZE, rate=RATE)), known, tolerance=2e-3)


def _made(
    *,
    amplitude: Callable[[Tensor, Tensor], Tensor] = lambda x, a: (
        2 / x.shape[-1] * torch.hypot((x * a.cos()).sum(-1), (x * a.sin()).sum(-1))
    ),
    turn: float = 2 * math.pi,
    decibels: Callable[[Tensor], Tensor] = lambda a: 20 * torch.log10(a.clamp(min=1e-6) / 0.5),
    level: Callable[[Tensor], Tensor] = lambda d: (1 + d / 15).clamp(-1, 1),
) -> Solution:
    def solution(wave: Tensor, frequency: float, *, size: int = 250, rate: int = 16_000) -> Tensor:
        count = wave.shape[-1] // size
        pieces = wave[..., : count * size].unflatten(-1, (count, size))
        return level(decibels(amplitude(pieces, turn * frequency * torch.arange(size) / rate)))

    return solution


def _by_fourier(wave: Tensor, frequency: float, *, size: int = 250, rate: int = 16_000) -> Tensor:
    pieces = wave.unfold(-1, size, size)
    bin = round(frequency * size / rate)
    found = torch.fft.rfft(pieces)[..., bin].abs() * 2 / size
    return (1 + 20 * torch.log10((found / 0.5).clamp(min=1e-5)) / 15).clamp(-1, 1)


_FADING = _tone(40.0) * torch.tensor([1.0, 0.5, 0.1, 0.03]).repeat_interleave(SIZE)

LEVELS = Exercise(
    name="levels",
    reference=levels,
    cases=(
        _asked("a tone as loud as a hit", _tone(40.0), 40.0, [1.0] * 4),
        _asked("the same with another phase", _tone(40.0, phase=1.0), 40.0, [1.0] * 4),
        _asked("a tone of a tenth", _tone(40.0, loud=0.05), 40.0, [1 - 20 / 15] * 4),
        _asked("a tone that fades", _FADING, 40.0),
        _asked("another pitch", _tone(80.0), 40.0, [-1.0] * 4),
        _asked("two pitches at once", _tone(80.0, loud=0.25) + _tone(40.0), 80.0, [1 - 6.0206 / 15] * 4),
        _asked("silence", torch.zeros(160), 40.0, [-1.0] * 4),
        _asked("samples that fill no slice", _tone(40.0, count=175), 40.0, [1.0] * 4),
        _asked("two sounds", torch.stack([_tone(40.0), _FADING]), 40.0),
    ),
    mistakes=(
        Mistake(
            "one phase",
            _made(amplitude=lambda x, a: 2 / x.shape[-1] * (x * a.sin()).sum(-1).abs()),
            "with another phase your tone is quieter: the sine alone does not see what lies across it. Take sine and "
            "cosine, and the root of the sum of their squares",
        ),
        Mistake(
            "only the cosine",
            _made(amplitude=lambda x, a: 2 / x.shape[-1] * (x * a.cos()).sum(-1).abs()),
            "you take the cosine alone, which does not see a sine: both, and the root of the sum of their squares",
        ),
        Mistake(
            "no factor 2",
            _made(amplitude=lambda x, a: torch.hypot((x * a.cos()).mean(-1), (x * a.sin()).mean(-1))),
            "your levels are 6 dB too low: is the factor 2 there (the mean of sin² is a half), and are the decibels "
            "against a hit's 0.5 (a / 0.5)?",
        ),
        Mistake(
            "the sum",
            _made(amplitude=lambda x, a: 2 * torch.hypot((x * a.cos()).sum(-1), (x * a.sin()).sum(-1))),
            "you add up the samples of a slice: divide by how many they are",
        ),
        Mistake(
            "loudness of everything",
            _made(amplitude=lambda x, a: (2 * x.square().mean(-1)).sqrt()),
            "you measure how loud the slice is at all pitches together: only what swings with this pitch",
        ),
        Mistake(
            "power",
            _made(decibels=lambda a: 10 * torch.log10(a.clamp(min=1e-6) / 0.5)),
            "your levels fall half as fast as they should: 10 log10 is for powers, for amplitudes it is 20 log10; and "
            "-1 is at 30 decibels below a hit, so that the line falls by 1 in 15",
        ),
        Mistake(
            "natural logarithm",
            _made(decibels=lambda a: 20 * torch.log(a.clamp(min=1e-6) / 0.5)),
            "decibels are made with the logarithm to base 10",
        ),
        Mistake(
            "not a logarithm",
            _made(decibels=lambda a: a, level=lambda a: (4 * a - 1).clamp(-1, 1)),
            "your levels grow with the amplitude itself: with decibels, so that a tail stays visible",
        ),
        Mistake(
            "from 0 to 1",
            _made(level=lambda d: (1 + d / 30).clamp(0, 1)),
            "your levels go from 0 to 1: from -1 (30 decibels below a hit, and less) to 1",
        ),
        Mistake(
            "not held",
            _made(level=lambda d: 1 + d / 15),
            "what is quieter than 30 decibels below a hit is at -1, and nothing lies outside of [-1, 1]",
        ),
        Mistake(
            "no 2 pi",
            _made(turn=1.0),
            "a wave of f Hz turns by 2 pi f in a second: your pitch is another one",
        ),
    ),
    alternatives=(_made(), _by_fourier),
    hints=(
        "`wave[..., : count * size].unflatten(-1, (count, size))` are the slices. The angle of sample i is 2 pi f i / "
        "rate, counted anew in each.",
        "The amplitude: 2 / size times `torch.hypot` of the two sums, with the cosine and with the sine.",
        "20 log10 of the amplitude over 0.5 (clamp it first, silence has none); -30 becomes -1, and 0 becomes 1.",
    ),
    becomes="minisora/sound/codec.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
