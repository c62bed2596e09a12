"""The exercise `cover`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.worlds.render import DISTANCE

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
