"""Chapter 08: one step of training, the rate of all of them, their average, Muon, memory, and four runs that fail."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import math
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.presets import PRESETS, Preset
from minisora.training.ema import Ema
from minisora.training.estimate import CAPTION, Work, amount, estimate, text_to_video_work
from minisora.training.optim import NEWTON_SCHULZ, learning_rate_factor, orthogonalise
from minisora.worlds.vocabulary import WORDS


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


# one_update: the bare loop -------------------------------------------------------------------------------------------


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
    becomes="minisora/course/exercises/c08_training.py",
    minutes=8,
    difficulty=1,
    points=2,
)

# learning_rate_factor ------------------------------------------------------------------------------------------------


def _factor_by_branches(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    factor = 1.0
    if step + 1 < warm_up:
        factor *= (step + 1) / warm_up
    if progress > 1 - decay:
        factor *= max(0.0, 1 - (progress - (1 - decay)) / decay)
    return factor


def _wrong_factor(rise: Callable[[int, int], float], fall: Callable[[float, float], float]) -> Solution:
    def factor(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
        return rise(step, warm_up) * fall(progress, decay)

    return factor


def _rise(step: int, warm_up: int) -> float:
    return min(1.0, (step + 1) / warm_up) if warm_up else 1.0


def _fall(progress: float, decay: float) -> float:
    return min(1.0, max(0.0, (1 - progress) / decay)) if decay else 1.0


def _smaller_of_both(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    return min(_rise(step, warm_up), _fall(progress, decay))


def _rises_or_falls(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    return _rise(step, warm_up) if step < warm_up else _fall(progress, decay)


def _rates(*moments: tuple[int, float], warm_up: int = 100, decay: float = 0.35) -> Callable[[Solution], object]:
    return lambda f: [float(f(step, progress=p, warm_up=warm_up, decay=decay)) for step, p in moments]


LEARNING_RATE_FACTOR = Exercise(
    name="learning_rate_factor",
    reference=learning_rate_factor,
    cases=(
        Case(
            "steps 0, 4 and 9 of a warm-up of 10, early in the run",
            _rates((0, 0.0), (4, 0.01), (9, 0.02), warm_up=10, decay=0.4),
            expected=lambda: [0.1, 0.5, 1.0],
        ),
        Case(
            "the middle of the run, long after the warm-up",
            _rates((500, 0.5), warm_up=10, decay=0.4),
            expected=lambda: [1.0],
        ),
        Case(
            "0.7, 0.8, 0.9 and all of a run whose last 0.4 is decay",
            _rates((700, 0.7), (800, 0.8), (900, 0.9), (1000, 1.0), warm_up=10, decay=0.4),
            expected=lambda: [0.75, 0.5, 0.25, 0.0],
        ),
        Case(
            "a short run that falls while it still warms up: step 4 of 8, warm-up 10, decay 0.8",
            _rates((4, 0.6), warm_up=10, decay=0.8),
            expected=lambda: [0.25],
        ),
        Case(
            "the same run at step 6, of which 0.7 is over",
            _rates((6, 0.7), warm_up=10, decay=0.8),
            expected=lambda: [0.7 * 0.3 / 0.8],
        ),
        Case("step 49 with warm_up left at 100", _rates((49, 0.1)), expected=lambda: [0.5]),
        Case(
            "a run a little over its budget, where nothing is left",
            _rates((1001, 1.01), warm_up=10, decay=0.4),
            expected=lambda: [0.0],
        ),
    ),
    mistakes=(
        Mistake(
            "first step lost",
            _wrong_factor(lambda step, warm_up: min(1.0, step / warm_up), _fall),
            "at step 0 your rate is 0, so the first batch teaches nothing, and every step of the warm-up is one "
            "behind: the first of `warm_up` steps has 1/warm_up",
        ),
        Mistake(
            "falls from the beginning",
            _wrong_factor(_rise, lambda progress, decay: max(0.0, 1 - progress)),
            "your rate falls all the way. It stays at 1 until only the share `decay` of the run is left",
        ),
        Mistake(
            "begins to fall at decay",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, max(0.0, (1 - progress) / (1 - decay)))),
            "your fall begins when the share `decay` is over. `decay` is the length of the fall: it begins at "
            "1 - decay",
        ),
        Mistake(
            "falls by its share",
            _wrong_factor(_rise, lambda progress, decay: 1.0 if progress <= 1 - decay else max(0.0, 1 - progress)),
            "your fall begins at the right moment, but drops at once to what is left of the run. It falls from 1: "
            "divide what is left by `decay`",
        ),
        Mistake(
            "a cosine",
            _wrong_factor(_rise, lambda progress, decay: 0.5 - 0.5 * math.cos(math.pi * _fall(progress, decay))),
            "your rate falls along a cosine; a straight line is asked for",
        ),
        Mistake(
            "a quarter of a cosine",
            _wrong_factor(_rise, lambda progress, decay: math.sin(math.pi / 2 * _fall(progress, decay))),
            "your rate falls along a cosine; a straight line is asked for, (1 - progress) / decay",
        ),
        Mistake(
            "a square",
            _wrong_factor(_rise, lambda progress, decay: _fall(progress, decay) ** 2),
            "your rate falls along a parabola; a straight line is asked for",
        ),
        Mistake(
            "cut off",
            _wrong_factor(_rise, lambda progress, decay: 1.0 if progress <= 1 - decay else 0.0),
            "your rate is cut off where it should begin to fall: it falls in a straight line, from 1 to 0 at progress "
            "1",
        ),
        Mistake(
            "never falls",
            _wrong_factor(_rise, lambda progress, decay: 1.0),
            "your rate never falls: over the last share `decay` of the run it goes down to 0, in a straight line",
        ),
        Mistake(
            "never rises",
            _wrong_factor(lambda step, warm_up: 1.0, _fall),
            "your rate has no warm-up: over the first `warm_up` steps it rises, 1/warm_up, 2/warm_up, and so on",
        ),
        Mistake(
            "falls too far",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, max(0.0, (1 - progress - decay) / decay))),
            "your rate is at 0 too early: it falls from 1 - decay on and reaches 0 when progress is 1",
        ),
        Mistake(
            "turned round",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, max(0.0, progress / decay))),
            "your second factor rises with the progress; it falls: what counts is what is left, 1 - progress",
        ),
        Mistake(
            "a hundred steps",
            _wrong_factor(lambda step, warm_up: _rise(step, 100), _fall),
            "your warm-up always takes 100 steps: use the argument `warm_up`",
        ),
        Mistake(
            "always 0.35",
            _wrong_factor(_rise, lambda progress, decay: _fall(progress, 0.35)),
            "your fall always takes the last 0.35 of the run: use the argument `decay`",
        ),
        Mistake(
            "whole numbers",
            _wrong_factor(lambda step, warm_up: min(1, (step + 1) // warm_up), _fall),
            "your rise is 0 until it is 1: // divides whole numbers and throws the rest away, / does not",
        ),
        Mistake(
            "mean of the two",
            lambda step, *, progress, warm_up=100, decay=0.35: (_rise(step, warm_up) + _fall(progress, decay)) / 2,
            "you take the mean of the two factors; each takes its share of what the other leaves: multiply",
        ),
        Mistake(
            "added",
            lambda step, *, progress, warm_up=100, decay=0.35: _rise(step, warm_up) + _fall(progress, decay),
            "you add the two factors; multiply them",
        ),
        Mistake(
            "rises or falls",
            _rises_or_falls,
            "while your run still warms up you leave the fall out; both hold at once in a short run: multiply them",
        ),
        Mistake(
            "smaller of the two",
            _smaller_of_both,
            "where a run rises and falls at once you take the smaller factor; each factor takes its share of what the "
            "other leaves: multiply",
        ),
        Mistake(
            "never stops rising",
            _wrong_factor(lambda step, warm_up: (step + 1) / warm_up, _fall),
            "after the warm-up your factor rises beyond 1: it must stop there",
        ),
        Mistake(
            "below zero",
            _wrong_factor(_rise, lambda progress, decay: min(1.0, (1 - progress) / decay)),
            "when the budget is overrun your rate is negative, and the network unlearns: stop at 0",
        ),
    ),
    alternatives=(_factor_by_branches,),
    hints=(
        "Two factors, multiplied: one that knows the step and rises, one that knows the progress and falls.",
        "The rise is `(step + 1) / warm_up`, but never more than 1. What share of the run is left, and how much of "
        "the decay is that?",
        "The fall is `(1 - progress) / decay`, never more than 1 and never less than 0: `min(1.0, max(0.0, ...))`.",
    ),
    becomes="minisora/training/optim.py",
    minutes=8,
    difficulty=1,
    points=2,
)

# Ema -----------------------------------------------------------------------------------------------------------------


def _ema(
    *,
    swapped: bool = False,
    warm: bool = True,
    early: int = 0,
    smaller: Callable[[float, float], float] = min,
    copies: bool = True,
    buffers: str = "copied",
    whole: bool = False,
    moves: bool = True,
) -> Solution:
    """An average, right or wrong, as a class."""

    class Other:
        def __init__(self, model: nn.Module, *, decay: float = 0.999) -> None:
            self.decay, self.updates = decay, 0
            self.model = copy.deepcopy(model).requires_grad_(False)

        @torch.no_grad()
        def update(self, model: nn.Module) -> None:
            n = self.updates + early
            decay = smaller(self.decay, (1 + n) / (10 + n)) if warm else self.decay
            keep = 1 - decay if swapped else decay
            for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
                if moves:
                    mine.copy_(theirs if whole else keep * mine + (1 - keep) * theirs)
            for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
                if buffers == "copied":
                    mine.copy_(theirs)
                elif buffers == "averaged":
                    mine.copy_(keep * mine + (1 - keep) * theirs)
                elif buffers == "shared":
                    mine.data = theirs.data
            self.updates += 1 if copies else 0

    return Other


class _EmaOfTheNetworkItself(Ema):
    def update(self, model: nn.Module) -> None:
        self.model = model
        self.updates += 1


class _EmaOnBothSides(Ema):
    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        super().update(model)
        model.load_state_dict(self.model.state_dict())


class _EmaThatLearns(Ema):
    def update(self, model: nn.Module) -> None:
        super().update(model)
        self.model.requires_grad_(True)


class _EmaShared(Ema):
    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        super().update(model)
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            theirs.data = mine.data


def _one_ema_update(f: Solution) -> tuple[nn.Module, nn.Module, list[Tensor]]:
    """A network, its average after one update, and what the network held before it."""
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    for i, parameter in enumerate(network.parameters()):
        parameter.data = drawn(*parameter.shape, seed=100 + i)
    average = f(network, decay=0.9)
    for i, tensor in enumerate([*network.parameters(), *network.buffers()]):
        if tensor.is_floating_point():
            tensor.data = drawn(*tensor.shape, seed=i)
    before = [tensor.detach().clone() for tensor in network.state_dict().values()]
    average.update(network)
    return network, average.model, before


def _whose(f: Solution) -> str:
    """Whose numbers an average holds."""
    network, average, _ = _one_ema_update(f)
    if average is network:
        return "the network itself"
    theirs = {tensor.data_ptr() for tensor in network.state_dict().values()}
    shared = [name for name, mine in average.state_dict().items() if mine.data_ptr() in theirs]
    kinds = {"weights" if name in dict(average.named_parameters()) else "buffers" for name in shared}
    return f"the network's own {' and '.join(sorted(kinds))}" if kinds else "its own"


def _left_alone(f: Solution) -> bool:
    """Whether an update leaves the network as it is."""
    network, _, before = _one_ema_update(f)
    return all(torch.equal(now, then) for now, then in zip(network.state_dict().values(), before, strict=True))


def _asks_for_gradients(f: Solution) -> bool:
    _, average, _ = _one_ema_update(f)
    return any(each.requires_grad for each in average.parameters())


def _averages(decay: float, updates: int, *, buffers: bool = True) -> Callable[[Solution], object]:
    """Weights and buffers of an average after some updates of a network that moves."""

    def ask(f: Solution) -> object:
        network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2, track_running_stats=buffers))
        for i, parameter in enumerate(network.parameters()):
            parameter.data = drawn(*parameter.shape, seed=100 + i)
        average = f(network, decay=decay)
        for step in range(updates):
            for i, tensor in enumerate([*network.parameters(), *network.buffers()]):
                if tensor.is_floating_point():
                    tensor.data = drawn(*tensor.shape, seed=10 * step + i) + step
            average.update(network)
        mine = [each.detach().float().clone() for each in [*average.model.parameters(), *average.model.buffers()]]
        return mine, any(each.requires_grad for each in average.model.parameters())

    return ask


EMA = Exercise(
    name="Ema",
    reference=Ema,
    cases=(
        Case("whose numbers the average holds after an update", _whose, lambda: "its own"),
        Case("whether an update leaves the network as it is", _left_alone, lambda: True),
        Case("whether the average asks for gradients", _asks_for_gradients, lambda: False),
        Case(
            "one update with decay 0.999, of which nine tenths are the new weights (a network without buffers)",
            _averages(0.999, 1, buffers=False),
        ),
        Case("the same with buffers", _averages(0.999, 1)),
        Case("one update with decay 0.05, which is less than the warm-up allows", _averages(0.05, 1)),
        Case("seven updates with decay 0.999", _averages(0.999, 7)),
        Case("thirty updates with decay 0.6", _averages(0.6, 30)),
    ),
    mistakes=(
        Mistake(
            "swapped",
            _ema(swapped=True),
            "you keep 1 - decay of the average and take decay of the new weights: it is the other way round, since "
            "decay is what the average *keeps*",
        ),
        Mistake(
            "no warm-up",
            _ema(warm=False),
            "you use the full decay from the first update, so that the random first weights stay in the average for "
            "a thousand steps: at update n keep at most (1 + n) / (10 + n)",
        ),
        Mistake(
            "larger of the two",
            _ema(smaller=max),
            "you keep the larger of decay and (1 + n) / (10 + n); keep the smaller one (min), so that the average is "
            "quick at first and never slower than decay says",
        ),
        Mistake(
            "the network itself",
            _EmaOfTheNetworkItself,
            "your average *is* the network, and not a copy that follows it: move the numbers of `self.model`, and "
            "leave the name as it is",
        ),
        Mistake(
            "the network's buffers",
            _ema(buffers="shared"),
            "your average holds the network's own buffers, so that they change together from now on: copy the numbers, "
            "`mine.copy_(theirs)`",
        ),
        Mistake(
            "shared weights",
            _EmaShared,
            "your average and the network hold the same weights now, so that training moves both: copy numbers "
            "(`copy_`, `lerp_`), never hand over `.data`",
        ),
        Mistake(
            "the network is moved",
            _EmaOnBothSides,
            "your update changes the network that is being trained: only the average moves, the network is left as it "
            "is",
        ),
        Mistake(
            "asks for gradients",
            _EmaThatLearns,
            "your average asks for gradients, so that its history is kept for a backward pass that never comes: it is "
            "frozen, so write into its tensors under torch.no_grad()",
        ),
        Mistake(
            "counted before",
            _ema(early=1),
            "your first update is counted as number 1: n is how many updates there *have been*, 0 at the first",
        ),
        Mistake(
            "never counted",
            _ema(copies=False),
            "your first update is right and the later ones keep too little: count the updates, in self.updates",
        ),
        Mistake(
            "buffers averaged",
            _ema(buffers="averaged"),
            "the weights are right, but you average the buffers as well. They are not learned (statistics, tables, "
            "counts): copy them as they are",
        ),
        Mistake(
            "buffers forgotten",
            _ema(buffers="left"),
            "the weights are right, but the buffers are still those of the first moment: copy them at every update",
        ),
        Mistake(
            "a plain copy",
            _ema(whole=True),
            "this copies the newest weights and keeps nothing of the older ones: mix the two",
        ),
        Mistake(
            "only a name is changed",
            _ema(moves=False, buffers="left"),
            "your average never moves: `mine = ...` makes a new tensor of that name and leaves the network as it was. "
            "Write into the old one, with `lerp_` or `copy_`",
        ),
    ),
    alternatives=(_ema(),),
    hints=(
        "Three parts: how much to keep this time, a loop over the weights, a loop over the buffers. And count.",
        "Keep `min(self.decay, (1 + n) / (10 + n))` with `n = self.updates`. `tensor.lerp_(other, share)` moves a "
        "tensor in place by a share of the way to another.",
        "`for mine, theirs in zip(self.model.parameters(), model.parameters()): mine.lerp_(theirs, 1 - keep)`, then "
        "the same over `.buffers()` with `copy_`, then `self.updates += 1`.",
    ),
    becomes="minisora/training/ema.py",
    minutes=12,
    difficulty=2,
    points=3,
)

# orthogonalise -------------------------------------------------------------------------------------------------------

A, B, C = NEWTON_SCHULZ


def _stepped(
    *,
    norm: Callable[[Tensor], Tensor] = lambda m: m.flatten(1).norm(dim=1)[:, None, None],
    tiny: float = 1e-7,
    coefficients: tuple[float, float, float] = (A, B, C),
    square: Callable[[Tensor], Tensor] = lambda gram: gram @ gram,
    times: Callable[[int], int] = lambda steps: steps,
    right: bool = False,
    wrong_side: bool = False,
    once: bool = False,
    dtype: torch.dtype | None = None,
    finish: Callable[[Tensor, Tensor], Tensor] = lambda x, matrices: x.to(matrices.dtype),
) -> Solution:
    """Newton-Schulz as it is written on paper, right or wrong."""
    a, b, c = coefficients

    def steps_of(matrices: Tensor, *, steps: int = 5) -> Tensor:
        x = (matrices / (norm(matrices) + tiny)).to(dtype or matrices.dtype)
        first = x @ x.mT
        for _ in range(times(steps)):
            if once:
                x = a * x + (b * first + c * first @ first) @ x
            elif right:
                gram = x.mT @ x
                x = a * x + x @ (b * gram + c * gram @ gram)
            else:
                gram = x.mT @ x if wrong_side else x @ x.mT
                x = a * x + (b * gram + c * square(gram)) @ x
        return finish(x, matrices)

    return steps_of


def _laid_flat(matrices: Tensor, *, steps: int = 5) -> Tensor:
    tall = matrices.shape[1] > matrices.shape[2]
    return _stepped()(matrices.mT if tall else matrices, steps=steps)


def _by_svd(matrices: Tensor, *, steps: int = 5) -> Tensor:
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    return u @ v


def _number_by_number(matrices: Tensor, *, steps: int = 5) -> Tensor:
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        x = A * x + B * x**3 + C * x**5
    return x


def _with_steps(steps: int, *shape: int, size: float = 1.0, seed: int) -> Case:
    matrices = size * drawn(*shape, seed=seed)
    matrices[1:] *= 7  # so that a norm over all of them is not the norm of each
    says = f"{shape[0]} matrices of {shape[1]} x {shape[2]}, {steps} step{'s' * (steps > 1)}"
    return Case(says, lambda f: _precise(f(matrices.clone(), steps=steps)), tolerance=1e-4)


def _precise(answer: object) -> object:
    if not isinstance(answer, Tensor) or answer.dtype != torch.float32 or not bool(answer.isfinite().all()):
        return answer
    if torch.equal(answer, answer.bfloat16().float()):
        raise CheckFailed(
            "all your numbers fit into 16 bits, so it was computed in bfloat16: go on with the type that the matrices "
            "have"
        )
    return answer


ORTHOGONALISE = Exercise(
    name="orthogonalise",
    reference=orthogonalise,
    cases=(
        _with_steps(1, 2, 4, 6, seed=1),
        _with_steps(5, 2, 4, 6, seed=2),
        _with_steps(3, 3, 7, 5, size=0.01, seed=3),
        Case(
            "the matrix diag(3, 4), whose Frobenius norm is 5, one step",
            lambda f: f(torch.diag(torch.tensor([3.0, 4.0]))[None], steps=1),
            expected=lambda: torch.diag(torch.tensor([A * s + B * s**3 + C * s**5 for s in (0.6, 0.8)]))[None],
            tolerance=1e-4,
        ),
        Case(
            "a matrix of zeros, which stays zero",
            lambda f: f(torch.zeros(1, 2, 3), steps=2),
            expected=lambda: torch.zeros(1, 2, 3),
        ),
    ),
    mistakes=(
        Mistake(
            "never divided by the norm",
            _stepped(norm=torch.ones_like),
            "you do not divide by the norm first. The polynomial only works on singular values of at most 1; larger "
            "ones explode",
        ),
        Mistake(
            "one norm for all",
            _stepped(norm=lambda m: m.norm()),
            "you divide all matrices by their joint norm: each one has a norm of its own, over its last two axes",
        ),
        Mistake(
            "largest number for the norm",
            _stepped(norm=lambda m: m.abs().amax((1, 2), keepdim=True)),
            "you divide by the largest number; singular values may still be larger than 1. Divide by the root of the "
            "sum of all squares, the Frobenius norm",
        ),
        Mistake(
            "coefficients in the wrong order",
            _stepped(coefficients=(A, C, B)),
            "b and c are exchanged: b goes with (X Xᵀ) and c with its square",
        ),
        Mistake(
            "cubed twice",
            _stepped(square=lambda gram: gram),
            "you use X Xᵀ where its square belongs: c is multiplied with (X Xᵀ)(X Xᵀ) X, the fifth power",
        ),
        Mistake(
            "always five steps",
            _stepped(times=lambda steps: 5),
            "you always take five steps: take as many as `steps` says",
        ),
        Mistake(
            "one step too few",
            _stepped(times=lambda steps: max(steps - 1, 0)),
            "you take one step too few: take as many as `steps` says, `for _ in range(steps)`",
        ),
        Mistake(
            "one step too many",
            _stepped(times=lambda steps: steps + 1),
            "you take one step too many: take as many as `steps` says, `for _ in range(steps)`",
        ),
        Mistake(
            "zero by zero",
            _stepped(tiny=0.0),
            "a matrix of zeros becomes 0/0: add 1e-7 to the norm",
        ),
        Mistake(
            "sum of squares",
            _stepped(norm=lambda m: m.square().sum((1, 2), keepdim=True)),
            "you divide by the sum of the squares; the Frobenius norm is its root",
        ),
        Mistake(
            "largest singular value",
            _stepped(norm=lambda m: torch.linalg.matrix_norm(m, 2, keepdim=True)),
            "you divide by the largest singular value. It would do, but costs a decomposition: divide by the Frobenius "
            "norm, the root of the sum of squares",
        ),
        Mistake(
            "sum of sizes",
            _stepped(norm=lambda m: m.abs().sum((1, 2), keepdim=True)),
            "you divide by the sum of the sizes; the Frobenius norm is the root of the sum of *squares*",
        ),
        Mistake(
            "largest row",
            _stepped(norm=lambda m: torch.linalg.matrix_norm(m, 1, keepdim=True)),
            "you divide by another matrix norm, that of the largest column: the Frobenius norm is the root of the sum "
            "of all squares",
        ),
        Mistake(
            "columns made one long",
            _stepped(norm=lambda m: m.norm(dim=1, keepdim=True)),
            "you divide each column by its own norm, which changes the singular vectors: one number for each matrix",
        ),
        Mistake(
            "a and c exchanged",
            _stepped(coefficients=(C, B, A)),
            "a and c are exchanged: a goes with X itself and c with (X Xᵀ)² X",
        ),
        Mistake(
            "without X itself",
            _stepped(coefficients=(0.0, B, C)),
            "the first term is missing: a X is a part of every step",
        ),
        Mistake(
            "without the cube",
            _stepped(coefficients=(A, 0.0, C)),
            "the second term is missing: b (X Xᵀ) X is a part of every step",
        ),
        Mistake(
            "without the fifth power",
            _stepped(coefficients=(A, B, 0.0)),
            "the third term is missing: c (X Xᵀ)² X, the fifth power, is a part of every step",
        ),
        Mistake(
            "minus b",
            _stepped(coefficients=(A, -B, C)),
            "you take b with the wrong sign: it is negative already, and all three terms are added",
        ),
        Mistake(
            "square number by number",
            _stepped(square=lambda gram: gram * gram),
            "you square X Xᵀ number by number. Its square is a matrix product, gram @ gram",
        ),
        Mistake(
            "from the other side",
            _stepped(wrong_side=True),
            "XᵀX does not fit in front of X: make X Xᵀ, which is as large as X is high, or multiply from the right",
        ),
        Mistake(
            "left in 16 bits",
            _stepped(dtype=torch.bfloat16, finish=lambda x, matrices: x),
            "your answer is in bfloat16: go on with the type that the matrices have",
        ),
        Mistake(
            "laid flat",
            _laid_flat,
            "tall matrices come back lying: whoever transposes them at first (it saves work) transposes them back in "
            "the end",
        ),
        Mistake(
            "decomposed",
            _by_svd,
            "your singular values are exactly 1. The steps of the polynomial are asked for, which bring them near 1 "
            "and need no decomposition",
        ),
        Mistake(
            "divided only",
            lambda matrices, *, steps=5: _stepped()(matrices, steps=0),
            "you divide by the norm and leave it at that: the polynomial is applied `steps` times",
        ),
        Mistake(
            "rows made one long",
            _stepped(norm=lambda m: m.norm(dim=2, keepdim=True)),
            "you divide each row by its own norm, which changes the singular vectors: one number for each matrix",
        ),
        Mistake(
            "number by number",
            _number_by_number,
            "you take powers of every number by itself. It is the singular values that are to be cubed, and a matrix "
            "product does it: (X Xᵀ) X",
        ),
        Mistake(
            "made once",
            _stepped(once=True),
            "your first step is right and the next ones go astray: X changes in every step, so make X Xᵀ anew inside "
            "the loop",
        ),
    ),
    alternatives=(_stepped(), _stepped(right=True)),
    hints=(
        "Divide each matrix by its Frobenius norm. Then, `steps` times, replace X by a X + b (X Xᵀ) X + c (X Xᵀ)² X.",
        "`X.mT` transposes the last two axes, so `gram = x @ x.mT` works for a whole batch. The norm of each matrix: "
        "`matrices.flatten(1).norm(dim=1)`, shaped to `b 1 1`.",
        "In the loop: `gram = x @ x.mT`, then `x = a * x + (b * gram + c * gram @ gram) @ x`.",
    ),
    becomes="minisora/training/optim.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)

# state_bytes ---------------------------------------------------------------------------------------------------------


def state_bytes(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    """Bytes on every device for weights, gradients, the optimiser's memory and the average, in float32."""
    work = Work(parameters, muon, 0.0, 0.0, 0.0, 0.0, 0.0)
    e = estimate(work, batch=devices, teraflops=1.0, devices=devices, strategy=strategy, steps=1)  # type: ignore[arg-type]
    return e.weights + e.gradients + e.optimiser + e.average


def _bytes(
    *, each: int = 4, muon: int = 1, adam: int = 2, fixed: int = 3, divides: tuple[str, ...] = ("fsdp",)
) -> Solution:
    """``fixed`` numbers for every parameter, and the optimiser's."""

    def count(parameters: int, muon_parameters: int, *, devices: int = 1, strategy: str = "ddp") -> float:
        numbers = fixed * parameters + muon * muon_parameters + adam * (parameters - muon_parameters)
        return each * numbers / (devices if strategy in divides else 1)

    return count


def _sharded(*, weights: bool = False, gradients: bool = False, optimiser: bool = False) -> Solution:
    """With fsdp, only these are divided by the devices."""

    def count(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
        shards = devices if strategy == "fsdp" else 1
        parts = (parameters, weights), (parameters, gradients), (2 * parameters - muon, optimiser), (parameters, False)
        return 4 * sum(numbers / (shards if cut else 1) for numbers, cut in parts)

    return count


def _all_devices(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    return _bytes()(parameters, muon, devices=devices, strategy=strategy) * devices


def _bytes_one_by_one(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    weights = gradients = average = 4.0 * parameters
    optimiser = 4.0 * muon + 8.0 * (parameters - muon)
    return (weights + gradients + optimiser + average) / {"ddp": 1, "fsdp": devices}[strategy]


def _asks(says: str, parameters: int, muon: int, devices: int, strategy: str, numbers: float) -> Case:
    return Case(
        says,
        lambda f: float(f(parameters, muon, devices=devices, strategy=strategy)),
        expected=lambda: 4 * numbers,
    )


STATE_BYTES = Exercise(
    name="state_bytes",
    reference=state_bytes,
    cases=(
        _asks("a million parameters, all AdamW's, on one device", 1_000_000, 0, 1, "ddp", 5e6),
        _asks("a million parameters, all Muon's, on one device", 1_000_000, 1_000_000, 1, "ddp", 4e6),
        _asks("a million parameters, 900,000 of them Muon's, on one device", 1_000_000, 900_000, 1, "ddp", 4.1e6),
        _asks("the same copied to 8 devices (ddp)", 1_000_000, 900_000, 8, "ddp", 4.1e6),
        _asks("the same sharded over 8 devices (fsdp)", 1_000_000, 900_000, 8, "fsdp", 4.1e6 / 8),
    ),
    mistakes=(
        Mistake(
            "average forgotten",
            _bytes(fixed=2),
            "one number for each parameter is missing: the average (Ema) is a whole second copy of the weights",
        ),
        Mistake(
            "gradients and average forgotten",
            _bytes(fixed=1),
            "you count weights and optimiser only: there are the gradients, and the average (Ema)",
        ),
        Mistake(
            "Muon keeps two",
            _bytes(muon=2),
            "you count two numbers for each of Muon's parameters; Muon keeps one, its momentum",
        ),
        Mistake(
            "AdamW keeps one",
            _bytes(adam=1),
            "you count one number for each of AdamW's parameters; it keeps two: the mean of the gradients and of "
            "their squares",
        ),
        Mistake(
            "half precision",
            _bytes(each=2),
            "you count two bytes for a number. All of this is kept in float32, also with bf16-mixed: small updates "
            "would be lost otherwise",
        ),
        Mistake(
            "numbers and not bytes",
            _bytes(each=1),
            "you have counted how many numbers there are; each of them, a float32, takes four bytes",
        ),
        Mistake(
            "AdamW's for all",
            _bytes(muon=3),
            "you count AdamW's two numbers for Muon's parameters as well: a parameter has one optimiser, and Muon's "
            "have nothing but a momentum",
        ),
        Mistake(
            "ddp divides",
            _bytes(divides=("ddp", "fsdp")),
            "with ddp each device has a copy of everything: only fsdp divides by the devices",
        ),
        Mistake(
            "fsdp does not divide",
            _bytes(divides=()),
            "your fsdp is as large as ddp: fully sharded means that every device keeps one slice of everything",
        ),
        Mistake(
            "only weights sharded",
            _sharded(weights=True),
            "you divide the weights by the devices and nothing else; fsdp shards gradients, optimiser and average too",
        ),
        Mistake(
            "only the optimiser sharded",
            _sharded(optimiser=True),
            "you divide the optimiser's numbers by the devices and nothing else; fsdp shards weights, gradients and "
            "average too",
        ),
        Mistake(
            "optimiser and gradients sharded",
            _sharded(optimiser=True, gradients=True),
            "you divide optimiser and gradients by the devices; fsdp shards weights and average too",
        ),
        Mistake(
            "average not sharded",
            _sharded(weights=True, optimiser=True, gradients=True),
            "you divide all but the average by the devices; fsdp shards everything",
        ),
        Mistake(
            "all devices together",
            _all_devices,
            "you count what all devices hold together; asked for is what is on *every* one of them",
        ),
        Mistake(
            "exchanged strategies",
            _bytes(divides=("ddp",)),
            "ddp and fsdp are exchanged: with ddp each device has a copy of everything, fsdp cuts everything into "
            "slices",
        ),
        Mistake(
            "optimiser forgotten",
            _bytes(muon=0, adam=0),
            "what the optimiser remembers is missing: one number for each of Muon's parameters, two for each of "
            "AdamW's",
        ),
        Mistake(
            "Muon remembers nothing",
            _bytes(muon=0),
            "you count nothing for Muon's parameters in the optimiser; Muon keeps one number, its momentum",
        ),
        Mistake(
            "AdamW remembers nothing",
            _bytes(adam=0),
            "you count nothing for AdamW's parameters in the optimiser; it keeps two numbers for each of them",
        ),
        Mistake(
            "optimisers exchanged",
            _bytes(muon=2, adam=1),
            "Muon and AdamW are exchanged: Muon remembers one number for each of its parameters, AdamW two",
        ),
        Mistake(
            "one too many",
            _bytes(fixed=4),
            "you count one number for each parameter too many: weight, gradient and average are three",
        ),
        Mistake(
            "double precision",
            _bytes(each=8),
            "you count eight bytes for a number; a float32 has four",
        ),
        Mistake(
            "bits",
            _bytes(each=32),
            "you count bits; a float32 has 32 of them, which are 4 bytes",
        ),
    ),
    alternatives=(_bytes(), _bytes_one_by_one),
    hints=(
        "Four things have the size of the network or a multiple of it. How many numbers for each parameter is each?",
        "Weights 1, gradients 1, average 1, and the optimiser: 1 for each of Muon's parameters, 2 for each of AdamW's. "
        "A float32 has 4 bytes.",
        "`4 * (3 * parameters + muon + 2 * (parameters - muon))`, divided by `devices` if the strategy is fsdp.",
    ),
    becomes="minisora/training/estimate.py",
    minutes=8,
    difficulty=1,
    points=2,
)

# The small world, and four runs that fail in it ----------------------------------------------------------------------


class SmallNetwork(nn.Module):
    """Predicts the velocity of a small clip from the clip and its time, which gates what goes through."""

    def __init__(self, numbers: int, *, width: int = 64, depth: int = 2, seed: int = 0) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(numbers, width), nn.Linear(width, numbers)
        self.blocks = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.time = nn.Sequential(nn.Linear(5, width), nn.SiLU(), nn.Linear(width, depth * width))
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            bound = parameter.shape[-1] ** -0.5 if parameter.ndim == 2 else 0.0
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        t = t.reshape(-1, 1).expand(len(x), 1)
        waves = torch.cat([t, (3 * t).cos(), (3 * t).sin(), (6 * t).cos(), (6 * t).sin()], dim=1)
        hidden, gates = self.enter(x.flatten(1)), self.time(waves).chunk(len(self.blocks), dim=1)
        for block, gate in zip(self.blocks, gates, strict=True):
            hidden = hidden * (1 + gate) + block(nn.functional.silu(hidden))
        return self.leave(hidden).view_as(x)


def small_world() -> GaussianWorld:
    """Clips of 2 frames of 4 x 4 that drift: a world in which the best velocity and its loss are formulas."""
    return drifting_clouds(torch.zeros(1, 2, 4, 4), frames=4.0)


class Mixed(NamedTuple):
    """What a network is shown and asked: ``x`` at time ``t``, and the velocity."""

    x: Tensor
    t: Tensor
    velocity: Tensor


def mixed(world: GaussianWorld, generator: torch.Generator, *, batch: int = 64) -> Mixed:
    """Fresh clips with fresh noise at times of their own."""
    x0 = world.sample(batch, generator=generator)
    noise = torch.randn(x0.shape, generator=generator)
    t = torch.rand(batch, 1, 1, 1, 1, generator=generator)
    return Mixed((1 - t) * x0 + t * noise, t, noise - x0)


#: The small world's clips are new at every step, and always the same at the same step.
Batches = Callable[[int], Mixed]


def batch_of(step: int) -> Mixed:
    """The batch of this step: a pure function of it."""
    return mixed(small_world(), torch.Generator().manual_seed(1000 + step))


def adamw(rate: float) -> Callable[[nn.Module], torch.optim.Optimizer]:
    """Makes AdamW for a network."""
    return lambda network: torch.optim.AdamW(network.parameters(), lr=rate)


@cache
def examination() -> tuple[Mixed, Tensor]:
    """512 fresh mixtures and the best velocity for each."""
    test = mixed(small_world(), torch.Generator().manual_seed(99), batch=512)
    return test, small_world().velocity(test.x, test.t)


@torch.no_grad()
def distance(network: nn.Module) -> float:
    """How far a network is from the best velocity, in mean square: its loss without the floor."""
    test, best = examination()
    return float((network(test.x, test.t) - best).square().mean())


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


def after_every_fifth(steps: int) -> range:
    """The steps at which :func:`learn` measures the distance."""
    return range(5, steps + 1, 5)


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


TOKENIZER = Tokenizer(WORDS)


def small_dit(channels: int, seed: int = 0) -> DiT:
    """A real transformer for latents of so many channels, 64 wide and 3 deep."""
    words = len(WORDS) + 2
    config = DiTConfig(channels, 64, 3, 2, text_width=32, text_depth=1, text_heads=2, vocabulary=words, patch=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DiT(config)


def silent() -> contextlib.redirect_stderr:
    """Keeps what is said on stderr from the page."""
    return contextlib.redirect_stderr(io.StringIO())


def quiet_trainer(**options: Any) -> Any:
    """Lightning's trainer on the CPU, without logger, checkpoints, progress bar and advice."""
    import lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning.*")
    off = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    return lightning.Trainer(accelerator="cpu", **{name: False for name in off}, **options)


MAIN = """
if __name__ == "__main__":
    folder, rank, world = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    meeting = "file:///" + (folder + "/meeting").lstrip("/")  # where they find each other: no port is needed
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=world)
    torch.save({how: train(how, rank, world) for how in ("ddp", "alone")}, f"{folder}/{rank}.pt")
"""


def in_processes(source: str, *, processes: int = 2, seconds: float = 180) -> list[dict[str, dict[str, Tensor]]] | None:
    """What ``train(how, rank, world)`` of ``source`` returns in each of several processes, for "ddp" and "alone".

    Returns: None where processes cannot be started or do not find each other.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "train_share.py"
        script.write_text(source + MAIN)
        command = [sys.executable, str(script), Path(folder).as_posix()]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started = [subprocess.Popen([*command, str(rank), str(processes)], **quiet) for rank in range(processes)]
        try:
            if any(process.wait(timeout=seconds) for process in started):
                return None
        except subprocess.TimeoutExpired:
            return None
        finally:
            for process in started:
                process.kill()
                process.wait()
        return [torch.load(Path(folder) / f"{rank}.pt", weights_only=True) for rank in range(processes)]


def presets_in_numbers() -> str:
    """A table of what the presets' transformers take: parameters, tokens, arithmetic, memory on each device."""
    head = ("parameters", "tokens", "FLOP a clip", "6·p·n of it", "   state", "with batch", "devices")
    lines = [f"{'':8}" + "".join(f"{name:>{len(name) + 2}}" for name in head)]
    for name, preset in PRESETS.items():
        work = text_to_video_work(preset.dit, shape := latent_shape_of(preset))
        on: dict[str, Any] = {"devices": preset.devices, "strategy": preset.strategy}
        whole = estimate(work, batch=preset.batch, teraflops=400, precision=preset.precision, fused=True, steps=1, **on)
        tokens = math.prod(shape) // preset.dit.patch**2 + CAPTION
        share = 6 * work.parameters * tokens / work.flops
        cells = (amount(work.parameters), str(tokens), amount(work.flops), f"{share:.0%}")
        state = amount(state_bytes(work.parameters, work.muon_parameters, **on)) + "B"
        cells = (*cells, state, amount(whole.memory) + "B", str(preset.devices))
        lines.append(f"{name:8}" + "".join(f"{cell:>{len(h) + 2}}" for cell, h in zip(cells, head, strict=True)))
    return "\n".join(lines)


def latent_shape_of(preset: Preset) -> tuple[int, int, int]:
    """Frames, height and width of a preset's clips in latents."""
    codec = preset.codec
    frames = 1 + (preset.frames - 1) // codec.temporal
    return frames, preset.height // codec.spatial, preset.width // codec.spatial


@dataclass(frozen=True)
class Curves:
    """What a run shows from the outside, every few steps.

    Attributes:
        training: mean loss of the batches since the last entry.
        held_out: loss of the weights on clips that are not trained on.
        average: the same of the averaged weights.
        gradient: mean norm of the gradient.
    """

    steps: list[int]
    training: list[float]
    held_out: list[float]
    average: list[float]
    gradient: list[float]


#: What is wrong with each run. Learners find it out from the outside: do not read on before you have tried.
BROKEN = {"A": "same batch", "B": "deaf to time", "C": "slow average", "D": "rate too high"}


def ill_run(name: str, *, steps: int = 600, every: int = 20, seed: int = 0) -> Curves:
    """The curves of a run in trouble ("A" to "D"), or of a healthy one (any other name)."""
    trouble, world = BROKEN.get(name), small_world()
    network = SmallNetwork(world.mean.numel(), seed=seed)
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.15 if trouble == "rate too high" else 1e-2)
    test = mixed(world, torch.Generator().manual_seed(99), batch=512)
    curves, losses, norms = Curves([], [], [], [], []), [], []

    def ask(of: nn.Module, batch: Mixed) -> Tensor:
        t = torch.full_like(batch.t, 0.5) if trouble == "deaf to time" else batch.t
        return (of(batch.x, t) - batch.velocity).square().mean()

    for step in range(steps):
        number = 0 if trouble == "same batch" else step
        batch = mixed(world, torch.Generator().manual_seed(1000 * (seed + 1) + number))
        loss = ask(network, batch)
        norms.append(one_update(network, optimizer, loss))
        losses.append(float(loss.detach()))
        keep = 0.9995 if trouble == "slow average" else min(0.99, (1 + step) / (10 + step))
        with torch.no_grad():
            for mine, theirs in zip(average.parameters(), network.parameters(), strict=True):
                mine.lerp_(theirs, 1 - keep)
            if (step + 1) % every == 0:
                curves.steps.append(step + 1)
                curves.training.append(sum(losses) / len(losses))
                curves.held_out.append(float(ask(network, test)))
                curves.average.append(float(ask(average, test)))
                curves.gradient.append(sum(norms) / len(norms))
                losses, norms = [], []
    return curves


def diagnose_training() -> dict[str, str]:
    """The trouble of each run."""
    return dict(BROKEN)


#: What one would measure if a diagnosis were true. A check compares these, so that it says why without saying what.
SIGNS = {
    "rate too high": "a loss that explodes at first and is still far above the floor in the end, with large gradients",
    "same batch": "a training loss far below the floor, and a held-out loss that rises",
    "slow average": "a healthy network whose average lags far behind it",
    "deaf to time": "smooth curves, all three alike, that come to rest above the floor",
}


def _signs_of(name: str) -> Callable[[Solution], object]:
    def ask(f: Solution) -> object:
        found = f()
        if not isinstance(found, dict) or found.keys() != BROKEN.keys():
            raise CheckFailed("return a dict with a trouble for each of the letters A, B, C and D")
        if found[name] not in SIGNS:
            raise CheckFailed(f"{found[name]!r} is none of the four troubles; they are {', '.join(map(repr, SIGNS))}")
        return SIGNS[found[name]]

    return ask


def _mixed_up(one: str, other: str) -> Solution:
    turned = {one: other, other: one}
    return lambda: {name: turned.get(trouble, trouble) for name, trouble in BROKEN.items()}


DIAGNOSE_TRAINING = Exercise(
    name="diagnose_training",
    reference=diagnose_training,
    cases=tuple(Case(f"the signs of run {name}", _signs_of(name)) for name in BROKEN),
    mistakes=(
        Mistake(
            "height of the loss mixed up",
            _mixed_up("rate too high", "deaf to time"),
            "two runs stay above the floor, and you have mixed up why. One of them was thrown far off in its first "
            "steps and is still on its way back, with large gradients; the other one has settled",
        ),
        Mistake(
            "held-out and average mixed up",
            _mixed_up("same batch", "slow average"),
            "in two runs the curves part, and you have mixed up why. Look at *which* ones part: training from held-out "
            "loss, or the average from the weights that it follows?",
        ),
        Mistake(
            "overfitting taken for deafness",
            _mixed_up("same batch", "deaf to time"),
            "a network that misses a piece of information does badly everywhere, on its training batches too. Which "
            "run does too *well* on them?",
        ),
        Mistake(
            "a lagging average taken for a high rate",
            _mixed_up("rate too high", "slow average"),
            "in one run only the average is bad and the weights themselves are fine; a rate that is too high spoils "
            "the weights. Compare the held-out loss of the two runs",
        ),
        Mistake(
            "a high rate taken for overfitting",
            _mixed_up("rate too high", "same batch"),
            "who sees one batch again and again gets below the floor on it. Which training loss is below the floor?",
        ),
        Mistake(
            "a lagging average taken for deafness",
            _mixed_up("slow average", "deaf to time"),
            "in one run all three curves agree, and in the other one the average goes its own way: an average that "
            "lags catches up late, a network that was not told something never does",
        ),
    ),
    alternatives=(lambda: dict(zip("ABCD", BROKEN.values(), strict=True)),),
    hints=(
        "The floor is the loss of the best answer that there is, on fresh clips. What does it mean to be below it?",
        "Which run is healthy but for its average? That is found by looking at one column.",
        "Two are left, both above the floor: one was thrown off the chart in the beginning, one is calm. A step that "
        "is too long, or something that the network cannot know?",
    ),
    becomes="minisora/course/exercises/c08_training.py",
    minutes=10,
    difficulty=2,
    points=2,
)

EXERCISES = (ONE_UPDATE, LEARNING_RATE_FACTOR, EMA, ORTHOGONALISE, STATE_BYTES, DIAGNOSE_TRAINING)
