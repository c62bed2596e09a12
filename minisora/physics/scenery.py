"""Worlds in which one thing is seen twice, or for a while not at all: a mirror, a shadow, and a wall."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator, Tensor

from minisora.physics.motions import MIDDLE, Speeds, parabola_path, uniform, uniform_path
from minisora.physics.things import BLUE, FRAMES, RED, WIDTH, Things, beside, discs

MIRROR = WIDTH / 2  #: Where the mirror stands.
WALL = 11.0  #: Where a wall begins.
APPROACH = Speeds(((0.4, 0.8),))  #: Towards a mirror.
SLOWLY, QUICKLY = Speeds(((0.05, 0.2),)), Speeds(((0.95, 1.1),))
GROUND, SLANT = 14.5, 0.6  #: The row on which shadows lie, and how far to the right of a thing, times its height.
PASSING = Speeds(((1.7, 2.2),))  #: Behind a wall, so fast that it comes out again.


def mirrored(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> Things:
    """Red discs that move towards a mirror, and their image in it, in blue (so that each can be measured) behind it."""
    speed, radius = speeds.sample(n, generator), uniform(n, 1.8, 2.4, generator)
    room = (MIRROR - 5 - speed * (frames - 1)).clamp(min=0)
    start = torch.stack([2.5 + room * torch.rand(n, generator=generator), torch.full((n,), MIDDLE[0])], dim=1)
    path = uniform_path(start, torch.stack([speed, torch.zeros(n)], dim=1), frames)
    image = path.clone()
    image[..., 0] = 2 * MIRROR - image[..., 0]
    return beside(discs(path[:, None], radius[:, None], RED), discs(image[:, None], radius[:, None], BLUE))


def shadow_of(places: Tensor) -> Tensor:
    """Where on the ground the shadow lies of what is at ``... 2``, in light that falls from the upper left."""
    x = places[..., 0] + SLANT * (GROUND - places[..., 1])
    return torch.stack([x, torch.full_like(x, GROUND)], dim=-1)


def shadowed(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> Things:
    """Red discs that are thrown over a ground on which their shadow runs, in blue, so that it can be measured.

    A shadow goes faster than its thing while that rises and slower while it falls; they would meet on the ground.
    """
    speed, radius = speeds.sample(n, generator), uniform(n, 1.6, 2.2, generator)
    room = (WIDTH - 12 - speed * (frames - 1)).clamp(min=0)
    start = torch.stack([3 + room * torch.rand(n, generator=generator), uniform(n, 3.0, 5.0, generator)], dim=1)
    velocity = torch.stack([speed, uniform(n, -0.8, -0.4, generator)], dim=1)
    path = parabola_path(start, velocity, frames)
    shadow = shadow_of(path)
    return beside(discs(shadow[:, None], torch.full((n, 1), 1.4), BLUE), discs(path[:, None], radius[:, None], RED))


def behind_a_wall(
    n: int, speeds: Speeds, *, generator: Generator, wall: tuple[float, float] = (6.0, 9.0), frames: int = FRAMES
) -> Things:
    """Discs, red or blue, that pass behind a grey wall of a width in this interval; the wall comes last."""
    speed = speeds.sample(n, generator)
    start = torch.stack([uniform(n, 3.5, 6.5, generator), torch.full((n,), MIDDLE[0])], dim=1)
    path = uniform_path(start, torch.stack([speed, torch.zeros(n)], dim=1), frames)
    thing = discs(path[:, None], uniform(n, 2.0, 2.6, generator)[:, None], RED)
    blue = torch.rand(n, 1, 1, generator=generator) < 0.5
    thing = replace(thing, colour=torch.where(blue, torch.tensor(BLUE), thing.colour))
    return beside(thing, _wall(n, uniform(n, *wall, generator), frames))


def _wall(n: int, width: Tensor, frames: int, side: float = 2.0) -> Things:
    """A wall as a lattice of squares of 4 x 4 pixels that overlap, each at its place in every frame."""
    steps = torch.linspace(0, 1, 4)
    x = WALL + side + steps * (width[:, None] - 2 * side)
    y = torch.tensor([2.0, 6.0])
    grid = torch.stack([x[:, :, None].expand(-1, -1, len(y)), y.expand(n, len(steps), -1)], dim=-1).flatten(1, 2)
    places = grid[:, :, None].expand(-1, -1, frames, -1)
    k = places.shape[1]
    return Things(places, torch.full((n, k), side), torch.full((n, k, 3), -0.2), torch.ones(n, k, dtype=torch.bool))
