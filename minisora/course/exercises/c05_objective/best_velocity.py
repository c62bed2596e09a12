"""The exercise `best_velocity`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.course.exercises.c05_objective.common import POINTS, TOKEN_TIMES, numbers
from minisora.diffusion.gaussian import GaussianWorld


def best_velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """The exact velocity where every number of a clip is Gaussian by itself: ``GaussianWorld`` of a diagonal matrix."""
    world = GaussianWorld(mean.expand_as(x[0]), torch.diag(variance.expand_as(x[0]).flatten()))
    return world.velocity(x, t)


def _best_velocity_by_means(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    share = (1 - t) * variance / ((1 - t) ** 2 * variance + t**2)
    clip = mean + share * (x - (1 - t) * mean)
    noise = t / ((1 - t) ** 2 * variance + t**2) * (x - (1 - t) * mean)
    return noise - clip


def _gaussian(
    *,
    shrunk: bool = True,
    power: float = 1.0,
    squares: bool = True,
    sign: float = 1.0,
    centred: bool = True,
    rooted: bool = False,
) -> Solution:
    """The exact velocity with one thing wrong."""

    def velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        c = variance**power
        spread = (1 - t) ** 2 * c + t**2 if squares else (1 - t) * c + t
        surprise = (x - (1 - t if shrunk else 1) * mean) / (spread**0.5 if rooted else spread)
        return sign * (t * surprise - (mean if centred else 0) - (1 - t) * c * surprise)

    return velocity


def _blamed(
    *,
    clip: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda t, mean, variance, surprise: (
        mean + (1 - t) * variance * surprise
    ),
    noise: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda t, variance, surprise: t * surprise,
    spread: Callable[[Tensor, Tensor], Tensor] = lambda t, variance: (1 - t) ** 2 * variance + t**2,
    sign: float = 1.0,
) -> Solution:
    """The best velocity by who is to blame for the surprise, with one part of it wrong, or none."""

    def velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        surprise = (x - (1 - t) * mean) / spread(t, variance)
        return noise(t, variance, surprise) - sign * clip(t, mean, variance, surprise)

    return velocity


def _through_division(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    clip = mean + (1 - t) * variance / ((1 - t) ** 2 * variance + t**2) * (x - (1 - t) * mean)
    return (x - clip) / t


MEAN, VARIANCE = torch.tensor([0.5, -1.0]).view(1, 2, 1, 1), torch.tensor([0.25, 2.0]).view(1, 2, 1, 1)


BEST_VELOCITY = Exercise(
    name="best_velocity",
    reference=best_velocity,
    cases=(
        call("three clips of two frames at t = 0.3", numbers(*POINTS), torch.tensor(0.3), MEAN, VARIANCE),
        call("a time for each frame, 0.2 and 0.7", numbers(*POINTS), TOKEN_TIMES, MEAN, VARIANCE),
        Case(
            "pure noise, t = 1: what it says of the noise is all true, of the clip only the mean is known",
            lambda f: f(numbers(*POINTS), torch.ones(()), MEAN, VARIANCE),
            expected=lambda: numbers(*POINTS) - MEAN,
        ),
        Case(
            "a clean clip, t = 0: the clip is known, and of the noise only its mean, 0",
            lambda f: f(numbers(*POINTS), torch.zeros(()), MEAN, VARIANCE),
            expected=lambda: -numbers(*POINTS),
        ),
    ),
    mistakes=(
        Mistake(
            "the sign",
            _gaussian(sign=-1.0),
            "that is the guess of x0 minus the guess of the noise; the velocity is noise minus clip",
        ),
        Mistake(
            "mean not shrunk",
            _gaussian(shrunk=False),
            "you compare x with the mean clip itself. At time t the average of x is (1 - t)·mean: compare with that",
        ),
        Mistake(
            "variance forgotten in the clip",
            _blamed(clip=lambda t, mean, variance, surprise: mean + (1 - t) * surprise),
            "the clip's part takes the blame without its variance: it moves by (1 - t)·variance·surprise, in "
            "proportion to how much it varies",
        ),
        Mistake(
            "share squared in the clip",
            _blamed(clip=lambda t, mean, variance, surprise: mean + (1 - t) ** 2 * variance * surprise),
            "you square the clip's share of the blame: there is (1 - t) of it in x, once. (The square belongs to the "
            "variance of x.)",
        ),
        Mistake(
            "share forgotten in the clip",
            _blamed(clip=lambda t, mean, variance, surprise: mean + variance * surprise),
            "the clip takes the blame as if all of it were in x: it is (1 - t) of it, so (1 - t)·variance·surprise",
        ),
        Mistake(
            "clip's mean fades",
            _blamed(clip=lambda t, mean, variance, surprise: (1 - t) * mean + (1 - t) * variance * surprise),
            "the best clip begins at (1 - t)·mean in your formula. That is the average of x; the clip's own is `mean`",
        ),
        Mistake(
            "clip does not move",
            _blamed(clip=lambda t, mean, variance, surprise: mean),
            "your best clip is the mean clip, whatever x is: it moves from there by (1 - t)·variance·surprise",
        ),
        Mistake(
            "whole surprise for the noise",
            _blamed(noise=lambda t, variance, surprise: surprise),
            "the noise takes the whole surprise. There is t of it in x, so its part is t·surprise",
        ),
        Mistake(
            "noise varies like the clip",
            _blamed(noise=lambda t, variance, surprise: t * variance * surprise),
            "your noise varies like the clip. It has the variance 1, so its part is t·surprise",
        ),
        Mistake(
            "noise's share squared",
            _blamed(noise=lambda t, variance, surprise: t**2 * surprise),
            "you square the noise's share of the blame: there is t of it in x, once",
        ),
        Mistake(
            "noise left out",
            _blamed(noise=lambda t, variance, surprise: 0 * surprise),
            "the noise takes no blame in your formula, so its guess is 0: it is t·surprise",
        ),
        Mistake(
            "noise and clip added",
            lambda x, t, mean, variance: _blamed(sign=-1.0)(x, t, mean, variance),
            "you add the best noise and the best clip: the velocity is noise minus clip",
        ),
        Mistake(
            "time turned round",
            lambda x, t, mean, variance: _blamed()(x, 1 - t, mean, variance),
            "your time is turned round: at t = 0 there is the clip, so its share of x is 1 - t and the noise's t",
        ),
        Mistake(
            "x minus the mean",
            lambda x, t, mean, variance: x - mean,
            "x - mean is right at t = 1 only, where x is nothing but noise: guess noise and clip from the surprise",
        ),
        Mistake(
            "one time for all",
            lambda x, t, mean, variance: _blamed()(x, t.mean(), mean, variance),
            "you take one time for all, the mean: each frame (or clip) may have its own, so let `t` broadcast",
        ),
        Mistake(
            "noise's variance not in x",
            _blamed(spread=lambda t, variance: (1 - t) ** 2 * variance),
            "the variance of x has the clip's part alone: the noise adds t²",
        ),
        Mistake(
            "clip's variance in both",
            _blamed(spread=lambda t, variance: ((1 - t) ** 2 + t**2) * variance),
            "your noise has the clip's variance in the variance of x. It has variance 1: (1 - t)²·variance + t²",
        ),
        Mistake(
            "clip's variance in neither",
            _blamed(spread=lambda t, variance: (1 - t) ** 2 + t**2),
            "the clip's variance is missing in the variance of x: it is (1 - t)²·variance + t²",
        ),
        *(
            Mistake(
                f"{small:g} against zero",
                _blamed(spread=lambda t, variance, small=small: (1 - t) ** 2 * variance + t**2 + small),
                f"you add {small:g} to the variance of x, which shows in every answer. It is 0 only for a clip "
                "that "
                "never varies at t = 0: nothing has to be added",
            )
            for small in (0.1, 1e-2, 1e-3, 1e-4)
        ),
        Mistake(
            "variance squared",
            _gaussian(power=2.0),
            "you square the variance; it is already a square (of the standard deviation)",
        ),
        Mistake(
            "variance taken for a deviation",
            _gaussian(squares=False),
            "variances add with the *squares* of the factors: the variance of x is (1 - t)²·variance + t²",
        ),
        Mistake(
            "divided by the deviation",
            _gaussian(rooted=True),
            "you divide by the deviation of x, as statisticians often do. The surprise is over the variance of x: no "
            "root",
        ),
        Mistake(
            "the mean forgotten",
            _gaussian(centred=False),
            "the best guess of the clip is the mean *plus* its share of the surprise; you have only the share",
        ),
        Mistake(
            "divided by t",
            _through_division,
            "(x - clip)/t is right in between, but 0/0 at t = 0. Guess the noise directly: t·surprise, and subtract "
            "the guess of the clip",
        ),
    ),
    alternatives=(_best_velocity_by_means, _gaussian()),
    hints=(
        "Three steps: how surprising is x, what does that say of the clip, what does it say of the noise?",
        "`surprise = (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2)`: the distance from the average, over "
        "the variance of x.",
        "The clip gets its share of it, `mean + (1 - t) * variance * surprise`; the noise has mean 0 and variance 1, "
        "so its guess is `t * surprise`. The velocity is the second minus the first.",
    ),
    becomes="minisora/diffusion/gaussian.py",
    minutes=10,
    difficulty=2,
    points=2,
)
