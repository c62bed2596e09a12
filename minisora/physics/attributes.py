"""Four attributes of a thing, two of them always seen together: which one does a model believe when they part?

After Kang et al. 2024 (2411.02385, section 5): red discs and blue squares are shown, a blue disc is asked for.
"""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Generator, Tensor

from minisora.physics.measure import centroids, weights
from minisora.physics.motions import uniform, uniform_path
from minisora.physics.things import BLUE, FRAMES, RED, STRIP, WIDTH, Things

ATTRIBUTES = ("colour", "size", "velocity", "shape")
PAIRS = tuple(combinations(ATTRIBUTES, 2))
SIZES, SPEEDS = (2.0, 3.2), (0.9, 1.9)  #: The two sizes (as the radius of a disc, in pixels) and speeds.
USUAL = {"colour": 0.0, "size": 0.5, "velocity": 0.5, "shape": 0.0}  #: Of an attribute that is none of the pair.
SQUARENESS = 0.85  #: Between a disc's 2/3 and a square's 1; soft edges bring both a little nearer to each other.


def things_of(values: dict[str, Tensor], *, generator: Generator, frames: int = FRAMES) -> Things:
    """Things in a strip, with attributes ``n`` from 0 (red, small, slow, disc) to 1 (blue, large, fast, square)."""
    n = len(next(iter(values.values())))
    of = {name: values.get(name, torch.full((n,), USUAL[name])) for name in ATTRIBUTES}
    size = SIZES[0] + of["size"] * (SIZES[1] - SIZES[0]) + uniform(n, -0.15, 0.15, generator)
    speed = SPEEDS[0] + of["velocity"] * (SPEEDS[1] - SPEEDS[0]) + uniform(n, -0.1, 0.1, generator)
    square = of["shape"] > 0.5
    size = torch.where(square, size * 0.886, size)  # a square of the disc's area
    room = (WIDTH - 9 - speed * (frames - 1)).clamp(min=0)
    start = torch.stack([4.5 + room * torch.rand(n, generator=generator), torch.full((n,), STRIP / 2)], dim=1)
    path = uniform_path(start, torch.stack([speed, torch.zeros(n)], dim=1), frames)
    colour = torch.where(of["colour"][:, None] > 0.5, torch.tensor(BLUE), torch.tensor(RED))
    return Things(path[:, None], size[:, None], colour[:, None], square[:, None])


def together(n: int, pair: tuple[str, str], *, generator: Generator) -> Things:
    """What is shown: both attributes of the pair are 0, or both are 1."""
    value = (torch.rand(n, generator=generator) < 0.5).float()
    return things_of({name: value for name in pair}, generator=generator)


def parted(n: int, pair: tuple[str, str], *, generator: Generator) -> tuple[Things, Tensor]:
    """What is asked: one of the two is 0 and the other 1. Returns things, and the value of the first, ``n``."""
    value = (torch.rand(n, generator=generator) < 0.5).float()
    return things_of({pair[0]: value, pair[1]: 1 - value}, generator=generator), value


def read(video: Tensor, name: str, *, since: int) -> Tensor:
    """The value of an attribute in frames from ``since`` on, 0 or 1 for each clip of ``b 3 t h w``."""
    part = video[:, :, since:]
    red, blue = weights(part, 0), weights(part, 2)
    is_blue = blue.sum((1, 2, 3)) > red.sum((1, 2, 3))
    if name == "colour":
        return is_blue.float()
    weight = torch.where(is_blue[:, None, None, None], blue, red)
    if name == "velocity":
        x = torch.where(is_blue[:, None], centroids(part, 2)[..., 0], centroids(part, 0)[..., 0])
        speed = (x[:, -1] - x[:, 0]) / (x.shape[1] - 1)
        return (speed > sum(SPEEDS) / 2).float()
    solid = (weight / weight.amax((1, 2, 3), keepdim=True).clamp(min=1e-6)).clamp(0, 1)
    area = solid.sum((2, 3)).mean(1)
    if name == "size":
        return (area > torch.pi * (sum(SIZES) / 2) ** 2).float()
    return (independence(solid) > SQUARENESS).float()


def independence(solid: Tensor) -> Tensor:
    """``mean(x² y²) / (mean(x²) mean(y²))`` from the middle of what is solid, ``b t h w -> b``.

    1 for a square, in which x says nothing about y, and 2/3 for a disc, where far out in x there is little room in y.
    """
    total = solid.sum((2, 3)).clamp(min=1e-6)[..., None]
    y, x = torch.arange(solid.shape[2]) + 0.5, torch.arange(solid.shape[3]) + 0.5
    dx = (x - (solid.sum(2) * x).sum(2, keepdim=True) / total).square()
    dy = (y - (solid.sum(3) * y).sum(2, keepdim=True) / total).square()
    both = (solid * dy[..., None] * dx[:, :, None]).sum((2, 3)) / total[..., 0]
    xx, yy = ((solid.sum(axis) * each).sum(2) / total[..., 0] for axis, each in ((2, dx), (3, dy)))
    return (both / (xx * yy).clamp(min=1e-6)).mean(1)
