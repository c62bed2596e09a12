"""One path from two measurements of it, where it is now and then, and how it moves on; one rhythm from many flashes."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from minisora.worlds.render import FPS

#: Cycles a second from and to which something blinks, and how many of them are tried for each second of a clip.
RHYTHMS = 0.8, 1.4, 24


def smoothed(places: Tensor, steps: Tensor, place_error: float, step_error: float) -> Tensor:
    """The path that agrees best with both, in the sense of least squares: what a Kalman smoother finds, all at once.

    A plan's places are rough and its steps are fine, but to add up steps alone is to stray ("dead reckoning"); so each
    counts by how exact it is.

    Args:
        places: ``... t``, each at the last picture of its latent frame. The first latent frame is one picture.
        steps: ``... t p``, from each of the ``p`` pictures of a latent frame to the next picture. Of the first latent
            frame, whose pictures are one and the same, the last step counts.
        place_error, step_error: the deviations of the two.

    Returns: ``... t*p``, of the first latent frame its one picture ``p`` times.
    """
    t, p = steps.shape[-2:]
    solve = _least_squares(t, p, place_error, step_error).to(places)
    between = steps.flatten(-2)[..., p - 1 : -1]
    path = torch.cat([places / place_error, between / step_error], -1) @ solve.T
    return torch.cat([path[..., :1].expand(*path.shape[:-1], p - 1), path], -1)


@lru_cache(maxsize=64)
def _least_squares(t: int, p: int, place_error: float, step_error: float) -> Tensor:
    """From places and steps, each in units of its error, to the path."""
    one = torch.eye(1 + (t - 1) * p, dtype=torch.float64)
    return torch.linalg.pinv(torch.cat([one[::p] / place_error, one.diff(dim=0) / step_error]))


def flashes(seen: Tensor, *, first: int = 0) -> Tensor:
    """When what blinks can be seen: of all steady rhythms the one that agrees best with what each picture says.

    Args:
        seen: ``b f``, above 0 where it is rather seen.
        first: that picture is the first of the clip; those before it are the same.
    Returns: ``b f``, 1 where seen and 0 where not.
    """
    on = _rhythms(seen.shape[1], first).to(seen)
    return on[(seen @ (2 * on - 1).T).argmax(1)]


@lru_cache(maxsize=64)
def _rhythms(pictures: int, first: int) -> Tensor:
    """When each of all rhythms shows what blinks: ``n f``, 1 or 0."""
    times = (torch.arange(pictures) - first).clamp(min=0) / FPS
    fine = math.ceil(RHYTHMS[2] * max(float(times[-1]), 1.0))
    speed, phase = torch.linspace(*RHYTHMS[:2], fine), torch.linspace(0, 1, 81)[:-1]
    return ((speed[:, None, None] * times + phase[:, None]) % 1 < 0.5).flatten(0, 1).float()
