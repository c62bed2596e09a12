"""How well a score tells two kinds of clips apart, whatever threshold one chooses."""

from __future__ import annotations

import torch
from torch import Tensor


def roc_auc(made: Tensor, true: Tensor) -> float:
    """The area under the ROC curve: how often a made clip scores higher than a true one; ties count half.

    Args:
        made, true: scores ``n`` and ``m``; the higher, the likelier made.
    Raises: ValueError where there is none of a kind.
    Source: Hanley and McNeil 1982; it is the Mann-Whitney statistic over ``n m``.
    """
    if not (len(made) and len(true)):
        raise ValueError(f"{len(made)} made and {len(true)} true clips: at least one of each")
    higher = (made[:, None] > true).double() + 0.5 * (made[:, None] == true).double()
    return float(higher.mean())


def roc_curve(made: Tensor, true: Tensor) -> tuple[Tensor, Tensor]:
    """False alarms and hits, as shares, at every threshold from the strictest down: ``k`` each, from 0 to 1."""
    levels = torch.cat([made, true]).unique().flip(0)
    alarms = (true[:, None] >= levels).float().mean(0)
    hits = (made[:, None] >= levels).float().mean(0)
    zero = made.new_zeros(1)
    return torch.cat([zero, alarms]), torch.cat([zero, hits])


def threshold_for(true: Tensor, *, false_alarm: float) -> float:
    """The lowest threshold above which at most that share of true clips lie."""
    allowed = int(false_alarm * len(true))
    return float(true.sort(descending=True).values[allowed])
