"""The exercise `position`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, call
from minisora.worlds.motion import BOUNCE_HEIGHT, ORBIT_RADIUS, pack, pose
from minisora.worlds.scene import DIRECTION, Scene, SceneObject


def position(obj: SceneObject, times: Tensor) -> Tensor:
    """Where an object is at ``times`` (n,) in seconds, ``n 2``: (x, y) in sides, from the package's ``pose``."""
    here = pose(pack([Scene((obj,))]), times)
    return torch.stack((here.x[0, 0], here.y[0, 0]), dim=-1)


def _position(
    obj: SceneObject,
    times: Tensor,
    *,
    up: float = -1.0,
    phase: bool = True,
    diagonal: float = 1.0,
    wrapped: bool = True,
    turn: float = 2 * math.pi,
    late_start: bool = False,
    four: float = 4.0,
    anchored: bool = True,
    roams: bool = False,
    circle: Callable[[Tensor], tuple[Tensor, Tensor]] = lambda angle: (torch.cos(angle), torch.sin(angle)),
    fast: bool = True,
    straight: bool = True,
) -> Tensor:
    """The long way round, with the places where one goes wrong."""
    travel = obj.speed * times
    turns = travel + (obj.phase if phase else 0)
    cycle = turns - turns.floor() if wrapped else turns
    along_x, along_y = DIRECTION.get(obj.motion, (0.0, 0.0))
    faster = diagonal if along_x and along_y else 1.0
    gone = turns if late_start else travel
    gone = (gone if fast else times) * straight
    x, y = obj.x * anchored + faster * along_x * gone, obj.y * anchored + faster * along_y * gone
    if roams and obj.motion not in (*DIRECTION, "bounces", "orbits"):
        x = x + travel
    if obj.motion == "bounces":
        y = y + up * four * BOUNCE_HEIGHT * cycle * (1 - cycle)
    if obj.motion == "orbits":
        across, down = circle(turn * cycle)
        x, y = x + ORBIT_RADIUS * across, y + ORBIT_RADIUS * down
    return torch.stack((x, y), dim=-1)


def _position_by_moment(obj: SceneObject, times: Tensor) -> Tensor:
    return torch.stack([_position(obj, moment) for moment in times])


_TIMES = torch.arange(9) / 4  # 2 seconds


POSITION = Exercise(
    name="position",
    reference=position,
    cases=(
        call(
            "an object that moves down-right, at 9 moments of 2 seconds",
            SceneObject("circle", "red", "small", "down-right", x=-0.3, y=-0.2, speed=0.25),
            _TIMES,
        ),
        call(
            "one that bounces, and begins a quarter of a cycle after the floor",
            SceneObject("square", "blue", "small", "bounces", x=0.1, y=0.3, speed=0.8, phase=0.25),
            _TIMES,
        ),
        call(
            "one that orbits, and begins below the centre",
            SceneObject("star", "white", "small", "orbits", x=0.05, y=-0.1, speed=0.45, phase=0.25),
            _TIMES,
        ),
        call(
            "one that moves left, with a phase of 0.25, which means nothing to it",
            SceneObject("diamond", "cyan", "small", "left", x=0.3, y=0.1, speed=0.2, phase=0.25),
            _TIMES,
        ),
        call(
            "one that spins where it stands, at 3 uneven moments",
            SceneObject("ring", "green", "small", "spins", x=0.2, y=0.1, speed=0.3),
            torch.tensor([0.0, 0.1, 0.7]),
        ),
    ),
    mistakes=(
        Mistake(
            "y upwards",
            lambda obj, times: _position(obj, times, up=1.0),
            "what bounces falls through the floor: y points down, so higher up is a smaller y",
        ),
        Mistake(
            "phase forgotten",
            lambda obj, times: _position(obj, times, phase=False),
            "every cycle begins at 0: add the object's `phase` (in turns) to `speed * times` for bounces and orbits",
        ),
        Mistake(
            "phase in straight motions",
            lambda obj, times: _position(obj, times, late_start=True),
            "what moves straight does not begin at (x, y): you let the `phase` carry it on. A phase says where in its "
            "*cycle* a thing begins, and a straight motion has none",
        ),
        Mistake(
            "diagonals too fast",
            lambda obj, times: _position(obj, times, diagonal=math.sqrt(2)),
            "diagonals go √2 times too far: (1, 1) is longer than 1. `DIRECTION` has directions of length 1 for all "
            "eight ways",
        ),
        Mistake(
            "cycle not wrapped",
            lambda obj, times: _position(obj, times, wrapped=False),
            "after its first bounce it leaves through the floor and never comes back: the parabola is meant for a "
            "cycle between 0 and 1, so keep only the fraction of `speed * times + phase`",
        ),
        Mistake(
            "turns taken for radians",
            lambda obj, times: _position(obj, times, turn=1.0),
            "the orbit is too slow: `speed` counts whole turns a second, and cosine and sine want radians, 2π a turn",
        ),
        Mistake(
            "turns taken for radians, not wrapped",
            lambda obj, times: _position(obj, times, turn=1.0, wrapped=False),
            "cosine and sine want radians, 2π a turn, while your cycle counts turns; and it has to begin again after "
            "each",
        ),
        Mistake(
            "half a turn",
            lambda obj, times: _position(obj, times, turn=math.pi),
            "your orbit is half a circle: a whole turn is 2π radians, not π",
        ),
        Mistake(
            "four forgotten",
            lambda obj, times: _position(obj, times, four=1.0),
            "what bounces rises only to a quarter of its height: c (1 - c) is ¼ at its highest, so it takes the 4 of "
            "the parabola",
        ),
        Mistake(
            "from the origin",
            lambda obj, times: _position(obj, times, anchored=False),
            "everything begins in the middle of the frame: add where the object is at first, obj.x and obj.y",
        ),
        Mistake(
            "everything travels",
            lambda obj, times: _position(obj, times, roams=True),
            "what spins (or grows, or blinks) travels in your film: it stays where it is. Only the eight straight "
            "motions have a direction",
        ),
        Mistake(
            "speed forgotten in straight motions",
            lambda obj, times: _position(obj, times, fast=False),
            "straight motions take no notice of the `speed`: the way is speed * times, in the object's direction",
        ),
        Mistake(
            "no straight motions",
            lambda obj, times: _position(obj, times, straight=False),
            "what should move straight stays where it is: add its direction times speed * times",
        ),
        Mistake(
            "sine and cosine exchanged",
            lambda obj, times: _position(obj, times, circle=lambda angle: (torch.sin(angle), torch.cos(angle))),
            "the orbit begins in the wrong place: x has the cosine and y the sine",
        ),
        Mistake(
            "eighths of a second",
            lambda obj, times: _position(obj, torch.arange(len(times)) / 8),
            "you number the frames and take 8 for a second, whatever `times` says: everything must follow from `times`",
        ),
        Mistake(
            "orbit the other way",
            lambda obj, times: _position(obj, times, turn=-2 * math.pi),
            "the orbit runs against the clock: as y points down, x + R·cos and y + R·sin (both with a plus) go "
            "clockwise on the screen",
        ),
        Mistake(
            "frames taken for seconds",
            lambda obj, times: _position(obj, torch.arange(len(times)).float()),
            "you count frames: everything must follow from `times`, which are seconds, or a film at another frame rate "
            "runs at another speed",
        ),
        Mistake(
            "y before x",
            lambda obj, times: _position(obj, times).flip(-1),
            "the answer is (y, x): stack x first, then y",
        ),
    ),
    alternatives=(_position, _position_by_moment),
    hints=(
        "Begin with what all have in common: `x` is `obj.x` and `y` is `obj.y`, plus something that depends on the "
        "motion. `DIRECTION.get(obj.motion, (0.0, 0.0))` gives the direction of the straight motions, and no "
        "direction for all others.",
        "With `travel = obj.speed * times`, the straight motions are `obj.x + along_x * travel` and the same with y. "
        "For the others, `cycle = (travel + obj.phase) % 1`.",
        "Bounces: `y - 4 * BOUNCE_HEIGHT * cycle * (1 - cycle)`. Orbits: add `ORBIT_RADIUS` times the cosine (x) and "
        "the sine (y) of `2 * math.pi * cycle`. At the end `torch.stack((x, y), dim=-1)`.",
    ),
    becomes="minisora/worlds/motion.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)
