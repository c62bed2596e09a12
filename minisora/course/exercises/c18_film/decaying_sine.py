"""The exercise `decaying_sine`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.sound.wave import Voice, decaying_sine

VOICE = Voice(frequency=40.0, decay=0.05)


def _wave(answer: object) -> Tensor:
    if not isinstance(answer, Tensor) or answer.ndim != 1:
        raise CheckFailed("return one row of samples, a tensor `count`")
    return answer.float()


def _asked(says: str, onset: float, *, voice: Voice = VOICE, count: int = 40, rate: int = 400) -> Case:
    return Case(says, lambda f: _wave(f(onset, voice, count, rate=rate)))


def _made(
    *,
    since: Callable[[Tensor, float, int], Tensor] = lambda i, onset, rate: i / rate - onset,
    turn: Callable[[float], float] = lambda frequency: 2 * math.pi * frequency,
    wave: Callable[[Tensor], Tensor] = torch.sin,
    fade: Callable[[Tensor, float], Tensor] = lambda s, decay: torch.exp(-s.clamp(min=0) / decay),
    before: Callable[[Tensor, Tensor], Tensor] = lambda s, x: torch.where(s >= 0, x, 0.0),
) -> Solution:
    def solution(onset: float, voice: Voice, count: int, *, rate: int = 16_000) -> Tensor:
        s = since(torch.arange(count, dtype=torch.float64), onset, rate)
        return before(s, fade(s, voice.decay) * wave(turn(voice.frequency) * s)).float()

    return solution


def _by_loop(onset: float, voice: Voice, count: int, *, rate: int = 16_000) -> Tensor:
    samples = []
    for i in range(count):
        s = i / rate - onset
        loud = math.exp(-s / voice.decay) if s >= 0 else 0.0
        samples.append(loud * math.sin(2 * math.pi * voice.frequency * s))
    return torch.tensor(samples)


DECAYING_SINE = Exercise(
    name="decaying_sine",
    reference=decaying_sine,
    cases=(
        _asked("a hit at 0 seconds", 0.0),
        _asked("a hit at sample 10", 0.025),
        _asked("a hit between two samples", 0.0262),
        _asked("a higher voice that dies sooner", 0.01, voice=Voice(90.0, 0.01)),
        _asked("another rate", 0.05, rate=300),
        _asked("a hit after the end", 0.5),
    ),
    mistakes=(
        Mistake(
            "rounded to a sample",
            _made(since=lambda i, onset, rate: (i - round(onset * rate)) / rate),
            "your hit begins at a whole sample. It may lie between two: sample i is heard i / rate - onset seconds "
            "after it, whatever that is",
        ),
        Mistake(
            "the clock of the clip",
            _made(wave=torch.sin, since=lambda i, onset, rate: i / rate),
            "your sound begins at the first sample, wherever the onset is: count seconds from the onset on",
        ),
        Mistake(
            "heard before",
            _made(before=lambda s, x: x),
            "your hit is heard before it happens: where the time since the onset is below 0, silence",
        ),
        Mistake(
            "grows before",
            _made(fade=lambda s, decay: torch.exp(-s / decay), before=lambda s, x: x),
            "before the onset your sound grows without end: exp(-s / decay) of a negative s is above 1. Silence there",
        ),
        Mistake(
            "no 2 pi",
            _made(turn=lambda frequency: frequency),
            "a wave of f Hz turns f times a second, and a turn is 2 pi: your pitch is six times too low",
        ),
        Mistake(
            "half a turn",
            _made(turn=lambda frequency: math.pi * frequency),
            "a whole turn is 2 pi, not pi: your sound is an octave too low",
        ),
        Mistake(
            "cosine",
            _made(wave=torch.cos),
            "you take the cosine, which begins at 1: a jump, which clicks. The sine begins at 0",
        ),
        Mistake(
            "does not fade",
            _made(fade=lambda s, decay: torch.ones_like(s)),
            "your sound does not fade: times exp(-s / decay)",
        ),
        Mistake(
            "half-life",
            _made(fade=lambda s, decay: 0.5 ** (s.clamp(min=0) / decay)),
            "your sound is down to a half after `decay` seconds: it should be down to 1/e, exp(-s / decay)",
        ),
        Mistake(
            "decay as a rate",
            _made(fade=lambda s, decay: torch.exp(-s.clamp(min=0) * decay)),
            "`decay` is a time in seconds: divide by it, exp(-s / decay)",
        ),
        Mistake(
            "fades from the beginning of the clip",
            lambda onset, voice, count, *, rate=16_000: (
                decaying_sine(onset, voice, count, rate=rate) * math.exp(-onset / voice.decay)
            ),
            "your sound has faded since the clip began: it fades from the onset on, and is as loud wherever it begins",
        ),
        Mistake(
            "samples for seconds",
            _made(since=lambda i, onset, rate: i - onset * rate),
            "you count samples where seconds are meant: divide by the rate",
        ),
    ),
    alternatives=(_made(), _by_loop),
    hints=(
        "First the seconds since the onset, one number for each sample: `torch.arange(count) / rate - onset`.",
        "Then the wave, `exp(-s / decay) * sin(2 pi f s)`, and silence wherever s is below 0.",
    ),
    becomes="minisora/sound/wave.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
