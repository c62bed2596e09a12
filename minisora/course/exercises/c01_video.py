"""Chapter 01: clips as numbers, drawing and moving things, what it means that a caption is true, and files."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from itertools import permutations
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
    given = clip.clone()
    answer = solution(given)
    if not torch.equal(given, clip):
        raise CheckFailed(
            "it changes the clip that it is given: write `clip + 1` and `.clamp(...)`, which return new tensors, and "
            "not `clip += 1` or `.clamp_(...)`"
        )
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
) -> Tensor:
    """The long way round, with the places where one goes wrong."""
    travel = obj.speed * times
    turns = travel + (obj.phase if phase else 0)
    cycle = turns - turns.floor() if wrapped else turns
    along_x, along_y = DIRECTION.get(obj.motion, (0.0, 0.0))
    faster = diagonal if along_x and along_y else 1.0
    gone = turns if late_start else travel
    x, y = obj.x + faster * along_x * gone, obj.y + faster * along_y * gone
    if obj.motion == "bounces":
        y = y + up * 4 * BOUNCE_HEIGHT * cycle * (1 - cycle)
    if obj.motion == "orbits":
        x, y = x + ORBIT_RADIUS * torch.cos(turn * turns), y + ORBIT_RADIUS * torch.sin(turn * turns)
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
