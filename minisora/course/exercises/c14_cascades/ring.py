"""The smallest world whose ways are bent: points in the plane, at six lamps on a ring, and a network for them."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor, nn

LAMPS = 1.5 * torch.stack([turn(torch.arange(6) * math.pi / 3) for turn in (torch.cos, torch.sin)], dim=1)


class Small(nn.Module):
    """``(x, t, s) -> u`` for points ``n 2``; ``t`` and ``s`` are ``n 1``. It is always begun alike."""

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            inner = [part for _ in range(2) for part in (nn.Linear(width, width), nn.SiLU())]
            self.layers = nn.Sequential(nn.Linear(4, width), nn.SiLU(), *inner, nn.Linear(width, 2))

    def forward(self, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        return self.layers(torch.cat([x, t, t - s], dim=1))


def lesson(n: int, dice: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Points at lamps, noise, and where segments begin and end; three in four have no length."""
    x0 = LAMPS[torch.randint(6, (n,), generator=dice)] + 0.05 * torch.randn(n, 2, generator=dice)
    a, b, still = torch.rand(3, n, 1, generator=dice)
    t = torch.maximum(a, b)
    return x0, torch.randn(n, 2, generator=dice), t, torch.where(still < 0.75, t, torch.minimum(a, b))


def far(x: Tensor) -> float:
    """How far points are from the nearest lamp, on average."""
    return float(torch.cdist(x, LAMPS).amin(1).mean())
