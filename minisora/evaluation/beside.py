"""A part of every frame is given: what is seen there stays where it is, and what else is said goes where it is free."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from minisora.codec.autoencoder import Codec
from minisora.directing import Direct, through
from minisora.evaluation.judge import read
from minisora.evaluation.reading import LEAST_SIDE, ReadObject, long_enough
from minisora.evaluation.ways import Way, way_of
from minisora.planning import CLEAR, Tracks, shifted
from minisora.worlds.claims import ObjectClaim

STEP = 0.06  #: Sides between two places to which a thing may be moved,
REACH = 1.5  #: as far as this to each side.
OUT = 20.0  #: What a side beyond the free part costs, in sides of being moved.


def beside_given(codec: Codec, latents: Tensor, free: Tensor, claims: Sequence[ObjectClaim]) -> Direct | None:
    """A plan whose things are where they are seen in the given part; the others are moved into the part that is free.

    Args:
        latents: ``c t h w``; they count where they are given.
        free: ``1 t h w``, of every frame the same: 0 where given, else 1.
        claims: what is said of the plan's things.
    Returns: None where the frames are too small to be read.
    """
    if min(latents.shape[2:]) * codec.config.spatial < LEAST_SIDE:
        return None
    seen, hole = _seen(codec, latents, free, claims), free[0, 0] > 0
    rows, columns = hole.shape
    down, across = (each.nonzero()[:, 0] for each in (hole.any(1), hole.any(0)))
    side = min(rows, columns)
    room = torch.tensor(
        [
            [(across[0] - columns / 2) / side, (across[-1] + 1 - columns / 2) / side],
            [(down[0] - rows / 2) / side, (down[-1] + 1 - rows / 2) / side],
        ]
    )

    def direct(tracks: Tracks, frame: tuple[float, float]) -> Tracks:
        for thing, way in seen.items():
            frames = torch.arange(len(way.x))
            tracks = through(frames, way.x, way.y, way.radius, thing=thing)(tracks, frame)
        there = list(seen)
        for thing in (k for k in range(tracks[0].x.shape[1]) if k not in seen):
            tracks = shifted(tracks, thing, *_aside(tracks, thing, there, room))
            there.append(thing)
        return tracks

    return direct


@torch.no_grad()
def _seen(codec: Codec, latents: Tensor, free: Tensor, claims: Sequence[ObjectClaim]) -> dict[int, Way]:
    """Which of the things that are said are seen in the given part, and their ways."""
    given = free[0, 0] == 0
    rows, columns = (_span(given.any(axis), math.ceil(LEAST_SIDE / codec.config.spatial)) for axis in (1, 0))
    part, given = latents[:, :, rows, columns], given[rows, columns].expand(*latents.shape[:2], -1, -1)
    # Nothing is known of what else is in it: there it looks like most of what is given of its row, or of all.
    known = torch.where(given, part, torch.nan)
    row, all_ = known.nanmedian(-1, keepdim=True).values, known.flatten(2).nanmedian(-1).values[..., None, None]
    clip = codec.decode(torch.where(given, part, torch.where(row.isnan(), all_, row))[None])[0].cpu()
    things = [each for each in read(long_enough(clip)).objects if each.figure is not None]
    seen: dict[int, Way] = {}
    for i, claim in enumerate(claims):
        mine = next((each for each in things if _fits(each, claim)), None)
        if mine is not None:
            things = [each for each in things if each is not mine]
            seen[i] = _in_frame(way_of(mine, clip.shape[1]), (rows, columns), latents.shape[2:])
    return seen


def _span(there: Tensor, least: int) -> slice:
    """From the first place where something is given to the last; all places, where that is less than can be read."""
    first, after = int(there.nonzero()[0]), int(there.nonzero()[-1]) + 1
    return slice(first, after) if after - first >= least else slice(0, len(there))


def _in_frame(way: Way, part: tuple[slice, slice], frame: Sequence[int]) -> Way:
    """A way in a part of the frame, in sides of that, in sides of the frame."""
    side, mine = min(frame), min(each.stop - each.start for each in part)
    down, across = ((each.start + each.stop - length) / 2 / side for each, length in zip(part, frame, strict=True))
    scale = mine / side
    return way._replace(x=scale * way.x + across, y=scale * way.y + down, radius=scale * way.radius)


def _fits(thing: ReadObject, claim: ObjectClaim) -> bool:
    """Whether a thing may be the one that is said: it has a colour and a shape, and they are no others."""
    pairs = ((thing.colour, claim.colour), (thing.shape, claim.shape))
    return all(is_ is not None and said in (None, is_) for is_, said in pairs)


def _aside(tracks: Tracks, thing: int, there: Sequence[int], room: Tensor) -> tuple[float, float]:
    """By how much to move one thing, so that it is within the free part and clear of those that are there."""
    now = tracks[0]
    x, y, radius = now.x[0, thing], now.y[0, thing], now.radius[0, thing]
    moves = STEP * torch.arange(-round(REACH / STEP), round(REACH / STEP) + 1)
    out = []
    for values, (low, high) in zip((x, y), room, strict=True):
        moved = values + moves[:, None]
        beyond = (low - (moved - radius)).clamp(min=0) + (moved + radius - high).clamp(min=0)
        out.append(OUT * beyond.amax(1) + moves.abs())
    cost = out[0][:, None] + out[1]
    for other in there:
        right = x + moves[:, None] - now.x[0, other]
        down = y + moves[:, None] - now.y[0, other]
        distance = torch.hypot(right[:, None], down[None]) / (radius + now.radius[0, other])
        cost = cost + OUT * (CLEAR - distance.amin(-1)).clamp(min=0)
    best = divmod(int(cost.argmin()), len(moves))
    return float(moves[best[0]]), float(moves[best[1]])
