"""The exercise `diagnose_training`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c08_training.common import Curves, Mixed, SmallNetwork, mixed, small_world
from minisora.course.exercises.c08_training.one_update import one_update

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
    becomes="minisora/course/exercises/c08_training/diagnose_training.py",
    minutes=10,
    difficulty=2,
    points=2,
)
