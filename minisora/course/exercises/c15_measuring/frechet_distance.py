"""The exercise `frechet_distance`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c15_measuring.common import asked
from minisora.evaluation.frechet import frechet_distance

Part = Callable[[Tensor, Tensor], Tensor]


def _set(n: int, d: int, seed: int, *, shift: float = 0.0, stretch: float = 1.0) -> Tensor:
    dice = Generator().manual_seed(seed)
    mixed = torch.randn(n, d, generator=dice) @ torch.randn(d, d, generator=dice)
    return stretch * mixed + shift


def _asked(says: str, a: Tensor, b: Tensor, expected: float | None = None) -> Case:
    return asked(says, lambda f: f(a.clone(), b.clone()), expected, tolerance=2e-3)


def _cov(x: Tensor) -> Tensor:
    return torch.atleast_2d(x.T.cov())


def _means(a: Tensor, b: Tensor) -> Tensor:
    return (a.mean(0) - b.mean(0)).square().sum()


def _overlap(a: Tensor, b: Tensor, *, cov: Callable[[Tensor], Tensor] = _cov) -> Tensor:
    return torch.linalg.eigvals(cov(a) @ cov(b)).real.clamp(min=0).sqrt().sum()


def _biased(x: Tensor) -> Tensor:
    return _cov(x) * (len(x) - 1) / len(x)


def _gaussians(
    *,
    means: Part = _means,
    overlap: Part = _overlap,
    cov: Callable[[Tensor], Tensor] = _cov,
    twice: float = 2.0,
    end: Callable[[Tensor], Tensor] = lambda total: total,
) -> Solution:
    """The distance of two Gaussians with these habits."""

    def solution(a: Tensor, b: Tensor) -> Tensor:
        a, b = a.double(), b.double()
        return end(means(a, b) + cov(a).trace() + cov(b).trace() - twice * overlap(a, b))

    return solution


def _by_roots(a: Tensor, b: Tensor) -> float:
    def root(matrix: Tensor) -> Tensor:
        u, s, _ = torch.linalg.svd(matrix)
        return u @ s.sqrt().diag() @ u.T

    a, b = a.double(), b.double()
    half = root(_cov(a))
    both = root(half @ _cov(b) @ half)
    return float(_means(a, b) + (_cov(a) + _cov(b) - 2 * both).trace())


_A, _B = _set(60, 3, 0), _set(80, 3, 1, shift=0.7)
_NUMBERS = torch.tensor([[0.0], [2.0]]), torch.tensor([[4.0], [10.0]])

FRECHET_DISTANCE = Exercise(
    name="frechet_distance",
    reference=frechet_distance,
    cases=(
        _asked("0 and 2 against 4 and 10", *_NUMBERS, expected=36 + (18**0.5 - 2**0.5) ** 2),
        _asked("a set and the same set, 3 further in each of 3 features", _A, _A + 3, expected=27.0),
        _asked("a set and the same one, twice as wide around its mean", _A, 2 * _A - _A.mean(0)),
        _asked("two sets of 60 and 80 clips and 3 features", _A, _B),
        _asked("a set of 5 clips and one of 40, of 4 features", _set(5, 4, 2), _set(40, 4, 3, stretch=0.5)),
        _asked("a set and itself", _B, _B, expected=0.0),
        _asked("8 clips and 8 others, of 32 features", _set(8, 32, 4), _set(8, 32, 5)),
    ),
    mistakes=(
        Mistake(
            "means forgotten",
            _gaussians(means=lambda a, b: torch.zeros(())),
            "a set that lies elsewhere is as near as one that does not: the squared distance of the means is missing",
        ),
        Mistake(
            "means not squared",
            _gaussians(means=lambda a, b: _means(a, b).sqrt()),
            "the distance of the means enters as it is: it is to be squared, like all else (this is a squared "
            "distance)",
        ),
        Mistake(
            "mean square of means",
            _gaussians(means=lambda a, b: (a.mean(0) - b.mean(0)).square().mean()),
            "you average the squared differences of means over the features: they are summed",
        ),
        Mistake(
            "no overlap",
            _gaussians(overlap=lambda a, b: torch.zeros(())),
            "a set is far from itself with you: the last part, -2 tr (A B)^½, is missing",
        ),
        Mistake(
            "overlap once",
            _gaussians(twice=1.0),
            "a set is not at 0 from itself: the root of A B counts twice, as in (a - b)² = a² + b² - 2 a b",
        ),
        Mistake(
            "no root",
            _gaussians(overlap=lambda a, b: (_cov(a) @ _cov(b)).trace()),
            "you take the trace of A B: of its *root*. Variances are squares, and a product of two has to come back "
            "to one",
        ),
        Mistake(
            "root number by number",
            _gaussians(overlap=lambda a, b: (_cov(a) @ _cov(b)).diagonal().clamp(min=0).sqrt().sum()),
            "you take the root of each number of A B: of a matrix, R is the root if R R gives it back. Its trace is "
            "the sum of the roots of the *eigenvalues*",
        ),
        Mistake(
            "eigenvalues without their roots",
            _gaussians(overlap=lambda a, b: torch.linalg.eigvals(_cov(a) @ _cov(b)).real.sum().clamp(min=0).sqrt()),
            "you add the eigenvalues up and take one root of the sum: each eigenvalue has its own",
        ),
        Mistake(
            "roots of less than nothing",
            _gaussians(overlap=lambda a, b: torch.linalg.eigvals(_cov(a) @ _cov(b)).real.sqrt().sum()),
            "eigenvalues that are 0 come out a little below it, and have no root: clamp them at 0",
        ),
        Mistake(
            "of a symmetric matrix",
            _gaussians(overlap=lambda a, b: torch.linalg.eigvalsh(_cov(a) @ _cov(b)).clamp(min=0).sqrt().sum()),
            "A B is not symmetric, and eigvalsh looks at one half of it only: eigvals",
        ),
        Mistake(
            "variances only",
            _gaussians(overlap=lambda a, b: (a.var(0) * b.var(0)).sqrt().sum()),
            "you compare each feature's variance by itself: what two features do *together* (covariance) is lost",
        ),
        Mistake(
            "divided by n",
            _gaussians(cov=_biased, overlap=lambda a, b: _overlap(a, b, cov=_biased)),
            "your covariances are divided by n: by n - 1, as `torch.cov` does",
        ),
        Mistake(
            "the root of all",
            _gaussians(end=lambda total: total.clamp(min=0).sqrt()),
            "you take the root at the end: FID and FVD are the *squared* distance",
        ),
        Mistake(
            "difference of covariances",
            lambda a, b: _means(a, b) + (_cov(a) - _cov(b)).square().sum(),
            "you square the difference of the covariances: that is not in the units of the features any more. Their "
            "roots are what is compared: tr(A + B - 2 (A B)^½)",
        ),
    ),
    alternatives=(_gaussians(), _by_roots),
    hints=(
        "Three parts: the squared distance of the means; the traces of both covariances (`a.T.cov()`, or by hand from "
        "`a - a.mean(0)`); and the trace of the root of their product.",
        "The trace of the root of a matrix is the sum of the roots of its eigenvalues. Those of A B are real and not "
        "negative, but for rounding: `torch.linalg.eigvals(A @ B).real.clamp(min=0).sqrt().sum()`.",
        "Begin with `a, b = a.double(), b.double()`. One feature only: `torch.atleast_2d(a.T.cov())`.",
    ),
    becomes="minisora/evaluation/frechet.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)
