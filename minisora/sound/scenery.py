"""Clips that are heard: a white disc that bounces, or two that run into each other; every hit is known exactly.

Pictures are silhouettes, 16 x 16 pixels in one channel: where a thing is, and how large, not what. Lengths are in
sides, as in ``worlds``; a bounce is the worlds' parabola. A collision is one, too: two things that draw each other fall
together as a ball falls to the floor, and fly apart again; a floor is a thing so heavy that it stays.
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
#: Of two discs: those with room to part in, how far they do at least, and how far apart those stay that do not touch.
PAIRS, PARTING, CLEAR = ((0, 2), (2, 0), (1, 1), (1, 2), (2, 1), (2, 2)), 0.16, 0.06


@dataclass(frozen=True)
class Heard:
    """Clips with their sound.

    Attributes:
        places: ``n k t 2``, x and y in sides from the middle, of the ``k`` discs of each clip.
        size: ``n k``, of each disc: an index into ``VOICES``.
        hits: of each clip, in the order of time; both of two discs are heard when they touch, equal ones as one.
    """

    places: Tensor
    size: Tensor
    hits: list[list[Hit]]

    def __len__(self) -> int:
        return len(self.places)

    def silhouettes(self) -> Tensor:
        """``n 1 t 16 16`` in [-1, 1]."""
        white = [(1.0, 1.0, 1.0)] * self.size.shape[1]
        things = discs((self.places + 0.5) * SIDE, radii_of(self.size) * SIDE, *white)
        return draw(things, height=SIDE, width=SIDE)[:, :1]

    def waves(self) -> Tensor:
        """``n samples``."""
        seconds = self.places.shape[2] / FPS
        return torch.stack([synthesise(each, seconds) for each in self.hits])

    def tokens(self) -> Tensor:
        """``n t 24``."""
        return encode(self.waves())


def bouncing(n: int, *, generator: Generator, frames: int = FRAMES, silent: float = SILENT) -> Heard:
    """``n`` clips; in a share of ``silent`` the disc stays, glides or orbits, and nothing is heard."""
    times = torch.arange(frames) / FPS
    size = torch.randint(len(RADII), (n,), generator=generator)
    radius = radii_of(size)
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
    return Heard(places[:, None], size[:, None], _heard(size[:, None], kind, pace, phase, frames * SECONDS))


def colliding(n: int, *, generator: Generator, frames: int = FRAMES, silent: float = SILENT) -> Heard:
    """``n`` clips of two discs that fall together and fly apart, along any line; nothing is lost.

    Their middle, weighted by their areas, rests. In a share of ``silent`` they pass each other, or sway, and never
    touch: the middles of the two come as near as their radii, and ``CLEAR``.
    """
    times = torch.arange(frames) / FPS
    size = torch.tensor(PAIRS)[torch.randint(len(PAIRS), (n,), generator=generator)]
    radius = radii_of(size)
    touch, mass = radius.sum(1, keepdim=True), radius.square()
    pace, phase = _between(*PACE, n, generator), torch.rand(n, generator=generator)
    # Two that part as far as this along a row or a column fill the picture.
    height = PARTING + (1 - 2 * touch - PARTING).clamp(max=HEIGHT[1] - PARTING) * torch.rand(n, 1, generator=generator)
    kind = torch.where(torch.rand(n, generator=generator) < silent, torch.randint(1, 3, (n,), generator=generator), 0)
    cycle = (pace[:, None] * times + phase[:, None]).frac()
    sway = 1 - torch.cos(2 * torch.pi * (pace[:, None] / 2 * times + phase[:, None]))
    passing = height * (2 * times / times[-1] - 1)
    clear = touch + CLEAR
    ways_along = torch.stack([touch + 4 * height * cycle * (1 - cycle), passing, clear + (height - CLEAR) * sway / 2])
    ways_aside = torch.stack([torch.zeros(n, frames), clear.expand(-1, frames), torch.zeros(n, frames)])
    rows, angle = torch.arange(n), 2 * torch.pi * torch.rand(n, 1, generator=generator)
    along, aside = ways_along[kind, rows], ways_aside[kind, rows]
    apart = torch.stack([along * angle.cos() - aside * angle.sin(), along * angle.sin() + aside * angle.cos()], dim=-1)
    lever = torch.stack([-mass[:, 1], mass[:, 0]], dim=1) / mass.sum(1, keepdim=True)
    places = lever[:, :, None, None] * apart[:, None]
    reach = radius[:, :, None, None]
    low, high = (places - reach).amin((1, 2)), (places + reach).amax((1, 2))  # n 2
    slack = (1 - high + low).clamp(min=0) * (torch.rand(n, 2, generator=generator) - 0.5)
    places = places + (slack - (low + high) / 2)[:, None, None]
    return Heard(places, size, _heard(size, kind, pace, phase, frames * SECONDS))


def radii_of(size: Tensor) -> Tensor:
    """In sides, of indices into ``VOICES``."""
    return torch.tensor(list(RADII.values()))[size]


def _heard(size: Tensor, kind: Tensor, pace: Tensor, phase: Tensor, seconds: float) -> list[list[Hit]]:
    """The hits of each clip: of all of its discs where ``kind`` is 0, whenever ``pace * time + phase`` is whole."""
    names = list(RADII)
    return [
        [] if k else [Hit(time, names[s]) for time in _wholes(p, f, seconds) for s in sorted(set(sizes), reverse=True)]
        for k, sizes, p, f in zip(kind.tolist(), size.tolist(), pace.tolist(), phase.tolist(), strict=True)
    ]


def _wholes(pace: float, phase: float, seconds: float) -> list[float]:
    """When ``pace * time + phase`` is a whole number."""
    first = (1 - phase) / pace
    return [first + k / pace for k in range(int(max(seconds - first, -1) * pace) + 1) if first + k / pace < seconds]


def _between(low: float, high: float, n: int, generator: Generator) -> Tensor:
    return low + (high - low) * torch.rand(n, generator=generator)


assert list(RADII) == list(VOICES)
