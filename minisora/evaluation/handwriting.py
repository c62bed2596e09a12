"""Reads a clip of one handwritten digit on black: which digit it is, its colour, and which way it sets off.

The digit is named by a support vector machine that was taught on real scans, those that training may show; the suite
has others. Path and colour are classical, as with the judge of the shapes.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, TypeVar, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from minisora.evaluation.reading import STEADINESS, Reading, ReadObject, as_video
from minisora.worlds import digits
from minisora.worlds.digits import Digit, DigitScene, scans, split_indices
from minisora.worlds.render import FPS, PALETTE
from minisora.worlds.scene import COLOURS, Colour
from minisora.worlds.vocabulary import DIGITS
from minisora.worlds.walls import sets_off

Mask = NDArray[np.bool_]
Name = TypeVar("Name", bound=str)

INK = 0.4  #: A pixel is ink if it is at least so bright, as a share of the brightest of its frame.
DARK = 0.15  #: A frame whose brightest pixel is darker than this, in [0, 1], shows nothing.
GAP = 0.035  #: Strokes that are nearer to each other than this, in sides, belong to one digit.
LEAST_AREA = 0.006  #: Smaller patches of ink are no digits; in squared sides.
LARGEST = 0.75  #: What is higher or wider than this is none either; in sides.
PATCH = 16  #: Pixels a side of what the classifier sees.


def read_digit(clip: Tensor, *, fps: float = FPS) -> Reading:
    """What is to be seen in a clip ``3 f h w`` in [-1, 1] of one digit; of several, only how many they are.

    Raises: UserError as :func:`~minisora.evaluation.judge.read`, and where scikit-learn is missing.
    """
    video = as_video(clip)
    ink = video.amax(1)
    brightest = ink.amax((1, 2), keepdim=True)
    patches = [_patches(each, min(ink.shape[1:])) for each in ((ink > INK * brightest) & (brightest > DARK)).numpy()]
    count, usual = Counter(map(len, patches)).most_common(1)[0]
    if count == 0 or usual < STEADINESS * len(patches):
        return Reading((), "black", "static")
    frames = torch.tensor([index for index, masks in enumerate(patches) if masks])
    masks = torch.from_numpy(np.stack([max(masks, key=np.sum) for masks in patches if masks]))
    strokes = ink[frames] / brightest[frames] * masks
    x, y = _middle(strokes)
    height, width = (length / min(ink.shape[1:]) for length in ink.shape[1:])
    named = classifier().predict(crops(strokes, masks).flatten(1).numpy())
    largest = ReadObject(
        shape=_lasting([DIGITS[int(name)] for name in named]),
        colour=_lasting(_colours(video[frames], strokes)),
        size=None,
        motion=sets_off(x, y, frames / fps, (width / 2, height / 2)),
        frames=frames,
        x=x - width / 2,
        y=y - height / 2,
        radius=(masks.sum((1, 2)) / math.pi).sqrt() / min(ink.shape[1:]),
    )
    others = replace(largest, shape=None, colour=None, motion=None)
    return Reading((largest, *[others] * (count - 1)), "black", "static")


def crops(strokes: Tensor, masks: Tensor) -> Tensor:
    """The digit of each frame in the middle of a square that it just fills: ``f h w`` to ``f 16 16``."""
    boxes = []
    for mask in masks:
        rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
        top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
        boxes.append(((left + right) / 2, (top + bottom) / 2, max(bottom - top, right - left) / 2))
    height, width = strokes.shape[1:]
    x, y, half = torch.tensor(boxes).T[..., None]
    finer = (torch.arange(2 * PATCH) + 0.5) / PATCH - 1  # twice as fine, then averaged, lest a thin stroke be missed
    across, down = (x + half * finer) / width * 2 - 1, (y + half * finer) / height * 2 - 1
    grid = torch.stack(
        [across[:, None, :].expand(-1, 2 * PATCH, -1), down[:, :, None].expand(-1, -1, 2 * PATCH)], dim=-1
    )
    return F.avg_pool2d(F.grid_sample(strokes[:, None], grid, align_corners=False), 2)[:, 0]


@functools.cache
def classifier() -> Any:
    """A support vector machine (scikit-learn's) that names ``crops``, taught on the scans of the training split.

    Raises: UserError where scikit-learn is missing.
    """
    pictures, names = drawn_scans("train", copies=3, seed=0)
    from sklearn.svm import SVC  # ``scans`` has said what to do where there is none

    return SVC(C=10.0, gamma="scale").fit(pictures, names)


def drawn_scans(split: digits.Split, *, copies: int, seed: int) -> tuple[NDArray[np.float32], list[int]]:
    """Crops ``n 256`` of every scan of a split, drawn ``copies`` times at random sizes and places, and their names."""
    dice, labels = Random(seed), scans()[1]

    def scene(scan: int) -> DigitScene:
        x, y, size = dice.uniform(-0.2, 0.2), dice.uniform(-0.2, 0.2), dice.uniform(0.4, 0.5)
        return DigitScene((Digit(int(labels[scan]), scan, "white", "still", x, y, size, 0.0),))

    scenes = [scene(scan) for scan in split_indices(split).tolist() for _ in range(copies)]
    ink = digits.render(scenes, frames=1, height=64, width=64)[:, 0, 0].add(1).div(2)
    brightest = ink.amax((1, 2), keepdim=True)
    masks = ink > INK * brightest
    return crops(ink / brightest * masks, masks).flatten(1).numpy(), [scene.objects[0].digit for scene in scenes]


def _patches(ink: Mask, side: int) -> list[Mask]:
    """The digits of a frame: pixels of ink that hang together across small gaps."""
    reach = max(1, round(GAP * side / 2))
    grown = ndimage.binary_dilation(ink, structure=np.ones((2 * reach + 1, 2 * reach + 1)))
    regions, count = cast(tuple[NDArray[np.int32], int], ndimage.label(grown))
    masks = [(regions == index) & ink for index in range(1, count + 1)]
    enough = [mask for mask in masks if mask.sum() >= LEAST_AREA * side * side]
    return [mask for mask in enough if max(np.ptp(np.nonzero(mask), axis=1)) < LARGEST * side]


def _lasting(names: Sequence[Name]) -> Name | None:
    """What nearly all frames say."""
    name, count = Counter(names).most_common(1)[0]
    return name if count >= STEADINESS * len(names) else None


def _colours(video: Tensor, strokes: Tensor) -> list[Colour]:
    """The palette's nearest colour to the mean of each frame's brightest ink."""
    full = (strokes > 0.7)[:, None]
    mean = (video * full).sum((2, 3)) / full.sum((2, 3)).clamp(min=1)
    palette = torch.tensor([PALETTE[colour] for colour in COLOURS])
    return [COLOURS[index] for index in torch.cdist(mean, palette).argmin(1).tolist()]


def _middle(strokes: Tensor) -> tuple[Tensor, Tensor]:
    """x and y of the middle of the ink in each frame, in sides from the upper left corner."""
    height, width = strokes.shape[1:]
    side, total = min(height, width), strokes.sum((1, 2))
    x = (strokes.sum(1) * (torch.arange(width) + 0.5)).sum(1) / total / side
    y = (strokes.sum(2) * (torch.arange(height) + 0.5)).sum(1) / total / side
    return x, y
