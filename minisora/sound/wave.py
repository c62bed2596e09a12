"""Sound as a row of numbers: what a thing of a size sounds like when it hits the floor.

A hit is a decaying sine. Large things sound low and long, small ones high and short.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.video.audio import RATE

__all__ = ["RATE", "VOICES", "Hit", "Voice", "decaying_sine", "synthesise", "voice_of"]


@dataclass(frozen=True)
class Voice:
    """How a thing sounds: its pitch in Hz, and the seconds in which its loudness falls to 1/e (37 %)."""

    frequency: float
    decay: float


#: By size, from low to high: each pitch is a whole number of waves in a slice of sound (``codec.py``).
VOICES = {"large": Voice(320.0, 0.10), "medium": Voice(640.0, 0.07), "small": Voice(1280.0, 0.05)}
LOUDNESS = 0.5  #: Of a single hit, so that two at once still stay within [-1, 1].


class Hit(NamedTuple):
    """Something hits something."""

    time: float  #: Seconds after the first frame is seen.
    size: str  #: Of ``VOICES``.
    loudness: float = LOUDNESS


def decaying_sine(onset: float, voice: Voice, count: int, *, rate: int = RATE) -> Tensor:
    """``count`` samples of ``exp(-s / decay) sin(2 pi f s)``, s the seconds since the onset; before it, silence.

    The onset may lie between two samples: sample i is heard at exactly ``i / rate``.
    """
    since = torch.arange(count, dtype=torch.float64) / rate - onset
    wave = torch.exp(-since.clamp(min=0) / voice.decay) * torch.sin(2 * math.pi * voice.frequency * since)
    return torch.where(since >= 0, wave, 0.0).float()


def synthesise(hits: Iterable[Hit], seconds: float, *, rate: int = RATE) -> Tensor:
    """The waveform of all the hits, ``n`` in [-1, 1] for ``n = round(seconds * rate)``; louder than that is cut.

    Raises: UserError for a size without a voice, and a time that is not a number.
    """
    count = round(seconds * rate)
    sound = torch.zeros(count)
    for hit in hits:
        if not math.isfinite(hit.time):
            raise UserError(f"a hit at {hit.time} seconds: its time must be a number")
        sound += hit.loudness * decaying_sine(hit.time, _voice(hit.size), count, rate=rate)
    return sound.clamp(-1, 1)


def voice_of(radius: float) -> str:
    """Which of ``VOICES`` a thing of this radius has, in units of the frame's shorter side: the nearest size's."""
    sizes = {"small": 0.13, "medium": 0.19, "large": 0.27}  # as in worlds/scene.py, which sounds know nothing of
    return min(sizes, key=lambda size: abs(math.log(sizes[size]) - math.log(max(radius, 1e-6))))


def _voice(size: str) -> Voice:
    if size not in VOICES:
        raise UserError(f"a hit of size {size!r}: no voice for it — one of {', '.join(VOICES)}")
    return VOICES[size]
