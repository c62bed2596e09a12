"""The sound of a finished clip: its things are followed, their hits found, and each hit synthesised.

Nothing here is learnt. The joint network (``network.py``) could do it as well: on the same clips of one thing, through
the codec, half of its sounds lie within 10 ms of the hit, and half of those that are read off the path within 6
(``experiments/sound.py``). The path also serves several things at once and clips of any length, and says which thing it
is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.reading import as_video
from minisora.evaluation.segment import Blob, find_blobs
from minisora.evaluation.track import link
from minisora.sound.hits import impacts
from minisora.sound.wave import Hit, synthesise, voice_of

LEAST_FRAMES = 5  #: Of a piece of a path: two frames before a hit, two after it, and the lowest one.
EDGE = 1.0  #: Pixels that must lie between a thing and the frame's edge: what is cut off seems to turn there.


def hits_of(clip: Tensor, *, fps: float = 8.0) -> list[Hit]:
    """What is heard in a clip ``3 t h w`` in [-1, 1], in the order of time.

    Hits in the first and the last two frames cannot be seen (a corner has two sides), nor those that something hides.

    Raises: UserError for what is not a clip, or too small or short for the judge's eyes (48 pixels a side, 9 frames).
    """
    video = as_video(clip)
    frames, _, height, width = video.shape
    side = min(height, width)
    backdrop = find_backdrop(video, fps=fps)
    camera = backdrop.view(torch.arange(frames) / fps)
    found = []
    for track in link(find_blobs(video.numpy(), backdrop.picture.numpy()), frames, side):
        for piece in _whole_pieces(track.blobs, height, width):
            when = torch.tensor([blob.frame for blob in piece])
            zoom = camera.zoom[when]
            x = torch.tensor([blob.x - width / 2 for blob in piece]) / side / zoom + camera.x[when]
            y = torch.tensor([blob.y - height / 2 for blob in piece]) / side / zoom
            radius = torch.tensor([_radius(blob) for blob in piece]) / side / zoom
            size = voice_of(float(radius.median()))
            begin = piece[0].frame / fps
            found += [Hit(begin + time, size) for time in impacts(torch.stack([x, y], dim=1), fps=fps)]
    return sorted(found)


def sound_for(clip: Tensor, *, fps: float = 8.0) -> Tensor:
    """The sound of a clip ``3 t h w`` in [-1, 1]: one row of samples, ``wave.RATE`` a second, as long as its frames.

    For files: ``save_video(clip, "film.mp4", sound=sound_for(clip))``. Silent where nothing is hit.

    Raises: UserError as :func:`hits_of`.
    """
    return synthesise(hits_of(clip, fps=fps), clip.shape[1] / fps)


def _radius(blob: Blob) -> float:
    """Of the circle around a thing, in pixels, as a scene counts sizes: whatever its shape is."""
    rows, columns = np.nonzero(blob.mask)
    return float(np.hypot(rows - blob.y, columns - blob.x).max())


def _whole_pieces(blobs: list[Blob], height: int, width: int) -> Iterator[list[Blob]]:
    """The parts of a track without a gap in which the thing is wholly in the frame."""
    piece: list[Blob] = []
    for blob in blobs:
        rows, columns = np.nonzero(blob.mask)
        inside = min(rows.min(), columns.min()) >= EDGE and rows.max() < height - EDGE and columns.max() < width - EDGE
        if not inside or (piece and blob.frame != piece[-1].frame + 1):
            if len(piece) >= LEAST_FRAMES:
                yield piece
            piece = []
        if inside:
            piece.append(blob)
    if len(piece) >= LEAST_FRAMES:
        yield piece
