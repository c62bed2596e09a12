"""The exercise `loss_weight`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c05_objective.common import rates_of
from minisora.diffusion.path import COSINE, STRAIGHT, Path


def loss_weight(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """How much the square of an error of ``target`` (x0, eps, v or velocity) counts as error of the velocity.

    Everything is linear, so it is enough to see what an error of one does to the package's own conversion.
    """
    one, zero = torch.ones_like(t), torch.zeros_like(t)
    turn = {"x0": path.from_x0, "eps": path.from_eps, "v": path.from_v, "velocity": lambda answer, x, t: answer}[target]
    return (turn(one, zero, t) - turn(zero, zero, t)) ** 2


def _loss_weight_by_formula(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, dalpha, dsigma = rates_of(t, path)
    if target == "velocity":
        return torch.ones_like(t)
    below = {"x0": sigma, "eps": alpha, "v": alpha**2 + sigma**2}[target]
    return ((alpha * dsigma - dalpha * sigma) / below) ** 2


def _swapped(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    return loss_weight({"x0": "eps", "eps": "x0"}.get(target, target), t, path)


def _unit_determinant(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, _, _ = rates_of(t, path)
    return 1 / {"x0": sigma, "eps": alpha, "v": alpha**2 + sigma**2, "velocity": torch.ones_like(t)}[target] ** 2


Weight = Callable[[Tensor, Tensor, Tensor], Tensor]


def _weighed(
    *,
    determinant: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda a, s, da, ds: a * ds - da * s,
    x0: Weight = lambda a, s, d: (d / s) ** 2,
    eps: Weight = lambda a, s, d: (d / a) ** 2,
    v: Weight = lambda a, s, d: (d / (a**2 + s**2)) ** 2,
    velocity: Weight = lambda a, s, d: torch.ones_like(a),
) -> Solution:
    """The weights by their formulas of alpha, sigma and the determinant, with one of them wrong."""
    formulas = {"x0": x0, "eps": eps, "v": v, "velocity": velocity}

    def wrong(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
        rates = rates_of(t, path)
        return formulas[target](rates[0], rates[1], determinant(*rates))

    return wrong


def _unit_norm(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, dalpha, dsigma = rates_of(t, path)
    return (alpha * dsigma - dalpha * sigma) ** 2 if target == "v" else loss_weight(target, t, path)


TIMES = torch.tensor([0.1, 0.35, 0.5, 0.9])


def _weights(path: Path) -> Callable[[Solution], object]:
    return lambda f: {target: f(target, TIMES, path) for target in ("x0", "eps", "v", "velocity")}


LOSS_WEIGHT = Exercise(
    name="loss_weight",
    reference=loss_weight,
    cases=(
        Case("all four targets on the straight path at t = 0.1, 0.35, 0.5 and 0.9", _weights(STRAIGHT)),
        Case("all four targets on the cosine path at the same times", _weights(COSINE)),
        Case(
            "x0 on the straight path at t = 0.5, where an error of the clip is doubled and so its square fourfold",
            lambda f: f("x0", torch.tensor([0.5]), STRAIGHT),
            expected=lambda: torch.tensor([4.0]),
        ),
    ),
    mistakes=(
        Mistake(
            "not squared",
            lambda target, t, path=STRAIGHT: loss_weight(target, t, path) ** 0.5,
            "this is the factor of the error itself; the loss is its square, so square the factor",
        ),
        Mistake(
            "upside down",
            lambda target, t, path=STRAIGHT: 1 / loss_weight(target, t, path),
            "your weights are upside down: they turn a loss of the velocity into one of the target. Here the target's "
            "loss times the weight should be the velocity's",
        ),
        Mistake(
            "alpha and sigma swapped",
            _swapped,
            "the weights of x0 and eps are swapped. Near the clip (small t) a tiny error of x0 means a huge error of "
            "the noise, eps = (x - alpha·x0) / sigma: x0's weight has sigma below the line",
        ),
        Mistake(
            "determinant taken for 1",
            _unit_determinant,
            "right on the straight path, but not on others: above the line stands alpha·dsigma - dalpha·sigma, squared",
        ),
        Mistake(
            "alpha² + sigma² taken for 1",
            _unit_norm,
            "your weight of v takes alpha² + sigma² for 1. So it is on the cosine path, but not on the straight one: "
            "carry the sum along",
        ),
        Mistake(
            "determinant with a plus",
            _weighed(determinant=lambda a, s, da, ds: a * ds + da * s),
            "your determinant adds its two products: it is alpha·dsigma minus dalpha·sigma",
        ),
        Mistake(
            "velocity weighted too",
            _weighed(velocity=lambda a, s, d: d**2),
            "your weight of the velocity has the determinant in it: a squared error of the velocity is one of the "
            "velocity already, so its weight is 1",
        ),
        Mistake(
            "v over the root of the sum",
            _weighed(v=lambda a, s, d: d**2 / (a**2 + s**2)),
            "your weight of v is divided by alpha² + sigma² once: the factor of the error is D/(alpha² + sigma²), and "
            "the whole of it is squared",
        ),
        Mistake(
            "v over the sum of the shares",
            _weighed(v=lambda a, s, d: (d / (a + s)) ** 2),
            "your weight of v is divided by alpha + sigma. It is the sum of their squares, alpha² + sigma²",
        ),
        Mistake(
            "signal over noise for x0",
            _weighed(x0=lambda a, s, d: (a / s) ** 2),
            "your weight of x0 is the signal-to-noise ratio, which turns an error of x0 into one of the *noise*. For "
            "the velocity it is (D/sigma)²",
        ),
        Mistake(
            "noise over signal for eps",
            _weighed(eps=lambda a, s, d: (s / a) ** 2),
            "your weight of eps is the noise-to-signal ratio, which turns an error of the noise into one of *x0*. For "
            "the velocity it is (D/alpha)²",
        ),
        Mistake(
            "divided once",
            _weighed(x0=lambda a, s, d: d**2 / s, eps=lambda a, s, d: d**2 / a),
            "you square the determinant alone: the whole fraction is squared, what is below the line too",
        ),
        *(
            Mistake(
                f"limited to {most}",
                lambda target, t, path=STRAIGHT, most=most: loss_weight(target, t, path).clamp(max=most),
                f"you cut your weights off at {most}. Near the clip a small error of x0 is a large one of the "
                f"velocity, "
                "and the weight says so",
            )
            for most in (1, 5, 10, 20, 50)
        ),
        Mistake(
            "v taken for the velocity",
            lambda target, t, path=STRAIGHT: loss_weight("velocity" if target == "v" else target, t, path),
            "v = alpha·eps - sigma·x0 is not the velocity: an error e of x0 is one of -(alpha² + sigma²)/sigma · e of "
            "v. Put that together with x0's weight",
        ),
    ),
    alternatives=(_loss_weight_by_formula,),
    hints=(
        "Keep x as it is and let the answer be wrong by a little. If x0 is wrong by e, then eps = (x - alpha·x0)/sigma "
        "is wrong by -(alpha/sigma)·e, and the velocity dalpha·x0 + dsigma·eps by …?",
        "By (dalpha - dsigma·alpha/sigma)·e. Bring it over sigma: above the line is minus the determinant of the last "
        "exercise. Call it D. So the weight of x0 is (D/sigma)².",
        "In the same way: eps has (D/alpha)², v has (D/(alpha² + sigma²))², and the velocity has 1, in the shape of t.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=12,
    difficulty=2,
    points=2,
    trains=False,
)
