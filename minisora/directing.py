"""What is planned can be directed before it is painted: another pace, or a way of one's own.

A plan is kept as tracks, which say where each thing is at each picture. So motion is a thing that one can take hold of:
what large systems learn as a further condition (the motion bucket of SVD, 2311.15127; trajectories drawn by hand,
DragNUWA, 2308.08089) is arithmetic on some numbers here, and the transformer paints what they say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.planning import Tracks
from minisora.request import check_range
from minisora.worlds.plan import PICTURES, Track

#: What is planned of a clip in, and the frame's width and height in sides; what is to happen instead out.
Direct = Callable[[Tracks, tuple[float, float]], Tracks]
SLOWEST, FASTEST = 0.25, 3.0
QUICK = 0.5  #: Sides a second: what goes faster was hardly ever seen in training.


def check_pace(pace: float) -> None:
    """Raises: UserError when a planned clip cannot go on at this pace."""
    check_range("pace", pace, low=SLOWEST, high=FASTEST, advice="1, the planner's own")


def paced(pace: float, *, begun: bool = False) -> Direct:
    """Things go the same ways, ``pace`` times as far in the same time; they turn, grow and shrink by so much, too.

    Args:
        begun: whether the first picture is given. If not, what would leave the frame begins somewhere else.
    Raises: UserError for a pace out of its limits.
    """
    check_pace(pace)

    def direct(tracks: Tracks, frame: tuple[float, float]) -> Tracks:
        now, then = tracks

        def scaled(name: str) -> tuple[Tensor, Tensor]:
            values = _values(tracks, name)
            return _moments(name, values[..., :1] + pace * (values - values[..., :1]))

        moved = {name: scaled(name) for name in ("radius", "angle", "x", "y")}
        for name, side in zip(("x", "y"), frame, strict=True):
            out = [(sign * moved[name][0] + moved["radius"][0]).amax(-1, keepdim=True) - side / 2 for sign in (1, -1)]
            aside = out[1].clamp(min=0) - out[0].clamp(min=0)
            moved[name] = tuple(values + (0 if begun else aside) for values in moved[name])  # type: ignore[assignment]
        return (
            now._replace(**{name: values[0] for name, values in moved.items()}),
            then._replace(**{name: values[1] for name, values in moved.items()}),
        )

    return direct


def through(frames: Tensor, x: Tensor, y: Tensor, radius: Tensor, *, thing: int = 0) -> Direct:
    """One thing is where it was seen at some frames; between them it goes as planned, bent as little as it takes.

    By how much the plan is off at these frames is taken off it there, between two of them in proportion to the time,
    and before the first and after the last of them as much as at these.

    Args:
        frames: their numbers, ``n``, ascending.
        x, y, radius: of the thing then, in sides, each ``n``.
        thing: which, in the order of the sentence.
    """

    def direct(tracks: Tracks, frame: tuple[float, float]) -> Tracks:
        del frame
        now, then = tracks
        for name, seen in (("x", x), ("y", y), ("radius", radius.log())):
            values = _values(tracks, name)
            values[0, thing] += _between(frames, seen - values[0, thing, frames], torch.arange(values.shape[-1]))
            before, after = _moments(name, values)
            now, then = now._replace(**{name: before}), then._replace(**{name: after})
        return now, then

    return direct


def _values(tracks: Tracks, name: str) -> Tensor:
    """A number at each frame and one after the last, ``1 o f+1``: the logarithm of a radius, and angles without jumps
    of a whole turn."""
    now, then = (getattr(track, name)[..., PICTURES - 1 :] for track in tracks)
    values = torch.cat([now, then[..., -1:]], -1)
    if name == "radius":
        return values.log()
    return torch.from_numpy(np.unwrap(values.numpy(), axis=-1)) if name == "angle" else values


def _moments(name: str, values: Tensor) -> tuple[Tensor, Tensor]:
    """The inverse of :func:`_values`: at the pictures of all latent frames, and one later. The first one's are one."""
    values = values.exp() if name == "radius" else values

    def pictures(frames: Tensor) -> Tensor:
        return torch.cat([frames[..., :1].expand(*frames.shape[:-1], PICTURES - 1), frames], -1)

    return pictures(values[..., :-1]), pictures(values[..., 1:])


def length_of(path: Sequence[tuple[float, float]]) -> float:
    """In sides of a square frame."""
    return sum(math.dist(one, other) for one, other in pairwise(path))


def along(path: Sequence[tuple[float, float]], *, thing: int = 0) -> Direct:
    """One thing goes along a path at an even speed; how large, how turned and what it is stays as planned.

    Args:
        path: at least two points, each how far from the left and from the top as shares of the frame, 0 to 1.
        thing: which, in the order of the sentence.
    Raises: UserError for a path without length or out of the frame; when directing, for a thing that is not there.
    """
    points = torch.tensor(path, dtype=torch.float32)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise UserError(f"path {path}: must be two points or more, each left,top — try 0.2,0.8 0.5,0.2 0.8,0.8")
    if not ((points >= 0) & (points <= 1)).all():
        raise UserError(f"path {path}: every point must lie in the frame, from 0,0 (left, top) to 1,1")
    lengths = (points[1:] - points[:-1]).norm(dim=1)
    if not lengths.sum() > 0:
        raise UserError(f"path {path}: all its points are one — for what stays there say so in the sentence")
    gone = torch.cat([torch.zeros(1), lengths.cumsum(0)]) / lengths.sum()

    def direct(tracks: Tracks, frame: tuple[float, float]) -> Tracks:
        now, then = tracks
        things, pictures = now.x.shape[1:]
        if not 0 <= thing < things:
            raise UserError(f"thing {thing + 1} is to follow a path, but the sentence names {things}")
        share = (torch.arange(pictures + 1) - (PICTURES - 1)).clamp(min=0) / (pictures - PICTURES)
        where = torch.stack([frame[i] * (_between(gone, points[:, i], share) - 0.5) for i in (0, 1)])
        return _placed(now, where[:, :-1], thing), _placed(then, where[:, 1:], thing)

    return direct


def _placed(track: Track, where: Tensor, thing: int) -> Track:
    x, y = track.x.clone(), track.y.clone()
    x[:, thing], y[:, thing] = where
    return track._replace(x=x, y=y, visible=track.visible.index_fill(1, torch.tensor([thing]), 1.0))


def _between(gone: Tensor, values: Tensor, share: Tensor) -> Tensor:
    """``values`` at shares of a way of which so much is ``gone`` at each of them."""
    return torch.from_numpy(np.interp(share.numpy(), gone.numpy(), values.numpy())).to(values)
