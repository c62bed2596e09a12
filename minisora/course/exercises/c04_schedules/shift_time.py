"""The exercise `shift_time`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.diffusion.path import shift_time


def _back(odds: Tensor) -> Tensor:
    return odds / (1 + odds)


GRID = torch.linspace(0, 1, 9)


def _shift_by_odds(t: Tensor, shift: float) -> Tensor:
    odds = shift * t / (1 - t)
    return odds / (1 + odds)


SHIFT_TIME = Exercise(
    name="shift_time",
    reference=shift_time,
    cases=(
        Case(
            "t = 0.5 with shift 3: the odds of noise, 1 to 1, become 3 to 1",
            lambda f: f(torch.tensor(0.5), 3.0),
            expected=lambda: torch.tensor(0.75),
        ),
        call("nine times from 0 to 1 with shift 3", GRID, 3.0),
        call("nine times from 0 to 1 with shift 0.5, towards the clip", GRID, 0.5),
        call("shift 1, which shifts nothing", GRID, 1.0),
    ),
    mistakes=(
        Mistake(
            "times multiplied",
            lambda t, shift: (shift * t).clamp(max=1),
            "you multiply the time itself, and it runs into 1; multiply the odds t / (1 - t), and go back to a time",
        ),
        Mistake(
            "the other way",
            lambda t, shift: t / (t + shift * (1 - t)),
            "you shift towards the clip: a shift of more than 1 has to make times larger, noisier",
        ),
        Mistake(
            "times multiplied, not clamped",
            lambda t, shift: shift * t,
            "you multiply the time itself, and it runs beyond 1; multiply the odds t / (1 - t), and go back to a time",
        ),
        Mistake(
            "square of the shift",
            lambda t, shift: shift_time(t, shift**2),
            "you shift by the square: the odds are to be multiplied by `shift` itself",
        ),
        Mistake(
            "exponential shift",
            lambda t, shift: shift_time(t, math.exp(shift)),
            "you shift by exp(shift), as some systems write it: here the odds are multiplied by `shift` itself",
        ),
        Mistake(
            "clip's odds",
            lambda t, shift: shift * (1 - t) / (t + shift * (1 - t)),
            "you multiply the odds of the clip, (1 - t) / t, and return the clip's share: it is the noise's, t / (1 "
            "- t)",
        ),
        Mistake(
            "time added",
            lambda t, shift: (t + shift - 1).clamp(0, 1),
            "you add the shift to the time: multiply the odds t / (1 - t) by it, and go back to a time",
        ),
        Mistake(
            "shift in front of the rest",
            lambda t, shift: shift * t / (shift * t + shift * (1 - t)),
            "the shift stands in front of both parts below the line, where it cancels: only the noise's odds are "
            "multiplied, shift * t + (1 - t)",
        ),
        *(
            Mistake(
                f"odds limited by {small:g}",
                lambda t, shift, small=small: _back(shift * t / (1 - t).clamp(min=small)),
                f"your last time is not 1: you keep 1 - t above {small:g}. Multiply top and bottom of the fraction by "
                "1 - t instead, and nothing is divided by it any more",
            )
            for small in (0.1, 1e-2, 1e-3, 1e-4)
        ),
        *(
            Mistake(
                f"odds with {small:g}",
                lambda t, shift, small=small: _back(shift * t / (1 - t + small)),
                f"your times are a little off, and the last is not 1: you add {small:g} to 1 - t. Multiply top and "
                "bottom of the fraction by 1 - t instead, and nothing is divided by it any more",
            )
            for small in (1e-2, 1e-3, 1e-4)
        ),
        Mistake(
            "as a power",
            lambda t, shift: t ** (1 / shift),
            "a power also leaves 0 and 1 where they are, but it does not multiply the odds t / (1 - t) by shift",
        ),
        Mistake(
            "odds returned",
            lambda t, shift: shift * t / (1 - t),
            "these are the odds of noise, shift * t / (1 - t); a time is odds / (1 + odds)",
        ),
        Mistake(
            "odds taken for the time",
            lambda t, shift: shift * t / (1 + shift * t),
            "you took t itself for the odds: they are t / (1 - t). (Your last time is not 1 any more.)",
        ),
        Mistake(
            "square root of the shift",
            lambda t, shift: shift_time(t, shift**0.5),
            "you shift by the square root. The root has been taken before: of pixels, to get the shift",
        ),
        Mistake(
            "infinite odds",
            _shift_by_odds,
            "right everywhere but at t = 1, where the odds are infinite, and infinity over infinity is not a number. "
            "Multiply the top and the bottom of your fraction by 1 - t, so that nothing is divided by it any more",
        ),
    ),
    alternatives=(
        lambda t, shift: torch.sigmoid(torch.logit(t) + torch.tensor(shift).log()),
        lambda t, shift: 1 / (1 + (1 - t) / (shift * t)),
    ),
    hints=(
        "Three steps: from the time to the odds `t / (1 - t)`, times `shift`, and back to a time.",
        "Back from odds to a time is `odds / (1 + odds)`. Put the odds in, and multiply top and bottom by `1 - t`, "
        "so that "
        "nothing is divided by zero at t = 1.",
        "What comes out is a fraction: `shift * t` on top, and the same plus `(1 - t)` below.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)
