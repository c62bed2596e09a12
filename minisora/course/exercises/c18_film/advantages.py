"""The exercise `advantages`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.robots.practice import advantages

ALL = torch.ones(2, 3, dtype=torch.bool)
REWARDS = torch.tensor([[1.0, 0.0, 4.0], [0.0, 2.0, -1.0]])


def _table(answer: object) -> Tensor:
    if not isinstance(answer, Tensor) or answer.ndim != 2:
        raise CheckFailed("return a tensor `n t`: an advantage for each action")
    return answer.float()


def _asked(says: str, rewards: Tensor, alive: Tensor, *, discount: float = 1.0) -> Case:
    return Case(says, lambda f: _table(f(rewards.clone(), alive.clone(), discount=discount)))


def _returns(rewards: Tensor, discount: float) -> Tensor:
    t = rewards.shape[1]
    step = rewards.new_ones(t).cumsum(0)
    factor = (discount ** (step[None] - step[:, None]).clamp(min=0)).triu()
    return rewards @ factor.T


def _made(
    *,
    returns: Callable[[Tensor, float], Tensor] = _returns,
    usual: Callable[[Tensor, Tensor], Tensor] = lambda r, w: (r * w).sum(0) / w.sum(0).clamp(min=1),
    keep: Callable[[Tensor, Tensor], Tensor] = lambda x, w: x * w,
) -> Solution:
    def solution(rewards: Tensor, alive: Tensor, *, discount: float = 0.95) -> Tensor:
        found, weight = returns(rewards, discount), alive.float()
        return keep(found - usual(found, weight), weight)

    return solution


def _by_loops(rewards: Tensor, alive: Tensor, *, discount: float = 0.95) -> Tensor:
    n, t = rewards.shape
    found = torch.zeros_like(rewards)
    for i in range(n):
        for k in range(t):
            found[i, k] = sum(discount ** (j - k) * float(rewards[i, j]) for j in range(k, t))
    for k in range(t):
        here = alive[:, k]
        found[here, k] = found[here, k] - (found[here, k].mean() if here.any() else 0.0)
        found[~here, k] = 0.0
    return found


ADVANTAGES = Exercise(
    name="advantages",
    reference=advantages,
    cases=(
        _asked("two rooms, three steps", REWARDS, ALL),
        _asked("the same, discounted by half", REWARDS, ALL, discount=0.5),
        _asked("a single reward at the end", torch.tensor([[0.0, 0, 1], [0, 0, 0]]), ALL, discount=0.9),
        _asked("a room that has arrived", REWARDS, torch.tensor([[True, True, True], [True, False, False]])),
        _asked(
            "three rooms, two of which have arrived",
            torch.tensor([[1.0, 2.0, 3.0], [3.0, 0.0, 0.0], [5.0, 1.0, 0.0]]),
            torch.tensor([[True, True, True], [True, False, False], [True, True, False]]),
            discount=0.5,
        ),
        _asked("rooms that have all arrived", REWARDS, torch.tensor([[True, True, False], [True, False, False]])),
        _asked("one room", torch.tensor([[1.0, 1.0]]), torch.ones(1, 2, dtype=torch.bool)),
    ),
    mistakes=(
        Mistake(
            "the reward alone",
            _made(returns=lambda rewards, discount: rewards),
            "you credit an action with the reward of its own step alone: a push pays later. All that follows counts",
        ),
        Mistake(
            "the whole episode",
            _made(returns=lambda rewards, discount: rewards.sum(1, keepdim=True).expand_as(rewards)),
            "you credit each action with the whole episode, also with what was earned before it: only what follows",
        ),
        Mistake(
            "the past",
            _made(returns=lambda rewards, discount: _returns(rewards.flip(1), discount).flip(1)),
            "you add up what came *before* each action: what follows it",
        ),
        Mistake(
            "not its own step",
            _made(returns=lambda rewards, discount: _returns(rewards, discount) - rewards),
            "the reward of the step itself is missing: R_t = r_t + discount R_{t+1}",
        ),
        Mistake(
            "discounted from the beginning",
            _made(
                returns=lambda rewards, discount: _returns(rewards * discount ** torch.arange(rewards.shape[1]), 1.0)
            ),
            "you discount from the beginning of the episode: from the action on, R_t = r_t + discount R_{t+1}",
        ),
        Mistake(
            "not discounted",
            _made(returns=lambda rewards, discount: _returns(rewards, 1.0)),
            "`discount` does nothing with you: R_t = r_t + discount R_{t+1}",
        ),
        Mistake(
            "no baseline",
            _made(usual=lambda r, w: torch.zeros(r.shape[1])),
            "you leave out what is usual: where everything pays, every action would be praised. Minus the mean of the "
            "rooms at that step",
        ),
        Mistake(
            "one baseline for all steps",
            _made(usual=lambda r, w: (r * w).sum() / w.sum()),
            "you subtract one mean for all steps: early steps have more to come. The mean of each step",
        ),
        Mistake(
            "mean of the room",
            _made(usual=lambda r, w: r.mean(1, keepdim=True)),
            "you compare a room with itself: with the other rooms at the same step",
        ),
        Mistake(
            "the arrived count",
            _made(usual=lambda r, w: r.mean(0)),
            "rooms that have arrived count in your mean: only those that are alive at that step",
        ),
        Mistake(
            "mean of nobody",
            _made(usual=lambda r, w: (r * w).sum(0) / w.sum(0)),
            "where no room is alive any more you divide by 0: nan, and 0 times nan is nan. Divide by 1 at least",
        ),
        Mistake(
            "the arrived learn",
            _made(keep=lambda x, w: x),
            "rooms that have arrived get an advantage with you: 0 there, what they do no longer matters",
        ),
        Mistake(
            "sign",
            lambda rewards, alive, *, discount=0.95: -advantages(rewards, alive, discount=discount),
            "your signs are the other way round: better than usual is above 0",
        ),
    ),
    alternatives=(_made(), _by_loops),
    hints=(
        "Which R can one write down at once? The last step's. Go on from there, backwards, with one number a room.",
        "The mean over those alive is a sum over them, divided by how many they are: `alive` is a matrix of 0 and 1. "
        "And if at some step nobody is?",
        "`alive.sum(0).clamp(min=1)` is a number a step that one may divide by; what is not alive is multiplied away.",
    ),
    becomes="minisora/robots/practice.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
