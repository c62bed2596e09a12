"""The exercise `edm_coefficients`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.diffusion.precondition import edm_coefficients

Coefficient = Callable[[Tensor, float], Tensor]
SIGMAS = torch.tensor([0.002, 0.1, 0.5, 2.0, 80.0])
NAMES = ("c_skip", "c_out", "c_in", "c_noise")


def _four(f: Solution, sigma: Tensor, data: float) -> tuple[Tensor, ...]:
    found = f(sigma.clone(), data)
    if not isinstance(found, tuple | list) or len(found) != 4:
        raise CheckFailed("return four tensors: c_skip, c_out, c_in, c_noise")
    return tuple(torch.as_tensor(each) for each in found)


def _named(i: int, data: float) -> Case:
    return Case(
        f"{NAMES[i]} at sigma = 0.002, 0.1, 0.5, 2 and 80, for data of {data:g}",
        lambda f: _four(f, SIGMAS, data)[i],
        lambda: edm_coefficients(SIGMAS, data)[i],
    )


def _asks(f: Solution) -> Tensor:
    """The variance of what the network sees, and of what it is asked for, for data of 0.5 at three noises."""
    sigma, data = torch.tensor([0.05, 0.5, 10.0]), 0.5
    skip, out, scale, _ = _four(f, sigma, data)
    sees = scale**2 * (data**2 + sigma**2)
    asked = ((1 - skip) ** 2 * data**2 + skip**2 * sigma**2) / out**2
    return torch.stack([sees, asked])


def _ends(f: Solution) -> Tensor:
    """What is taken from x itself where there is hardly noise, and where there is hardly anything else."""
    skip, out, _, _ = _four(f, torch.tensor([1e-4, 1e4]), 0.5)
    return torch.stack([skip, out])


def _skip(sigma: Tensor, data: float) -> Tensor:
    return data**2 / (sigma**2 + data**2)


def _out(sigma: Tensor, data: float) -> Tensor:
    return sigma * data / (sigma**2 + data**2).sqrt()


def _in(sigma: Tensor, data: float) -> Tensor:
    return 1 / (sigma**2 + data**2).sqrt()


def _table(
    *,
    skip: Coefficient = _skip,
    out: Coefficient = _out,
    scale: Coefficient = _in,
    noise: Coefficient = lambda sigma, data: sigma.log() / 4,
) -> Solution:
    """The four coefficients with these habits."""
    return lambda sigma, data=0.5: (skip(sigma, data), out(sigma, data), scale(sigma, data), noise(sigma, data))


def _by_angle(sigma: Tensor, data: float = 0.5) -> list[Tensor]:
    """Data and noise are the sides of a right-angled triangle."""
    angle, length = torch.atan(sigma / data), torch.hypot(sigma, torch.full_like(sigma, data))
    return [angle.cos() ** 2, data * angle.sin(), 1 / length, 0.25 * torch.log(sigma)]


EDM_COEFFICIENTS = Exercise(
    name="edm_coefficients",
    reference=edm_coefficients,
    cases=(
        Case(
            "the variance of what the network sees and is asked for, at sigma = 0.05, 0.5 and 10: 1 everywhere",
            _asks,
            lambda: torch.ones(2, 3),
            tolerance=1e-4,
        ),
        Case(
            "c_skip and c_out without noise and with nothing else: 1 and 0, then 0 and the size of data",
            _ends,
            lambda: torch.tensor([[1.0, 0.0], [0.0, 0.5]]),
            tolerance=1e-3,
        ),
        *(_named(i, 0.5) for i in range(4)),
        *(_named(i, 1.3) for i in range(4)),
    ),
    mistakes=(
        Mistake(
            "no squares",
            _table(skip=lambda s, d: d / (s + d), out=lambda s, d: s * d / (s + d), scale=lambda s, d: 1 / (s + d)),
            "you add sizes: of independent things the *variances* add, sigma² + data²",
        ),
        Mistake(
            "skip turned round",
            _table(skip=lambda s, d: s**2 / (s**2 + d**2)),
            "your skip takes the more of x the noisier it is: c_skip is the clip's share of the variance, data² / "
            "(sigma² + data²)",
        ),
        Mistake(
            "no skip",
            _table(skip=lambda s, d: torch.zeros_like(s), out=lambda s, d: torch.full_like(s, d)),
            "without a skip the network has to repeat the clip where there is hardly any noise, and its errors are as "
            "large there as anywhere: that is what preconditioning is against",
        ),
        Mistake(
            "skip of all",
            _table(skip=lambda s, d: torch.ones_like(s), out=lambda s, d: s),
            "you predict the noise: x - sigma·F. At sigma = 80 an error of F counts 80 times: there the clip has to "
            "be predicted, c_skip → 0",
        ),
        Mistake(
            "skip by sizes",
            _table(skip=lambda s, d: d / (s**2 + d**2).sqrt()),
            "your c_skip is a ratio of sizes: of variances, data² / (sigma² + data²)",
        ),
        Mistake(
            "out without a root",
            _table(out=lambda s, d: s * d / (s**2 + d**2)),
            "c_out lacks the root: sigma·data / √(sigma² + data²)",
        ),
        Mistake(
            "out is sigma",
            _table(out=lambda s, d: s),
            "your c_out grows with the noise without end. What is left for the network is never larger than the data: "
            "sigma·data / √(sigma² + data²)",
        ),
        Mistake(
            "out squared",
            _table(out=lambda s, d: (s * d) ** 2 / (s**2 + d**2)),
            "your c_out is the variance of what is left: its root is the size",
        ),
        Mistake(
            "in without a root",
            _table(scale=lambda s, d: 1 / (s**2 + d**2)),
            "c_in divides by the variance: dividing by the *size*, √(sigma² + data²), makes it 1",
        ),
        Mistake(
            "in by sigma",
            _table(scale=lambda s, d: 1 / s),
            "c_in divides by the noise alone: where there is little, the network sees huge numbers. Data are in x, too",
        ),
        Mistake(
            "in multiplies",
            _table(scale=lambda s, d: (s**2 + d**2).sqrt()),
            "c_in multiplies by the size of x: divide by it",
        ),
        Mistake(
            "noise untouched",
            _table(noise=lambda s, d: s),
            "c_noise is sigma itself, from 0.002 to 80: tell its logarithm, ln(sigma) / 4",
        ),
        Mistake(
            "decimal logarithm",
            _table(noise=lambda s, d: s.log10() / 4),
            "c_noise has a logarithm to the base of ten: the natural one, torch.log",
        ),
        Mistake(
            "no quarter",
            _table(noise=lambda s, d: s.log()),
            "c_noise lacks its quarter: ln(sigma) / 4",
        ),
        Mistake(
            "always 0.5",
            lambda sigma, data=0.5: edm_coefficients(sigma, 0.5),
            "your data always have the size 0.5: use `data`",
        ),
    ),
    alternatives=(_table(), _by_angle),
    hints=(
        "x is the clip plus the noise, which are independent: its variance is sigma² + data². c_in makes it 1.",
        "c_skip is the best guess of the clip that is a multiple of x: the clip's share of that variance. What it gets "
        "wrong has the variance (1 - c_skip)²·data² + c_skip²·sigma².",
        "That is sigma²·data² / (sigma² + data²): c_out is its root. And c_noise is ln(sigma) / 4.",
    ),
    becomes="minisora/diffusion/precondition.py",
    minutes=12,
    difficulty=2,
    points=3,
)
