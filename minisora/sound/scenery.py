"""Clips that are heard: one white disc each that bounces, or does something silent; every hit is known exactly.

Pictures are silhouettes, 16 x 16 pixels in one channel: where a thing is, and how large, not what. Lengths are in
sides, as in ``worlds``; a bounce is the worlds' parabola.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from minisora.physics.things import discs, draw
from minisora.sound.codec import SECONDS, encode
from minisora.sound.wave import VOICES, Hit, synthesise

FRAMES, SIDE, FPS = 17, 16, 8
RADII = {"large": 0.27, "medium": 0.19, "small": 0.13}
SILENT = 0.25  #: Share of the clips in which nothing is hit.
#: Bounces a second, and how high they go.
PACE, HEIGHT = (0.4, 1.1), (0.25, 0.4)
ORBIT = 0.15


@dataclass(frozen=True)
class Heard:
    """Clips with their sound.

    Attributes:
        places: ``n t 2``, x and y in sides from the middle.
        size: ``n``, of each disc: an index into ``VOICES``.
        hits: of each clip, in the order of time.
    """

    places: Tensor
    size: Tensor
    hits: list[list[Hit]]

    def __len__(self) -> int:
        return len(self.places)

    def silhouettes(self) -> Tensor:
        """``n 1 t 16 16`` in [-1, 1]."""
        radius = torch.tensor(list(RADII.values()))[self.size] * SIDE
        things = discs((self.places[:, None] + 0.5) * SIDE, radius[:, None], (1.0, 1.0, 1.0))
        return draw(things, height=SIDE, width=SIDE)[:, :1]

    def waves(self) -> Tensor:
        """``n samples``."""
        seconds = self.places.shape[1] / FPS
        return torch.stack([synthesise(each, seconds) for each in self.hits])

    def tokens(self) -> Tensor:
        """``n t 24``."""
        return encode(self.waves())


def bouncing(n: int, *, generator: Generator, frames: int = FRAMES, silent: float = SILENT) -> Heard:
    """``n`` clips; in a share of ``silent`` the disc stays, glides or orbits, and nothing is heard."""
    times = torch.arange(frames) / FPS
    size = torch.randint(len(RADII), (n,), generator=generator)
    radius = torch.tensor(list(RADII.values()))[size]
    pace, height = _between(*PACE, n, generator), _between(*HEIGHT, n, generator)
    phase, x = torch.rand(n, generator=generator), _between(-0.2, 0.2, n, generator)
    floor = 0.5 - radius - 0.1 * torch.rand(n, generator=generator)
    kind = torch.where(torch.rand(n, generator=generator) < silent, torch.randint(1, 4, (n,), generator=generator), 0)
    cycle = (pace[:, None] * times + phase[:, None]).frac()
    rest = floor - height * torch.rand(n, generator=generator)
    turn = 2 * torch.pi * (pace[:, None] / 2 * times + phase[:, None])
    aside = _between(-0.15, 0.15, n, generator)[:, None] * times
    ways_x = torch.stack([x[:, None].expand(-1, frames), x[:, None].expand(-1, frames), x[:, None] + aside,
                          ORBIT * turn.cos()])  # fmt: skip
    ways_y = torch.stack([floor[:, None] - 4 * height[:, None] * cycle * (1 - cycle),
                          rest[:, None].expand(-1, frames), rest[:, None].expand(-1, frames),
                          ORBIT * turn.sin()])  # fmt: skip
    rows = torch.arange(n)
    places = torch.stack([ways_x[kind, rows], ways_y[kind, rows]], dim=-1)
    names = list(RADII)
    heard = [
        [] if k else [Hit(time, names[s]) for time in _bounces(p, f, frames * SECONDS)]
        for k, s, p, f in zip(kind.tolist(), size.tolist(), pace.tolist(), phase.tolist(), strict=True)
    ]
    return Heard(places, size, heard)


def _bounces(pace: float, phase: float, seconds: float) -> list[float]:
    """When ``pace * time + phase`` is a whole number."""
    first = (1 - phase) / pace
    return [first + k / pace for k in range(int(max(seconds - first, -1) * pace) + 1) if first + k / pace < seconds]


def _between(low: float, high: float, n: int, generator: Generator) -> Tensor:
    return low + (high - low) * torch.rand(n, generator=generator)


assert list(RADII) == list(VOICES)
