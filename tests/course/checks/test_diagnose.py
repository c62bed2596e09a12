"""What is said of wrong answers that no exercise knows: how they differ from the right ones, and what was ignored."""

import pytest
import torch

from minisora.course.checks.check import examine
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, call
from minisora.course.checks.relations import relation
from minisora.diffusion.path import COSINE, STRAIGHT, Path


def mixed(one: torch.Tensor, other: torch.Tensor, t: torch.Tensor, *, path: Path = STRAIGHT, times: float = 1.0):
    return path.alpha(t) * one * times + path.sigma(t) * other


def drawn(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


ONE, OTHER, T = drawn(2, 3, 4, seed=1), drawn(2, 3, 4, seed=2), torch.tensor([0.3, 0.8]).view(2, 1, 1)
MIXED = Exercise(
    "mixed",
    lambda one, other, t, path=STRAIGHT, times=1.0: mixed(one, other, t, path=path, times=times),
    (call("two", ONE, OTHER, T, COSINE, 3.0), call("two more", OTHER, ONE, T, COSINE, 2.0)),
    (),
    (),
    (),
    "",
)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda one, other, t, path=STRAIGHT, times=1.0: mixed(one, other, t, times=times), "`path`"),
        (lambda one, other, t, path=STRAIGHT, times=1.0: mixed(one, other, t, path=path), "`times` changes nothing"),
        (lambda one, other, t, path=STRAIGHT, times=1.0: mixed(one, -other, t, path=path, times=times), "wrong sign"),
        (lambda one, other, t, path=STRAIGHT, times=1.0: mixed(one, other, t[:1], path=path, times=times), "first"),
        (lambda one, other, t, path=STRAIGHT, times=1.0: mixed(one, other, 1 - t, path=path, times=times), "1 - t"),
        (lambda one, other, t, path=STRAIGHT, times=1.0: 3 * mixed(one, other, t, path=path, times=times), "3 times"),
    ],
)
def test_arguments_that_are_ignored_or_turned_round(wrong, says):
    with pytest.raises(CheckFailed, match=r".*mixed: ") as caught:
        examine(MIXED, wrong)
    assert says in str(caught.value)


GRID = torch.arange(24.0).reshape(2, 3, 4) + 1


@pytest.mark.parametrize(
    ("mine", "says"),
    [
        (-GRID, "wrong sign"),
        (GRID * 2, "twice"),
        (GRID.square(), "a root is missing"),
        (GRID.sqrt(), "a square is missing"),
        (GRID.log(), "logarithm"),
        (1 / GRID, "turned over"),
        (GRID + 5, "+5 off"),
        (GRID.clamp(3, 20), "clamped"),
        (GRID.flip(1), "backwards along its axis 1"),
        (GRID.roll(1, 2), "one place too late along its axis 2"),
        (GRID.transpose(0, 1), "axes are in another order"),
        (GRID.transpose(0, 1).reshape(2, 3, 4), "in wrong places"),
        (GRID.reshape(6, 4), "merged or split"),
        (GRID[:, None], "axes of length 1"),
        (GRID[:, 1:], "missing at the front of its axis 1"),
        (GRID[:1].expand_as(GRID), "repeats what is right for the first"),
        (torch.randn(2, 3, 4), None),
        (GRID.to(torch.float64), None),
    ],
)
def test_relations(mine, says):
    found = relation([(mine, GRID)], [1e-5])
    assert found is None if says is None else says in str(found)


def test_relations_of_masks_and_of_sums():
    mask = torch.tensor([[True, True], [False, True]])
    assert "turned round" in str(relation([(~mask, mask)], [1e-5]))
    assert "transposed" in str(relation([(mask.mT, mask)], [1e-5]))
    sums = [(GRID.sum(), GRID.mean()), (GRID[0].sum(), GRID[0].mean())]
    assert "a sum where a mean" in str(relation(sums, [1e-5, 1e-5]))
    assert relation([(torch.tensor(3.0), torch.tensor(7.0))], [1e-5]) is None, "one number says nothing"
    assert relation([("a", "b")], [1e-5]) is None


def test_a_mistake_that_agrees_by_chance_on_one_question_is_not_told():
    counts = Exercise(
        "counts",
        lambda n: 2 * n,
        (call("one", 1), call("two", 2), call("three", 3)),
        (Mistake("square", lambda n: n * n, "you square"),),
        (),
        (),
        "",
    )
    with pytest.raises(CheckFailed) as caught:
        examine(counts, lambda n: 1)
    assert "you square" not in str(caught.value)


def test_what_cannot_be_used_is_described():
    def ask(f):
        one, two = f()
        return one + two

    pair = Exercise("pair", lambda: (1, 2), (Case("a pair", ask),), (), (), (), "")
    with pytest.raises(CheckFailed, match="what it returns is 3, not 2 values"):
        examine(pair, lambda: 3)
