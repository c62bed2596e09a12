"""Where every object and the camera are at every moment, for a whole batch of scenes at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from minisora.worlds.scene import (
    BACKGROUNDS,
    CAMERAS,
    COLOURS,
    DIRECTION,
    MOTIONS,
    RADIUS,
    SHAPES,
    SIZES,
    Scene,
    SceneObject,
)

BOUNCE_HEIGHT = 0.35  #: How high a bouncing object rises, in sides.
ORBIT_RADIUS = 0.2  #: Radius of every orbit, in sides.


class SceneBatch(NamedTuple):
    """Scenes as tensors: words as indices into their tuples in ``scene.py``; ``b o`` (objects) or ``b``.

    A slot without an object has ``shape == -1``.
    """

    shape: Tensor
    colour: Tensor
    size: Tensor
    motion: Tensor
    x: Tensor
    y: Tensor
    speed: Tensor
    phase: Tensor
    background: Tensor
    camera: Tensor
    camera_speed: Tensor


class Pose(NamedTuple):
    """How each object appears in the frame at each time, camera included: all ``b o f`` (f moments)."""

    x: Tensor
    y: Tensor
    radius: Tensor
    angle: Tensor  #: radians, clockwise on the screen
    opacity: Tensor  #: 1 visible, 0 invisible


class View(NamedTuple):
    """The camera at each time, ``b f``: a world point p is seen at ``(p - (x, 0)) * zoom``."""

    x: Tensor
    zoom: Tensor


def pack(scenes: Sequence[Scene]) -> SceneBatch:
    """Scenes to tensors, padded to the largest number of objects."""
    slots = max(len(scene.objects) for scene in scenes)

    def column(value) -> list[list]:
        return [[value(o) for o in s.objects] + [-1] * (slots - len(s.objects)) for s in scenes]

    def words(value) -> Tensor:
        return torch.tensor(column(value))

    def numbers(value) -> Tensor:
        return torch.tensor(column(value), dtype=torch.float32)

    return SceneBatch(
        shape=words(lambda o: SHAPES.index(o.shape)),
        colour=words(lambda o: COLOURS.index(o.colour)),
        size=words(lambda o: SIZES.index(o.size)),
        motion=words(lambda o: MOTIONS.index(o.motion)),
        x=numbers(lambda o: o.x),
        y=numbers(lambda o: o.y),
        speed=numbers(lambda o: o.speed),
        phase=numbers(lambda o: o.phase),
        background=torch.tensor([BACKGROUNDS.index(s.background) for s in scenes]),
        camera=torch.tensor([CAMERAS.index(s.camera) for s in scenes]),
        camera_speed=torch.tensor([s.camera_speed for s in scenes], dtype=torch.float32),
    )


def unpack(batch: SceneBatch) -> list[Scene]:
    """The inverse of :func:`pack`."""
    columns = [column.tolist() for column in batch]
    scenes = []
    for shape, colour, size, motion, x, y, speed, phase, background, camera, camera_speed in zip(*columns, strict=True):
        objects = tuple(
            SceneObject(
                SHAPES[shape[i]], COLOURS[colour[i]], SIZES[size[i]], MOTIONS[motion[i]], x[i], y[i], speed[i], phase[i]
            )
            for i in range(len(shape))
            if shape[i] >= 0
        )
        scenes.append(Scene(objects, BACKGROUNDS[background], CAMERAS[camera], camera_speed))
    return scenes


def view(batch: SceneBatch, times: Tensor) -> View:
    """The camera at ``times`` (f,) in seconds."""
    travel = batch.camera_speed[:, None] * times
    pan = _lookup({"pans left": -1.0, "pans right": 1.0}, CAMERAS)[batch.camera][:, None]
    zoom = _lookup({"zooms in": 1.0, "zooms out": -1.0}, CAMERAS)[batch.camera][:, None]
    return View(x=pan * travel, zoom=torch.exp(zoom * travel))


def pose(batch: SceneBatch, times: Tensor) -> Pose:
    """Every object at ``times`` (f,) in seconds, as the camera sees it."""
    motion = batch.motion.clamp(min=0)[..., None]
    travel = batch.speed[..., None] * times
    turns = travel + batch.phase[..., None]
    cycle = turns - turns.floor()

    def does(name: str) -> Tensor:
        return motion == MOTIONS.index(name)  # type: ignore[arg-type]

    along_x = _lookup({m: d[0] for m, d in DIRECTION.items()}, MOTIONS)[motion]
    along_y = _lookup({m: d[1] for m, d in DIRECTION.items()}, MOTIONS)[motion]
    x = batch.x[..., None] + along_x * travel
    y = batch.y[..., None] + along_y * travel
    y = torch.where(does("bounces"), y - BOUNCE_HEIGHT * 4 * cycle * (1 - cycle), y)
    x = torch.where(does("orbits"), x + ORBIT_RADIUS * torch.cos(2 * math.pi * turns), x)
    y = torch.where(does("orbits"), y + ORBIT_RADIUS * torch.sin(2 * math.pi * turns), y)

    growth = does("grows").float() - does("shrinks").float()
    radius = _lookup(RADIUS, SIZES)[batch.size.clamp(min=0)][..., None] * torch.exp(growth * travel)
    angle = torch.where(does("spins"), 2 * math.pi * travel, torch.zeros(()))
    opacity = torch.where(does("blinks") & (cycle >= 0.5), 0.0, 1.0) * (batch.shape >= 0)[..., None]

    camera = view(batch, times)
    zoom = camera.zoom[:, None]
    return Pose((x - camera.x[:, None]) * zoom, y * zoom, radius * zoom, angle, opacity)


def _lookup(table: dict, words: Sequence[str]) -> Tensor:
    """A tensor that is indexed like ``words``: the table's value, 0 for words that are not in it."""
    return torch.tensor([table.get(word, 0.0) for word in words])
