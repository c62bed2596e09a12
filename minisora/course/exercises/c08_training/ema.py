"""The exercise `Ema`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c08_training.common import drawn
from minisora.training.ema import Ema


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
