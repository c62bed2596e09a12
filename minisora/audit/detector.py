"""A small network that tells generated clips from true ones, frame by frame, by what lies in the pixels.

What it learns is decided by what it is shown as true: beside clips that no codec has touched, it learns the codec.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from minisora.training.small import train_small

#: Changes frames ``b 3 h w`` with dice.
Change = Callable[[Tensor, Generator], Tensor]


class Detector(nn.Module):
    """Frames ``b 3 h w`` in [-1, 1] to a score ``b``, positive for generated ones: 24 thousand numbers.

    Convolutions over what is left when the surroundings of each pixel are taken off: traces are fine, and what is to
    be seen in a clip is no evidence.
    """

    def __init__(self, width: int = 16, *, generator: Generator) -> None:
        super().__init__()
        sizes = [3, width, 2 * width, 4 * width]
        self.layers = nn.ModuleList(
            nn.Conv2d(inputs, outputs, 3, stride=2 - (i == 0), padding=1)
            for i, (inputs, outputs) in enumerate(pairwise(sizes))
        )
        self.head = nn.Linear(8 * width, 1)
        for weight in self.parameters():
            with torch.no_grad():
                if weight.ndim == 1:
                    weight.zero_()
                else:
                    weight.normal_(0, (2 / weight[0].numel()) ** 0.5, generator=generator)

    def forward(self, frames: Tensor) -> Tensor:
        around = F.avg_pool2d(F.pad(frames, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
        x = 8 * (frames - around)
        for layer in self.layers:
            x = F.silu(layer(x))
        # The largest answer as well as the mean one: a trace may be in one corner.
        return self.head(torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1))[:, 0]


@torch.no_grad()
def scores(detector: nn.Module, video: Tensor, *, batch: int = 16) -> Tensor:
    """The mean score of each clip's frames: ``b 3 t h w -> b``."""
    frames = [some.transpose(1, 2).flatten(0, 1) for some in video.split(batch)]
    return torch.cat([detector(each).unflatten(0, (-1, video.shape[2])).mean(1) for each in frames])


def train_detector(
    made: Tensor,
    true: Tensor,
    *,
    seed: int,
    steps: int = 500,
    batch: int = 32,
    change: Change | None = None,
) -> tuple[Detector, float]:
    """A detector of these clips ``n 3 t h w``, and the seconds that it took.

    Args:
        change: is done to each batch of frames, of both kinds alike (augmentation).
    """
    dice = Generator().manual_seed(seed)
    detector = Detector(generator=dice)

    def loss(network: Detector) -> Tensor:
        halves = []
        for clips in (made, true):
            which = torch.randint(len(clips), (batch // 2,), generator=dice)
            when = torch.randint(clips.shape[2], (batch // 2,), generator=dice)
            halves.append(clips[which, :, when])
        frames = torch.cat(halves)
        frames = frames if change is None else change(frames, dice)
        truth = torch.cat([torch.ones(batch // 2), torch.zeros(batch // 2)])
        return F.binary_cross_entropy_with_logits(network(frames).float(), truth)

    return train_small(detector, loss, steps=steps, adam_lr=2e-3)


def treated(frames: Tensor, dice: Generator) -> Tensor:
    """Noise, and a detour over a smaller size, each for half of the batches: what a detector may meet later."""
    chance, share = torch.rand(2, generator=dice).tolist()
    if chance < 0.5:
        side = round((0.6 + 0.35 * share) * frames.shape[-1])
        small = F.interpolate(frames, (side, side), mode="bilinear", antialias=True)
        frames = F.interpolate(small, frames.shape[-2:], mode="bilinear")
    if 0.25 < chance < 0.75:
        frames = frames + 0.05 * share * torch.randn(frames.shape, generator=dice)
    return ((frames.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
