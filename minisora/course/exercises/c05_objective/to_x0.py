"""The exercise `to_x0`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c05_objective.common import TOKEN_TIMES, numbers, rates_of
from minisora.diffusion.path import COSINE, EDM, STRAIGHT, Path


def to_x0(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """The clean clip that a velocity at ``x`` points away from: the package has it as a method of the path."""
    return path.to_x0(velocity, x, t)


def _to_x0_by_linear_solve(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    rows = [curve.expand_as(x) for curve in rates_of(t, path)]
    alpha, sigma, dalpha, dsigma = rows
    matrix = torch.stack([torch.stack([alpha, sigma], -1), torch.stack([dalpha, dsigma], -1)], -2)
    return torch.linalg.solve(matrix, torch.stack([x, velocity], -1))[..., 0]


def _without_division(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    return path.dsigma(t) * x - path.sigma(t) * velocity


def _determinant_upside_down(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, dalpha, dsigma = rates_of(t, path)
    return (dsigma * x - sigma * velocity) / (alpha * dsigma + dalpha * sigma)


CLIPS = (2, 3, 2, 4, 5)


TO_X0 = Exercise(
    name="to_x0",
    reference=to_x0,
    cases=(
        call("two clips on the straight path at t = 0.3", numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.3)),
        call("the same on the cosine path", numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.3), COSINE),
        call(
            "frames at times of their own, 0.2 and 0.7", numbers(*CLIPS), numbers(*CLIPS, seed=1), TOKEN_TIMES, COSINE
        ),
        Case(
            "clips that were mixed with noise on EDM's path at t = 0.02, which should come back",
            lambda f: f(
                EDM.velocity(numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.02)),
                EDM.add_noise(numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.02)),
                torch.tensor(0.02),
                EDM,
            ),
            expected=lambda: numbers(*CLIPS),
            tolerance=1e-4,
        ),
    ),
    mistakes=(
        Mistake(
            "the straight path's answer on all paths",
            lambda velocity, x, t, path=STRAIGHT: x - t * velocity,
            "x - t·velocity is right on the straight path only. Solve the two equations with whatever the path says: "
            "path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)",
        ),
        Mistake(
            "plus the velocity",
            lambda velocity, x, t, path=STRAIGHT: x + t * velocity,
            "you go along the velocity, which leads to the noise; the clip lies the other way: subtract",
        ),
        Mistake(
            "the noise instead of the clip",
            lambda velocity, x, t, path=STRAIGHT: path.to_eps(velocity, x, t),
            "that is the noise at the other end of the path. Eliminate eps from the two equations, not x0",
        ),
        Mistake(
            "not divided by the determinant",
            _without_division,
            "the numerator is right, but the determinant alpha·dsigma - dalpha·sigma is missing below it. It is 1 on "
            "the straight path, so only other paths show it",
        ),
        Mistake(
            "velocity taken for noise",
            lambda velocity, x, t, path=STRAIGHT: (x - path.sigma(t) * velocity) / path.alpha(t),
            "you take the velocity for the noise, eps. It is dalpha·x0 + dsigma·eps: two equations, with x0 and eps "
            "unknown",
        ),
        Mistake(
            "velocity taken for v",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.alpha(t) * x - path.sigma(t) * velocity) / (path.alpha(t) ** 2 + path.sigma(t) ** 2)
            ),
            "you take the velocity for v, another costume (alpha·eps - sigma·x0). The velocity is "
            "dalpha·x0 + dsigma·eps, with the rates of the path",
        ),
        Mistake(
            "dalpha for dsigma",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dalpha(t) * x - path.sigma(t) * velocity)
                / (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "x is multiplied by dalpha, where dsigma belongs: so the noise does not drop out of the two equations",
        ),
        Mistake(
            "alpha for sigma",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dsigma(t) * x - path.alpha(t) * velocity)
                / (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "the velocity is multiplied by alpha, where sigma belongs: so the noise does not drop out of the two "
            "equations",
        ),
        Mistake(
            "numerator with a plus",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dsigma(t) * x + path.sigma(t) * velocity)
                / (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "you add the velocity, which leads to the noise: the clip lies the other way, so sigma·velocity is "
            "subtracted",
        ),
        Mistake(
            "numerator turned round",
            lambda velocity, x, t, path=STRAIGHT: -path.to_x0(velocity, x, t),
            "your answer is minus the clip: it is dsigma·x - sigma·velocity over alpha·dsigma - dalpha·sigma, each in "
            "this order",
        ),
        Mistake(
            "on to the noise",
            lambda velocity, x, t, path=STRAIGHT: x + (1 - t) * velocity,
            "you go on to t = 1, where the noise is: the clip is at t = 0, the other way",
        ),
        Mistake(
            "one whole unit of time",
            lambda velocity, x, t, path=STRAIGHT: x - velocity,
            "you go back a whole unit of time, whatever t is: on the straight path it is t of it, and other paths are "
            "bent",
        ),
        Mistake(
            "not divided, and clamped",
            lambda velocity, x, t, path=STRAIGHT: path.to_x0(velocity, x, t).clamp(-1, 1),
            "you clamp the clip to -1 … 1. An answer in the middle of the way need not lie there, and cut it is "
            "another "
            "one",
        ),
        Mistake(
            "multiplied by the determinant",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dsigma(t) * x - path.sigma(t) * velocity)
                * (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "you multiply by the determinant alpha·dsigma - dalpha·sigma: divide by it",
        ),
        Mistake(
            "divided by alpha",
            lambda velocity, x, t, path=STRAIGHT: (path.dsigma(t) * x - path.sigma(t) * velocity) / path.alpha(t),
            "you divide by alpha. What stands before x0 when the noise is gone is the determinant, "
            "alpha·dsigma - dalpha·sigma",
        ),
        Mistake(
            "determinant with a plus",
            _determinant_upside_down,
            "your determinant adds its two products: it is alpha·dsigma minus dalpha·sigma",
        ),
    ),
    alternatives=(_to_x0_by_linear_solve,),
    hints=(
        "Two equations, two unknowns: `x = alpha·x0 + sigma·eps` and `velocity = dalpha·x0 + dsigma·eps`. You know x "
        "and velocity.",
        "Multiply the first equation by dsigma and the second by sigma, and subtract: eps is gone.",
        "What stays on the right is `(alpha·dsigma - dalpha·sigma)·x0`. Divide by that bracket. Check on the straight "
        "path: it must become `x - t·velocity`.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=10,
    difficulty=1,
    points=2,
)
