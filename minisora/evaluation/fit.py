"""Where exactly a shape is: its drawing is moved, scaled, and turned until it looks like the clip (least squares).

The drawing comes from ``worlds.render``, so that a fit knows shading and soft edges, and a dark shade that is the
background's own colour counts for nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from minisora.worlds.render import draw_object

#: Step of the numerical derivatives in x, y, log radius, and angle; in pixels of movement of the rim.
STEP = 0.3
FARTHEST = 2.0  #: An iteration moves the rim no farther than this many pixels.
DAMPING = 1e-3


class Patches(NamedTuple):
    """Square cut-outs of ``n`` frames around an object; ``p`` pixels a side.

    Attributes:
        rgb, back: the clip and its background, ``n 3 p p`` in [0, 1].
        weight: 0 outside the frame and where another object is, else 1; ``n p p``.
        y, x: coordinates of the pixels in sides from the middle, ``n p 1`` and ``n 1 p``.
        pixel: size of a pixel in sides.
        stride: how many pixels of the clip lie between two of these.
        blur: how often the drawing is smoothed by [1 2 1] / 4 both ways before it is compared.
    """

    rgb: Tensor
    back: Tensor
    weight: Tensor
    y: Tensor
    x: Tensor
    pixel: float
    stride: int = 1
    blur: int = 0


def cut(
    video: Tensor, backdrop: Tensor, free: Tensor, frames: Tensor, pose: Tensor, *, reach: float, most: int
) -> Patches:
    """Patches of ``reach`` sides around the centres of ``pose`` (n 4), with at most ``most`` pixels a side.

    ``video`` and ``backdrop`` are ``f 3 h w``; ``free`` (n h w) is true where no other object is.
    """
    height, width = video.shape[-2:]
    side = min(height, width)
    stride = max(1, math.ceil(2 * reach * side / most))
    steps = torch.arange(-math.ceil(reach * side / stride), math.ceil(reach * side / stride) + 1) * stride
    row = (pose[:, 1] * side + height / 2 - 0.5).round().long()[:, None] + steps  # n p
    column = (pose[:, 0] * side + width / 2 - 0.5).round().long()[:, None] + steps
    inside = ((row >= 0) & (row < height))[:, :, None] & ((column >= 0) & (column < width))[:, None, :]
    y, x = ((row + 0.5) - height / 2) / side, ((column + 0.5) - width / 2) / side
    rows, columns = row.clamp(0, height - 1)[:, :, None], column.clamp(0, width - 1)[:, None, :]
    at = frames[:, None, None]
    weight = inside & free[torch.arange(len(frames))[:, None, None], rows, columns]
    rgb, back = video[at, :, rows, columns].movedim(-1, 1), backdrop[at, :, rows, columns].movedim(-1, 1)
    return Patches(rgb, back, weight.float(), y[:, :, None], x[:, None, :], 1 / side, stride)


def draw(shape: Tensor, pose: Tensor, colour: Tensor, patches: Patches) -> tuple[Tensor, Tensor]:
    """Shapes (s,) at poses ``s n 4`` (x, y, log radius, angle) before the background.

    Returns:
        The picture, ``s n 3 p p``, and the coverage, ``s n p p``.
    """
    x, y, log_radius, angle = pose[..., None, None].unbind(2)  # each s n 1 1
    opacity = torch.ones(())
    cover, shade = draw_object(
        shape, x, y, log_radius.exp(), angle, opacity, y=patches.y, x=patches.x, pixel=patches.pixel
    )
    cover, shade = cover.transpose(1, 2), shade.transpose(1, 2)  # s n 1 p p
    rgb = colour[:, None, :, None, None]
    painted = torch.where(shade > 0, rgb + shade * (1 - rgb), rgb * (1 + shade))
    return _smooth(torch.lerp(patches.back, painted, cover), patches.blur), cover[:, :, 0]


def _smooth(picture: Tensor, times: int) -> Tensor:
    for _ in range(times):
        for axis in (-1, -2):
            ends = picture.narrow(axis, 0, 1), picture.narrow(axis, picture.shape[axis] - 1, 1)
            wide = torch.cat([ends[0], picture, ends[1]], axis)
            n = picture.shape[axis]
            picture = (wide.narrow(axis, 0, n) + wide.narrow(axis, 2, n)) / 4 + picture / 2
    return picture


def residual(shape: Tensor, pose: Tensor, colour: Tensor, patches: Patches) -> Tensor:
    """Weighted difference from the clip: ``s n 3*p*p``."""
    picture, _ = draw(shape, pose, colour, patches)
    return ((picture - patches.rgb) * patches.weight[:, None]).flatten(2)


def refine(
    shape: Tensor,
    pose: Tensor,
    colour: Tensor,
    patches: Patches,
    *,
    iterations: int,
    turning: bool,
) -> tuple[Tensor, Tensor]:
    """Gauss-Newton with damping, for each shape (s,) and patch by itself.

    Returns:
        The best poses, ``s n 4``, and their squared errors, ``s n``.
    """
    free = 4 if turning else 3
    best = pose
    error = residual(shape, pose, colour, patches)
    least = error.square().sum(-1)
    for _ in range(iterations):
        # A step moves the rim by the same number of pixels in every direction of the search.
        unit = torch.ones_like(best)
        unit[..., 2:] = torch.exp(-best[..., 2:3])
        unit = unit * patches.pixel
        columns = []
        for k in range(free):
            moved = best.clone()
            moved[..., k] += STEP * unit[..., k]
            columns.append((residual(shape, moved, colour, patches) - error) / STEP)
        slope = torch.stack(columns, -2)  # s n k 3pp
        normal = slope @ slope.mT
        scale = normal.diagonal(dim1=-2, dim2=-1).mean(-1).clamp(min=1e-6)
        normal = normal + DAMPING * scale[..., None, None] * torch.eye(free)
        step = -torch.linalg.solve(normal, slope @ error[..., None])[..., 0]
        step = step * (FARTHEST / step.abs().amax(-1, keepdim=True).clamp(min=FARTHEST))
        trial = best.clone()
        trial[..., :free] += step * unit[..., :free]
        found = residual(shape, trial, colour, patches)
        squares = found.square().sum(-1)
        better = squares < least
        best = torch.where(better[..., None], trial, best)
        error = torch.where(better[..., None], found, error)
        least = torch.where(better, squares, least)
    return best, least
