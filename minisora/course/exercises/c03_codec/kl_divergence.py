"""The exercise `kl_divergence`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.codec.losses import kl_divergence
from minisora.course.checks.exercise import Case, Exercise, Mistake
from minisora.course.exercises.c03_codec.common import drawn


def _by_torch(mean: Tensor, logvar: Tensor) -> Tensor:
    normal = torch.distributions.Normal
    one = normal(mean, (logvar / 2).exp())
    return torch.distributions.kl_divergence(one, normal(torch.zeros_like(mean), torch.ones_like(mean))).mean()


MEAN, LOGVAR = drawn(2, 3, 2, 4, 3, seed=4).double(), drawn(2, 3, 2, 4, 3, seed=5).double()


KL_DIVERGENCE = Exercise(
    name="kl_divergence",
    reference=kl_divergence,
    cases=(
        Case(
            "mean 0 and log-variance 0, which is the standard normal itself and costs nothing",
            lambda f: f(torch.zeros(2, 3, 1, 1, 1), torch.zeros(2, 3, 1, 1, 1)),
            expected=lambda: torch.tensor(0.0),
        ),
        Case(
            "means 1, 2, 3 with log-variance 0, the mean of 0.5, 2 and 4.5",
            lambda f: f(torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1, 1), torch.zeros(1, 3, 1, 1, 1)),
            expected=lambda: torch.tensor(7 / 3),
        ),
        Case(
            "two clips' latents 2x3x2x4x3, against torch.distributions",
            lambda f: f(MEAN.clone(), LOGVAR.clone()),
            expected=lambda: _by_torch(MEAN, LOGVAR),
        ),
    ),
    mistakes=(
        Mistake(
            "half forgotten",
            lambda mean, logvar: (mean.square() + logvar.exp() - 1 - logvar).mean(),
            "twice what it should be: the ½ in front is missing",
        ),
        Mistake(
            "sign of the logarithm",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - 1 + logvar).mean(),
            "your price falls with less noise. A sharper answer says more, so the log-variance is subtracted",
        ),
        Mistake(
            "all signs turned",
            lambda mean, logvar: -0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean(),
            "your price is negative, and a network that minimises it would run away: a KL divergence is never below 0, "
            "so turn all signs",
        ),
        Mistake(
            "minus one forgotten",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - logvar).mean(),
            "saying nothing at all (mean 0, variance 1) costs ½ in your formula and should cost 0: the -1 is missing",
        ),
        Mistake(
            "log-variance taken for the log of the deviation",
            lambda mean, logvar: 0.5 * (mean.square() + (2 * logvar).exp() - 1 - 2 * logvar).mean(),
            "you square once too often: exp(logvar) is the variance already, and logvar its logarithm",
        ),
        Mistake(
            "log-variance taken for the variance",
            lambda mean, logvar: 0.5 * (mean.square() + logvar - 1 - logvar.clamp(min=1e-6).log()).mean(),
            "you take `logvar` for the variance. It is its logarithm: the variance is logvar.exp()",
        ),
        Mistake(
            "size of the log-variance taken for the variance",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.abs() + 1e-6 - 1 - (logvar.abs() + 1e-6).log()).mean(),
            "you take `logvar` for the variance and its logarithm once more. It is the logarithm: the variance is "
            "logvar.exp(), and nothing has to be taken a logarithm of",
        ),
        Mistake(
            "mean not squared",
            lambda mean, logvar: 0.5 * (mean.abs() + logvar.exp() - 1 - logvar).mean(),
            "your mean is not squared: it costs mean², twice as far away four times as much",
        ),
        Mistake(
            "mean as it is",
            lambda mean, logvar: 0.5 * (mean + logvar.exp() - 1 - logvar).mean(),
            "your mean is not squared, so that a negative one is cheaper than nothing: it costs mean²",
        ),
        Mistake(
            "mean left out",
            lambda mean, logvar: 0.5 * (logvar.exp() - 1 - logvar).mean(),
            "the mean costs nothing in your formula: add mean²",
        ),
        Mistake(
            "variance squared",
            lambda mean, logvar: 0.5 * (mean.square() + (2 * logvar).exp() - 1 - logvar).mean(),
            "you square the variance: exp(logvar) is a square already",
        ),
        Mistake(
            "the deviation for the variance",
            lambda mean, logvar: 0.5 * (mean.square() + (logvar / 2).exp() - 1 - logvar).mean(),
            "you take the deviation, exp(logvar / 2), where the variance belongs: exp(logvar)",
        ),
        Mistake(
            "plus one",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() + 1 - logvar).mean(),
            "you add the 1: saying nothing at all (mean 0, variance 1) costs 0 only if it is subtracted",
        ),
        Mistake(
            "the variance left out",
            lambda mean, logvar: 0.5 * (mean.square() - 1 - logvar).mean(),
            "the variance itself is missing: add exp(logvar), or a large cloud would cost nothing",
        ),
        Mistake(
            "half of the mean alone",
            lambda mean, logvar: (0.5 * mean.square() + logvar.exp() - 1 - logvar).mean(),
            "the ½ stands before the mean's square alone: it belongs to the whole bracket",
        ),
        Mistake(
            "summed over a clip",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - 1 - logvar).reshape(len(mean), -1).sum(1).mean(),
            "you add up the latents of a clip and take the mean over the clips only, so that longer clips cost more: "
            "take the mean over everything",
        ),
        Mistake(
            "summed",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum(),
            "you add all latents up, so that longer clips cost more in the same loss. Take the mean, as the squared "
            "error does",
        ),
        Mistake(
            "the other way round",
            lambda mean, logvar: 0.5 * ((1 + mean.square()) / logvar.exp() - 1 + logvar).mean(),
            "this is the divergence of the standard normal from the code, KL(N(0, 1) || N(mean, variance)): a KL "
            "divergence is not the same in both directions",
        ),
    ),
    alternatives=(_by_torch, lambda mean, logvar: (mean**2 + torch.expm1(logvar) - logvar).mean() / 2),
    hints=(
        "The formula has four terms and a factor. `logvar.exp()` is the variance, and `logvar` is its logarithm: "
        "nothing has to be taken a logarithm of.",
        "`mean.square()`, `logvar.exp()`, `1`, `logvar`: which are added, which subtracted?",
        "Half of (the first two minus the last two), and then the mean over everything.",
    ),
    becomes="minisora/codec/losses.py",
    minutes=6,
    difficulty=1,
    points=2,
)
