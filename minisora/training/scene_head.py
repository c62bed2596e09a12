"""A helper that only training knows: it makes the middle of the network say where things are.

At high noise the loss hardly rewards a network for finding the object: most of a clip is background. The simulator
knows the truth, so a linear layer on the middle block's tokens is asked for it: how far is the nearest object's middle
from this token, how fast does it move and grow, how large is it, and does it cover the token? The layer is thrown away
after training. Cousin of representation alignment (REPA, 2410.06940), with the true scene in place of a large
network's features.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.worlds.motion import pack, pose
from minisora.worlds.scene import Scene

NUMBERS = 7  #: Offset (2), velocity (2), growth, and size of the nearest object; whether it covers the token.
REACH = 1.6  #: So many radii around an object count.
UNIT = torch.tensor([1.0, 1.0, 1 / 3, 1 / 3, 1 / 2, 1 / 2])  #: What brings the first six to a variance near one.


class SceneHead(nn.Module):
    """Loss of the scene that is read off tokens ``b n width``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.read = nn.Linear(width, NUMBERS)
        nn.init.zeros_(self.read.weight)
        nn.init.zeros_(self.read.bias)

    def forward(self, tokens: Tensor, scenes: Sequence[Scene], shape: tuple[int, int, int], seconds: float) -> Tensor:
        """``tokens: b n width`` are those of a grid of ``shape`` (frames, rows, columns), ``seconds`` apart in time.

        Without scenes (digits have none) it is 0.
        """
        said = self.read(tokens).float()
        if not scenes:  # several processes wait for a gradient of every weight, if only a zero
            return 0.0 * said.sum()
        truth, near, covered = (x.to(tokens.device) for x in scene_targets(scenes, shape, seconds))
        off = ((said[..., :-1] - truth).square().mean(-1) * near).sum() / near.sum().clamp(min=1)
        return off + F.binary_cross_entropy_with_logits(said[..., -1], covered)


def scene_targets(
    scenes: Sequence[Scene], shape: tuple[int, int, int], seconds: float
) -> tuple[Tensor, Tensor, Tensor]:
    """What a token should know: ``(numbers b n 6, near b n, covered b n)``.

    The first latent frame is the clip's first picture; each later one stands for the ``seconds`` before it, and the
    truth is that of their middle.
    """
    frames, rows, columns = shape
    times = (torch.arange(frames) - 0.5).clamp(min=0) * seconds
    batch, soon = pack(scenes), 0.125
    now, then = pose(batch, times), pose(batch, times + soon)
    x = (torch.arange(columns) + 0.5 - columns / 2) / min(rows, columns)
    y = (torch.arange(rows) + 0.5 - rows / 2) / min(rows, columns)

    def grid(value: Tensor) -> Tensor:  # b o t -> b o t h w
        return value[..., None, None].expand(*value.shape, rows, columns)

    radius, later = now.radius.clamp(min=0.02), then.radius.clamp(min=0.02)
    dx, dy = (x - grid(now.x)) / grid(radius), (y[:, None] - grid(now.y)) / grid(radius)
    distance = torch.hypot(dx, dy).masked_fill(grid(now.opacity) < 0.5, 1e3)
    nearest = distance.argmin(1, keepdim=True)

    def of_nearest(value: Tensor) -> Tensor:  # b o t h w -> b n
        return value.gather(1, nearest)[:, 0].flatten(1)

    speeds = ((then.x - now.x) / soon, (then.y - now.y) / soon, (later / radius).log() / soon, (radius / 0.19).log())
    numbers = torch.stack([of_nearest(v) for v in (dx.clamp(-2, 2), dy.clamp(-2, 2), *map(grid, speeds))], dim=-1)
    near = of_nearest(distance)
    return numbers / UNIT, (near < REACH).float(), (near < 1).float()
