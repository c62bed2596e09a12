"""Feedback: differences in words, mistakes recognised, stubs named, tracebacks kept away."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from minisora.course import check, profile, reference, use
from minisora.course.checks.check import examine, no_cell
from minisora.course.checks.compare import Raised, difference
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, call, finding
from minisora.course.checks.time_limit import Patience
from minisora.errors import UserError


def double(x):
    if not isinstance(x, torch.Tensor):
        raise UserError("no tensor")
    return 2 * x


EXERCISE = Exercise(
    name="double",
    reference=double,
    cases=(call("two numbers", torch.tensor([1.0, 2.0])), Case("a string", lambda f: f("a"), fails=True)),
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


def test_changing_the_input_is_noticed_and_undone():
    assert "changes `x`" in message(lambda x: x.mul_(2))
    noise, words = torch.ones(2), ["a", "b"]
    case = Case("what is kept", lambda f: f(torch.ones(2), noise, words), expected=lambda: torch.ones(2))
    harness = replace(EXERCISE, reference=lambda x, noise, words: noise.clone(), cases=(case,), mistakes=())

    def spoils(x, noise, words):
        words.pop()
        noise *= 0
        return noise + 1

    with pytest.raises(CheckFailed, match="changes `noise`"):
        examine(harness, spoils)
    assert noise.tolist() == [1, 1] and words == ["a", "b"], "or the next answer would be compared with what is left"


def test_what_the_reference_changes_may_be_changed():
    def fill(buffer):
        buffer.fill_(3)

    def ask(f):
        buffer = torch.zeros(2)
        f(buffer)
        return buffer

    harness = replace(EXERCISE, reference=fill, cases=(Case("a full buffer", ask),), mistakes=())
    examine(harness, lambda buffer: buffer.copy_(torch.full((2,), 3.0)))


def test_a_stub_is_told_from_what_pytorch_has_not_implemented():
    def stub(x):
        raise NotImplementedError

    def rounds(x):
        return x.to(torch.uint16).clamp(0, 255)

    assert "is still a stub" in message(stub)
    assert "is an error, NotImplementedError" in message(rounds)


def test_a_check_that_cannot_be_run_fails_instead_of_passing():
    def broken_question(solution):
        raise RuntimeError("no such device")

    harness = replace(EXERCISE, cases=(Case("anything", broken_question),))
    with pytest.raises(CheckFailed, match="the check itself cannot be run here, RuntimeError: no such device"):
        examine(harness, double)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("minisora.course.checks.check.PATIENCE", Patience(computing=0.05, waiting=60))


def test_a_loop_without_an_end_is_named_and_not_run_again(impatient, capsys):
    calls = []

    def packing_mask(sample):
        calls.append(sample)
        while True:
            pass

    with pytest.raises(CheckFailed, match=r"asked for .*: is not done after 0.05 seconds of computing: does a loop"):
        check.packing_mask(packing_mask)
    assert len(calls) == 1
    assert use(packing_mask=packing_mask) is reference("packing_mask") and len(calls) == 1
    assert "came to no end in its check, and is not run again: from here" in capsys.readouterr().out
    with pytest.raises(CheckFailed):
        check.packing_mask(packing_mask)  # who asks for it once more gets it
    assert len(calls) == 2


def test_what_was_interrupted_is_not_run_again_until_its_check_is_through(capsys):
    slow = [True]

    def packing_mask(sample):
        if slow[0]:
            raise KeyboardInterrupt
        return reference("packing_mask")(sample)

    with pytest.raises(CheckFailed, match="stopped before it was done: does a loop never end"):
        check.packing_mask(packing_mask)
    slow[0] = False
    assert use(packing_mask=packing_mask) is reference("packing_mask")
    check.packing_mask(packing_mask)
    assert use(packing_mask=packing_mask) is packing_mask


def test_leaving_the_notebook_and_a_cell_that_never_ran_are_named():
    assert "calls exit(), which would end the notebook" in message(lambda x: sys.exit())
    assert message(no_cell("double")).startswith("✗ double: its cell has not run to its end: run it")


def test_the_packages_own_part_gets_no_marks(monkeypatch, capsys):
    check.patchify(reference("patchify"))
    monkeypatch.setattr(profile, "FOR_MARKS", True)
    with pytest.raises(CheckFailed, match="the package's own part — write yours"):
        check.patchify(reference("patchify"))
    check.patchify(lambda latents, patch=2: reference("patchify")(latents, patch))
    assert capsys.readouterr().out.count("✓ patchify") == 2


def test_findings_do_not_give_the_right_one_away():
    truth = {"A": "too hot", "B": "too cold"}
    cases = tuple(finding(name, lambda f, name=name: f(name), truth[name], ("too hot", "too cold")) for name in truth)
    riddle = replace(EXERCISE, cases=cases, mistakes=())
    examine(riddle, truth.get)
    for wrong, said in (
        (lambda name: "too hot", "'too hot', not the one that fits"),
        (lambda name: "?", "none of the"),
    ):
        with pytest.raises(CheckFailed, match=said):
            examine(riddle, wrong)


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
        (np.int64(2), 2, None),
        (np.True_, True, None),
        (torch.tensor(True), True, None),
        (
            torch.zeros(2, device="meta"),
            torch.zeros(2),
            "lies on meta, not on cpu: make tensors where those that you are given are",
        ),
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
