"""Which sizes and durations weights were trained on, by their card, and what is said of a clip beyond them.

The transformer takes any number of tokens anywhere, so nothing keeps it from being asked for what it has never seen. It
then does its best, and whoever asked should know.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from minisora.checkpoint import Card

SLACK = 1.01  #: So much beyond counts as within: sizes are whole tokens.


class Shape(NamedTuple):
    """A clip's frames, and its height and width in pixels."""

    frames: int
    height: int
    width: int


def trained_shapes(card: Card) -> list[Shape]:
    """The shapes of the clips that weights were trained on, in the order of their card; none where it does not say."""
    data = card.get("data")
    sets = [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
    whole = [each for each in sets if each.keys() >= set(Shape._fields)]
    return list(dict.fromkeys(Shape(*(int(each[name]) for name in Shape._fields)) for each in whole))


def beyond(shape: Shape, card: Card, *, fps: float, temporal: int) -> str | None:
    """One line for a clip beyond what the card says of training; None for one within, and where it says nothing.

    Within is what is no longer, larger, smaller or narrower than everything seen, and of no more latents; a picture is
    no shorter than a clip that begins with it.

    Args:
        temporal: frames in a latent frame.
    """
    known = trained_shapes(card)
    if not known or _within(shape, known, temporal):
        return None
    near = min(known, key=lambda each: _apart(each, shape, temporal))
    return (
        f"{_said(shape, fps)} is beyond what these weights were trained on (nearest: {_said(near, fps)}): "
        "they do their best"
    )


def _within(shape: Shape, known: list[Shape], temporal: int) -> bool:
    sides = [side for each in known for side in each[1:]]
    return (
        shape.frames <= max(each.frames for each in known)
        and min(sides) <= min(shape[1:])
        and max(shape[1:]) <= max(sides)
        and _narrow(shape) <= SLACK * max(map(_narrow, known))
        and _latents(shape, temporal) <= SLACK * max(_latents(each, temporal) for each in known)
    )


def _narrow(shape: Shape) -> float:
    return max(shape[1:]) / min(shape[1:])


def _latents(shape: Shape, temporal: int) -> float:
    """As many as latents, up to a factor that is the same for all."""
    return (1 + (shape.frames - 1) / temporal) * shape.height * shape.width


def _apart(one: Shape, other: Shape, temporal: int) -> float:
    """How far two shapes are from one another: in frames, height and width, each by its factor."""
    pairs = [(1 + (a.frames - 1) / temporal, a.height, a.width) for a in (one, other)]
    return sum(abs(math.log(a / b)) for a, b in zip(*pairs, strict=True))


def _said(shape: Shape, fps: float) -> str:
    length = f"{(shape.frames - 1) / fps:g} s" if shape.frames > 1 else "a picture"
    return f"{length} of {shape.height}x{shape.width}"
