"""How far an object has turned, told from where its light comes: the drawn ones are lit from their own top."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from minisora.evaluation.track import Track

TURNING = math.radians(30)  #: The light of an object that turns sweeps over more than this.
WAVER = math.radians(25)  #: Root mean square by which single readings may stray from an even turning.


def angles(track: Track, video: Tensor) -> tuple[Tensor, bool]:
    """Angle in radians in each frame (n,), clockwise, all 0 unless it turns; and whether it does."""
    found = np.unwrap([_direction(video[blob.frame].numpy(), blob.mask) for blob in track.blobs])
    low, high = np.quantile(found, [0.05, 0.95])
    if high - low < TURNING:
        return torch.zeros(len(found)), False
    frames = np.array(track.frames)
    rate, start = np.polyfit(frames, found, 1)
    even = start + rate * frames
    if float(np.sqrt(np.mean((found - even) ** 2))) < WAVER:
        found = even  # better than any single reading
    return torch.tensor(found, dtype=torch.float32), True


def _direction(picture: np.ndarray, mask: np.ndarray) -> float:
    """Where the light comes from in one frame ``3 h w``."""
    inner = ndimage.binary_erosion(mask, border_value=1)
    rows, columns = np.nonzero(inner if inner.sum() > 0.4 * mask.sum() else mask)
    light = picture[:, rows, columns].sum(0)
    design = np.stack([columns - columns.mean(), rows - rows.mean(), np.ones(len(rows))], 1)
    right, down, _ = np.linalg.lstsq(design, light, rcond=None)[0]
    return math.atan2(right, -down)
