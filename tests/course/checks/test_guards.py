"""What every solution is asked besides its answers: one gives them right, and is still no part of a machine."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from minisora.course.checks.check import examine
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, call


def scaled(x, factor):
    return x * factor.exp()


X, FACTOR = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0.5, 0.1])


def exercise(reference, *cases, trains=True):
    return Exercise("part", reference, cases, (), (), (), "", trains=trains)


SCALED = exercise(scaled, call("four numbers", X, FACTOR), call("others", X + 1, FACTOR))


def message(solution, asked=SCALED):
    with pytest.raises(CheckFailed) as caught:
        examine(asked, solution)
    return str(caught.value)


def test_a_right_part_passes_however_it_is_written():
    examine(SCALED, lambda x, factor: torch.stack([row * torch.exp(factor) for row in x]))


@pytest.mark.parametrize(
    ("solution", "says"),
    [
        (torch.no_grad()(scaled), "no gradient flows back through them to `x` and `factor`"),
        (lambda x, factor: scaled(x, factor.detach()), "no gradient flows back through them to `factor`"),
        (lambda x, factor: torch.from_numpy(x.numpy() * factor.exp().numpy()), "no gradient flows"),
        (lambda x, factor: x.detach() / 2 * factor.exp() + x / 2 * factor.exp(), "gradient that reaches `x`"),
        (lambda x, factor: torch.zeros(x.shape) + scaled(x, factor), "on the CPU"),
        (lambda x, factor: scaled(x, factor).float(), "in float64 it answers in float32"),
    ],
)
def test_right_numbers_are_not_enough(solution, says):
    assert says in message(solution)


def test_tables_need_neither_gradients_nor_precision():
    examine(exercise(scaled, call("four numbers", X, FACTOR), trains=False), torch.no_grad()(scaled))


def test_the_answer_of_a_network_must_stay_on_the_graph():
    def loss(network, x):
        return (network(x) - x).square().mean()

    asked = exercise(loss, Case("a network", lambda f: f(lambda x: 2 * x, X.clone())))
    assert "what network answers" in message(lambda network, x: (network(x).detach() - x).square().mean(), asked)
    assert ".item() and float(...) cut it off" in message(lambda network, x: loss(network, x).item(), asked)


@pytest.mark.parametrize("throw", [lambda: torch.rand(()), np.random.rand, random.random])
def test_dice_are_told_from_memory(throw):
    before = torch.get_rng_state()
    assert "it throws dice" in message(lambda x, factor: scaled(x, factor) + float(throw()))
    assert torch.equal(before, torch.get_rng_state()), "a check leaves the global dice alone"
    calls = []

    def counts(x, factor):
        calls.append(1)
        return scaled(x, factor) + (len(calls) > 3)

    assert "it remembers something between two calls" in message(counts)


class Shift(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, x):
        return x + self.weight


def test_a_layer_that_remembers_and_one_whose_weights_cannot_learn():
    class Remembers(Shift):
        last = 0.0

        def forward(self, x):
            answer = super().forward(x) + self.last
            self.last = 1.0
            return answer

    class Frozen(Shift):
        def forward(self, x):
            return x + self.weight.detach()

    asked = exercise(Shift, Case("two numbers", lambda kind: kind()(X.clone())))
    examine(asked, Shift)
    assert "the same object, called once more" in message(Remembers, asked)
    assert "to `its weight`" in message(Frozen, asked)


def test_pieces_of_a_stream_are_watched():
    def doubled(pieces):
        for piece in pieces:
            yield 2 * piece

    def in_place(pieces):
        for piece in pieces:
            yield piece.mul_(2)

    asked = exercise(doubled, Case("two pieces", lambda f: list(f(iter(X.clone().unbind())))))
    examine(asked, doubled)
    assert "it changes `pieces`" in message(in_place, asked)


def test_a_function_that_a_part_has_made_leaves_its_arguments_alone():
    def halved(network):
        return lambda x: network(x / 2)

    def halved_in_place(network):
        return lambda x: network(x.div_(2))

    asked = exercise(halved, Case("a network", lambda f: f(torch.exp)(X.clone())))
    examine(asked, halved)
    assert "it changes `x`" in message(halved_in_place, asked)


def test_an_answer_that_is_kept_by_its_shape():
    answers = {}

    def keeping(x, factor):
        if (x.shape, factor.shape) not in answers:
            answers[x.shape, factor.shape] = scaled(x, factor)
        return answers[x.shape, factor.shape].clone()

    assert "keeps answers by their shape" in message(keeping, exercise(scaled, call("four numbers", X, FACTOR)))


def test_a_layer_that_keeps_its_first_answer():
    class Doubled(nn.Module):
        def forward(self, x):
            return 2 * x

    class Keeping(Doubled):
        def forward(self, x):
            if not hasattr(self, "answer"):
                self.answer = 2 * x
            return self.answer.clone()

    asked = exercise(Doubled, Case("four numbers", lambda f: f()(X)), trains=False)
    examine(asked, Doubled)
    assert "it remembers the call before" in message(Keeping, asked)
