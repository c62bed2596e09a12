"""The ``shapes`` world: random scenes of one to three objects that stay in the frame and do not run into each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from minisora.errors import UserError
from minisora.worlds.motion import BOUNCE_HEIGHT, ORBIT_RADIUS, SceneBatch, pose, unpack
from minisora.worlds.scene import (
    BACKGROUNDS,
    CAMERAS,
    COLOURS,
    DIRECTION,
    HELD_OUT,
    MOTIONS,
    RADIUS,
    SHAPES,
    SIZES,
    Background,
    Motion,
    Scene,
)


@dataclass(frozen=True)
class ShapesWorld:
    """Which scenes are drawn, and how often.

    Attributes:
        counts: relative frequency of one, two, and three objects.
        motions, backgrounds: what may occur. Proposed equally often, and twice as often if named twice; what does not
            fit the frame, or collides, is proposed anew, so that among several objects large ones are rarer.
        moving_camera: share of scenes whose camera pans or zooms.
        occlusion: share of the scenes of two objects in which the second stands in front of the first.
        held_out: whether scenes show only training combinations (False), or only held-out ones (True).
    """

    counts: tuple[float, ...] = (0.6, 0.3, 0.1)
    motions: tuple[Motion, ...] = MOTIONS
    backgrounds: tuple[Background, ...] = BACKGROUNDS
    moving_camera: float = 0.1
    occlusion: float = 0.1
    held_out: bool = False

    def sample(self, n: int, *, generator: Generator, duration: float = 2.0, aspect: float = 1.0) -> list[Scene]:
        """``n`` scenes that last ``duration`` seconds in a frame ``aspect`` times as wide as high."""
        chosen: list[Scene] = []
        while len(chosen) < n:
            # Fewer candidates with many objects fit the frame: drawing each count by itself keeps the frequencies.
            wanted = torch.multinomial(
                torch.tensor(self.counts, dtype=torch.float), n - len(chosen), True, generator=generator
            )
            for count in wanted.unique().tolist():
                need = int((wanted == count).sum())
                chosen += self._sample_count(need, count + 1, generator, duration, aspect)
        order = torch.randperm(n, generator=generator).tolist()
        return [chosen[i] for i in order]

    def _sample_count(self, n: int, objects: int, generator: Generator, duration: float, aspect: float) -> list[Scene]:
        found: list[Scene] = []
        for _ in range(200):
            tries = max(64, 4 * (n - len(found)) * objects)
            batch, overlapping = self._candidates(tries, objects, generator, duration, aspect)
            good = _fits(batch, overlapping, duration, aspect) & (_held_out(batch) == self.held_out).all(1)
            found += unpack(SceneBatch(*(column[good] for column in batch)))
            if len(found) >= n:
                return found[:n]
        raise UserError(f"aspect {aspect:g}: no room for {objects} objects — try fewer, or a squarer frame")

    def _kinds(self) -> list[tuple[int, int, int]]:
        """Indices of all (colour, shape, motion) that this world shows."""
        return [
            (c, s, MOTIONS.index(motion))
            for c, colour in enumerate(COLOURS)
            for s, shape in enumerate(SHAPES)
            for motion in self.motions
            if ((colour, shape, motion) in HELD_OUT) == self.held_out
        ]

    def _candidates(
        self, n: int, objects: int, generator: Generator, duration: float, aspect: float
    ) -> tuple[SceneBatch, Tensor]:
        shape = (n, objects)

        def pick(choices: int, size: Sequence[int] = shape) -> Tensor:
            return torch.randint(choices, tuple(size), generator=generator)

        def uniform(low: float, high: float, size: Sequence[int] = shape) -> Tensor:
            return low + (high - low) * torch.rand(tuple(size), generator=generator)

        kinds = torch.tensor(self._kinds())
        colour_of, shape_of, motion = kinds[pick(len(kinds))].unbind(-1)
        # Three objects find room more often when they are small.
        size = pick(len(SIZES)) if objects < 3 else torch.minimum(pick(len(SIZES)), pick(len(SIZES)))
        radius = torch.tensor([RADIUS[s] for s in SIZES])[size]
        half_width, half_height = max(aspect, 1) / 2, max(1 / aspect, 1) / 2
        overlapping = (objects == 2) & (uniform(0, 1, (n,)) < self.occlusion)

        # Four pictures share a latent frame, half a second: fast enough to be seen in a clip of two seconds, and so
        # slow that neighbouring pictures overlap. Twice as fast, an orbit crosses five pixels of 64 from one to the
        # next, and the codec keeps 84 of 100.
        speed = torch.zeros(shape)
        for name, low, high in (
            *((m, 0.32 / duration, 0.55 / duration) for m in DIRECTION),
            ("bounces", 0.4, 0.6),
            ("orbits", 0.22, 0.32),
            ("spins", 0.12, 0.2),
            ("grows", math.log(1.5) / duration, math.log(1.8) / duration),
            ("shrinks", math.log(1.5) / duration, math.log(1.8) / duration),
            ("blinks", 0.9, 1.3),
        ):
            speed = torch.where(motion == MOTIONS.index(name), uniform(low, high), speed)  # type: ignore[arg-type]
        bounces, orbits = motion == MOTIONS.index("bounces"), motion == MOTIONS.index("orbits")
        grows = motion == MOTIONS.index("grows")
        along = torch.tensor([DIRECTION.get(m, (0.0, 0.0)) for m in MOTIONS])[motion]
        reach = torch.where(grows, radius * torch.exp(speed * duration), radius) + orbits * ORBIT_RADIUS
        # What leaves the frame is proposed anew below. Starts and speeds that fit keep large things and long ways as
        # frequent as small and short ones.
        room_x, room_y = (half_width - reach).clamp(min=0), (half_height - reach).clamp(min=0)
        for room, direction in ((room_x, along[..., 0]), (room_y, along[..., 1])):
            longest = torch.where(direction != 0, 2 * room / (direction.abs() * duration).clamp(min=1e-6), torch.inf)
            speed = torch.minimum(speed, longest)
        travel = speed[..., None] * along * duration
        x = _between(-room_x - travel[..., 0].clamp(max=0), room_x - travel[..., 0].clamp(min=0), uniform(0, 1))
        y = _between(-room_y - travel[..., 1].clamp(max=0), room_y - travel[..., 1].clamp(min=0), uniform(0, 1))
        y = torch.where(bounces, _between((BOUNCE_HEIGHT - room_y).minimum(room_y), room_y, uniform(0, 1)), y)
        phase = uniform(0, 1) * (bounces | orbits | (motion == MOTIONS.index("blinks")))
        if overlapping.any():  # the second object begins across the edge of the first, and both do the same
            turn, apart = uniform(0, 2 * math.pi, (n,)), uniform(0.6, 0.85, (n,)) * radius.sum(1)
            x[:, 1] = torch.where(overlapping, x[:, 0] + apart * torch.cos(turn), x[:, 1])
            y[:, 1] = torch.where(overlapping, y[:, 0] + apart * torch.sin(turn), y[:, 1])
            for shared in (motion, speed, phase):
                shared[:, 1] = torch.where(overlapping, shared[:, 0], shared[:, 1])

        moving = uniform(0, 1, (n,)) < self.moving_camera
        camera = torch.where(moving, 1 + pick(len(CAMERAS) - 1, (n,)), 0)
        pans = (camera == CAMERAS.index("pans left")) | (camera == CAMERAS.index("pans right"))
        rate = torch.where(pans, uniform(0.2, 0.3, (n,)), uniform(math.log(1.3), math.log(1.5), (n,))) / duration
        backgrounds = torch.tensor([BACKGROUNDS.index(b) for b in self.backgrounds])
        batch = SceneBatch(
            shape=shape_of,
            colour=colour_of,
            size=size,
            motion=motion,
            x=x,
            y=y,
            speed=speed,
            phase=phase,
            background=backgrounds[pick(len(backgrounds), (n,))],
            camera=camera,
            camera_speed=rate * moving,
        )
        return batch, overlapping


def _between(low: Tensor, high: Tensor, part: Tensor) -> Tensor:
    return low + (high - low) * part


def _fits(batch: SceneBatch, overlapping: Tensor, duration: float, aspect: float) -> Tensor:
    """(b,) whether every object stays in the frame, and clear of the others unless they are meant to overlap."""
    times = torch.linspace(0, duration, 17)
    x, y, radius, _, _ = pose(batch, times)
    half_width, half_height = max(aspect, 1) / 2, max(1 / aspect, 1) / 2
    inside = (x.abs() + radius <= half_width + 0.02) & (y.abs() + radius <= half_height + 0.02)
    good = inside.all(-1).all(-1)
    for i in range(x.shape[1]):
        for j in range(i):
            gap = torch.hypot(x[:, i] - x[:, j], y[:, i] - y[:, j]) - radius[:, i] - radius[:, j]
            good &= (gap > 0.02).all(-1) | overlapping
        # Two objects that look the same cannot be told apart by any caption.
        same = [(batch.shape[:, i] == batch.shape[:, j]) & (batch.colour[:, i] == batch.colour[:, j]) for j in range(i)]
        for twin in same:
            good &= ~twin
    if overlapping.any():
        good &= ~overlapping | (batch.colour[:, 0] != batch.colour[:, -1])
    return good


def _held_out(batch: SceneBatch) -> Tensor:
    """``b o``: whether the object's (colour, shape, motion) is held out."""
    table = torch.zeros(len(COLOURS), len(SHAPES), len(MOTIONS), dtype=torch.bool)
    for colour, shape, motion in HELD_OUT:
        table[COLOURS.index(colour), SHAPES.index(shape), MOTIONS.index(motion)] = True  # type: ignore[arg-type]
    return table[batch.colour, batch.shape, batch.motion]
