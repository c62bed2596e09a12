"""Chapter 01: clips as numbers, drawing and moving things, what it means that a caption is true, and files."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from itertools import combinations, permutations
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, call
from minisora.evaluation.judge import Reading, compare
from minisora.video import to_uint8
from minisora.worlds.claims import Claims, ObjectClaim
from minisora.worlds.motion import BOUNCE_HEIGHT, ORBIT_RADIUS, pack, pose
from minisora.worlds.render import DISTANCE
from minisora.worlds.scene import DIRECTION, Scene, SceneObject


def _pictures(solution: Solution, clip: Tensor) -> object:
    """What a solution makes of a clip, as a tensor, which can be compared."""
    answer = solution(clip.clone())
    if isinstance(answer, Tensor):
        raise CheckFailed("it returns a tensor, but those who write files want numpy arrays: end with `.numpy()`")
    return torch.from_numpy(answer) if isinstance(answer, np.ndarray) else answer


def _uneven(*shape: int) -> Tensor:
    """A clip in which every number is another one, from -1 to 1, and most lie between two levels."""
    return torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)


def _levels(clip: Tensor) -> Tensor:
    return ((clip + 1) * 127.5).round().clamp(0, 255)


def _last(levels: Tensor) -> np.ndarray:
    return levels.to(torch.uint8).permute(1, 2, 3, 0).numpy()


def _to_uint8_by_frame(clip: Tensor) -> np.ndarray:
    frames = [np.stack([channel.numpy() for channel in frame], axis=-1) for frame in clip.unbind(1)]
    return np.rint(np.clip(127.5 + 127.5 * np.stack(frames), 0, 255)).astype(np.uint8)


_ALL_LEVELS = torch.arange(256.0).reshape(1, 1, 16, 16).expand(3, -1, -1, -1)

TO_UINT8 = Exercise(
    name="to_uint8",
    reference=to_uint8,
    cases=(
        Case("2 frames of 3x4 in which every number is another", lambda f: _pictures(f, _uneven(3, 2, 3, 4))),
        Case(
            "one frame of 2x2 with numbers a little beyond -1 and 1, as networks make them",
            lambda f: _pictures(f, 1.1 * _uneven(3, 1, 2, 2)),
        ),
        Case(
            "all 256 levels of a file, turned into numbers from -1 to 1, which should come back unchanged",
            lambda f: _pictures(f, _ALL_LEVELS / 127.5 - 1),
            expected=lambda: _ALL_LEVELS.permute(1, 2, 3, 0).to(torch.uint8),
        ),
    ),
    mistakes=(
        Mistake(
            "fractions cut off",
            lambda clip: _last(((clip + 1) * 127.5).clamp(0, 255)),
            "a conversion to integers cuts fractions off, so 254.99 becomes 254 and every picture darkens a little. "
            "Round first, convert then",
        ),
        Mistake(
            "not clamped",
            lambda clip: _last(((clip + 1) * 127.5).round().to(torch.int64) % 256),
            "numbers beyond the range wrap around: 256 becomes 0, a black dot in the brightest place. "
            "Clamp to 0 … 255 before you convert",
        ),
        Mistake(
            "range taken for 0 to 1",
            lambda clip: _last((clip * 255).round().clamp(0, 255)),
            "you treat the numbers as if they went from 0 to 1: everything darker than middle grey turns black. "
            "They go from -1 to 1, so shift them first",
        ),
        Mistake(
            "256 levels, not 255 steps",
            lambda clip: _last(((clip + 1) * 128).round().clamp(0, 255)),
            "from 0 to 255 it is 255 steps and not 256, so the 2 units from -1 to 1 are stretched by 127.5 and not 128",
        ),
        Mistake(
            "127, not 127.5",
            lambda clip: _last(((clip + 1) * 127).round().clamp(0, 255)),
            "you stretch by 127, and white becomes 254: the 2 units from -1 to 1 are 255 steps, 127.5 each",
        ),
        Mistake(
            "not halved",
            lambda clip: _last(((clip + 1) * 255).round().clamp(0, 255)),
            "you stretch by 255, twice too far, and half of the picture is white: from -1 to 1 it is 2 units, so 127.5",
        ),
        Mistake(
            "a whole one added",
            lambda clip: _last(((clip.clamp(-1, 1) + 1) * 127.5 + 1).clamp(0, 255)),
            "you add 1 before fractions are cut off, so everything is half a level too bright: round, or add a half",
        ),
        Mistake(
            "a whole one added, and wrapped",
            lambda clip: _last(((clip.clamp(-1, 1) + 1) * 127.5 + 1).to(torch.int64) % 256),
            "you add 1 before fractions are cut off, and white becomes 256, which is black: round, or add a half",
        ),
        Mistake(
            "rounded up",
            lambda clip: _last(((clip + 1) * 127.5).ceil().clamp(0, 255)),
            "you round up, so every picture brightens a little: take the nearest level, `.round()`",
        ),
        Mistake(
            "stretched to its own range",
            lambda clip: _last(((clip - clip.min()) / (clip.max() - clip.min()) * 255).round()),
            "you stretch each clip from its own darkest to its own brightest number, so that a dark clip turns bright. "
            "-1 is 0 and 1 is 255 in every clip",
        ),
        Mistake(
            "stretched to its own range, cut off",
            lambda clip: _last((clip - clip.min()) / (clip.max() - clip.min()) * 255),
            "you stretch each clip from its own darkest to its own brightest number (and cut fractions off). -1 is 0 "
            "and 1 is 255 in every clip, and one rounds",
        ),
        Mistake(
            "rounded too early",
            lambda clip: _last(((clip.round() + 1) * 127.5).round().clamp(0, 255)),
            "you round before you stretch, and only three levels are left: round last, when the numbers go to 255",
        ),
        Mistake(
            "shifted after stretching",
            lambda clip: _last((clip * 127.5 + 128).round().clamp(0, 255)),
            "you shift by 128, half a level too far: -1 must become 0 and 1 must become 255, so shift by 127.5",
        ),
        Mistake(
            "colours in the wrong order",
            lambda clip: _last(_levels(clip).flip(0)),
            "red and blue are exchanged: keep the colours in the order in which they come",
        ),
        Mistake(
            "channels not last",
            lambda clip: _levels(clip).to(torch.uint8).permute(1, 0, 2, 3).numpy(),
            "the numbers are right, but the order is t 3 h w: files keep the three colours of a pixel together, so the "
            "channels go last: t h w 3",
        ),
        Mistake(
            "reshaped",
            lambda clip: _levels(clip).to(torch.uint8).reshape(*clip.shape[1:], 3).numpy(),
            "the shape is right, but reshape never moves a number, so the colours of different places end up in one "
            "pixel. To reorder axes use permute (or einops.rearrange)",
        ),
        Mistake(
            "h and w swapped",
            lambda clip: _levels(clip).to(torch.uint8).permute(1, 3, 2, 0).numpy(),
            "every frame lies on its side: h and w are swapped. From 3 t h w to t h w 3, the axes are 1, 2, 3, 0",
        ),
    ),
    alternatives=(_to_uint8_by_frame, lambda clip: _last(torch.floor(clip.clamp(-1, 1) * 127.5 + 128))),
    hints=(
        "Four steps: shift and stretch -1 … 1 to 0 … 255, round, clamp, convert. Then put the axes into another order.",
        "-1 must become 0 and 1 must become 255: `(clip + 1) * 127.5`. `.round()` and `.clamp(0, 255)` do what they "
        "say, and `.to(torch.uint8)` converts.",
        "The clip's axes are 0: colour, 1: time, 2: row, 3: column. `.permute(1, 2, 3, 0)` brings the colour to the "
        "end, and `.numpy()` makes an array of it.",
    ),
    becomes="minisora/video/picture.py",
    minutes=8,
    difficulty=1,
    points=2,
)


Distance = Callable[[Tensor, Tensor], Tensor]


def _axes(height: int, width: int) -> tuple[Tensor, Tensor]:
    side = min(height, width)
    return (torch.arange(height) + 0.5 - height / 2) / side, (torch.arange(width) + 0.5 - width / 2) / side


def _covered(distance: Distance, x: float, y: float, radius: float, rows: Tensor, columns: Tensor) -> Tensor:
    """Signed distance in radii at each pixel, ``h w``."""
    return distance((columns[None, :] - x) / radius, (rows[:, None] - y) / radius)


def cover(distance: Distance, x: float, y: float, radius: float, height: int, width: int) -> Tensor:
    """How much of each pixel a shape covers, ``h w`` in [0, 1], as in ``render``: from a signed distance in radii."""
    side = min(height, width)
    return (0.5 - _covered(distance, x, y, radius, *_axes(height, width)) * radius * side).clamp(0, 1)


def _cover_by_pixel(distance: Distance, x: float, y: float, radius: float, height: int, width: int) -> Tensor:
    side = min(height, width)
    picture = torch.zeros(height, width)
    for row in range(height):
        for column in range(width):
            u = ((column + 0.5 - width / 2) / side - x) / radius
            v = ((row + 0.5 - height / 2) / side - y) / radius
            pixels = float(distance(torch.tensor(u), torch.tensor(v))) * radius * side
            picture[row, column] = min(max(0.5 - pixels, 0.0), 1.0)
    return picture


def _cover_with(axes: Callable[[int, int], tuple[Tensor, Tensor]]) -> Solution:
    """Right but for where it thinks that the pixels are."""

    def wrong(distance: Distance, x: float, y: float, radius: float, height: int, width: int) -> Tensor:
        return (0.5 - _covered(distance, x, y, radius, *axes(height, width)) * radius * min(height, width)).clamp(0, 1)

    return wrong


def _cover_by(edge: Callable[[Tensor, float, int], Tensor]) -> Solution:
    """Right but for what it makes of the distance."""

    def wrong(distance: Distance, x: float, y: float, radius: float, height: int, width: int) -> Tensor:
        return edge(_covered(distance, x, y, radius, *_axes(height, width)), radius, min(height, width))

    return wrong


def _spread(count: int, length: float) -> Tensor:
    return torch.linspace(-length / 2, length / 2, count)


def _cover_scaled(side: Callable[[int, int], int]) -> Solution:
    """Right but for what it takes for a side."""

    def wrong(distance: Distance, x: float, y: float, radius: float, height: int, width: int) -> Tensor:
        rows, columns = (axis * min(height, width) / side(height, width) for axis in _axes(height, width))
        return (0.5 - _covered(distance, x, y, radius, rows, columns) * radius * side(height, width)).clamp(0, 1)

    return wrong


def _cover_asked(ask: Callable[[Distance, Tensor, Tensor, float], Tensor]) -> Solution:
    """Right but for how it asks for the distance."""

    def wrong(distance: Distance, x: float, y: float, radius: float, height: int, width: int) -> Tensor:
        rows, columns = _axes(height, width)
        sides = ask(distance, columns[None, :] - x, rows[:, None] - y, radius)
        return (0.5 - sides * min(height, width)).clamp(0, 1)

    return wrong


COVER = Exercise(
    name="cover",
    reference=cover,
    cases=(
        call("a circle right and up of the middle of a 6x10 frame", DISTANCE["circle"], 0.2, -0.1, 0.3, 6, 10),
        call("a star low in a 12x8 frame", DISTANCE["star"], -0.05, 0.3, 0.4, 12, 8),
        call("a small triangle in an 8x8 frame", DISTANCE["triangle"], 0.1, 0.05, 0.2, 8, 8),
        Case(
            "the whole area of a disc of radius 0.25 in a 48x64 frame, in squared sides (π r²)",
            lambda f: float(f(lambda u, v: torch.hypot(u, v) - 1, 0.2, 0.1, 0.25, 48, 64).sum()) / 48**2,
            expected=lambda: math.pi * 0.25**2,
            tolerance=2e-3,
        ),
    ),
    mistakes=(
        Mistake(
            "hard edge",
            _cover_by(lambda d, radius, side: (d < 0).float()),
            "your edge is hard: a pixel is all in or all out, which makes stairs that crawl when the shape moves. "
            "Turn the distance into pixels and let the cover fall from 1 to 0 within one of them",
        ),
        Mistake(
            "corners of pixels",
            _cover_with(
                lambda h, w: (
                    (torch.arange(h) - h / 2) / min(h, w),
                    (torch.arange(w) - w / 2) / min(h, w),
                )
            ),
            "you ask at the upper left corner of each pixel, so that everything is drawn half a pixel too far right "
            "and down. A pixel's middle is at its number + 0.5",
        ),
        Mistake(
            "each axis by its own length",
            _cover_with(lambda h, w: ((torch.arange(h) + 0.5) / h - 0.5, (torch.arange(w) + 0.5) / w - 0.5)),
            "you divide rows by the height and columns by the width, so a circle becomes an egg in a frame that is "
            "not square. Divide both by the shorter side",
        ),
        Mistake(
            "origin in the corner",
            _cover_with(
                lambda h, w: (
                    (torch.arange(h) + 0.5) / min(h, w),
                    (torch.arange(w) + 0.5) / min(h, w),
                )
            ),
            "you measure from the upper left corner, but (0, 0) is the middle of the frame: subtract half of the "
            "height and half of the width",
        ),
        Mistake(
            "inside out",
            _cover_by(lambda d, radius, side: (0.5 + d * radius * side).clamp(0, 1)),
            "you cover the surroundings and leave a hole: the distance is negative inside, so it has to be subtracted",
        ),
        Mistake(
            "x and y swapped",
            lambda distance, x, y, radius, height, width: cover(distance, y, x, radius, height, width),
            "the shape sits at (y, x): x belongs to the columns, which are the last axis, and y to the rows",
        ),
        Mistake(
            "distance not in pixels",
            _cover_by(lambda d, radius, side: (0.5 - d).clamp(0, 1)),
            "your edge is as wide as the shape, because the distance is still in radii. Multiply it by `radius * side` "
            "to have it in pixels",
        ),
        Mistake(
            "distance in sides",
            _cover_by(lambda d, radius, side: (0.5 - d * radius).clamp(0, 1)),
            "your edge is as wide as the frame, because the distance is in sides: times `radius` alone is not yet "
            "pixels. It takes `side` too",
        ),
        Mistake(
            "not clamped",
            _cover_by(lambda d, radius, side: 0.5 - d * radius * side),
            "far inside your cover is more than 1, and outside it is negative: clamp it, so that it stays between 0 "
            "and 1",
        ),
        Mistake(
            "clamped below only",
            _cover_by(lambda d, radius, side: (0.5 - d * radius * side).clamp(min=0)),
            "far inside your cover is more than 1: clamp it at both ends, to 0 and 1",
        ),
        Mistake(
            "clamped above only",
            _cover_by(lambda d, radius, side: (0.5 - d * radius * side).clamp(max=1)),
            "outside your cover is negative: clamp it at both ends, to 0 and 1",
        ),
        Mistake(
            "edge outside",
            _cover_by(lambda d, radius, side: (1 - d * radius * side).clamp(0, 1)),
            "your shape is half a pixel too large: on the line itself half of a pixel is covered, so begin at 0.5",
        ),
        Mistake(
            "edge inside",
            _cover_by(lambda d, radius, side: (-d * radius * side).clamp(0, 1)),
            "your shape is half a pixel too small: on the line itself half of a pixel is covered, so begin at 0.5",
        ),
        Mistake(
            "edge of two pixels",
            _cover_by(lambda d, radius, side: (0.5 - d * radius * side / 2).clamp(0, 1)),
            "your edge is two pixels wide: from half a pixel inside to half a pixel outside is one",
        ),
        Mistake(
            "u and v exchanged",
            lambda distance, x, y, radius, height, width: cover(
                lambda u, v: distance(v, u), x, y, radius, height, width
            ),
            "the place is right, but the shape lies on its side: u and v are in the wrong order. `distance(u, v)` "
            "takes the columns first, then the rows",
        ),
        Mistake(
            "upside down",
            lambda distance, x, y, radius, height, width: cover(
                lambda u, v: distance(u, -v), x, y, radius, height, width
            ),
            "the place is right, but the shape stands on its head: y points down, so v grows downwards, with the rows",
        ),
        Mistake(
            "y upwards",
            _cover_with(lambda h, w: (-_axes(h, w)[0], _axes(h, w)[1])),
            "your y points up: row 0 is at the top, so y grows with the rows, downwards",
        ),
        Mistake(
            "the longer side",
            _cover_scaled(lambda h, w: max(h, w)),
            "you measure in the longer side of the frame: one `side` is the shorter one, min(height, width)",
        ),
        Mistake(
            "the height for a side",
            _cover_scaled(lambda h, w: h),
            "you measure in heights, but a `side` is the shorter one of the two, min(height, width)",
        ),
        Mistake(
            "the width for a side",
            _cover_scaled(lambda h, w: w),
            "you measure in widths, but a `side` is the shorter one of the two, min(height, width)",
        ),
        Mistake(
            "from edge to edge",
            _cover_with(lambda h, w: (_spread(h, h / min(h, w)), _spread(w, w / min(h, w)))),
            "your outermost pixels have their middles on the edge of the frame: they lie half a pixel further in",
        ),
        Mistake(
            "distance asked in sides",
            _cover_asked(lambda distance, u, v, radius: distance(u, v) * radius),
            "you ask `distance` in sides, but it answers for a shape of radius 1: divide u and v by the radius",
        ),
        Mistake(
            "radius forgotten in the edge",
            _cover_by(lambda d, radius, side: (0.5 - d * side).clamp(0, 1)),
            "the shape is right but its edge is too sharp: the distance comes in radii, so times `side` alone is not "
            "yet pixels. It takes the radius too",
        ),
    ),
    alternatives=(_cover_by_pixel,),
    hints=(
        "Three steps: where is the middle of each pixel (in sides)? How far is that from the shape (in radii)? What "
        "does that make in pixels, and how much of the pixel is then covered?",
        "`side = min(height, width)`, and the rows are at `(torch.arange(height) + 0.5 - height / 2) / side`. The "
        "columns likewise, with the width.",
        "`u = (columns[None, :] - x) / radius` is a row of numbers and `v = (rows[:, None] - y) / radius` a column; "
        "`distance(u, v)` broadcasts them to `h w`. In pixels that is `distance(u, v) * radius * side`.",
        "`(0.5 - pixels).clamp(0, 1)` is 1 half a pixel inside, 0 half a pixel outside, and 0.5 on the line.",
    ),
    becomes="minisora/worlds/render.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)


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


#: Four scenes of which only one row of pixels is shown. (Read on after the quiz!)
_AT_REST = SceneObject("circle", "red", "small", "still", x=-0.2)
QUIZ = {
    "A": Scene((replace(_AT_REST, x=0.3, motion="left", speed=0.3),), "grey"),
    "B": Scene((replace(_AT_REST, x=0.0, motion="orbits", speed=0.5),), "grey"),
    "C": Scene((replace(_AT_REST, motion="blinks", speed=1.0),), "grey"),
    "D": Scene((_AT_REST,), "grey", "pans left", 0.25),
}


def binding(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    """Whether each claimed object can be a different one of those seen that has all that is said: the judge's own."""
    there = Reading(cast(Any, tuple(seen)), None, "static")
    return compare(there, Claims(tuple(wanted))).binding


def _fits(claim: ObjectClaim, obj: ObjectClaim) -> bool:
    return all(said in (None, there) for said, there in zip(astuple(claim), astuple(obj), strict=True))


def _binding_by(fits: Callable[[ObjectClaim, ObjectClaim], bool]) -> Solution:
    def wrong(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
        orders = permutations(seen, len(wanted))
        return any(all(fits(c, o) for c, o in zip(wanted, order, strict=True)) for order in orders)

    return wrong


def _binding_by_backtracking(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    if not wanted:
        return True
    return any(
        _fits(wanted[0], seen[i]) and _binding_by_backtracking(wanted[1:], [*seen[:i], *seen[i + 1 :]])
        for i in range(len(seen))
    )


def _word_by_word(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    for said, there in zip(
        zip(*map(astuple, wanted), strict=True), zip(*map(astuple, seen), strict=True), strict=False
    ):
        words = [word for word in said if word is not None]
        if any(words.count(word) > there.count(word) for word in words):
            return False
    return len(seen) >= len(wanted)


def _each_word_somewhere(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return all(
        word is None or word in {astuple(obj)[field] for obj in seen}
        for claim in wanted
        for field, word in enumerate(astuple(claim))
    )


def _greedy(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    left = list(seen)
    for claim in wanted:
        found = next((i for i, obj in enumerate(left) if _fits(claim, obj)), None)
        if found is None:
            return False
        left.pop(found)
    return True


_RED_RIGHT = ObjectClaim("circle", "red", "small", "right")
_BLUE_LEFT = ObjectClaim("square", "blue", "small", "left")
_BLUE_STILL = ObjectClaim("circle", "blue", "large", "still")

BINDING = Exercise(
    name="binding",
    reference=binding,
    cases=(
        Case(
            "a red circle that moves right and a blue square, when the square is seen first",
            lambda f: f(
                [ObjectClaim("circle", "red", motion="right"), ObjectClaim("square", "blue")], [_BLUE_LEFT, _RED_RIGHT]
            ),
            expected=lambda: True,
        ),
        Case(
            "a blue circle and a red square, when the circle is red and the square is blue",
            lambda f: f([ObjectClaim("circle", "blue"), ObjectClaim("square", "red")], [_RED_RIGHT, _BLUE_LEFT]),
            expected=lambda: False,
        ),
        Case(
            "two circles, when there is one and a square",
            lambda f: f([ObjectClaim("circle"), ObjectClaim("circle")], [_RED_RIGHT, _BLUE_LEFT]),
            expected=lambda: False,
        ),
        Case(
            "a circle and a red circle, when a red and a blue circle are seen, in this order",
            lambda f: f([ObjectClaim("circle"), ObjectClaim("circle", "red")], [_RED_RIGHT, _BLUE_STILL]),
            expected=lambda: True,
        ),
        Case(
            "a red circle, when there is a blue square too",
            lambda f: f([ObjectClaim("circle", "red")], [_RED_RIGHT, _BLUE_LEFT]),
            expected=lambda: True,
        ),
        Case(
            "a red circle, when the colour of the only circle could not be made out (it is None)",
            lambda f: f([ObjectClaim("circle", "red")], [ObjectClaim("circle", None, "small", "right")]),
            expected=lambda: False,
        ),
        Case(
            "a red circle, when nothing is seen",
            lambda f: f([ObjectClaim("circle", "red")], []),
            expected=lambda: False,
        ),
        Case(
            "a circle that moves right, when it moves left",
            lambda f: f([ObjectClaim("circle", motion="right")], [ObjectClaim("circle", "red", "small", "left")]),
            expected=lambda: False,
        ),
        Case(
            "a square and a blue circle, when a red circle, a square and a blue circle are seen",
            lambda f: f([ObjectClaim("square"), ObjectClaim("circle", "blue")], [_RED_RIGHT, _BLUE_LEFT, _BLUE_STILL]),
            expected=lambda: True,
        ),
        Case(
            "a large circle, when it is small",
            lambda f: f([ObjectClaim("circle", size="large")], [_RED_RIGHT]),
            expected=lambda: False,
        ),
        Case(
            "a square that moves left, when a circle does",
            lambda f: f([ObjectClaim("square", motion="left")], [ObjectClaim("circle", "blue", "small", "left")]),
            expected=lambda: False,
        ),
        Case(
            "two circles, when a red one is seen",
            lambda f: f([ObjectClaim("circle"), ObjectClaim("circle")], [_RED_RIGHT]),
            expected=lambda: False,
        ),
        Case("nothing at all, when there is a circle", lambda f: f([], [_RED_RIGHT]), expected=lambda: True),
    ),
    mistakes=(
        Mistake(
            "word by word",
            _word_by_word,
            "you look for each word somewhere in the clip, so a blue circle is found where a red circle and a blue "
            "square are. All words of a claim must hold of one and the same object",
        ),
        Mistake(
            "each word somewhere",
            _each_word_somewhere,
            "you look for each word somewhere in the clip, so the words may come from different objects. All words of "
            "a claim must hold of one and the same object",
        ),
        Mistake(
            "each word somewhere, and enough objects",
            lambda wanted, seen: len(seen) >= len(wanted) and _each_word_somewhere(wanted, seen),
            "you look for each word somewhere in the clip, so the words of a claim may come from different objects. "
            "All of them must hold of one and the same object",
        ),
        *(
            Mistake(
                f"{field} not looked at",
                _binding_by(lambda c, o, field=field: _fits(replace(c, **{field: None}), o)),
                f"you do not look at the {field}: a claim has four fields, and each that says something has to hold",
            )
            for field in ("shape", "colour", "size", "motion")
        ),
        Mistake(
            "claims without a partner are dropped",
            lambda wanted, seen: any(
                all(_fits(c, o) for c, o in zip(wanted, order, strict=False))
                for order in permutations(seen, min(len(wanted), len(seen)))
            ),
            "with more claims than objects you drop those that are left over (as zip does): each claim needs an object "
            "of its own, so that is False",
        ),
        Mistake(
            "nothing claimed is false",
            lambda wanted, seen: bool(wanted) and binding(wanted, seen),
            "where nothing is claimed you answer False: nothing that was said is wrong, so it is True",
        ),
        Mistake(
            "combinations",
            lambda wanted, seen: any(all(map(_fits, wanted, chosen)) for chosen in combinations(seen, len(wanted))),
            "you choose objects, but keep them in the order in which they are seen: `combinations` has each choice "
            "once, `permutations` in every order",
        ),
        Mistake(
            "the claims turned round",
            lambda wanted, seen: binding(seen, wanted),
            "you ask whether all that is seen was claimed. It is the other way round: whether all that is claimed is "
            "seen",
        ),
        Mistake(
            "in the order of the text",
            lambda wanted, seen: (
                len(seen) >= len(wanted) and all(_fits(c, o) for c, o in zip(wanted, seen, strict=False))
            ),
            "you compare the first claim with the first object and so on, but nobody says in which order objects are "
            "seen: try every way to choose them",
        ),
        Mistake(
            "one object for several claims",
            lambda wanted, seen: all(any(_fits(c, o) for o in seen) for c in wanted),
            "one object serves for two claims, so that two circles are found where there is one: each claim needs an "
            "object of its own",
        ),
        Mistake(
            "silence taken for a claim",
            _binding_by(lambda c, o: astuple(c) == astuple(o)),
            "you ask for equality in everything, but None in a claim means that nothing is said, and what is not said "
            "cannot be false",
        ),
        Mistake(
            "the first that fits is taken",
            _greedy,
            "you give each claim the first object that fits and never reconsider: the circle takes the red one, and "
            "then none is left for the red circle. Try every way to choose",
        ),
        Mistake(
            "any word suffices",
            _binding_by(
                lambda c, o: any(s is not None and s == t for s, t in zip(astuple(c), astuple(o), strict=True))
            ),
            "one word that fits is enough for you; everything that is said of an object has to hold: all, not any",
        ),
        Mistake(
            "the number counts too",
            lambda wanted, seen: len(wanted) == len(seen) and binding(wanted, seen),
            "you also ask that there are no other objects. That is a question of its own, which the judge answers "
            "under `count`",
        ),
        Mistake(
            "the unreadable taken for right",
            _binding_by(
                lambda c, o: all(s in (None, t) or t is None for s, t in zip(astuple(c), astuple(o), strict=True))
            ),
            "what could not be made out (None in what is *seen*) counts as right for you. The benefit of the doubt "
            "belongs to the claim that is silent, not to the clip",
        ),
    ),
    alternatives=(_binding_by_backtracking, _binding_by(_fits)),
    hints=(
        "First write when *one* claim fits *one* object: each of the four fields is either None in the claim or the "
        "same in both. `astuple(claim)` gives the four as a tuple.",
        "Then try every way to give the claims different objects. `permutations(seen, len(wanted))` lists exactly "
        "these: choices of as many objects as there are claims, in every order.",
        "It is `any` over the orders of `all` over the pairs of a claim and its object. With more claims than objects "
        "there is no order at all, and `any` of nothing is False: just right.",
    ),
    becomes="minisora/evaluation/judge.py",
    minutes=15,
    difficulty=3,
    points=4,
)


def on_screen(starts: Tensor, moments: Tensor) -> Tensor:
    """Number of the frame on screen at each moment, as in ``read_video(path, fps=...)``: the last one to have begun."""
    return torch.searchsorted(starts - starts[0], moments, right=True) - 1


def _on_screen_by_loop(starts: Tensor, moments: Tensor) -> Tensor:
    shown = []
    for moment in moments.tolist():
        shown.append(max(i for i, start in enumerate(starts.tolist()) if start - float(starts[0]) <= moment))
    return torch.tensor(shown)


def _nearest(starts: Tensor, moments: Tensor) -> Tensor:
    return ((starts - starts[0])[None, :] - moments[:, None]).abs().argmin(1)


def _evenly(starts: Tensor, moments: Tensor) -> Tensor:
    length = (starts[-1] - starts[0]) / (len(starts) - 1)
    return (moments / length + 1e-4).floor().long().clamp(max=len(starts) - 1)


ON_SCREEN = Exercise(
    name="on_screen",
    reference=on_screen,
    cases=(
        call("60 frames at 30 a second, asked 8 times a second", torch.arange(60) / 30, torch.arange(16) / 8),
        call(
            "frames that begin at 0, 0.125, 0.5, 0.5625 and 1.25 s, asked every quarter of a second",
            torch.tensor([0, 0.125, 0.5, 0.5625, 1.25]),
            torch.arange(7) / 4,
        ),
        call(
            "the same frames in a file whose clock begins at 3 s",
            torch.tensor([3, 3.125, 3.5, 3.5625, 4.25]),
            torch.arange(7) / 4,
        ),
        call("2 frames a second, asked 8 times a second", torch.arange(3) / 2, torch.arange(9) / 8),
        call(
            "frames that begin at 0, 0.125, 0.5 and 0.75 s, asked from half a second on",
            torch.tensor([0, 0.125, 0.5, 0.75]),
            0.5 + torch.arange(3) / 8,
        ),
    ),
    mistakes=(
        Mistake(
            "the nearest frame",
            _nearest,
            "you take the frame whose beginning is nearest, which may not have begun yet. On screen is the last one "
            "that has",
        ),
        Mistake(
            "the next frame",
            lambda s, m: torch.searchsorted(s - s[0], m).clamp(max=len(s) - 1),
            "you take the first frame that begins at or after the moment. Until it begins, the one before is on screen",
        ),
        Mistake(
            "evenly spaced frames",
            _evenly,
            "you assume that all frames last equally long. Phones and screen recorders make them as they come, so look "
            "at each frame's own beginning",
        ),
        *(
            Mistake(
                f"evenly spaced frames, {what}",
                lambda s, m, length=length, hair=hair: (m / length(s) + hair).floor().long().clamp(0, len(s) - 1),
                f"you assume that all frames last equally long, {what}. Phones and screen recorders make them as they "
                "come, so look at each frame's own beginning",
            )
            for what, length, hair in (
                ("as long as they do on average", lambda s: (s[-1] - s[0]) / (len(s) - 1), 0.0),
                ("as long as they do on average, or a hair less", lambda s: (s[-1] - s[0]) / (len(s) - 1), 1e-6),
                ("as long as the first one", lambda s: s[1] - s[0], 0.0),
                ("a 24th of a second", lambda s: 1 / 24, 0.0),
                ("a 30th of a second", lambda s: 1 / 30, 0.0),
                ("an eighth of a second", lambda s: 1 / 8, 0.0),
            )
        ),
        Mistake(
            "moments moved as well",
            lambda s, m: torch.searchsorted(s - s[0], m - m[0], right=True) - 1,
            "you count moments from the first of them. They count from the first frame's beginning already: leave them "
            "as they are",
        ),
        Mistake(
            "one frame early",
            lambda s, m: (torch.searchsorted(s - s[0], m, right=True) - 2).clamp(min=0),
            "you are one frame too early: of those that have begun, the last one's number is one less than how many "
            "they are, not two",
        ),
        Mistake(
            "the file's own clock",
            lambda s, m: (torch.searchsorted(s, m, right=True) - 1).clamp(min=0),
            "you read the file's clock, which need not begin at 0: moments count from the first frame, so subtract its "
            "beginning",
        ),
        Mistake(
            "late by a frame",
            lambda s, m: (torch.searchsorted(s - s[0], m) - 1).clamp(min=0),
            "a frame that begins exactly at the moment is on screen already: compare with <=, not with < "
            "(in `torch.searchsorted` that is `right=True`)",
        ),
        Mistake(
            "late by a frame, and before the first one",
            lambda s, m: torch.searchsorted(s - s[0], m) - 1,
            "at moment 0 you find frame -1: a frame that begins exactly at the moment is already on screen, so count "
            "it among those that have begun",
        ),
        Mistake(
            "the file's own clock, and before it",
            lambda s, m: torch.searchsorted(s, m, right=True) - 1,
            "where the file's clock does not begin at 0 you find frame -1: count moments from the first frame's "
            "beginning, wherever the clock stands there",
        ),
        Mistake(
            "how many have begun",
            lambda s, m: torch.searchsorted(s - s[0], m, right=True),
            "this is how many frames have begun by each moment. Frames are numbered from 0, so the last of them has "
            "one less",
        ),
        Mistake(
            "times for numbers",
            lambda s, m: s[torch.searchsorted(s - s[0], m, right=True) - 1],
            "these are the beginnings of the right frames; the answer should be their numbers",
        ),
    ),
    alternatives=(
        _on_screen_by_loop,
        lambda s, m: ((s - s[0])[None, :] <= m[:, None]).sum(1) - 1,
    ),
    hints=(
        "A frame stays on screen until the next one begins. So count the frames that have begun by each moment; the "
        "number of the last of them is one less.",
        "Let the first frame begin at 0: `starts - starts[0]`. Then compare all with all: `[None, :] <= "
        "moments[:, None]` is a table with a row for each moment, true where the frame has begun.",
        "A sum over each row of the table, less one. `torch.searchsorted(begun, moments, right=True) - 1` does the "
        "same without the table.",
    ),
    becomes="minisora/video/read.py",
    minutes=10,
    difficulty=2,
    points=2,
)

EXERCISES = (TO_UINT8, COVER, POSITION, BINDING, ON_SCREEN)
