"""The exercise `latent_statistics`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c03_codec.common import drawn


def latent_statistics(latents: Tensor) -> tuple[Tensor, Tensor]:
    """A mean per channel and one deviation for all, ``b c t h w -> (c,), ()``, as ``Codec.measure_latents`` has it."""
    mean = latents.mean((0, 2, 3, 4))
    return mean, (latents - mean.view(-1, 1, 1, 1)).square().mean().sqrt()


def _statistics_by_moments(latents: Tensor) -> tuple[Tensor, Tensor]:
    rows = latents.movedim(1, 0).flatten(1)
    mean = rows.mean(1)
    return mean, (rows.square().mean(1) - mean.square()).mean() ** 0.5


def _middle(latents: Tensor) -> Tensor:
    return latents - latents.mean((0, 2, 3, 4), keepdim=True)


def _uneven(*shape: int, seed: int) -> Tensor:
    channels = shape[1]
    size, middle = torch.linspace(3, 0.3, channels), torch.linspace(-2, 4, channels)
    return drawn(*shape, seed=seed) * size.view(-1, 1, 1, 1) + middle.view(-1, 1, 1, 1)


LATENT_STATISTICS = Exercise(
    name="latent_statistics",
    reference=latent_statistics,
    cases=(
        call(
            "latents of 8 clips, 4 channels of unequal size and middle", _uneven(8, 4, 3, 5, 6, seed=6), tolerance=1e-3
        ),
        Case(
            "whether (latents - mean) / scale has mean 0 in every channel and mean square 1 over all",
            lambda f: _standard(f, _uneven(6, 3, 2, 6, 8, seed=7)),
            expected=lambda: (torch.zeros(3), torch.tensor(1.0)),
            tolerance=1e-3,
        ),
        call("latents of two images, 5 channels", _uneven(2, 5, 1, 12, 20, seed=8), tolerance=1e-3),
    ),
    mistakes=(
        Mistake(
            "a scale for each channel",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).square().mean((0, 2, 3, 4)).sqrt()),
            "you return a deviation for each channel. Here all of them share one number, so that they keep their "
            "proportions",
        ),
        Mistake(
            "one mean for all",
            lambda z: (z.mean(), (z - z.mean()).square().mean().sqrt()),
            "you return a single mean; each channel has its own middle, and needs a mean of its own",
        ),
        Mistake(
            "one mean for each",
            lambda z: (z.mean().expand(z.shape[1]), (z - z.mean()).square().mean().sqrt()),
            "you return the same mean for all channels; each channel has its own middle: average over all axes but the "
            "channels'",
        ),
        Mistake(
            "deviation from a common mean",
            lambda z: (z.mean((0, 2, 3, 4)), (z - z.mean()).square().mean().sqrt()),
            "your scale also counts how far the channels' middles are apart: take the channel means away first, and "
            "measure what is left",
        ),
        Mistake(
            "no mean taken away",
            lambda z: (z.mean((0, 2, 3, 4)), z.square().mean().sqrt()),
            "your scale measures the distance from 0, not from each channel's mean: subtract the means before you "
            "square",
        ),
        Mistake(
            "variance",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).square().mean()),
            "this is the variance; to divide by it, take the root",
        ),
        Mistake(
            "factor instead of deviation",
            lambda z: (z.mean((0, 2, 3, 4)), 1 / _middle(z).square().mean().sqrt()),
            "you return what to multiply with (as Stable Diffusion's 0.18215 is); here latents are divided by the "
            "scale, so return the deviation itself",
        ),
        Mistake(
            "mean of the channels' deviations",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).square().mean((0, 2, 3, 4)).sqrt().mean()),
            "you average the deviations of the channels. Powers add up, deviations do not: average the squares, then "
            "take one root",
        ),
        Mistake(
            "mean of the sizes",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).abs().mean()),
            "you average the sizes of what is left (`abs`). The deviation is the root of the mean of the squares",
        ),
        Mistake(
            "squared mean",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).mean().square().sqrt()),
            "you square the mean of what is left, which is 0: square first, then take the mean, then the root",
        ),
        Mistake(
            "norm",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).norm()),
            "this is the length of everything that is left (the root of a sum), which grows with the number of clips: "
            "take the root of the *mean* of the squares",
        ),
        Mistake(
            "middle number",
            lambda z: (
                z.movedim(1, 0).flatten(1).median(1).values,
                (z - z.movedim(1, 0).flatten(1).median(1).values.view(-1, 1, 1, 1)).square().mean().sqrt(),
            ),
            "you take the median of each channel: it is the mean that is asked for",
        ),
        Mistake(
            "largest size",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).abs().max()),
            "your scale is the largest number, which one outlier decides: take the root of the mean of the squares",
        ),
        Mistake(
            "mean of the clips' deviations",
            lambda z: (z.mean((0, 2, 3, 4)), torch.stack([clip.std(correction=0) for clip in _middle(z)]).mean()),
            "you average the deviations of the clips. Powers add up, deviations do not: average the squares, then take "
            "one root",
        ),
        Mistake(
            "over clips only",
            lambda z: (z.mean(0), (z - z.mean(0)).square().mean().sqrt()),
            "your mean still has time, height and width: a channel has one mean, whatever the place. Average over all "
            "axes but the channels'",
        ),
    ),
    alternatives=(
        _statistics_by_moments,
        lambda z: (z.movedim(1, -1).flatten(0, -2).mean(0), _middle(z).std(correction=0)),
    ),
    hints=(
        "`latents.mean((0, 2, 3, 4))` averages over all axes but the channels'.",
        "To subtract it, give it the shape `c 1 1 1`, so that it broadcasts against `b c t h w`: `.view(-1, 1, 1, 1)`.",
        "The scale is one number: the root of the mean of the squares of what is left.",
    ),
    becomes="minisora/codec/autoencoder.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)


def _standard(solution: Callable[..., tuple[Tensor, Tensor]], latents: Tensor) -> tuple[Tensor, Tensor]:
    mean, scale = solution(latents.clone())
    normal = (latents - mean.reshape(-1, 1, 1, 1)) / scale.reshape(-1, 1, 1, 1)
    return normal.mean((0, 2, 3, 4)), normal.square().mean()
