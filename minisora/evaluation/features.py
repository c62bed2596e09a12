"""What is looked at when sets of clips are compared: three kinds of features, each blind to something else.

None of them is learnt. What single frames, blocks of space-time, and places over time can tell apart is decided by what
goes into them, and that is what is to be shown.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


class RandomFeatures:
    """Random filters over a clip, what they answer averaged: ``b 3 t h w -> b count``.

    Args:
        kernel: frames, rows and columns of a filter. Of one frame, the features are a bag of frames: their order is
            lost. Of several, each filter sees a block of space-time.
        count: how many filters.
    """

    def __init__(self, kernel: tuple[int, int, int], *, count: int, generator: Generator) -> None:
        weight = torch.randn(count, 3, *kernel, generator=generator)
        weight -= weight.mean((2, 3, 4), keepdim=True)  # blind to plain colour, which would drown all else
        self.weight = weight / weight.flatten(1).norm(dim=1)[:, None, None, None, None]
        self.stride = (1, max(1, kernel[1] // 2), max(1, kernel[2] // 2))

    @torch.no_grad()
    def __call__(self, video: Tensor, *, batch: int = 64) -> Tensor:
        answers = [F.conv3d(some, self.weight, stride=self.stride).relu() for some in video.split(batch)]
        return torch.cat([each.mean((2, 3, 4)) for each in answers])


def frame_vectors(video: Tensor, *, cells: int = 8) -> Tensor:
    """Each frame as a coarse picture of ``cells x cells``, without its mean: ``b 3 t h w -> b t 3·cells²``."""
    frames = video.transpose(1, 2).flatten(0, 1)
    small = F.adaptive_avg_pool2d(frames, cells).flatten(1)
    return (small - small.mean(1, keepdim=True)).unflatten(0, (len(video), -1))


def places(video: Tensor, *, contrast: float = 0.3) -> Tensor:
    """Where the thing of each clip is, and how large, frame by frame: ``b 3 t h w -> b t 3``, in sides of the frame.

    Columns are x and y from the middle and the root of the area. For one thing before a plain ground: the ground is the
    median of all pixels, and the thing is what differs from it by ``contrast``. Where nothing does, all three are 0.
    """
    ground = video.flatten(2).median(dim=2).values[:, :, None, None, None]
    inside = ((video - ground).abs() > contrast).any(dim=1).float()  # b t h w
    _, _, height, width = inside.shape
    side, area = min(height, width), inside.sum((2, 3))
    rows, columns = torch.arange(height) + 0.5 - height / 2, torch.arange(width) + 0.5 - width / 2
    x = (inside.sum(2) * columns).sum(2) / area.clamp(min=1) / side
    y = (inside.sum(3) * rows).sum(2) / area.clamp(min=1) / side
    return torch.stack([x, y, area.sqrt() / side], dim=2)
