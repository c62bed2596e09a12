"""The exercise `reflect`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.eureka.reflect import reflect

SCORES = torch.tensor([0.0, 1.0, 0.5, -0.5, 1.0, 0.25])
GOOD = torch.tensor([1.0, 5.0, 3.0, -1.0, 5.0, 2.0])
NOISE = torch.tensor([3.0, -2.0, 1.0, 0.5, -1.0, 2.5])
CONSTANT = torch.full((6,), 4.0)


def _table(answer: object, terms: Tensor) -> Tensor:
    if not isinstance(answer, Tensor) or answer.shape != (terms.shape[1], 2):
        raise CheckFailed("return a tensor with a row for each term: its share of the spread, its correlation")
    return answer.float()


def _asked(says: str, *columns: Tensor, scores: Tensor = SCORES, expected: list[list[float]] | None = None) -> Case:
    terms = torch.stack(columns, dim=1)
    known = None if expected is None else lambda: torch.tensor(expected)
    return Case(says, lambda f: _table(f(terms.clone(), scores.clone()), terms), known, tolerance=1e-4)


def _deviation(x: Tensor) -> Tensor:
    return x.std(0, correction=0)


def _table_of(
    *,
    spread: Callable[[Tensor], Tensor] = _deviation,
    whole: Callable[[Tensor], Tensor] = lambda spread: spread.sum(),
    relation: Callable[[Tensor, Tensor], Tensor] | None = None,
    end: Callable[[Tensor], Tensor] = lambda x: x,
    undefined: float = 0.0,
) -> Solution:
    """Share of the spread and correlation with these habits."""

    def solution(terms: Tensor, scores: Tensor) -> Tensor:
        each = spread(terms)
        share = each / whole(each).clamp(min=1e-9)
        related = (relation or _correlation)(terms, scores)
        changes = (_deviation(terms) > 1e-6) & (_deviation(scores) > 1e-6)
        related = torch.where(changes, related, torch.full_like(related, undefined))
        return end(torch.stack([share, related], dim=1))

    return solution


def _correlation(terms: Tensor, scores: Tensor) -> Tensor:
    a, b = terms - terms.mean(0), scores - scores.mean()
    return (a * b[:, None]).sum(0) / (a.norm(dim=0) * b.norm()).clamp(min=1e-9)


def _covariance(terms: Tensor, scores: Tensor) -> Tensor:
    return ((terms - terms.mean(0)) * (scores - scores.mean())[:, None]).mean(0)


def _cosine(terms: Tensor, scores: Tensor) -> Tensor:
    return (terms * scores[:, None]).sum(0) / (terms.norm(dim=0) * scores.norm()).clamp(min=1e-9)


def _with_the_total(terms: Tensor, scores: Tensor) -> Tensor:
    del scores
    return _correlation(terms, terms.sum(1))


def _by_numpy(terms: Tensor, scores: Tensor) -> Tensor:
    columns, rows = terms.numpy().T, []
    total = sum(float(np.std(column)) for column in columns)
    for column in columns:
        moves = np.std(column) > 1e-8 and np.std(scores.numpy()) > 1e-8
        related = float(np.corrcoef(column, scores.numpy())[0, 1]) if moves else 0.0
        rows.append([float(np.std(column)) / max(total, 1e-9), related])
    return torch.tensor(rows, dtype=torch.float32)


REFLECT = Exercise(
    name="reflect",
    reference=reflect,
    cases=(
        _asked("one term that is the score", SCORES, expected=[[1.0, 1.0]]),
        _asked(
            "a term that goes with the score, and one of three times the size",
            GOOD,
            3 * GOOD,
            expected=[[0.25, 1], [0.75, 1]],
        ),
        _asked("one that goes against it", -2 * SCORES, SCORES, expected=[[2 / 3, -1.0], [1 / 3, 1.0]]),
        _asked("three terms, the last of which is constant", GOOD, NOISE, CONSTANT),
        _asked("a large offset on a small term", 100 + 0.1 * NOISE, GOOD),
        _asked("all scores alike", GOOD, NOISE, scores=torch.full((6,), 0.5)),
        _asked("no term that changes", CONSTANT, 0 * CONSTANT, expected=[[0.0, 0.0], [0.0, 0.0]]),
    ),
    mistakes=(
        Mistake(
            "size instead of spread",
            _table_of(spread=lambda x: x.abs().mean(0)),
            "your share is of the size of a term. A term that is large and always the same decides nothing: its "
            "standard "
            "deviation counts",
        ),
        Mistake(
            "variance",
            _table_of(spread=lambda x: x.var(0, correction=0)),
            "your share is of variances: of standard deviations",
        ),
        Mistake(
            "range",
            _table_of(spread=lambda x: x.amax(0) - x.amin(0)),
            "your share is of ranges, from the smallest to the largest: of standard deviations",
        ),
        Mistake(
            "of the largest",
            _table_of(whole=lambda spread: spread.max()),
            "your shares are of the largest spread: of the sum of all, so that they add up to 1",
        ),
        Mistake(
            "not a share",
            _table_of(whole=lambda spread: torch.ones(())),
            "you return the spreads themselves: divide by their sum",
        ),
        Mistake(
            "covariance",
            _table_of(relation=_covariance),
            "you return covariances, which grow with the size of a term: divide by both standard deviations",
        ),
        Mistake(
            "means left in",
            _table_of(relation=_cosine),
            "you do not take off the means: where all values of a term lie high, that is no agreement with the score",
        ),
        Mistake(
            "with the reward",
            _table_of(relation=_with_the_total),
            "you relate each term to the whole reward. The reward thinks well of itself: to the *score* of the task",
        ),
        Mistake(
            "without a sign",
            _table_of(relation=lambda terms, scores: _correlation(terms, scores).abs()),
            "your correlations have no sign: a term that goes against the task is not to be praised",
        ),
        Mistake(
            "constant is NaN",
            _table_of(undefined=float("nan")),
            "where a term or the score does not change, you divide 0 by 0: there the correlation is 0",
        ),
        Mistake(
            "exchanged",
            _table_of(end=lambda x: x.flip(1)),
            "share and correlation are exchanged: first the share of the spread",
        ),
        Mistake(
            "squared",
            _table_of(relation=lambda terms, scores: _correlation(terms, scores).square()),
            "you return the squared correlation, which has no sign and is smaller: the correlation itself",
        ),
    ),
    alternatives=(_table_of(), _by_numpy),
    hints=(
        "`terms.std(0, correction=0)` is the spread of each; divided by its sum it is the share.",
        "Take off the means; the mean of the products, over the two standard deviations, is the correlation.",
        "Where the product of the two deviations is 0 (less than 1e-9, say), the correlation is 0: `torch.where`.",
    ),
    becomes="minisora/eureka/reflect.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
