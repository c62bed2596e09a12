"""What several exercises of the chapter use."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from minisora.course.checks.exercise import CheckFailed, Solution
from minisora.diffusion.gaussian import drifting_clouds
from minisora.diffusion.path import STRAIGHT, Path, Velocity
from minisora.diffusion.solvers import Memory


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Numbers in float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def times(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


#: Clouds of 3 frames of 2x3: as many frames as columns, so that a clock on the wrong axis raises no error.
MEAN = drawn(1, 3, 2, 3, seed=1)


X = drawn(2, 1, 3, 2, 3, seed=2)


EVEN, UNEVEN = times(1, 0.75, 0.5, 0.25, 0), times(1, 0.7, 0.6, 0.15, 0)


def clouds(x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """The exact velocity of a small world."""
    return drifting_clouds(MEAN, path=path).velocity(x, t)


def as_pair(answer: object) -> tuple[Tensor, object]:
    """What a step has returned. Raises: CheckFailed if it is no pair."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        what = "the clip alone" if isinstance(answer, Tensor) else "None" if answer is None else repr(answer)[:60]
        raise CheckFailed(
            f"your step returns {what}. A step returns a pair, the clip and its memory (nothing to remember: x, None)"
        )
    if not isinstance(answer[0], Tensor):
        raise CheckFailed("the first of your pair is no clip: a step returns the clip first, and then its memory")
    return answer


def walk(f: Solution, velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    x, memory = x.clone(), None
    for t, s in pairwise(times):
        x, memory = as_pair(f(velocity, x, t, s, memory))
    return x


def calls_of(f: Solution, times: Tensor) -> int:
    calls = 0

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return clouds(x, t)

    walk(f, velocity, X, times)
    return calls


def twice_asked(combine: Callable[..., Tensor]) -> Solution:
    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        ahead = x + (s - t) * here
        if not (s > 0).any():
            return ahead, None
        return torch.where(s > 0, combine(velocity, x, t, s, here, ahead), ahead), None

    return step


def extrapolating(weight: Callable[[Tensor, Tensor], Tensor]) -> Solution:
    """``x + h (here + weight(h, h_before) (here - before))``."""

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        here, h = velocity(x, t), s - t
        ahead = here
        if memory is not None:
            factor = torch.nan_to_num(weight(h, memory[1]), nan=0.0, posinf=0.0, neginf=0.0)
            ahead = here + factor * (here - memory[0])
        return x + h * ahead, (here, h)

    return step
