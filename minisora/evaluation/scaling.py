"""A scaling law: loss against compute as a power law, what it predicts, and how sure that is.

Kaplan et al. 2020 (2001.08361); with a floor, Hoffmann et al. 2022 (2203.15556).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

FLOORS = 200  #: How many floors are tried.


class PowerLaw(NamedTuple):
    """``loss = floor + scale · compute^-exponent``."""

    floor: float
    scale: float
    exponent: float

    def __call__(self, compute: float) -> float:
        return self.floor + self.scale * compute**-self.exponent


def fit_power_law(compute: Sequence[float], losses: Sequence[float], *, floor: float | None = None) -> PowerLaw:
    """The law that is nearest to the points, by squared error of the log of the loss.

    Args:
        floor: what is left with any compute, if it is known; else it is fitted too, from 0 to just below the least
            loss. Then at least three points are needed, and two otherwise.
    Raises: ValueError for too few points, or a floor that is not below all losses.
    """
    if len(compute) != len(losses) or len(set(compute)) < (3 if floor is None else 2):
        raise ValueError(f"{len(compute)} budgets and {len(losses)} losses: too few, or not as many")
    if floor is not None and not floor < min(losses):
        raise ValueError(f"floor {floor}: must be below the least loss, {min(losses)}")
    x, y = torch.tensor(compute, dtype=torch.float64).log(), torch.tensor(losses, dtype=torch.float64)
    tried = [floor] if floor is not None else [float(y.min()) * i / FLOORS for i in range(FLOORS)]
    fits = [_line(x, y, each) for each in tried]
    return min(fits, key=lambda law: float(_residuals(law, x, y).square().sum()))


def bootstrap(
    compute: Sequence[float], losses: Sequence[float], *, rounds: int, generator: Generator, floor: float | None = None
) -> list[PowerLaw]:
    """Laws that would have been fitted had chance dealt the residuals otherwise: so many ``rounds``.

    Residuals are those of the log of the loss, made larger for the parameters that were fitted.
    """
    law = fit_power_law(compute, losses, floor=floor)
    x, y = torch.tensor(compute, dtype=torch.float64).log(), torch.tensor(losses, dtype=torch.float64)
    fitted = 3 if floor is None else 2
    left = _residuals(law, x, y) * (len(y) / max(1, len(y) - fitted)) ** 0.5
    laws = []
    for _ in range(rounds):
        dealt = left[torch.randint(len(y), (len(y),), generator=generator)]
        laws.append(fit_power_law(compute, (_predicted(law, x) * dealt.exp()).tolist(), floor=floor))
    return laws


def _line(x: Tensor, y: Tensor, floor: float) -> PowerLaw:
    slope, start = np.polyfit(x.numpy(), (y - floor).log().numpy(), 1)
    return PowerLaw(floor, float(np.exp(start)), -float(slope))


def _predicted(law: PowerLaw, x: Tensor) -> Tensor:
    return law.floor + law.scale * (-law.exponent * x).exp()


def _residuals(law: PowerLaw, x: Tensor, y: Tensor) -> Tensor:
    return y.log() - _predicted(law, x).log()
