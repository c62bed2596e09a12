"""One object over time: blobs of successive frames linked into tracks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from minisora.evaluation.segment import Blob
from minisora.worlds.scene import COLOURS

REACH = 0.28  #: An object moves no farther than this between two frames, in sides.
COST = 0.30  #: A link that costs more is none.
SIZE_COST = 0.08  #: Cost of a doubled or halved area, in sides of distance.
COLOUR_COST = 0.16  #: Cost of a change of colour, in sides of distance.
LEAST_FRAMES = 3  #: What shows itself in fewer frames is no object (noise, a flash).
SHOWN = 0.2  #: And what shows itself in a smaller share of the clip is none either.
FAINT = 0.5  #: A frame in which an object stands out by less than this share of the usual, and little at all, is one
FAINTEST = 0.3  #: in which it is gone, but for a trace (the codec leaves some of what blinks).
STAIN = 0.2  #: What stands out no more than this is a stain, such as a codec leaves; objects do by 0.3 and more.
GHOST = 0.15  #: But what stays for most of the clip is a ghost as soon as it stands out so much.


@dataclass
class Track:
    """The blobs of one object, in the order of time, at most one a frame."""

    blobs: list[Blob] = field(default_factory=list)

    @property
    def frames(self) -> list[int]:
        return [blob.frame for blob in self.blobs]

    def colour(self) -> tuple[int, float]:
        """Index of the colour of most frames, and the share of the frames that have it."""
        votes = np.bincount([blob.colour for blob in self.blobs], minlength=len(COLOURS))
        return int(votes.argmax()), float(votes.max() / votes.sum())

    def cost(self, blob: Blob, side: int) -> float:
        """How far ``blob`` is from what this object would look like in its frame."""
        last = self.blobs[-1]
        stay = float(np.hypot(blob.x - last.x, blob.y - last.y)) / side
        glide = stay
        if len(self.blobs) > 1 and self.blobs[-2].frame == last.frame - 1 == blob.frame - 2:
            before = self.blobs[-2]
            glide = float(np.hypot(blob.x - 2 * last.x + before.x, blob.y - 2 * last.y + before.y)) / side
        if min(stay, glide) > REACH:
            return np.inf
        changed = SIZE_COST * abs(float(np.log2(blob.area / last.area)))
        return min(stay, glide) + changed + COLOUR_COST * (blob.colour != last.colour)


def link(blobs: list[Blob], frames: int, side: int) -> list[Track]:
    """The objects of a clip of so many frames, the one that begins first at the front; ``side`` in pixels."""
    tracks: list[Track] = []
    for frame in sorted({blob.frame for blob in blobs}):
        here = [blob for blob in blobs if blob.frame == frame]
        costs = np.array([[track.cost(blob, side) for blob in here] for track in tracks]).reshape(
            len(tracks), len(here)
        )
        rows, columns = linear_sum_assignment(np.minimum(costs, COST))
        taken = set()
        for row, column in zip(rows, columns, strict=True):
            if costs[row, column] < COST:
                tracks[row].blobs.append(here[column])
                taken.add(column)
        tracks += [Track([blob]) for index, blob in enumerate(here) if index not in taken]
    found = []
    for track in tracks:
        usual = float(np.quantile([blob.strength for blob in track.blobs], 0.75))
        track.blobs = [blob for blob in track.blobs if blob.strength > min(FAINTEST, FAINT * usual)]
        stays = len(track.blobs) > 0.6 * frames
        if usual > (GHOST if stays else STAIN) and len(track.blobs) >= max(LEAST_FRAMES, SHOWN * frames):
            found.append(track)
    return found
