"""What is true of a clip: a scene is plain data, and the clip and its captions follow from it.

Lengths are in units of the frame's shorter side, the origin is the middle of the frame, x points right and y points
down, so that one scene can be drawn at any size and aspect ratio. Times are in seconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Shape = Literal["circle", "square", "triangle", "star", "diamond", "ring"]
Colour = Literal["red", "orange", "yellow", "green", "cyan", "blue", "purple", "white"]
Size = Literal["small", "medium", "large"]
Motion = Literal[
    "still",
    "left",
    "right",
    "up",
    "down",
    "up-left",
    "up-right",
    "down-left",
    "down-right",
    "bounces",
    "orbits",
    "spins",
    "grows",
    "shrinks",
    "blinks",
]
Background = Literal["black", "grey", "navy", "sky"]
Camera = Literal["static", "pans left", "pans right", "zooms in", "zooms out"]

SHAPES: tuple[Shape, ...] = get_args(Shape)
COLOURS: tuple[Colour, ...] = get_args(Colour)
SIZES: tuple[Size, ...] = get_args(Size)
MOTIONS: tuple[Motion, ...] = get_args(Motion)
BACKGROUNDS: tuple[Background, ...] = get_args(Background)
CAMERAS: tuple[Camera, ...] = get_args(Camera)

#: Circumscribed radius of an object of each size.
RADIUS: dict[Size, float] = {"small": 0.13, "medium": 0.19, "large": 0.27}

#: Unit direction (x, y) of each straight motion.
_D = 0.5**0.5
DIRECTION: dict[Motion, tuple[float, float]] = {
    "left": (-1.0, 0.0),
    "right": (1.0, 0.0),
    "up": (0.0, -1.0),
    "down": (0.0, 1.0),
    "up-left": (-_D, -_D),
    "up-right": (_D, -_D),
    "down-left": (-_D, _D),
    "down-right": (_D, _D),
}


@dataclass(frozen=True)
class SceneObject:
    """One object: what it is, what it does, and the numbers that place it.

    Attributes:
        x, y: where its motion is anchored: the start of a straight motion, the floor contact of a bounce (its lowest
            point), the centre of an orbit, and simply its place for the motions that do not travel.
        speed: sides per second (straight), cycles per second (bounces, orbits, spins, blinks), or the growth rate of
            the radius per second, ``radius * exp(speed * t)`` (grows; negative sign implied for shrinks). 0 when still.
        phase: where in its cycle it starts, in turns, for bounces, orbits, and blinks.
    """

    shape: Shape
    colour: Colour
    size: Size
    motion: Motion
    x: float = 0.0
    y: float = 0.0
    speed: float = 0.0
    phase: float = 0.0


@dataclass(frozen=True)
class Scene:
    """One to three objects, from back to front, before a background, seen by a camera.

    ``camera_speed`` is in sides per second (pans) or the rate of the logarithm of the scale (zooms).
    """

    objects: tuple[SceneObject, ...]
    background: Background = "black"
    camera: Camera = "static"
    camera_speed: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Scene:
        return cls(**{**data, "objects": tuple(SceneObject(**each) for each in data["objects"])})


def _rank(colour: str, shape: str, motion: str) -> str:
    return hashlib.sha256(f"{colour} {shape} {motion}".encode()).hexdigest()


def _choose_held_out() -> frozenset[tuple[str, str, str]]:
    combinations = [(c, s, m) for c in COLOURS for s in SHAPES for m in MOTIONS]
    combinations.sort(key=lambda combination: _rank(*combination))
    return frozenset(combinations[: len(combinations) // 10])


#: The tenth of all (colour, shape, motion) combinations that no training clip ever shows, fixed for good by a hash.
HELD_OUT: frozenset[tuple[str, str, str]] = _choose_held_out()


def is_held_out(obj: SceneObject) -> bool:
    """Whether training never shows this object's combination of colour, shape, and motion."""
    return (obj.colour, obj.shape, obj.motion) in HELD_OUT
