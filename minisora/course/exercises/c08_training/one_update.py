"""The exercise `one_update`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c08_training.common import (
    Batches,
    SmallNetwork,
    adamw,
    batch_of,
    distance,
    drawn,
    small_world,
)
from minisora.training.ema import Ema


def one_update(network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, *, most: float = math.inf) -> float:
    """One update of the weights; the gradient is shortened to a total norm of ``most``. Returns its norm before."""
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), most)
    optimizer.step()
    return float(norm)


def _one_update_by_hand(
    network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, *, most: float = math.inf
) -> float:
    for parameter in network.parameters():
        parameter.grad = None
    loss.backward()
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    norm = math.sqrt(sum(float(g.square().sum()) for g in gradients))
    for gradient in gradients:
        gradient.mul_(min(1.0, most / norm))
    optimizer.step()
    return norm


def _wrong_update(order: str, clip: str = "joint", returns: Callable[..., object] | None = None) -> Solution:
    """An update whose parts come in another order (z zero, b backward, c clip, s step), or that clips otherwise.

    ``returns`` makes another answer of the norms of the single tensors and the loss.
    """

    def update(network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, *, most: float = math.inf) -> object:
        parameters, norm, norms = list(network.parameters()), 0.0, list[float]()
        for part in order:
            if part == "z":
                optimizer.zero_grad()
            elif part == "b":
                loss.backward()
                norms = [float(p.grad.norm()) for p in parameters if p.grad is not None]
            elif part == "s":
                optimizer.step()
            elif clip == "value":
                norm = float(torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None]))
                torch.nn.utils.clip_grad_value_(parameters, most)
            elif clip == "always":
                norm = float(torch.nn.utils.clip_grad_norm_(parameters, math.inf))
                for parameter in parameters:
                    if parameter.grad is not None and math.isfinite(most):
                        parameter.grad = parameter.grad * (most / norm)
            elif clip == "norm after":
                norm = min(most, float(torch.nn.utils.clip_grad_norm_(parameters, most)))
            elif clip == "each":
                norm = sum(float(torch.nn.utils.clip_grad_norm_([p], most)) ** 2 for p in parameters) ** 0.5
            else:
                norm = float(torch.nn.utils.clip_grad_norm_(parameters, most if clip == "joint" else math.inf))
        return returns(norms, float(loss.detach())) if returns else norm

    return update


def _no_gradient_somewhere(
    network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, *, most: float = math.inf
) -> float:
    optimizer.zero_grad()
    loss.backward()
    norm = math.sqrt(sum(float(p.grad.square().sum()) for p in network.parameters()))  # type: ignore[union-attr]
    torch.nn.utils.clip_grad_norm_(network.parameters(), most)
    optimizer.step()
    return norm


class _Noting(torch.optim.SGD):
    """Notes what a step finds. ``made`` is true once a backward pass has reached the weights."""

    found = "nothing, it is not called"
    made = False

    def step(self, closure: Any = None) -> Any:
        weights = [p for group in self.param_groups for p in group["params"]]
        there = any(p.grad is not None and bool(p.grad.any()) for p in weights)
        self.found = "a gradient" if there else "a gradient that was cleared" if self.made else "no gradient yet"
        return super().step(closure)


def _step_finds(f: Solution) -> str:
    """What ``optimizer.step()`` finds in the first update."""
    network = nn.Linear(3, 2)
    optimizer = _Noting(network.parameters(), lr=0.1)

    def note(gradient: Tensor) -> None:
        optimizer.made = True

    network.weight.register_hook(note)
    f(network, optimizer, (network(drawn(5, 3, seed=7)) - drawn(5, 2, seed=8)).square().mean(), most=1.0)
    return optimizer.found


def _update_of_one_tensor(f: Solution) -> float:
    """The norm of a gradient of which half is in no graph: a layer that the loss does not use."""
    network = nn.ModuleList([nn.Linear(2, 1, bias=False), nn.Linear(2, 1)])
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.5)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    return f(network, optimizer, network[0](torch.tensor([[3.0, 4.0]])).sum(), most=1.0)


def _updates(most: float, *, momentum: float = 0.0) -> Callable[[Solution], object]:
    """The weights and the norms after three updates of a network of two layers."""

    def ask(f: Solution) -> object:
        network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        for i, parameter in enumerate(network.parameters()):
            parameter.data = drawn(*parameter.shape, seed=i)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=momentum)
        x, y, norms = drawn(5, 3, seed=7), drawn(5, 2, seed=8), []
        for _ in range(3):
            norms.append(f(network, optimizer, (network(x) - y).square().mean(), most=most))
        return norms, [parameter.detach().clone() for parameter in network.parameters()]

    return ask


ONE_UPDATE = Exercise(
    name="one_update",
    reference=one_update,
    cases=(
        Case("what `optimizer.step()` finds", _step_finds, lambda: "a gradient"),
        Case(
            "the norm of the gradient (3, 4), with a layer that the loss does not use",
            _update_of_one_tensor,
            lambda: 5.0,
        ),
        Case("three updates with a limit that is never reached", _updates(1000.0, momentum=0.9)),
        Case("three updates without a limit", _updates(math.inf)),
        Case("three updates with gradients of at most 0.3", _updates(0.3)),
    ),
    mistakes=(
        Mistake(
            "gradients never cleared",
            _wrong_update("bcs"),
            "your second update is wrong: backward() adds to the gradients that are there. Clear them before it",
        ),
        Mistake(
            "cleared after backward",
            _wrong_update("bzcs"),
            "no weight changes: you clear the gradients after backward() has made them. Clear first",
        ),
        Mistake(
            "step before backward",
            _wrong_update("zsbc"),
            "you step before there is a gradient to step along: backward() comes first",
        ),
        Mistake(
            "no step",
            _wrong_update("zbc"),
            "no weight changes: you never step. `optimizer.step()` comes last",
        ),
        Mistake(
            "no backward",
            _wrong_update("zcs"),
            "there is no gradient: `loss.backward()` makes it, after the old ones are cleared",
        ),
        Mistake(
            "clipped after the step",
            _wrong_update("zbsc"),
            "the norm is right, but the weights have moved by the whole gradient: shorten it, and before the step",
        ),
        Mistake(
            "each number by itself",
            _wrong_update("zbcs", clip="value"),
            "you limit every number of the gradient by itself, which bends its direction. Shorten all of it by one "
            "factor, so that the total norm is at most `most`",
        ),
        Mistake(
            "each weight by itself",
            _wrong_update("zbcs", clip="each"),
            "you shorten each tensor by itself. There is one gradient, over all tensors together: one norm, one factor",
        ),
        Mistake(
            "squares without a root",
            _wrong_update("zbcs", returns=lambda norms, loss: sum(n**2 for n in norms)),
            "you return the sum of the squares: the norm is its root",
        ),
        Mistake(
            "norms added up",
            _wrong_update("zbcs", returns=lambda norms, loss: sum(norms)),
            "you add up the norms of the single tensors. All weights together have one gradient: the root of the sum "
            "of *all squares*",
        ),
        Mistake(
            "largest norm",
            _wrong_update("zbcs", returns=lambda norms, loss: max(norms)),
            "you return the norm of the one tensor that has the largest. All weights together have one gradient: the "
            "root of the sum of all squares",
        ),
        Mistake(
            "last norm",
            _wrong_update("zbcs", returns=lambda norms, loss: norms[-1]),
            "you return the norm of the last tensor only. All weights together have one gradient: the root of the sum "
            "of all squares",
        ),
        Mistake(
            "mean norm",
            _wrong_update("zbcs", returns=lambda norms, loss: sum(norms) / len(norms)),
            "you return the mean of the tensors' norms. All weights together have one gradient: the root of the sum "
            "of all squares",
        ),
        Mistake(
            "loss returned",
            _wrong_update("zbcs", returns=lambda norms, loss: loss),
            "you return the loss; what is asked for is the norm of the gradient, from before it was shortened",
        ),
        Mistake(
            "nothing returned",
            _wrong_update("zbcs", returns=lambda norms, loss: None),
            "the weights move, but nothing is returned: `return` the norm of the gradient, as a float",
        ),
        Mistake(
            "layers without a gradient",
            _no_gradient_somewhere,
            "some weights have no gradient (None), where the loss does not use them: leave them out, or let "
            "clip_grad_norm_ do it",
        ),
        Mistake(
            "short ones made longer",
            _wrong_update("zbcs", clip="always"),
            "you bring every gradient to the length `most`, also one that is shorter: the factor `most / norm` is for "
            "those that are longer, and is never above 1",
        ),
        Mistake(
            "the norm from after",
            _wrong_update("zbcs", clip="norm after"),
            "the weights are right, but you return the norm after the shortening, which can never warn anybody: return "
            "the one from before",
        ),
    ),
    alternatives=(_one_update_by_hand,),
    hints=(
        "Four things in this order: clear the old gradients, make new ones, shorten them, step.",
        "`optimizer.zero_grad()`, `loss.backward()`, then `torch.nn.utils.clip_grad_norm_(parameters, most)`, which "
        "shortens in place and returns the norm from before, then `optimizer.step()`.",
        "`parameters` is `network.parameters()`, all of them in one call. Return `float(...)` of the norm.",
    ),
    becomes="minisora/course/exercises/c08_training/one_update.py",
    minutes=8,
    difficulty=1,
    points=2,
)


def learn(
    optimizer_of: Callable[[nn.Module], torch.optim.Optimizer],
    steps: int,
    *,
    factor: Callable[[int, float], float] = lambda step, share: 1.0,
    most: float = math.inf,
    batches: Batches = batch_of,
    watch: Callable[[int, nn.Module], object] | None = None,
) -> tuple[list[float], list[float]]:
    """The bare loop. Returns: the distance after every fifth step, and the loss of every step.

    Args:
        factor: of the learning rate, from the step and the share of the run that is over.
        most: the longest that a gradient may be.
        watch: is shown the network after every step.
    """
    network = SmallNetwork(small_world().mean.numel())
    optimizer = optimizer_of(network)
    peaks = [group["lr"] for group in optimizer.param_groups]
    distances, losses = [], []
    for step in range(steps):
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * factor(step, step / steps)
        batch = batches(step)
        loss = (network(batch.x, batch.t) - batch.velocity).square().mean()
        one_update(network, optimizer, loss, most=most)
        losses.append(float(loss.detach()))
        if watch is not None:
            watch(step, network)
        if step % 5 == 4:
            distances.append(distance(network))
    return distances, losses


class SmallRun:
    """A run that can be copied, robbed of a part, and continued: step, network, optimiser and average."""

    def __init__(self, steps: int, factor: Callable[[int, float], float]) -> None:
        self.steps, self.factor, self.step = steps, factor, 0
        self.network = SmallNetwork(small_world().mean.numel())
        self.new_optimizer()
        self.new_average()

    def new_optimizer(self) -> None:
        self.optimizer = adamw(0.01)(self.network)

    def new_average(self) -> None:
        self.average = Ema(self.network, decay=0.99)

    def new_step(self) -> None:
        self.step = 0

    def go_on(self, updates: int) -> SmallRun:
        for _ in range(updates):
            for group in self.optimizer.param_groups:
                group["lr"] = 0.01 * self.factor(self.step, self.step / self.steps)
            batch = batch_of(self.step)
            loss = (self.network(batch.x, batch.t) - batch.velocity).square().mean()
            one_update(self.network, self.optimizer, loss)
            self.average.update(self.network)
            self.step += 1
        return self

    def apart(self, other: SmallRun) -> float:
        """The largest difference of a weight."""
        pairs = zip(self.network.parameters(), other.network.parameters(), strict=True)
        return max(float((mine.detach() - theirs.detach()).abs().max()) for mine, theirs in pairs)
