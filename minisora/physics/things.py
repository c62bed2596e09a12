"""Things on a dark ground: discs and squares with soft edges, drawn wherever a law has put them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

#: Pictures of a clip, and their pixels.
FRAMES, HEIGHT, WIDTH = 10, 16, 32

STRIP = 8  #: Rows of a clip in which everything moves along one line, half way up.

#: Colours that the measure tells apart: each is bright in one channel only.
RED, BLUE = (1.0, -0.8, -0.8), (-0.8, -0.6, 1.0)


@dataclass(frozen=True)
class Things:
    """The things of ``n`` clips, ``k`` in each; later ones cover earlier ones.

    Attributes:
        places: ``n k t 2``, x to the right and y downwards, in pixels.
        radius: ``n k``, in pixels: of a disc, or half the side of a square.
        colour: ``n k 3`` in [-1, 1].
        square: ``n k``, true for squares.
    """

    places: Tensor
    radius: Tensor
    colour: Tensor
    square: Tensor

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: slice | Tensor) -> Things:
        return Things(self.places[rows], self.radius[rows], self.colour[rows], self.square[rows])


def discs(places: Tensor, radius: Tensor, *colours: tuple[float, float, float]) -> Things:
    """Discs ``n k t 2`` of radius ``n k``, a colour for each of the ``k``."""
    n, k = radius.shape
    colour = torch.tensor(colours).expand(n, k, 3)
    return Things(places, radius, colour, torch.zeros(n, k, dtype=torch.bool))


def beside(*several: Things) -> Things:
    """All these things in the same clips."""
    return Things(*(torch.cat([getattr(each, field.name) for each in several], dim=1) for field in fields(Things)))


def draw(things: Things, *, height: int = HEIGHT, width: int = WIDTH) -> Tensor:
    """Clips ``n 3 t h w`` in [-1, 1], on black.

    An edge covers its pixels in part, so that a place can be read to a fraction of a pixel.
    """
    n, k, frames, _ = things.places.shape
    clips = torch.full((n, 3, frames, height, width), -1.0)
    y, x = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    for i in range(k):
        dx = (x - things.places[:, i, :, 0, None]).abs()[:, :, None, :]
        dy = (y - things.places[:, i, :, 1, None]).abs()[:, :, :, None]
        square = things.square[:, i, None, None, None]
        distance = torch.where(square, torch.maximum(dx, dy.expand(-1, -1, -1, width)), torch.hypot(dx, dy))
        covered = (things.radius[:, i, None, None, None] - distance + 0.5).clamp(0, 1)[:, None]
        clips = torch.lerp(clips, things.colour[:, i, :, None, None, None], covered)
    return clips
