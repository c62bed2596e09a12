"""Sound as tokens and back: how loud each of three pitches is, in slices of 1/64 second.

A token holds eight slices of three numbers: the sound of one frame at 8 frames a second. It is a spectrogram of three
rows, in decibels, as mel spectrograms are. The way back knows that everything that is heard here is a hit: it finds
where a row rises, and synthesises a hit there. Sound codecs for the sounds of the world are networks, like chapter
03's; this one says what it keeps (which pitch, when, how loud) and loses all else.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.sound.wave import LOUDNESS, RATE, VOICES, Hit, synthesise

SLICES = 8  #: Of a token.
SECONDS = 0.125  #: Of a token: a frame's.
SLICE = RATE // 64  #: Samples of a slice. Each pitch makes whole waves in it, so that none is heard in another's row.
NUMBERS = SLICES * len(VOICES)  #: In a token.
QUIETEST = -30.0  #: Decibels below a single hit that count as silence: level -1. A hit has level 1.
RISE = 0.8  #: A level that rises by so much (12 decibels) from one slice to the next, or over two, is a hit.


def levels(wave: Tensor, frequency: float, *, size: int = SLICE, rate: int = RATE) -> Tensor:
    """How loud a pitch is in each slice: waves ``... n`` to ``... n // size`` numbers in [-1, 1].

    The amplitude of the sine in a slice is ``2 / size |sum wave exp(-2 pi i f t)|``; its level is 1 at a hit's
    loudness, -1 at ``QUIETEST`` decibels below that and less. Samples that fill no slice are left out.
    """
    count = wave.shape[-1] // size
    pieces = wave[..., : count * size].unflatten(-1, (count, size))
    angle = 2 * math.pi * frequency * torch.arange(size) / rate
    amplitude = 2 / size * torch.hypot((pieces * angle.cos()).sum(-1), (pieces * angle.sin()).sum(-1))
    decibels = 20 * torch.log10(amplitude.clamp(min=1e-6) / LOUDNESS)
    return (1 - 2 * decibels / QUIETEST).clamp(-1, 1)


def encode(wave: Tensor) -> Tensor:
    """Waves ``b n`` to tokens ``b t 24`` in [-1, 1]: pitches from low to high, eight slices each."""
    rows = torch.stack([levels(wave, voice.frequency) for voice in VOICES.values()], dim=1)  # b pitches slices
    if rows.shape[-1] % SLICES:
        raise UserError(
            f"{wave.shape[-1]} samples: sound comes in tokens of {SLICE * SLICES} ({SECONDS} s) — cut or pad it"
        )
    return rows.unflatten(-1, (-1, SLICES)).transpose(1, 2).flatten(2)


def rows_of(tokens: Tensor) -> Tensor:
    """Tokens ``b t 24`` as the picture that they are: ``b pitches slices``."""
    return tokens.unflatten(-1, (len(VOICES), SLICES)).transpose(1, 2).flatten(2)


def onsets(tokens: Tensor, *, rise: float = RISE) -> list[Hit]:
    """The hits in the tokens of one clip, ``t 24``, in the order of time.

    A hit inside of a slice fills a part of it, so that its time is known more finely than the slices are.
    """
    found = []
    for size, row in zip(VOICES, rows_of(tokens[None])[0].double(), strict=True):
        padded = torch.cat([row.new_full((1,), -1.0), row, row[-1:]])
        k = 1
        while k <= len(row):
            first, second = padded[k] - padded[k - 1], padded[k + 1] - padded[k]
            if first < rise and not (first > rise / 4 and first + second >= rise):
                k += 1
                continue
            top = max(padded[k], padded[k + 1])
            filled = min(_amplitude(padded[k]) / _amplitude(top), 1.0)
            found.append(Hit((k - filled) * SLICE / RATE, size, LOUDNESS * _amplitude(top)))
            k += 3  # nothing hits twice within three slices
    return sorted(found)


def decode(tokens: Tensor) -> Tensor:
    """The waveform of one clip's tokens ``t 24``: each hit that is found in them, synthesised."""
    return synthesise(onsets(tokens), len(tokens) * SECONDS)


def _amplitude(level: Tensor) -> float:
    """Of a level, as a share of a hit's."""
    return float(10 ** ((1 - min(float(level), 1.0)) / 2 * QUIETEST / 20))
