"""The exercise `stretch`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c11_sizes.common import refused
from minisora.model.patches import coordinates
from minisora.model.rope import VIDEO_AXES, rope_table

Axes = tuple[tuple[float, float], ...]

WAYS = ("extrapolate", "interpolate", "rescale")


def stretch(coords: Tensor, axes: Axes, factors: tuple[float, ...], way: str) -> tuple[Tensor, Axes]:
    """Coordinates ``n 3`` and wavelengths (shortest, longest) of each axis, for a clip ``factors`` times as large."""
    if way == "extrapolate":
        return coords, axes
    if way == "interpolate":
        return coords / torch.tensor(factors).to(coords), axes
    if way == "rescale":
        return coords, tuple((short, long * f) for (short, long), f in zip(axes, factors, strict=True))
    raise ValueError(f"{way!r}: one of {', '.join(WAYS)}")


LARGE = coordinates(3, 12, 8, 0.5)  #: of a clip that is 2 times as high and 1.5 times as wide as another
FACTORS = (3.0, 2.0, 1.5)


def _turns(answer: object, coords: Tensor) -> tuple[Tensor, Tensor]:
    """What attention meets of a pair of coordinates and wavelengths."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise CheckFailed("return two things: coordinates n 3, and a pair (shortest, longest) for each axis")
    places, axes = answer
    if not isinstance(places, Tensor) or places.shape != coords.shape:
        raise CheckFailed("the first of the two are the coordinates, n 3, one for each token")
    if not isinstance(axes, tuple | list) or [len(each) for each in axes] != [2, 2, 2]:
        raise CheckFailed("the second of the two are the wavelengths: for each of three axes (shortest, longest)")
    pairs = tuple((float(short), float(long)) for short, long in axes)
    return places, torch.view_as_real(rope_table(places, 24, pairs))


def _asked(way: str, factors: tuple[float, ...] = FACTORS, coords: Tensor = LARGE, axes: Axes = VIDEO_AXES) -> Case:
    says = f"{way!r} for a clip {', '.join(f'{f:g}' for f in factors)} times as long, high and wide"

    def ask(f: Solution) -> Tensor:
        return _turns(f(coords.clone(), axes, factors, way), coords)[1]

    return Case(says, ask)


def _stretched(
    *,
    inter: Callable[[Tensor, Tensor], Tensor] = lambda coords, f: coords / f,
    rescaled: Callable[[float, float, float], tuple[float, float]] = lambda short, long, f: (short, long * f),
    extra: Callable[[Tensor, Tensor], Tensor] = lambda coords, f: coords,
    both: Callable[[Tensor, Tensor], Tensor] = lambda coords, f: coords,
    order: Callable[[tuple[float, ...]], tuple[float, ...]] = lambda factors: factors,
    ways: tuple[str, str, str] = WAYS,  # type: ignore[assignment]
    limit: bool = True,
) -> Solution:
    """All three ways with a part exchanged."""

    def stretched(coords: Tensor, axes: Axes, factors: tuple[float, ...], way: str) -> tuple[Tensor, Axes]:
        factors = order(factors)
        f = coords.new_tensor(factors)
        if way == ways[0]:
            return extra(coords, f), axes
        if way == ways[1]:
            return inter(coords, f), axes
        if way == ways[2] or not limit:
            return both(coords, f), tuple(rescaled(*axis, each) for axis, each in zip(axes, factors, strict=True))
        raise ValueError(way)

    return stretched


def _by_wavelengths(coords: Tensor, axes: Axes, factors: tuple[float, ...], way: str) -> tuple[Tensor, Axes]:
    """Dividing a coordinate turns as much as multiplying every wavelength does."""
    if way not in WAYS:
        raise ValueError(way)
    high = [1.0 if way == "extrapolate" else f for f in factors]
    low = [f if way == "interpolate" else 1.0 for f in factors]
    return coords, tuple((s * a, e * b) for (s, e), a, b in zip(axes, low, high, strict=True))


STRETCH = Exercise(
    name="stretch",
    reference=stretch,
    cases=(
        _asked("extrapolate"),
        _asked("interpolate"),
        _asked("rescale"),
        _asked("interpolate", (1.0, 1.5, 1.5)),
        _asked("rescale", (2.0, 1.0, 1.0)),
        refused("a way that there is not, 'enlarge'", lambda f: f(LARGE.clone(), VIDEO_AXES, FACTORS, "enlarge")),
    ),
    mistakes=(
        Mistake(
            "multiplied",
            _stretched(inter=lambda coords, f: coords * f),
            "you multiply when you interpolate, which pushes tokens even further out: a clip that is twice as high is "
            "to be squeezed into the old places, coords / factor",
        ),
        Mistake(
            "one factor for all",
            _stretched(order=lambda factors: (factors[1],) * 3),
            "you stretch all axes by the factor of the height: seconds, rows and columns have one each, in this order",
        ),
        Mistake(
            "factors in another order",
            _stretched(order=lambda factors: factors[::-1]),
            "the factors stand in the order of the coordinates, seconds, rows, columns: yours run backwards",
        ),
        Mistake(
            "time left as it is",
            _stretched(order=lambda factors: (1.0, *factors[1:])),
            "seconds stay as they are: a longer clip is stretched in time, too, by the first factor",
        ),
        Mistake(
            "from the corner",
            _stretched(inter=lambda coords, f: (coords - coords.amin(0)) / f),
            "you count from the corner of the frame before you squeeze. Rows and columns count from the middle, and so "
            "they shall: divide them as they are",
        ),
        Mistake(
            "all wavelengths rescaled",
            _stretched(rescaled=lambda short, long, f: (short * f, long * f)),
            "you lengthen all wavelengths when you rescale, which is the same as to interpolate. The shortest stays, "
            "so that neighbours are told apart as before",
        ),
        Mistake(
            "the shortest rescaled",
            _stretched(rescaled=lambda short, long, f: (short * f, long)),
            "you lengthen the shortest wavelength. It is the *longest* that has to reach across a larger clip; the "
            "shortest tells neighbours apart, which are as near as ever",
        ),
        Mistake(
            "the longest shortened",
            _stretched(rescaled=lambda short, long, f: (short, long / f)),
            "you shorten the longest wavelength, but it has to reach further: multiply it",
        ),
        Mistake(
            "rescaled and interpolated",
            _stretched(both=lambda coords, f: coords / f),
            "when you rescale you divide the coordinates as well. They stay: only the longest wavelength changes",
        ),
        Mistake(
            "extrapolated by a factor",
            _stretched(extra=lambda coords, f: coords * f),
            "to extrapolate is to change nothing: the coordinates of the larger clip already go further out",
        ),
        Mistake(
            "extra and inter exchanged",
            _stretched(ways=("interpolate", "extrapolate", "rescale")),
            "extrapolate and interpolate are exchanged: *extra* goes beyond the known places, *inter* stays between "
            "them",
        ),
        Mistake(
            "any word will do",
            _stretched(limit=False),
            "a way that there is not is taken in silence for another: raise a ValueError",
        ),
    ),
    alternatives=(_stretched(), _by_wavelengths),
    hints=(
        "One of the three changes nothing, one changes the coordinates only, and one the wavelengths only.",
        "`coords / torch.tensor(factors)` divides each of the three columns by its own factor.",
        "`tuple((short, long * f) for (short, long), f in zip(axes, factors))` are the rescaled axes.",
    ),
    becomes="minisora/course/exercises/c11_sizes/stretch.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
