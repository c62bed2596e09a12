"""What changes in a long clip although nobody said that it should: size and colour of the thing in it, and jumps."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.reading import as_video

CONTRAST = 0.15  #: A pixel belongs to a thing where one of its colours is this far from the background's, in [0, 1].


class Drift(NamedTuple):
    """How a clip of one thing changes on its way; a still one that stays as it is has (1, 0, about 1).

    Attributes:
        area: of the thing at the end, as a share of that at the beginning.
        colour: how far its mean colour wanders from the beginning to the end, at most, of a range of 1.
        jump: the largest step from one frame to the next, in mean steps.
    """

    area: float
    colour: float
    jump: float

    def __str__(self) -> str:
        return f"area {self.area:4.2f}  colour {self.colour:4.2f}  largest step {self.jump:4.1f}"


def drift(clip: Tensor, *, frames: int = 8) -> Drift:
    """Of a clip ``3 f h w`` in [-1, 1], between its first ``frames`` frames and its last.

    Raises: UserError as :func:`~minisora.evaluation.judge.read`.
    """
    video = as_video(clip)
    inside = ((video - find_backdrop(video).picture).abs() > CONTRAST).any(1).float()  # f h w
    area = inside.sum((1, 2))
    colour = (video * inside[:, None]).sum((2, 3)) / area[:, None].clamp(min=1)  # f 3
    steps = video.diff(dim=0).abs().mean((1, 2, 3))
    share = area[-frames:].mean() / area[:frames].mean().clamp(min=1)
    wandered = (colour[-frames:].mean(0) - colour[:frames].mean(0)).abs().max()
    return Drift(float(share), float(wandered), float(steps.max() / steps.mean().clamp(min=1e-6)))
