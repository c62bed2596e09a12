"""The sound of a finished clip: its things are followed, their hits found, and each hit synthesised.

Nothing here is learnt. The joint network (``network.py``) could do it as well, for one thing or two: on the same clips,
through the codec, half of its sounds of a bounce lie within 8 ms of the hit, and half of those that are read off the
path within 6. Of 59 collisions the paths miss 1 and make 3 false sounds, the network misses 7 and makes none, and what
it hears is nearer: half within 11 ms, for 16 (``experiments/sound.py``). But the paths serve any number of things and
clips of any length, and say which thing it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.reading import as_video
from minisora.evaluation.segment import Blob, find_blobs
from minisora.evaluation.track import link
from minisora.sound.hits import collisions, impacts
from minisora.sound.wave import Hit, synthesise, voice_of

LEAST_FRAMES = 5  #: Of a piece of a path: two frames before a hit, two after it, and the lowest one.
EDGE = 1.0  #: Pixels that must lie between a thing and the frame's edge: what is cut off seems to turn there.
TOUCH = 2.0  #: Pixels between two things that count as none, besides those that they go in half a frame: soft edges.


class Piece(NamedTuple):
    """A thing while it is wholly seen, without a gap: where it is, and what it sounds like."""

    blobs: list[Blob]
    places: Tensor  #: ``t 2``, x and y in sides.
    size: str

    @property
    def begin(self) -> int:
        return self.blobs[0].frame


def hits_of(clip: Tensor, *, fps: float = 8.0) -> list[Hit]:
    """What is heard in a clip ``3 t h w`` in [-1, 1], in the order of time.

    Things hit the floor, a wall, or each other; then both are heard. Hits in the first and the last two frames cannot
    be seen (a corner has two sides), nor those that something hides.

    Raises: UserError for what is not a clip, or too small or short for the judge's eyes (48 pixels a side, 9 frames).
    """
    pieces = _pieces(clip, fps)
    met: list[list[float]] = [[] for _ in pieces]
    for one, other in combinations(range(len(pieces)), 2):
        times = _meetings(pieces[one], pieces[other], fps=fps, side=min(clip.shape[2:]))
        met[one] += times
        met[other] += times
    found = []
    for piece, times in zip(pieces, met, strict=True):
        alone = [piece.begin / fps + time for time in impacts(piece.places, fps=fps)]
        alone = [time for time in alone if all(abs(time - each) > 1 / fps for each in times)]
        found += [Hit(time, piece.size) for time in times + alone]
    return sorted(found)


def sound_for(clip: Tensor, *, fps: float = 8.0) -> Tensor:
    """The sound of a clip ``3 t h w`` in [-1, 1]: one row of samples, ``wave.RATE`` a second, as long as its frames.

    For files: ``save_video(clip, "film.mp4", sound=sound_for(clip))``. Silent where nothing is hit.

    Raises: UserError as :func:`hits_of`.
    """
    return synthesise(hits_of(clip, fps=fps), clip.shape[1] / fps)


def _pieces(clip: Tensor, fps: float) -> list[Piece]:
    video = as_video(clip)
    frames, _, height, width = video.shape
    side = min(height, width)
    backdrop = find_backdrop(video, fps=fps)
    camera = backdrop.view(torch.arange(frames) / fps)
    found = []
    for track in link(find_blobs(video.numpy(), backdrop.picture.numpy()), frames, side):
        for blobs in _whole_pieces(track.blobs, height, width):
            when = torch.tensor([blob.frame for blob in blobs])
            zoom = camera.zoom[when]
            x = torch.tensor([blob.x - width / 2 for blob in blobs]) / side / zoom + camera.x[when]
            y = torch.tensor([blob.y - height / 2 for blob in blobs]) / side / zoom
            radius = torch.tensor([_radius(blob) for blob in blobs]) / side / zoom
            found.append(Piece(blobs, torch.stack([x, y], dim=1), voice_of(float(radius.median()))))
    return found


def _meetings(one: Piece, other: Piece, *, fps: float, side: int) -> list[float]:
    """When two things hit each other: they touch, and along the line between them came nearer and part at once.

    Two that pass before each other go on as they went: along no line is there a corner.
    """
    begin = max(one.begin, other.begin)
    first, second = begin - one.begin, begin - other.begin
    count = min(len(one.blobs) - first, len(other.blobs) - second)
    if count < LEAST_FRAMES:
        return []
    apart = one.places[first : first + count] - other.places[second : second + count]
    found: list[float] = []
    for m in range(2, count - 2):
        along = apart @ (apart[m] / apart[m].norm().clamp(min=1e-6))
        near = [time for time in collisions(along, fps=fps) if abs(time * fps - m) <= 1]
        if not near or (found and begin / fps + near[0] - found[-1] <= 1 / fps):
            continue
        still_to_go = float(along.diff().abs()[[m - 2, m + 1]].mean()) / 2 * side
        if _gap(one.blobs[first + m], other.blobs[second + m]) <= TOUCH + still_to_go:
            found.append(begin / fps + near[0])
    return found


def _gap(one: Blob, other: Blob) -> float:
    """Pixels between two things, at their nearest; 0 where they touch."""
    away = np.asarray(ndimage.distance_transform_edt(~one.mask))
    return float(away[other.mask].min()) - 1


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
