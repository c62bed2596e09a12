"""What guidance makes of a skew in the training clips: predicted, and counted."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.evaluation.metrics import wilson


def guided_shares(conditional: Tensor, unconditional: Tensor, *, scale: float) -> Tensor:
    """Shares ``k`` that guidance aims at, of the shares with the prompt and without one.

    The guided velocity belongs to the density ``p(x | prompt)^scale p(x)^(1 - scale)``, not normalised; for what has
    ``k`` values, such as a colour, that is a formula. It is what the velocities aim at and not quite what sampling
    gives, since guided densities of neighbouring times do not belong together (Bradley & Nakkiran 2024, 2408.09000).

    Source: Ho & Salimans 2022 (2207.12598), eq. 6, with ``scale = 1 + w``.
    """
    log = scale * conditional.log() + (1 - scale) * unconditional.log()
    log = torch.where(conditional > 0, log, torch.full_like(log, -torch.inf))  # what never was stays so
    return log.softmax(dim=0)


def amplification(chosen: int, of: int, share: float, *, z: float = 1.96) -> tuple[float, float, float]:
    """How far the share of samples is above the share of the training clips, with its interval.

    Args:
        chosen, of: so many of the samples show it.
        share: of the training clips that do.
        z: 1.96 for 95 %.
    Returns: the difference, and its lowest and highest value (Wilson's interval of the share).
    """
    low, high = wilson(chosen, of, z=z)
    return chosen / of - share, low - share, high - share
