"""Feedback: differences in words, mistakes recognised, stubs named, tracebacks kept away."""

import pytest
import torch

from minisora.course import check, use
from minisora.course.check import examine
from minisora.course.compare import Raised, difference
from minisora.course.exercise import CheckFailed, Exercise, Mistake, call
from minisora.errors import UserError


def double(x):
    if not isinstance(x, torch.Tensor):
        raise UserError("no tensor")
    return 2 * x


EXERCISE = Exercise(
    name="double",
    reference=double,
    cases=(call("two numbers", torch.tensor([1.0, 2.0])), call("a string", "a")),
    mistakes=(Mistake("square", lambda x: x * x, "you square"), Mistake("triple", lambda x: 3 * x, "you triple")),
    alternatives=(),
    hints=(),
    becomes="",
)


def message(solution):
    with pytest.raises(CheckFailed) as caught:
        examine(EXERCISE, solution)
    return str(caught.value)


def test_a_right_answer_passes_and_says_so(capsys):
    examine(EXERCISE, double)
    check.packing_mask(lambda s: s[:, :, None] == s[:, None, :])
    assert capsys.readouterr().out.startswith("✓ packing_mask")


def test_mistakes_are_recognised_by_their_answers():
    assert "you triple" in message(lambda x: x + x + x)
    assert "you square" in message(lambda x: x**2 if isinstance(x, torch.Tensor) else double(x))


def test_other_wrong_answers_are_described():
    assert "shape (2, 1), not (2,)" in message(lambda x: x[:, None])
    assert "2 of 2 numbers differ" in message(lambda x: 2 * x + 1)
    assert "is None (is there a `return`?)" in message(lambda x: None)
    assert "ZeroDivisionError" in message(lambda x: 1 / 0)
    assert "raise a ValueError" in message(lambda x: x + x)
    assert "NaN" in message(lambda x: x * torch.nan)


def test_changing_the_input_is_noticed():
    assert "changes the tensor" in message(lambda x: x.mul_(2))


def test_failures_come_without_a_traceback():
    failure = CheckFailed("one\ntwo")
    assert failure._render_traceback_() == ["one", "two"]
    assert "pass the thing itself" in message(3)


def test_pages_go_on_with_the_packages_part(capsys):
    mine = use(packing_mask=lambda s: s[:, :, None] != s[:, None, :])
    assert mine(torch.zeros(1, 2)).all() and "package's own" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mine", "right", "what"),
    [
        (1, 1, None),
        (torch.tensor(2.0), 2, None),
        (True, 1, "is True, not a number"),
        ((1, 2), (1, 3), "in its part 2 is 2, not 3"),
        ({"a": 1}, {"a": 2}, "under 'a' is 1, not 2"),
        (torch.zeros(2), torch.zeros(2, dtype=torch.long), "holds float32, not int64"),
        (Raised(UserError("x")), Raised(ValueError("y")), None),
        (Raised(KeyError("x")), Raised(UserError("y")), "is a KeyError, not a ValueError"),
    ],
)
def test_difference(mine, right, what):
    assert difference(mine, right, tolerance=1e-5) == what


def test_an_unknown_exercise_is_named_with_its_neighbours():
    with pytest.raises(UserError, match="patchify"):
        check.patchfy(double)
