"""Two laws with a closed formula: uniform motion and the parabola. (``bodies.py`` has those that need a simulation.)

Lengths are pixels and times are frames, as a model sees them. After Kang et al. 2024 (2411.02385, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from minisora.physics.things import FRAMES, RED, STRIP, WIDTH, Things, discs

GRAVITY = 0.25  #: Pixels a frame, each frame.


@dataclass(frozen=True)
class Speeds:
    """Speeds to draw from: one or several intervals, in pixels a frame, each as likely as it is wide."""

    intervals: tuple[tuple[float, float], ...]

    def sample(self, n: int, generator: Generator) -> Tensor:
        """``n`` speeds."""
        widths = torch.tensor([high - low for low, high in self.intervals])
        at = torch.rand(n, generator=generator) * widths.sum()
        found = torch.zeros(n)
        for (low, _), begin, width in zip(self.intervals, widths.cumsum(0) - widths, widths, strict=True):
            found = torch.where((at >= begin) & (at <= begin + width), low + at - begin, found)
        return found


KNOWN = Speeds(((0.8, 1.8),))  #: What the models are shown.
MIDDLE = (STRIP / 2, STRIP / 2)
SLOW, FAST = Speeds(((0.1, 0.5),)), Speeds(((2.1, 2.5),))  #: What they are asked besides.


def uniform_path(start: Tensor, velocity: Tensor, frames: int = FRAMES) -> Tensor:
    """``x(t) = x(0) + v t`` of ``n 2`` and ``n 2``: places ``n t 2``."""
    time = torch.arange(frames)[None, :, None]
    return start[:, None] + time * velocity[:, None]


def parabola_path(start: Tensor, velocity: Tensor, frames: int = FRAMES, *, gravity: float = GRAVITY) -> Tensor:
    """``x(t) = x(0) + v t + g t² / 2``, g downwards: places ``n t 2``."""
    fall = 0.5 * gravity * torch.arange(frames).square()
    return uniform_path(start, velocity, frames) + torch.stack([torch.zeros_like(fall), fall], dim=-1)


def uniform_motion(
    n: int,
    speeds: Speeds,
    *,
    generator: Generator,
    rows: tuple[float, float] = (6, 10),
    frames: int = FRAMES,
) -> Things:
    """``n`` red discs that move to the right, none of them leaving the picture at up to 2.5 pixels a frame.

    Their middle lies within ``rows``; in a strip all move along ``rows=MIDDLE``.
    """
    speed = speeds.sample(n, generator)
    radius = uniform(n, 2.0, 3.0, generator)
    room = (WIDTH - 8 - speed * (frames - 1)).clamp(min=0)
    start = torch.stack([4 + room * torch.rand(n, generator=generator), uniform(n, *rows, generator)], dim=1)
    velocity = torch.stack([speed, torch.zeros(n)], dim=1)
    return discs(uniform_path(start, velocity, frames)[:, None], radius[:, None], RED)


def parabola(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> Things:
    """``n`` red discs thrown to the right and a little upwards; they stay in the picture."""
    speed = speeds.sample(n, generator)
    radius = uniform(n, 2.0, 3.0, generator)
    room = (WIDTH - 8 - speed * (frames - 1)).clamp(min=0)
    start = torch.stack([4 + room * torch.rand(n, generator=generator), uniform(n, 3.5, 5.5, generator)], dim=1)
    velocity = torch.stack([speed, uniform(n, -0.5, -0.1, generator)], dim=1)
    return discs(parabola_path(start, velocity, frames)[:, None], radius[:, None], RED)


def uniform(n: int, low: float, high: float, generator: Generator) -> Tensor:
    """``n`` numbers between two ends."""
    return low + (high - low) * torch.rand(n, generator=generator)
