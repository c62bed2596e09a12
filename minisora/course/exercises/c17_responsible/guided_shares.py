"""The exercise `guided_shares`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.audit.bias import guided_shares
from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution

SKEW, EVEN, THREE, OTHER = [0.8, 0.2], [0.5, 0.5], [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]


def _asked(
    says: str, told: list[float], untold: list[float], scale: float, expected: list[float] | None = None
) -> Case:
    known = None if expected is None else lambda: torch.tensor(expected)
    return Case(says, lambda f: f(torch.tensor(told), torch.tensor(untold), scale=scale), known)


def _shares(
    *,
    weigh: Callable[[Tensor, Tensor, float], Tensor] = lambda p, q, s: p**s * q ** (1 - s),
    end: Callable[[Tensor], Tensor] = lambda x: x / x.sum(),
) -> Solution:
    """Shares with these habits."""
    return lambda conditional, unconditional, *, scale: end(weigh(conditional, unconditional, scale))


def _by_odds(conditional: Tensor, unconditional: Tensor, *, scale: float) -> Tensor:
    lift = torch.where(conditional > 0, conditional / unconditional.clamp(min=1e-12), torch.zeros(()))
    weight = unconditional * lift**scale
    return weight / weight.sum()


GUIDED_SHARES = Exercise(
    name="guided_shares",
    reference=guided_shares,
    cases=(
        _asked("guidance 1", SKEW, EVEN, 1.0, SKEW),
        _asked("guidance 0: without the prompt", SKEW, EVEN, 0.0, EVEN),
        _asked("80 of 100 with the prompt, 50 without, guidance 2", SKEW, EVEN, 2.0, [16 / 17, 1 / 17]),
        _asked("the same, guidance 4", SKEW, EVEN, 4.0),
        _asked("80 of 100 with and without, guidance 4", SKEW, SKEW, 4.0, SKEW),
        _asked("60 of 100 with, 80 without, guidance 3", [0.6, 0.4], SKEW, 3.0),
        _asked("three colours, guidance 2.5", THREE, OTHER, 2.5),
        _asked("a colour that the prompt never has, guidance 2", [0.7, 0.3, 0.0], [0.4, 0.4, 0.2], 2.0),
    ),
    mistakes=(
        Mistake(
            "not normalised",
            _shares(end=lambda x: x),
            "your shares do not add up to 1: divide by their sum",
        ),
        Mistake(
            "each for itself",
            _shares(weigh=lambda p, q, s: p**s / (p**s).sum() * q ** (1 - s) / (q ** (1 - s)).sum(), end=lambda x: x),
            "you make each power add up to 1, and then multiply: it is their *product* that has to",
        ),
        Mistake(
            "softmax of the product",
            _shares(end=lambda x: x.softmax(0)),
            "you take the softmax, which would be right for logarithms: these are weights already, so divide by their "
            "sum",
        ),
        Mistake(
            "the prompt alone",
            _shares(weigh=lambda p, q, s: p**s),
            "you sharpen what the prompt says by itself: guidance goes *away* from what is without it, q^(1 - scale)",
        ),
        Mistake(
            "both up",
            _shares(weigh=lambda p, q, s: p**s * q ** (s - 1)),
            "the exponent of the shares without the prompt has the wrong sign: 1 - scale",
        ),
        Mistake(
            "one more",
            _shares(weigh=lambda p, q, s: p ** (1 + s) * q ** (-s)),
            "you count guidance from 0, as w in the paper: here 1 is the prompt itself, w = scale - 1",
        ),
        Mistake(
            "a line",
            _shares(weigh=lambda p, q, s: (q + s * (p - q)).clamp(min=0)),
            "you extrapolate the shares in a line: velocities are the slopes of *logarithms* of densities, so the "
            "logarithms go in a line",
        ),
        Mistake(
            "a line, as it comes",
            _shares(weigh=lambda p, q, s: q + s * (p - q), end=lambda x: x),
            "you extrapolate the shares themselves in a line, out of 0 to 1 if need be: it is the *logarithms* of the "
            "shares that go in a line, and the sum must be 1 again",
        ),
        Mistake(
            "exchanged",
            _shares(weigh=lambda p, q, s: q**s * p ** (1 - s)),
            "prompt and no prompt are exchanged: p^scale q^(1 - scale), where p is with the prompt",
        ),
        Mistake(
            "multiplied by the scale",
            _shares(weigh=lambda p, q, s: s * p + q * 0),
            "you multiply by the scale, which the sum takes out again: it is an exponent",
        ),
        Mistake(
            "softmax of shares",
            _shares(weigh=lambda p, q, s: (s * p + (1 - s) * q).exp()),
            "you take shares for logarithms: `.log()` before you weigh them, `softmax` afterwards",
        ),
        Mistake(
            "the ratio alone",
            _shares(weigh=lambda p, q, s: (p / q) ** s),
            "you lose how frequent things are without the prompt: q times (p/q)^scale",
        ),
        Mistake(
            "ratio to scale - 1",
            _shares(weigh=lambda p, q, s: q * (p / q) ** (s - 1)),
            "at guidance 1 yours forgets the prompt: q (p/q)^scale, or p (p/q)^(scale - 1)",
        ),
        Mistake(
            "what never was",
            _shares(weigh=lambda p, q, s: (p + 1e-2) ** s * (q + 1e-2) ** (1 - s)),
            "you add something to every share before the power: what the prompt never has stays at 0, and the "
            "others change",
        ),
    ),
    alternatives=(_shares(), _by_odds),
    hints=(
        "Guidance goes from the velocity without the prompt towards the one with it, and beyond: q + scale (p - q). "
        "Velocities belong to slopes of log densities; so log p and log q are combined in the same way.",
        "A sum of logarithms is the logarithm of a product: what becomes of the two factors in front? At guidance 1 "
        "the prompt's own shares must come out, at 0 those without it, and 0.8 and 0.2 against halves become 16 to 1 "
        "at 2. In the end shares add up to 1.",
    ),
    becomes="minisora/audit/bias.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)
