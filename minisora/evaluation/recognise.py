"""Which shape a track shows, and its pose in every frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from minisora.evaluation.fit import cut, refine
from minisora.evaluation.track import Track
from minisora.worlds.render import DISTANCE, PALETTE
from minisora.worlds.scene import COLOURS, SHAPES, Colour, Shape

FRAMES = 6  #: So many frames decide about the shape.
PATCH = 24  #: Pixels a side of the patches that decide; large objects are thinned to that.
TURNING = math.radians(50)  #: The light of an object that turns sweeps over more than this.


@dataclass(frozen=True)
class Figure:
    """What a track shows.

    Attributes:
        shape: the shape that fits best.
        colour: the palette's colour in most frames.
        steadiness: share of the frames that have this colour.
        unexplained: squared error of that fit as a share of what there is to explain (object against background).
        margin: how much more the second-best shape leaves unexplained, as a share of the same.
        lasting: whether this shape fits best in the first half and in the second half of the frames, each by itself.
        frames: frames in which it is visible, ``n``.
        pose: x, y (sides from the middle), logarithm of the radius (sides), and angle (radians) then, ``n 4``.
    """

    shape: Shape
    colour: Colour
    steadiness: float
    unexplained: float
    margin: float
    lasting: bool
    frames: Tensor
    pose: Tensor


def recognise(track: Track, others: list[Track], video: Tensor, backdrop: Tensor) -> Figure:
    """Fit all shapes to a few frames, and the best one to all; ``video`` and ``backdrop`` are ``f 3 h w`` in [0, 1]."""
    side = min(video.shape[-2:])
    index, steadiness = track.colour()
    colour = torch.tensor(PALETTE[COLOURS[index]])
    frames = torch.tensor(track.frames)
    free = torch.from_numpy(np.stack([_free(blob.frame, others, blob.mask.shape) for blob in track.blobs]))
    angle, turning = _angles(track, video)
    start = _start(track, angle, video.shape[-2:])  # s n 4
    reach = max(_extent(blob.mask) for blob in track.blobs) / side * 0.6 + 2.5 / side

    shapes = torch.arange(len(SHAPES))
    few = torch.linspace(0, len(frames) - 1, min(FRAMES, len(frames))).round().long()
    patches = cut(video, backdrop, free[few], frames[few], start[0, few], reach=reach, most=PATCH)
    pose, error = refine(shapes, start[:, few], colour.expand(len(SHAPES), 3), patches, iterations=3, turning=turning)
    total = error.sum(1)
    order = total.argsort()
    best = order[:1]
    halves = [part.sum(1).argmin() for part in error.tensor_split(2, dim=1) if part.numel()]
    lasting = all(int(half) == int(best) for half in halves)
    signal = ((patches.rgb - patches.back) * patches.weight[:, None]).square().sum().clamp(min=1e-6)

    patches = cut(video, backdrop, free, frames, start[0], reach=reach, most=PATCH)
    pose, error = refine(best, start[best], colour[None], patches, iterations=4, turning=turning)
    strength = ((patches.rgb - patches.back) * patches.weight[:, None]).square().sum().clamp(min=1e-6)
    return Figure(
        shape=SHAPES[int(best)],
        colour=COLOURS[index],
        steadiness=steadiness,
        unexplained=float(error.sum() / strength),
        margin=float((total[order[1]] - total[order[0]]) / signal),
        lasting=lasting,
        frames=frames,
        pose=pose[0],
    )


def _free(frame: int, others: list[Track], shape: tuple[int, ...]) -> np.ndarray:
    taken = np.zeros(shape, bool)
    for other in others:
        for blob in other.blobs:
            if blob.frame == frame:
                taken |= ndimage.binary_dilation(blob.mask)
    return ~taken


def _extent(mask: np.ndarray) -> float:
    rows, columns = np.nonzero(mask)
    return float(max(np.ptp(rows), np.ptp(columns)) + 1)


def _angles(track: Track, video: Tensor) -> tuple[Tensor, bool]:
    """Direction of the light in each frame (n,), and whether it goes round."""
    found = []
    for blob in track.blobs:
        inner = ndimage.binary_erosion(blob.mask, border_value=1)
        mask = inner if inner.sum() > 0.4 * blob.area else blob.mask
        rows, columns = np.nonzero(mask)
        light = video[blob.frame][:, torch.from_numpy(mask)].sum(0).numpy()
        design = np.stack([columns - columns.mean(), rows - rows.mean(), np.ones(len(rows))], 1)
        gx, gy, _ = np.linalg.lstsq(design, light, rcond=None)[0]
        found.append(math.atan2(gx, -gy))
    angle = np.unwrap(found)
    sweep = float(np.quantile(angle, 0.95) - np.quantile(angle, 0.05))
    if sweep < TURNING:
        return torch.zeros(len(angle)), False
    return torch.tensor(angle, dtype=torch.float32), True


def _start(track: Track, angle: Tensor, size: tuple[int, ...]) -> Tensor:
    """Where each shape would be if the blobs were its silhouette: ``s n 4``."""
    height, width = size
    side = min(height, width)
    x = torch.tensor([(blob.x + 0.5 - width / 2) / side for blob in track.blobs])
    y = torch.tensor([(blob.y + 0.5 - height / 2) / side for blob in track.blobs])
    area = torch.tensor([blob.area / side**2 for blob in track.blobs])
    unit_area, low = silhouettes()
    radius = (area / unit_area[:, None]).sqrt()  # s n
    down = low[:, None] * radius  # from the origin of the shape to its centroid
    return torch.stack(
        [x + down * angle.sin(), y - down * angle.cos(), radius.log(), angle.expand(len(SHAPES), -1)], -1
    )


@cache
def silhouettes() -> tuple[Tensor, Tensor]:
    """Area and height below the origin of the centroid of every shape of radius 1: each ``s``."""
    axis = (torch.arange(256) + 0.5) / 256 * 2.4 - 1.2
    v, u = torch.meshgrid(axis, axis, indexing="ij")
    inside = torch.stack([DISTANCE[name](u, v) < 0 for name in SHAPES]).float()
    return inside.mean((1, 2)) * 2.4**2, (inside * v).sum((1, 2)) / inside.sum((1, 2))
