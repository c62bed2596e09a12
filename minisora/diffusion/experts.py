"""Experts by noise level: one network while there is mostly noise, another for what is left (eDiff-I, 2211.01324).

What a clip shows is settled at high noise, how it looks at low noise: two networks that each learn one of these
learn it sooner than one that learns both, and sampling asks only one of them at a time (also in Wan 2.2).
"""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.diffusion.path import Velocity


def experts(early: Velocity, late: Velocity, *, hand_over: float) -> Velocity:
    """``early`` for tokens whose time is above ``hand_over``, ``late`` for the others.

    Each is called while there are tokens for it; tokens at time 0 are given, and ask for neither. Where each latent
    frame has a clock of its own, both may be called, and each token takes its own expert's answer.
    """

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        above = t > hand_over
        if not above.any():
            return late(x, t)
        if (above | (t == 0)).all():
            return early(x, t)
        return torch.where(above, early(x, t), late(x, t))

    return velocity
