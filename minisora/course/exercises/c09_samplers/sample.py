"""The exercise `sample`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.course.exercises.c09_samplers.common import EVEN, UNEVEN, X, clouds, drawn, times
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample, staggered
from minisora.diffusion.solvers import Step, ab2, dpm_solver_pp, euler


def _record(f: Solution, free: Tensor) -> list[Tensor]:
    """The times that a velocity is told, whatever shape they have that broadcasts."""
    seen: list[Tensor] = []

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        seen.append(torch.as_tensor(t, dtype=x.dtype).expand(len(x), 1, *x.shape[2:]).clone())
        return torch.zeros_like(x)

    f(velocity, X.clone(), EVEN, free=free)
    return seen


def _watched(f: Solution) -> list[float]:
    seen: list[float] = []
    f(clouds, X.clone(), EVEN, watch=lambda i, x: seen.extend([float(i), float(x.sum())]))
    return seen


FREE = times(0, 1, 0.5).view(1, 1, 3, 1, 1)


def _loop(
    velocity: Velocity,
    x: Tensor,
    times: Tensor,
    *,
    free: Tensor | float = 1.0,
    step: Step = euler,
    watch: Callable[[int, Tensor], object] | None = None,
    wrong: str = "",
) -> Tensor:
    """The loop with at most one thing wrong."""
    begun = x
    share = torch.as_tensor(free).to(x).expand(len(x), 1, *x.shape[2:])
    times = times.to(x)
    if times.ndim == 2 and wrong != "clock along the width":
        times = times.view(*times.shape, 1, 1)[:, None, None]
    told = torch.ones_like(share) if wrong in ("one clock", "pasted back") else share
    memory = None
    if wrong == "the first frame's clock" and times.ndim > 1:
        times = times[:, :, :, :1]
    if wrong == "from clean to noise":
        times = times.flip(0)
    pairs = list(pairwise(times[:-1] if wrong == "one step short" else times))
    for i, (t, s) in enumerate(pairs, start=1):
        t, s = t * told, s * told
        if watch is not None and wrong == "watched too early":
            watch(i, x)
        taken = euler if wrong == "always Euler" else step
        moved, after = taken(velocity, x, *((s, t) if wrong == "swapped" else (t, s)), memory)
        memory = None if wrong == "memory lost" else after
        rests = share == 0 if wrong == "held by free" else s == t
        if wrong == "held and moved exchanged":
            rests = ~rests
        x = moved if wrong == "unprotected" else torch.where(rests, x, moved)
        if wrong == "multiplied by free":
            x = x * share
        if wrong == "watch has to be there":
            watch(i, x)  # type: ignore[misc]
        if wrong == "pasted back":
            x = torch.where(share == 0, begun, x)
        if watch is not None and wrong not in ("watched too early", "watch has to be there", "watched at the end"):
            watch(i - (wrong == "counted from 0"), x)
    if watch is not None and wrong == "watched at the end":
        watch(len(pairs), x)
    return x


def _sample_by_index(
    velocity: Velocity,
    x: Tensor,
    times: Tensor,
    *,
    free: Tensor | float = 1.0,
    step: Step = euler,
    watch: Callable[[int, Tensor], object] | None = None,
) -> Tensor:
    share = x.new_zeros(len(x), 1, *x.shape[2:]) + free
    shape = (-1, 1, 1, times.shape[-1], *[1] * (x.ndim - 3)) if times.ndim == 2 else (-1, *[1] * x.ndim)
    clock = times.to(x.dtype).reshape(shape) * share
    memory = None
    for i in range(len(clock) - 1):
        moved, memory = step(velocity, x, clock[i], clock[i + 1], memory)
        rests = (clock[i] == clock[i + 1]).expand_as(x)
        x = moved.masked_scatter(rests, x[rests])
        if watch is not None:
            watch(i + 1, x)
    return x


def _sample_mistake(name: str, says: str) -> Mistake:
    return Mistake(name, partial(_loop, wrong=name), says)


SAMPLE = Exercise(
    name="sample",
    reference=sample,
    cases=(
        call("two clips in four even Euler steps", clouds, X, EVEN),
        Case(
            "four steps of another kind, each of which halves the clip",
            lambda f: f(clouds, X.clone(), EVEN, step=lambda velocity, x, t, s, memory: (x / 2, None)),
            expected=lambda: X / 16,
        ),
        Case(
            "uneven steps with ab2, which has a memory",
            lambda f: f(clouds, X.clone(), UNEVEN, step=ab2),
            expected=lambda: sample(clouds, X, UNEVEN, step=ab2),
        ),
        Case(
            "the times that the network is told when a frame is given (0), free (1), and half free",
            lambda f: _record(f, FREE),
        ),
        Case(
            "a clip whose first frame is given, with a step that divides by zero where nothing moves",
            lambda f: f(clouds, X.clone(), EVEN, free=FREE, step=dpm_solver_pp()),
        ),
        Case(
            "a clock for each frame, one starting after the other",
            lambda f: f(clouds, X.clone(), staggered(EVEN, 3, delay=2), step=ab2),
        ),
        Case(
            "the same with a step that divides by zero where nothing moves",
            lambda f: f(clouds, X.clone(), staggered(EVEN, 3, delay=2), step=dpm_solver_pp()),
        ),
        Case("what `watch` is told", _watched),
        Case(
            "seven numbers instead of clips, shaped `7 1`",
            lambda f: f(lambda x, t: x * t, drawn(7, 1, seed=3), UNEVEN, free=torch.tensor(1.0)),
        ),
    ),
    mistakes=(
        _sample_mistake(
            "swapped",
            "each step runs from s to t: hand the step the time where x is now first, and then the next, smaller one",
        ),
        _sample_mistake(
            "memory lost",
            "every step is told that it is the first one: keep the memory that a step returns, and hand it to the next",
        ),
        _sample_mistake(
            "one step short",
            "the last step is missing, so noise is left: n + 1 times make n steps, and the last one ends at times[-1]",
        ),
        _sample_mistake(
            "one clock",
            "all tokens are told the same time, what is given too: a token's times are t * free and s * free",
        ),
        _sample_mistake(
            "pasted back",
            "you paste what is given back, but the network was told that it is noise. Give it time 0 (t * free): then "
            "nothing has to be pasted",
        ),
        _sample_mistake(
            "unprotected",
            "where a token's time does not move, the token must not either, whatever the step made of it (here 0/0): "
            "torch.where(s == t, x, moved)",
        ),
        _sample_mistake(
            "clock along the width",
            "times of shape (n+1, frames) run along the last axis, the width. Put the frames on the third axis of "
            "b c t h w: view each row as 1 1 frames 1 1",
        ),
        _sample_mistake(
            "held by free",
            "you hold what has free = 0. With a clock for each frame, others rest as well for some steps: hold a token "
            "where its time does not move, s == t",
        ),
        _sample_mistake(
            "held and moved exchanged",
            "you hold what should move and move what should rest: torch.where takes its second argument where the "
            "first one is true",
        ),
        _sample_mistake(
            "multiplied by free",
            "you multiply the clip by free, so that what is given becomes 0: it is the *times* that are multiplied by "
            "free",
        ),
        _sample_mistake(
            "the first frame's clock",
            "all frames follow the clock of the first one: times of shape (n+1, frames) have a column for each frame, "
            "which goes along the third axis of b c t h w",
        ),
        _sample_mistake(
            "from clean to noise",
            "you go through the times from their end: the first pair is (times[0], times[1]), from noise towards the "
            "clip",
        ),
        _sample_mistake(
            "always Euler",
            "you make an Euler step, whatever step you are given: call `step(velocity, x, t, s, memory)`",
        ),
        _sample_mistake(
            "watch has to be there",
            "without a `watch` (None, as a rule) you call None: `if watch is not None`",
        ),
        _sample_mistake(
            "watched at the end",
            "watch hears of the last step only: call it inside the loop, after every step",
        ),
        _sample_mistake("counted from 0", "watch hears of step 0: count the steps from 1, so that the last one is n"),
        _sample_mistake("watched too early", "watch is shown the clip before its step: call it after x has moved"),
    ),
    alternatives=(_sample_by_index, _loop),
    hints=(
        "Before the loop: make `free` a tensor that broadcasts over `b 1 t h w`, and if `times` has two axes, view it "
        "as `n+1 1 1 frames 1 1`, so that each row broadcasts over a clip.",
        "`itertools.pairwise(times)` gives (t, s) = (times[0], times[1]), (times[1], times[2]), … ; `enumerate(…, "
        "start=1)` counts them. In the loop: both times by `free`, one step, keep its memory, tell `watch`.",
        "Three lines do the work: `t, s = t * free, s * free`, then `moved, memory = step(velocity, x, t, s, memory)`, "
        "then `torch.where` chooses between `x` and `moved` by whether `s == t`.",
    ),
    becomes="minisora/diffusion/sampler.py",
    minutes=20,
    difficulty=3,
    points=4,
)
