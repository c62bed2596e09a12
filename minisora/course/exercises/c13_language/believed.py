"""The exercise `believed`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution


def believed(often: Tensor, wrong: float) -> Tensor:
    """What a word means in captions of which some are wrong: ``k k``, row i for what is there when word i is said.

    Args:
        often: ``k``, how often each of ``k`` things is there; sums to 1.
        wrong: the share of captions that say another word than the right one, each of the others as often.
    Source: Bayes' rule.
    """
    k = len(often)
    says = torch.full((k, k), wrong / (k - 1))  # [said, there]
    says.fill_diagonal_(1 - wrong)
    both = says * often
    return both / both.sum(1, keepdim=True)


def _table(answer: object) -> Tensor:
    if not isinstance(answer, Tensor) or answer.ndim != 2 or answer.shape[0] != answer.shape[1]:
        raise CheckFailed("return a table k k: a row for each word that is said, a column for each thing that is there")
    return answer.float()


def _asked(says: str, often: list[float], wrong: float, expected: list[list[float]] | None = None) -> Case:
    return Case(
        says,
        lambda f: _table(f(torch.tensor(often), wrong)),
        None if expected is None else lambda: torch.tensor(expected),
    )


def _bayes(
    *, others: int = 1, prior: bool = True, divide: int | None = 1, turned: bool = False, right: float | None = None
) -> Solution:
    """Bayes' rule with these habits."""

    def solution(often: Tensor, wrong: float) -> Tensor:
        k = len(often)
        says = torch.full((k, k), wrong / (k - others))
        says.fill_diagonal_(1 - wrong if right is None else right)
        if others == 0:
            says += (1 - wrong - says.diagonal()).diag() + torch.eye(k) * wrong / k
        both = says * often if prior else says
        both = both / both.sum(divide, keepdim=True) if divide is not None else both
        return both.T if turned else both

    return solution


def _each_wrong(often: Tensor, wrong: float) -> Tensor:
    says = torch.full((len(often), len(often)), wrong)
    says.fill_diagonal_(1 - wrong)
    both = says * often
    return both / both.sum(1, keepdim=True)


def _trusting(often: Tensor, wrong: float) -> Tensor:
    del wrong
    return torch.eye(len(often))


def _mean_of_all(often: Tensor, wrong: float) -> Tensor:
    k = len(often)
    return (1 - wrong) * torch.eye(k) + wrong * often.expand(k, k)


def _by_loops(often: Tensor, wrong: float) -> Tensor:
    k = len(often)
    rows = []
    for word in range(k):
        row = [float(often[there]) * ((1 - wrong) if there == word else wrong / (k - 1)) for there in range(k)]
        rows.append([each / sum(row) for each in row])
    return torch.tensor(rows)


BELIEVED = Exercise(
    name="believed",
    reference=believed,
    cases=(
        _asked(
            "three things alike, a fifth of the captions wrong",
            [1 / 3] * 3,
            0.2,
            [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]],
        ),
        _asked(
            "a frequent and a rare thing, a fifth wrong",
            [0.9, 0.1],
            0.2,
            [[0.72 / 0.74, 0.02 / 0.74], [0.18 / 0.26, 0.08 / 0.26]],
        ),
        _asked("four things, unequal, a tenth wrong", [0.4, 0.3, 0.2, 0.1], 0.1),
        _asked("no caption wrong", [0.5, 0.3, 0.2], 0.0),
        _asked("two of three captions wrong, three things alike: the words say nothing", [1 / 3] * 3, 2 / 3),
    ),
    mistakes=(
        Mistake(
            "every word is believed",
            _trusting,
            "you believe every word. With a fifth of the captions wrong, some of the clips that are called red are not",
        ),
        Mistake(
            "how often is forgotten",
            _bayes(prior=False),
            "you forget how often each thing is there: where a word is a mistake, it is more likely one about a "
            "frequent thing (multiply by `often`, and then divide each *row* by its sum)",
        ),
        Mistake(
            "not divided",
            _bayes(divide=None),
            "your numbers say how often word and thing come together: divide each row by its sum, so that it says what "
            "is there *when the word is said*",
        ),
        Mistake(
            "transposed",
            _bayes(turned=True),
            "your table lies on its side: a row for each word that is said, a column for each thing that is there",
        ),
        Mistake(
            "the right one among the others",
            _bayes(others=0),
            "you share the wrong captions out among all k words; a wrong word is one of the k - 1 others",
        ),
        Mistake(
            "each of the others",
            _each_wrong,
            "each of the other words gets the whole share of wrong captions: they have it together, wrong / (k - 1) "
            "each",
        ),
        Mistake(
            "blended with the mean",
            _mean_of_all,
            "you blend the right thing with the mean of all. Nearly: a wrong word never means the thing itself, and "
            "the rows have to be divided anew where things are not equally frequent",
        ),
    ),
    alternatives=(_by_loops, _bayes()),
    hints=(
        "First the other way round, which is given: how often is word i said of thing j? 1 - wrong where they are the "
        "same, wrong / (k - 1) where not.",
        "`says * often` multiplies column j by how often thing j is there: how often do the two come together?",
        "`both / both.sum(1, keepdim=True)`: of all clips of which word i is said, the share of each thing.",
    ),
    becomes="minisora/course/exercises/c13_language/believed.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
