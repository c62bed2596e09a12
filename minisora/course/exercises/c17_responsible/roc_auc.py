"""The exercise `roc_auc`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from scipy.stats import rankdata
from torch import Generator, Tensor

from minisora.audit.roc import roc_auc
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution

DICE = Generator().manual_seed(2)
MADE, TRUE = torch.randn(30, generator=DICE) + 0.7, torch.randn(20, generator=DICE)


def _number(answer: object) -> float:
    if isinstance(answer, Tensor) and answer.numel() == 1:
        return float(answer)
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise CheckFailed("return one number")
    return float(answer)


def _asked(says: str, made: list[float] | Tensor, true: list[float] | Tensor, expected: float | None = None) -> Case:
    a, b = torch.as_tensor(made), torch.as_tensor(true)
    return Case(says, lambda f: _number(f(a.clone(), b.clone())), None if expected is None else lambda: expected)


def _pairs(
    *,
    tie: float = 0.5,
    flip: bool = False,
    over: Callable[[Tensor], float] = lambda table: float(table.mean()),
) -> Solution:
    """An area by pairs, with these habits."""

    def solution(made: Tensor, true: Tensor) -> float:
        apart = made[:, None] - true
        apart = -apart if flip else apart
        return over((apart > 0).double() + tie * (apart == 0).double())

    return solution


def _accuracy(made: Tensor, true: Tensor) -> float:
    return float(torch.cat([made > 0, true <= 0]).double().mean())


def _best_accuracy(made: Tensor, true: Tensor) -> float:
    levels = torch.cat([made, true]).unique()
    return max(float(torch.cat([made >= level, true < level]).double().mean()) for level in levels)


def _in_order(
    *,
    tie: float = 0.5,
    over: Callable[[Tensor, int], float] = lambda won, made: float(won.mean()),
    ranked: bool = False,
) -> Solution:
    """The i-th against the i-th, as far as there are both, with these habits."""

    def solution(made: Tensor, true: Tensor) -> float:
        one, other = (each.sort().values if ranked else each for each in (made, true))
        n = min(len(made), len(true))
        won = (one[:n] > other[:n]).double() + tie * (one[:n] == other[:n]).double()
        return over(won, len(made))

    return solution


def _by_ranks(made: Tensor, true: Tensor) -> float:
    ranks = rankdata(torch.cat([made, true]).numpy())[: len(made)]
    return float((ranks.sum() - len(made) * (len(made) + 1) / 2) / (len(made) * len(true)))


def _trapezoids(made: Tensor, true: Tensor) -> float:
    levels = torch.cat([made, true]).unique().flip(0)
    x = torch.cat([true.new_zeros(1), (true[:, None] >= levels).float().mean(0)])
    y = torch.cat([made.new_zeros(1), (made[:, None] >= levels).float().mean(0)])
    return float(torch.trapezoid(y, x))


ROC_AUC = Exercise(
    name="roc_auc",
    reference=roc_auc,
    cases=(
        _asked("made ones that all score higher", [2.0, 3.0], [0.0, 1.0, 1.5], 1.0),
        _asked("made ones that all score lower", [0.0, 1.0], [2.0, 3.0, 4.0], 0.0),
        _asked("scores that are all equal", [1.0, 1.0], [1.0, 1.0, 1.0], 0.5),
        _asked("one made clip between two true ones", [1.0], [0.0, 2.0], 0.5),
        _asked("made 1, 3, 3 and true 2, 3", [1.0, 3.0, 3.0], [2.0, 3.0], 0.5),
        _asked("made 0, 4, 5 and true 0, 1, 2, 4", [0.0, 4.0, 5.0], [0.0, 1.0, 2.0, 4.0], 2 / 3),
        _asked("30 made and 20 true clips", MADE, TRUE),
        _asked("the same, all scores 10 higher", MADE + 10, TRUE + 10),
        _asked("the same, squeezed", torch.sigmoid(MADE), torch.sigmoid(TRUE)),
        _asked("three made ones for each true one", MADE, TRUE[:10]),
        _asked("scores in whole numbers", (2 * MADE).round(), (2 * TRUE).round()),
    ),
    mistakes=(
        Mistake("ties lose", _pairs(tie=0.0), "a tie counts nothing with you: half. Equal scores are a coin's throw"),
        Mistake("ties win", _pairs(tie=1.0), "a tie counts fully with you: half. Equal scores are a coin's throw"),
        Mistake(
            "upside down",
            _pairs(flip=True),
            "yours is high where *true* clips score higher: count pairs in which the made one does",
        ),
        Mistake(
            "not worse than chance",
            lambda made, true: max(roc_auc(made, true), 1 - roc_auc(made, true)),
            "yours is never below 0.5: a detector that is always wrong has 0, and one wants to know it",
        ),
        Mistake(
            "accuracy at 0",
            _accuracy,
            "you count right answers at the threshold 0: an area does not know any threshold. Compare in pairs",
        ),
        Mistake(
            "best accuracy",
            _best_accuracy,
            "you look for the best threshold. The area asks about all of them: compare each made clip with each "
            "true one",
        ),
        Mistake(
            "ties one and a half times",
            _pairs(tie=1.5),
            "your ties count one and a half times: `>=` has counted them in full before you add half. `>` first",
        ),
        Mistake(
            "in order",
            _in_order(),
            "you compare the first with the first and the second with the second: each made one with *each* true one",
        ),
        Mistake(
            "in order, ties lose",
            _in_order(tie=0.0),
            "you compare the first with the first and so on, as `zip` does, and the clips are in no order: each made "
            "one with *each* true one. (And a tie counts half.)",
        ),
        Mistake(
            "in order, over the made ones",
            _in_order(over=lambda won, made: float(won.sum() / made)),
            "you go through both lists side by side (`zip`) and stop where the shorter one ends: each made one with "
            "*each* true one, and over all pairs",
        ),
        Mistake(
            "in order, ties lose, over the made ones",
            _in_order(tie=0.0, over=lambda won, made: float(won.sum() / made)),
            "you go through both lists side by side (`zip`): the area compares each made one with *each* true one. Two "
            "loops, or a table; and a tie counts half",
        ),
        Mistake(
            "in order of their scores",
            _in_order(ranked=True),
            "you sort both and compare place by place: however they are sorted, a pair is *any* made one with *any* "
            "true one",
        ),
        Mistake(
            "element by element",
            lambda made, true: float((made > true).double().mean()),
            "you compare element by element (`made > true`), which pairs the first with the first and fails where "
            "there are not equally many: a table, with a row for each made one and a column for each true one",
        ),
        Mistake(
            "a sum",
            _pairs(over=lambda table: float(table.sum())),
            "you return the number of pairs: divide by how many there are",
        ),
        Mistake(
            "over the made ones",
            _pairs(over=lambda table: float(table.sum() / len(table))),
            "you divide by the made clips alone: by all pairs, made times true",
        ),
        Mistake(
            "difference of means",
            lambda made, true: float(made.mean() - true.mean()),
            "you compare means: a score's size means nothing, only which of two is higher",
        ),
        Mistake(
            "gini",
            lambda made, true: 2 * roc_auc(made, true) - 1,
            "yours goes from -1 to 1 (that is Gini's): the area goes from 0 to 1",
        ),
    ),
    alternatives=(_pairs(), _by_ranks, _trapezoids),
    hints=(
        "Think of a table with a row for each made clip and a column for each true one. `made[:, None]` is a column of "
        "scores: what comes of comparing a column with a row?",
        "A comparison is true or false; `.double()` makes 1 and 0 of it. What does a cell of the table hold when the "
        "made one scores higher, when both are equal, and else? Try it by hand with made 1, 3, 3 and true 2, 3: the "
        "answer is 0.5.",
    ),
    becomes="minisora/audit/roc.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
