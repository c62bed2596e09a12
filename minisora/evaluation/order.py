"""Which of two objects that overlap stands in front: drawn in both orders, the one that looks more like the clip."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.evaluation.fit import Patches, draw
from minisora.evaluation.recognise import Figure
from minisora.worlds.render import PALETTE
from minisora.worlds.scene import SHAPES

SURE = 1.5  #: One order must have this many times the other's squared error.
LEAST_PIXELS = 3.0  #: Pixels that both must cover, or neither hides the other.


def in_front(figures: list[Figure], video: Tensor, backdrop: Tensor) -> frozenset[tuple[int, int]]:
    """Pairs (a, b) such that figure a hides a part of figure b; both videos ``f 3 h w`` in [0, 1]."""
    pairs = set()
    for a in range(len(figures)):
        for b in range(a):
            order = _compare(figures[a], figures[b], video, backdrop)
            if order:
                pairs.add((a, b) if order > 0 else (b, a))
    return frozenset(pairs)


def _compare(a: Figure, b: Figure, video: Tensor, backdrop: Tensor) -> int:
    """1 if a is in front of b in the frames in which they overlap, -1 if b is, 0 if none."""
    height, width = video.shape[-2:]
    side = min(height, width)
    both = sorted(set(a.frames.tolist()) & set(b.frames.tolist()))
    pick_a = [a.frames.tolist().index(frame) for frame in both]
    pick_b = [b.frames.tolist().index(frame) for frame in both]
    pose_a, pose_b = a.pose[pick_a], b.pose[pick_b]
    gap = torch.hypot(*(pose_a[:, :2] - pose_b[:, :2]).unbind(-1)) - pose_a[:, 2].exp() - pose_b[:, 2].exp()
    near = (gap < 0).nonzero()[:4, 0]
    if len(near) == 0:
        return 0
    y = ((torch.arange(height) + 0.5) - height / 2) / side
    x = ((torch.arange(width) + 0.5) - width / 2) / side
    frames = torch.tensor(both)[near]
    rgb, empty = video[frames], backdrop[frames]
    patches = Patches(rgb, empty, torch.ones(()), y[None, :, None], x[None, None, :], 1 / side)

    def over(figure: Figure, pose: Tensor, behind: Patches) -> tuple[Tensor, Tensor]:
        shape, colour = torch.tensor([SHAPES.index(figure.shape)]), torch.tensor([PALETTE[figure.colour]])
        picture, cover = draw(shape, pose[None, near], colour, behind)
        return picture[0], cover[0]

    picture_a, cover_a = over(a, pose_a, patches)
    picture_b, cover_b = over(b, pose_b, patches)
    shared = (cover_a * cover_b)[:, None]
    if shared.sum() / len(near) < LEAST_PIXELS:
        return 0
    error_a = (shared * (picture_a - rgb)).square().sum()
    error_b = (shared * (picture_b - rgb)).square().sum()
    if error_b > SURE * error_a:
        return 1
    return -1 if error_a > SURE * error_b else 0
