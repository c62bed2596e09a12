"""The exercise `rms_norm`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c06_transformer.common import drawn
from minisora.model.attention import rms_norm


def _rms_norm_by_length(x: Tensor, gain: Tensor) -> Tensor:
    root = (x.norm(dim=-1, keepdim=True) ** 2 / x.shape[-1] + 1e-6).sqrt()
    return x / root * gain


UNEVEN = drawn(2, 5, 3, 8, seed=7) * torch.tensor([0.1, 1.0, 30.0]).view(3, 1) + 0.5


GAINS = torch.tensor([[0.5], [2.0], [-1.0]])


RMS_NORM = Exercise(
    name="rms_norm",
    reference=rms_norm,
    cases=(
        Case(
            "the vector (3, 4, 0, 0) with gain 1: its mean square is 25 / 4, so it is divided by 2.5",
            lambda f: f(torch.tensor([[3.0, 4.0, 0.0, 0.0]]), torch.ones(1)),
            expected=lambda: torch.tensor([[1.2, 1.6, 0.0, 0.0]]),
        ),
        call("two clips, five tokens, three heads of very different sizes, each with its own gain", UNEVEN, GAINS),
        Case(
            "a vector of zeros, which stays zero",
            lambda f: f(torch.zeros(2, 4), torch.ones(1)),
            expected=lambda: torch.zeros(2, 4),
        ),
        Case(
            "a vector of four times 0.002, for which the 0.000001 under the root begins to count",
            lambda f: f(torch.full((1, 4), 0.002), torch.ones(1)),
            expected=lambda: torch.full((1, 4), 0.002 / (0.002**2 + 1e-6) ** 0.5),
        ),
    ),
    mistakes=(
        Mistake(
            "mean subtracted",
            lambda x, gain: rms_norm(x - x.mean(-1, keepdim=True), gain),
            "you subtract the mean first. That is LayerNorm: RMSNorm leaves the direction of a vector as it is and "
            "only divides",
        ),
        Mistake(
            "sum instead of mean",
            lambda x, gain: x * gain * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-6),
            "your vectors have the length 1: you take the sum of the squares. Take their mean, so that the numbers "
            "in the vector have size 1",
        ),
        Mistake(
            "root forgotten",
            lambda x, gain: x * gain / (x.square().mean(-1, keepdim=True) + 1e-6),
            "you divide by the mean square; the root of it is what has the size of the numbers",
        ),
        Mistake(
            "over all heads together",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean((-2, -1), keepdim=True) + 1e-6),
            "you take the mean over more than the last axis: each vector, that is each head of each token, is divided "
            "by its own size",
        ),
        Mistake(
            "over everything",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean() + 1e-6),
            "you take one mean over all the numbers. Each vector is divided by its own size: over the last axis only, "
            "`mean(-1, keepdim=True)`",
        ),
        Mistake(
            "over the tokens",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6),
            "you take the mean over the second axis, across tokens. Each vector is divided by its own size: over the "
            "last axis, `mean(-1, keepdim=True)`",
        ),
        Mistake(
            "an axis lost",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean(-1) + 1e-6),
            "your mean has lost its axis, so it no longer fits x: `mean(-1, keepdim=True)` keeps it",
        ),
        Mistake(
            "sizes, not squares",
            lambda x, gain: x * gain / (x.abs().mean(-1, keepdim=True) + 1e-6),
            "you take the mean of the sizes. It is the mean of the squares that is asked for, and then its root",
        ),
        Mistake(
            "standard deviation",
            lambda x, gain: x * gain / (x.std(-1, keepdim=True) + 1e-6),
            "you divide by the standard deviation, which takes the mean away first: take the root of the mean square",
        ),
        Mistake(
            "outside the root",
            lambda x, gain: x * gain / (x.square().mean(-1, keepdim=True).sqrt() + 1e-6),
            "your 0.000001 is added after the root. It belongs under the root, beside the mean square, where it keeps "
            "small vectors small",
        ),
        Mistake(
            "another tiny number",
            lambda x, gain: F.rms_norm(x, x.shape[-1:], eps=1e-5) * gain,
            "for tiny vectors your answer is another: what is added under the root is 0.000001 (1e-6), no more and no "
            "less",
        ),
        Mistake(
            "hardly anything under the root",
            lambda x, gain: F.rms_norm(x, x.shape[-1:], eps=1e-12) * gain,
            "your tiny number is too tiny, so that vectors of nearly nothing are blown up: add 0.000001 (1e-6) under "
            "the root",
        ),
        Mistake(
            "gain from one",
            lambda x, gain: rms_norm(x, 1 + gain),
            "you multiply by 1 + gain; the gain itself is the factor",
        ),
        Mistake(
            "divided by the gain",
            lambda x, gain: rms_norm(x, 1 / gain),
            "you divide by the gain; multiply by it",
        ),
        Mistake(
            "no gain",
            lambda x, gain: rms_norm(x, torch.ones_like(gain)),
            "your norm is right, but the gain is not in it: multiply by it in the end",
        ),
        Mistake(
            "gain normalised away",
            lambda x, gain: rms_norm(x * gain, torch.ones_like(gain)),
            "you multiply by the gain before you divide by the size, and so divide it away again: first the norm, then "
            "the gain",
        ),
        Mistake(
            "nothing under the root",
            lambda x, gain: x / x.square().mean(-1, keepdim=True).sqrt() * gain,
            "a vector of zeros becomes 0 / 0. Add something tiny (1e-6) under the root",
        ),
    ),
    alternatives=(
        _rms_norm_by_length,
        lambda x, gain: gain * F.rms_norm(x, x.shape[-1:], eps=1e-6),
    ),
    hints=(
        "Read the name backwards: square, mean, root. Then divide.",
        "`x.square().mean(-1, keepdim=True)` is the mean square of each vector. `keepdim=True` keeps the axis, so that "
        "it can be divided by.",
        "`x * gain * torch.rsqrt(mean_square + 1e-6)`; `rsqrt` is one over the root.",
    ),
    becomes="minisora/model/attention.py",
    minutes=6,
    difficulty=1,
    points=2,
)
