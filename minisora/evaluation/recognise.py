"""Which shape a track shows, and its pose in every frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from minisora.evaluation.fit import Patches, cut, refine
from minisora.evaluation.light import angles
from minisora.evaluation.track import Track
from minisora.worlds.render import DISTANCE, PALETTE
from minisora.worlds.scene import COLOURS, SHAPES, Colour, Shape

FRAMES = 6  #: So many frames decide about the shape.
PATCH = 24  #: Pixels a side of the patches that decide; large objects are thinned to that.
SHARP = 0.03  #: A clip of which more is left unexplained may be blurred.
LAPSE = 0.03  #: Share of what there is to explain by which another shape may be nearer in one half of the frames.


@dataclass(frozen=True)
class Figure:
    """What a track shows.

    Attributes:
        shape: the shape that fits best.
        colour: the palette's colour in most frames.
        steadiness: share of the frames that have this colour.
        unexplained: squared error of that fit as a share of what there is to explain (object against background).
        margin: how much more the second-best shape leaves unexplained, as a share of the same.
        lasting: whether no other shape fits plainly better in the first half or the second half of the frames.
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
    colour = torch.tensor([PALETTE[COLOURS[index]]])
    frames = torch.tensor(track.frames)
    free = torch.from_numpy(np.stack([_free(blob.frame, others, blob.mask.shape) for blob in track.blobs]))
    angle, turning = angles(track, video)
    start = _start(track, angle, video.shape[-2:])  # s n 4
    reach = max(_extent(blob.mask) for blob in track.blobs) / side * 0.6 + 2.5 / side

    shapes = torch.arange(len(SHAPES))
    few = torch.linspace(0, len(frames) - 1, min(FRAMES, len(frames))).round().long()
    patches = cut(video, backdrop, free[few], frames[few], start[0, few], reach=reach, most=PATCH)
    _, error = _fit(shapes, start[:, few], colour.expand(len(SHAPES), 3), patches, turning=turning)
    signal = _signal(patches)
    first, second = error.sum(1).argsort()[:2]
    halves = [(part, there) for part, there in zip(error.tensor_split(2, 1), signal.tensor_split(2), strict=True)]
    lasting = all((part[first] - part).sum(1).max() < LAPSE * there.sum() for part, there in halves)

    best = first[None]
    patches = cut(video, backdrop, free, frames, start[0], reach=reach, most=PATCH)
    pose, left = _fit(best, start[best], colour, patches, turning=turning)
    return Figure(
        shape=SHAPES[int(best)],
        colour=COLOURS[index],
        steadiness=steadiness,
        unexplained=float(left.sum() / _signal(patches).sum()),
        margin=float((error[second] - error[first]).sum() / signal.sum()),
        lasting=lasting,
        frames=frames,
        pose=pose[0],
    )


def _fit(shape: Tensor, start: Tensor, colour: Tensor, patches: Patches, *, turning: bool) -> tuple[Tensor, Tensor]:
    """Poses ``s n 4`` and squared errors ``s n``, drawn sharp or blurred: whichever is more like each frame."""
    pose, error = refine(shape, start, colour, patches, iterations=3, turning=turning)
    if patches.stride > 2 or error.sum(1).min() < SHARP * _signal(patches).sum():
        return pose, error
    patches = patches._replace(blur=2 // patches.stride)
    blurred, other = refine(shape, pose, colour, patches, iterations=2, turning=turning)
    return torch.where((other < error)[..., None], blurred, pose), torch.minimum(other, error)


def _signal(patches: Patches) -> Tensor:
    """What there is to explain in each patch (n,): its squared difference from the background."""
    difference = (patches.rgb - patches.back) * patches.weight[:, None]
    return difference.square().sum((1, 2, 3)).clamp(min=1e-6)


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
