"""Worlds in which one thing is seen twice, or for a while not at all: a mirror, a shadow, a wall."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator, Tensor

from minisora.physics.motions import Speeds, uniform, uniform_path
from minisora.physics.things import BLUE, FRAMES, HEIGHT, RED, WIDTH, Things, beside, discs

SHORE = HEIGHT // 2  #: The row where the water begins that mirrors.
GROUND = 11  #: The row where the ground begins on which shadows fall.
SHADOW = 13.5  #: The row of their middle.
DARK = (-0.9, -0.9, -0.9)


def mirrored(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> tuple[Things, Tensor]:
    """Red discs over water, and their image in it, in blue (so that each can be measured): things, ground ``n 3 h w``.

    They sink or rise a little, so that the image has something to do.
    """
    thing = _over_ground(n, speeds, generator, frames, highest=3.0, lowest=5.0, sinking=0.1)
    image = thing.places.clone()
    image[..., 1] = 2 * SHORE - image[..., 1]
    ground = _ground(n, SHORE, (-0.9, -0.75, -0.65))
    return beside(discs(image, thing.radius, BLUE), thing), ground


def shaded(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> tuple[Things, Tensor]:
    """Red discs in a light from above, and their dark shadow on a pale ground: things, ground ``n 3 h w``."""
    thing = _over_ground(n, speeds, generator, frames, highest=3.0, lowest=6.5, sinking=0.2)
    shadow = thing.places.clone()
    shadow[..., 1] = SHADOW
    return beside(discs(shadow, 0.7 * thing.radius, DARK), thing), _ground(n, GROUND, (-0.1, 0.0, -0.1))


def behind_a_wall(
    n: int, speeds: Speeds, *, generator: Generator, wall: tuple[float, float] = (6.0, 9.0), frames: int = FRAMES
) -> tuple[Things, Tensor]:
    """Discs, red or blue, that pass behind a grey wall of a width in this interval: things (the wall last), ground.

    The wall is drawn as squares over the disc; its left edge is at 11.
    """
    speed = speeds.sample(n, generator)
    start = torch.stack([uniform(n, 3.5, 6.5, generator), uniform(n, 5, 11, generator)], dim=1)
    path = uniform_path(start, torch.stack([speed, torch.zeros(n)], dim=1), frames)
    thing = discs(path[:, None], uniform(n, 2.0, 2.6, generator)[:, None], RED)
    blue = torch.rand(n, 1, 1, generator=generator) < 0.5
    thing = replace(thing, colour=torch.where(blue, torch.tensor(BLUE), thing.colour))
    return beside(thing, _wall(n, uniform(n, *wall, generator), frames)), torch.full((n, 3, HEIGHT, WIDTH), -1.0)


WALL = 11.0  #: Where a wall begins.


def _wall(n: int, width: Tensor, frames: int, side: float = 2.0) -> Things:
    """A wall as a lattice of squares of 4 x 4 pixels that overlap, each at its place in every frame."""
    steps = torch.linspace(0, 1, 4)
    x = WALL + side + steps * (width[:, None] - 2 * side)
    y = torch.tensor([2.0, 6.0, 10.0, 14.0])
    grid = torch.stack([x[:, :, None].expand(-1, -1, len(y)), y.expand(n, len(steps), -1)], dim=-1).flatten(1, 2)
    places = grid[:, :, None].expand(-1, -1, frames, -1)
    k = places.shape[1]
    return Things(places, torch.full((n, k), side), torch.full((n, k, 3), -0.2), torch.ones(n, k, dtype=torch.bool))


def _over_ground(
    n: int, speeds: Speeds, generator: Generator, frames: int, *, highest: float, lowest: float, sinking: float
) -> Things:
    speed = speeds.sample(n, generator)
    room = (WIDTH - 8 - speed * (frames - 1)).clamp(min=0)
    start = torch.stack([4 + room * torch.rand(n, generator=generator), uniform(n, highest, lowest, generator)], 1)
    velocity = torch.stack([speed, uniform(n, -sinking, sinking, generator)], dim=1)
    path = uniform_path(start, velocity, frames)
    return discs(path[:, None], uniform(n, 1.8, 2.6, generator)[:, None], RED)


def _ground(n: int, row: int, colour: tuple[float, float, float]) -> Tensor:
    ground = torch.full((n, 3, HEIGHT, WIDTH), -1.0)
    ground[:, :, row:] = torch.tensor(colour)[:, None, None]
    return ground
