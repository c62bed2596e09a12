"""The exercise `alphas_from_betas`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c04_schedules.common import alphas_from_betas


def _alphas_step_by_step(betas: Tensor) -> Tensor:
    left, alphas = torch.ones_like(betas[0]), []
    for beta in betas:
        left = left * (1 - beta).sqrt()
        alphas.append(left)
    return torch.stack(alphas)


def _alphas_a_step_late(betas: Tensor) -> Tensor:
    return torch.cat([torch.ones_like(betas[:1]), (1 - betas).cumprod(0).sqrt()[:-1]])


LINEAR_BETAS = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)


ALPHAS_FROM_BETAS = Exercise(
    name="alphas_from_betas",
    reference=alphas_from_betas,
    cases=(
        Case(
            "the betas 0.1, 0.2, 0.5 (1 - beta multiplies up to 0.9, 0.72, 0.36)",
            lambda f: f(torch.tensor([0.1, 0.2, 0.5])),
            expected=lambda: torch.tensor([0.9, 0.72, 0.36]).sqrt(),
        ),
        Case(
            "a single step with beta = 0.36",
            lambda f: f(torch.tensor([0.36])),
            expected=lambda: torch.tensor([0.8]),
        ),
        call("DDPM's 1000 betas, from 0.0001 to 0.02", LINEAR_BETAS),
    ),
    mistakes=(
        Mistake(
            "root forgotten",
            lambda betas: (1 - betas).cumprod(0),
            "this is alpha², which DDPM's papers write as alpha with a bar: a share of the variance. Take the root",
        ),
        Mistake(
            "betas added up",
            lambda betas: (1 - betas.cumsum(0)).clamp(min=0).sqrt(),
            "you add the betas up. Each step keeps a share of what the step before has left, and shares multiply",
        ),
        Mistake(
            "product of the betas",
            lambda betas: betas.cumprod(0).sqrt(),
            "you multiply the betas, which are the shares of noise; what the clip keeps in a step is 1 - beta",
        ),
        Mistake(
            "each step by itself",
            lambda betas: (1 - betas).sqrt(),
            "this is what one step keeps. After step i all the steps up to i have been at work: use a running product",
        ),
        Mistake(
            "betas added up under the root",
            lambda betas: (1 - betas).sqrt().cumsum(0),
            "you add up what each step keeps. Each step keeps a share of what the step before has left, and shares "
            "multiply: a running product",
        ),
        Mistake(
            "root twice",
            lambda betas: (1 - betas).sqrt().cumprod(0).sqrt(),
            "you take the root twice, of each factor and of the product: once is enough, wherever",
        ),
        Mistake(
            "from the end",
            lambda betas: (1 - betas).flip(0).cumprod(0).sqrt(),
            "you multiply in the wrong order, from the last step on: the first entry is what the first step leaves",
        ),
        Mistake(
            "from the end to the beginning",
            lambda betas: (1 - betas).flip(0).cumprod(0).sqrt().flip(0),
            "each entry is the product of the steps from there to the end. It is that of all steps up to there, "
            "from the "
            "beginning",
        ),
        Mistake(
            "root of the betas",
            lambda betas: (1 - betas.sqrt()).cumprod(0),
            "you take the root of beta. A step multiplies the clip with the root of 1 - beta: subtract first",
        ),
        Mistake(
            "the last power",
            lambda betas: (1 - betas) ** ((torch.arange(len(betas)) + 1) / 2),
            "you take each step's share to the power of its number, as if all steps before had been like it: each has "
            "its own beta, so use a running product",
        ),
        Mistake(
            "product of 1 + beta",
            lambda betas: (1 + betas).cumprod(0).sqrt(),
            "you multiply by 1 + beta, so that the clip grows: what it keeps in a step is 1 - beta",
        ),
        Mistake(
            "sigma instead of alpha",
            lambda betas: (1 - (1 - betas).cumprod(0)).sqrt(),
            "this grows: it is the share of the noise, sigma. What is left of the clip is asked for",
        ),
        Mistake(
            "a step late",
            _alphas_a_step_late,
            "you are a step late: the first entry is the clip after the first step, and not the clean clip",
        ),
    ),
    alternatives=(_alphas_step_by_step, lambda betas: torch.exp(torch.log1p(-betas).cumsum(0) / 2)),
    hints=(
        "One step multiplies the clip with `(1 - beta).sqrt()`. What have two steps multiplied it with?",
        "`torch.cumprod` (or `tensor.cumprod(0)`) is the running product: entry i holds the product of all up to i.",
        "A product of roots is the root of the product: running product of `1 - betas`, then one `sqrt()`.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
