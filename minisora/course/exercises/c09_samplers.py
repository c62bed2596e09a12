"""Chapter 09: the sampling loop, steps of order two, fresh noise, what is given, and how to tell a sick sampler."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, call, finding
from minisora.diffusion.gaussian import drifting_clouds
from minisora.diffusion.given import Given, animate
from minisora.diffusion.path import COSINE, STRAIGHT, Path, Velocity, noise_like
from minisora.diffusion.sampler import sample, staggered
from minisora.diffusion.solvers import Memory, Step, ab2, ancestral, ddim, dpm_solver_pp, euler, heun


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


# --- sample ---


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

# --- heun ---


def _pair(answer: object) -> tuple[Tensor, object]:
    """What a step has returned. Raises: CheckFailed if it is no pair."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        what = "the clip alone" if isinstance(answer, Tensor) else "None" if answer is None else repr(answer)[:60]
        raise CheckFailed(
            f"your step returns {what}. A step returns a pair, the clip and its memory (nothing to remember: x, None)"
        )
    if not isinstance(answer[0], Tensor):
        raise CheckFailed("the first of your pair is no clip: a step returns the clip first, and then its memory")
    return answer


def _step(made: Any) -> Any:
    """A step that a function has made. Raises: CheckFailed if it is none."""
    if not callable(made):
        raise CheckFailed(
            "it returns no step: define `def step(velocity, x, t, s, memory)` inside, and `return step` without "
            "calling it"
        )
    return made


def _first(f: Solution, velocity: Velocity, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return _pair(f(velocity, x.clone(), t, s, None))[0]


def _careful(x: Tensor, t: Tensor) -> Tensor:
    """A velocity that, like a network's, means nothing at time 0."""
    return torch.where(t > 0, clouds(x, t), torch.full_like(x, 9.0))


def _go(f: Solution, velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    x, memory = x.clone(), None
    for t, s in pairwise(times):
        x, memory = _pair(f(velocity, x, t, s, memory))
    return x


def _calls(f: Solution, times: Tensor) -> int:
    calls = 0

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return clouds(x, t)

    _go(f, velocity, X, times)
    return calls


def _twice(combine: Callable[..., Tensor]) -> Solution:
    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        ahead = x + (s - t) * here
        if not (s > 0).any():
            return ahead, None
        return torch.where(s > 0, combine(velocity, x, t, s, here, ahead), ahead), None

    return step


def _heun_everywhere(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    here = velocity(x, t)
    return x + (s - t) * (here + velocity(x + (s - t) * here, s)) / 2, None


def _heun_all_or_none(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    return euler(velocity, x, t, s, None) if (s <= 0).any() else _heun_everywhere(velocity, x, t, s, memory)


def _heun_always_asking(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    here = velocity(x, t)
    ahead = x + (s - t) * here
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)) / 2, ahead), None


HEUN = Exercise(
    name="heun",
    reference=heun,
    cases=(
        Case("from t=0.8 to s=0.5", lambda f: _first(f, clouds, X, times(0.8), times(0.5))),
        Case(
            "the velocity t, whose way from 0.9 to 0.3 is known: (0.3² - 0.9²) / 2",
            lambda f: _first(f, lambda x, t: t.expand_as(x), times(0.0).view(1, 1), times(0.9), times(0.3)),
            expected=lambda: times(-0.36).view(1, 1),
        ),
        Case(
            "frames of which the first is given (t=s=0), the second arrives at 0, and the third is on its way",
            lambda f: _first(f, _careful, X, times(0, 0.4, 0.9).view(3, 1, 1), times(0, 0, 0.5).view(3, 1, 1)),
        ),
        Case("the last step, from t=0.25 to s=0", lambda f: _first(f, _careful, X, times(0.25), times(0.0))),
        Case("how often the network is asked in a step to s=0.5", lambda f: _calls(f, times(0.8, 0.5)), lambda: 2),
        Case("how often the network is asked in the last step", lambda f: _calls(f, times(0.25, 0)), lambda: 1),
    ),
    mistakes=(
        Mistake(
            "second look at the old time",
            _twice(lambda velocity, x, t, s, here, ahead: x + (s - t) * (here + velocity(ahead, t)) / 2),
            "the second look is told the old time: you stand at `ahead` now, and there it is s",
        ),
        Mistake(
            "second look from the old place",
            _twice(lambda velocity, x, t, s, here, ahead: x + (s - t) * (here + velocity(x, s)) / 2),
            "the second look is at the old place x: look from where the Euler step leads, x + (s - t) * here",
        ),
        Mistake(
            "only the second",
            _twice(lambda velocity, x, t, s, here, ahead: x + (s - t) * velocity(ahead, s)),
            "you go with the velocity ahead alone: go with the mean of both",
        ),
        Mistake(
            "sum instead of mean",
            _twice(lambda velocity, x, t, s, here, ahead: x + (s - t) * (here + velocity(ahead, s))),
            "you go with the sum of two velocities, twice as far as you should: take their mean",
        ),
        Mistake(
            "on from ahead",
            _twice(lambda velocity, x, t, s, here, ahead: ahead + (s - t) * (here + velocity(ahead, s)) / 2),
            "you go on from `ahead`, so that the step is made twice: go back to x, and from there with the mean",
        ),
        Mistake(
            "midpoint",
            _twice(lambda velocity, x, t, s, here, ahead: x + (s - t) * velocity(x + (s - t) / 2 * here, (t + s) / 2)),
            "you look from half-way and go with that: the midpoint method, of order two as well. Heun looks at the end "
            "of the step and takes the mean of both looks",
        ),
        Mistake(
            "all or none",
            _heun_all_or_none,
            "as soon as one token arrives at 0, you give all of them Euler's step: decide token by token, "
            "torch.where(s > 0, …)",
        ),
        Mistake(
            "through time the wrong way",
            _twice(lambda velocity, x, t, s, here, ahead: x + (t - s) * (here + velocity(x + (t - s) * here, s)) / 2),
            "you go the wrong way through time: a step from t to s is s - t long, which is negative on the way to the "
            "clip",
        ),
        Mistake(
            "difference of both",
            _twice(lambda velocity, x, t, s, here, ahead: x + (s - t) * (velocity(ahead, s) - here) / 2),
            "you go with half the difference of the two velocities; their mean is half the sum",
        ),
        Mistake(
            "ahead kept",
            _twice(lambda velocity, x, t, s, here, ahead: ahead),
            "this is Euler's step, whatever the second look says: go with the mean of both velocities",
        ),
        Mistake(
            "corrected at 0",
            _heun_everywhere,
            "you ask for a velocity at time 0, where no network was ever trained: what arrives at 0 keeps its Euler "
            "step (token by token, torch.where(s > 0, …))",
        ),
        Mistake(
            "asked for nothing",
            _heun_always_asking,
            "in the last step the second answer is thrown away, but paid for: if no token has s > 0, return before you "
            "ask again",
        ),
    ),
    alternatives=(
        lambda velocity, x, t, s, memory: (
            (euler(velocity, x, t, s, None)[0], None)
            if (s <= 0).all()
            else _twice(lambda velocity, x, t, s, here, ahead: ahead + (s - t) / 2 * (velocity(ahead, s) - here))(
                velocity, x, t, s, memory
            )
        ),
    ),
    hints=(
        "First an Euler step, as if there were nothing else; call where it leads `ahead`, and the velocity `here`.",
        "Ask again at `(ahead, s)`. Then forget the Euler step: go from `x` with the mean of the two velocities.",
        "`if not (s > 0).any(): return ahead, None` spares the last call, and `torch.where(s > 0, corrected, ahead)` "
        "keeps the Euler step of single tokens that arrive.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)

# --- ab2 ---


def _extrapolating(weight: Callable[[Tensor, Tensor], Tensor]) -> Solution:
    """``x + h (here + weight(h, h_before) (here - before))``."""

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        here, h = velocity(x, t), s - t
        ahead = here
        if memory is not None:
            factor = torch.nan_to_num(weight(h, memory[1]), nan=0.0, posinf=0.0, neginf=0.0)
            ahead = here + factor * (here - memory[0])
        return x + h * ahead, (here, h)

    return step


def _ab2_without_guard(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    here, h = velocity(x, t), s - t
    change = 0.0 if memory is None else h / memory[1] / 2 * (here - memory[0])
    return x + h * (here + change), (here, h)


def _ab2_huge(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
    here, h = velocity(x, t), s - t
    change = 0.0 if memory is None else torch.nan_to_num(h / memory[1]) / 2 * (here - memory[0])
    return x + h * (here + change), (here, h)


def _ab2_all_begin_anew(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    rested = memory is not None and bool((memory[1] == 0).any())
    return ab2(velocity, x, t, s, None if rested else memory)


def _ab2_remembers_half_way(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, (here, h) = ab2(velocity, x, t, s, memory)
    return moved, (torch.where(h == 0, here, (moved - x) / h), h)


def _ab2_from_zeros(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    return ab2(velocity, x, t, s, memory or (torch.zeros_like(x), s - t))


def _ab2_backwards(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
    moved, (here, h) = ab2(velocity, x, t, s, None if memory is None else (memory[0], -memory[1]))
    return 2 * x - moved, (here, -h)


def _ab2_asks_again(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: object) -> tuple[Tensor, object]:
    before = None
    if isinstance(memory, tuple):
        old_x, old_t, h_before = memory
        before = velocity(old_x, old_t), h_before
    moved, (_, h) = ab2(velocity, x, t, s, before)
    return moved, (x, t, h)


def _ab2_remembers_the_time(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, (here, _) = ab2(velocity, x, t, s, memory)
    return moved, (here, t)


def _ab2_first_kept(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, now = ab2(velocity, x, t, s, memory)
    return moved, memory or now


def _ab2_remembers_the_end(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: Memory | None
) -> tuple[Tensor, Memory]:
    moved, (_, h) = ab2(velocity, x, t, s, memory)
    return moved, (velocity(moved, s), h)


def _ab2_weights(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    here = velocity(x, t)
    if memory is None:
        return x + (s - t) * here, (here, t)
    before, t_before = memory
    gap = (t - t_before).expand_as(t * torch.ones_like(x[:, :1]))
    new = torch.where(gap == 0, 1.0, 1 + (s - t) / torch.where(gap == 0, 1.0, 2 * gap))
    return x + (s - t) * (new * here + (1 - new) * before), (here, t)


WAITING = torch.stack([times(1, 1, 1), times(0.6, 1, 1), times(0.5, 0.7, 1), times(0, 0.2, 0.4)]).view(4, 3, 1, 1)

AB2 = Exercise(
    name="ab2",
    reference=ab2,
    cases=(
        Case("the first step, from t=1 to s=0.7", lambda f: _go(f, clouds, X, times(1, 0.7))),
        Case("four even steps", lambda f: _go(f, clouds, X, EVEN)),
        Case("four uneven steps", lambda f: _go(f, clouds, X, UNEVEN)),
        Case(
            "frames that start one after the other, so that some have a past of length 0",
            lambda f: _go(f, clouds, X, WAITING),
        ),
        Case("how often the network is asked in four steps", lambda f: _calls(f, EVEN), lambda: 4),
    ),
    mistakes=(
        Mistake(
            "without memory",
            euler,
            "this is Euler's step, at every step: from the second one on, use what the memory says",
        ),
        Mistake(
            "all steps alike",
            _extrapolating(lambda h, before: torch.where(before == 0, 0.0, torch.full_like(h, 0.5))),
            "3/2 and 1/2 are right for even steps only: the change is as much longer as this step is than the last "
            "one, so multiply by h / h_before",
        ),
        Mistake(
            "the past added",
            _extrapolating(lambda h, before: -h / before / 2),
            "you go back towards the old velocity. The velocity goes on changing as it did: add (here - before)",
        ),
        Mistake(
            "to the end of the step",
            _extrapolating(lambda h, before: h / before),
            "you take the velocity as it will be at the end of the step; half-way it is a fair mean of the whole step",
        ),
        Mistake(
            "ratio upside down",
            _extrapolating(lambda h, before: before / h / 2),
            "the ratio is upside down: a long step after a short one needs more of the change, h / h_before",
        ),
        Mistake(
            "nothing where a token rested",
            _ab2_without_guard,
            "a token that did not move in the last step has h_before = 0, and h / 0 spoils it: set such ratios to 0 "
            "(torch.nan_to_num with nan, posinf and neginf, or torch.where)",
        ),
        Mistake(
            "the whole change of the ratio",
            _extrapolating(lambda h, before: h / before / 2 + 0.5),
            "half a step is h / 2, and the change over it (h / 2) / h_before times the last one, nothing more",
        ),
        Mistake(
            "infinity made large",
            _ab2_huge,
            "where a token rested, h / 0 is infinite, and torch.nan_to_num by itself makes the largest number there "
            "is of it: say posinf=0.0 and neginf=0.0 as well",
        ),
        Mistake(
            "one rests, all begin anew",
            _ab2_all_begin_anew,
            "because one token rested, all of them begin anew with Euler's step: decide token by token, torch.where or "
            "torch.nan_to_num on the ratio",
        ),
        Mistake(
            "half-way remembered",
            _ab2_remembers_half_way,
            "you remember the velocity half-way, which is a guess: remember `here`, the network's own answer",
        ),
        Mistake(
            "a past of zeros",
            _ab2_from_zeros,
            "in your first step the past is a velocity of zeros, so that it begins with half as much again: with no "
            "memory (None) there is no past, and it is Euler's step",
        ),
        Mistake(
            "through time the wrong way",
            _ab2_backwards,
            "you go the wrong way through time: h is s - t, which is negative on the way to the clip",
        ),
        Mistake(
            "the old velocity asked for again",
            _ab2_asks_again,
            "you ask for the old velocity once more, which costs a call each step: it is known, remember it",
        ),
        Mistake(
            "time remembered for length",
            _ab2_remembers_the_time,
            "what you remember as h_before is a time: the length of a step is s - t",
        ),
        Mistake(
            "first memory kept",
            _ab2_first_kept,
            "the memory is that of the first step for ever: return this step's velocity and length each time",
        ),
        Mistake(
            "memory of the end",
            _ab2_remembers_the_end,
            "you remember the velocity at the end of the step (and pay a call for it), so that the next step sees no "
            "change: remember `here`",
        ),
    ),
    alternatives=(_ab2_weights,),
    hints=(
        "With no memory it is Euler's step. The new memory is the velocity here and the length h of this step.",
        "The velocity changed by `here - before` over the last step, whose length was `h_before`. If it goes on like "
        "that, by how much will it have changed after half of this step, h/2?",
        "`here + h / h_before / 2 * (here - before)`; guard the ratio: `torch.nan_to_num(h / h_before, nan=0.0, "
        "posinf=0.0, neginf=0.0)`.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)

# --- ancestral ---

COARSE = drawn(2, 1, 3, 2, 3, seed=4).float()


def _one_ancestral(f: Solution, path: Path, t: float, s: float, eta: float) -> Tensor:
    step = _step(f(path, torch.Generator().manual_seed(5), eta=eta))
    world = drifting_clouds(MEAN.float(), path=path)
    return _pair(step(world.velocity, COARSE.clone(), torch.tensor(t), torch.tensor(s), None))[0]


def _dice(f: Solution) -> str:
    """Whose dice are thrown, and how often. Raises: CheckFailed naming what is wrong with them."""
    generator, x = torch.Generator().manual_seed(5), COARSE[:1].expand(2, -1, -1, -1, -1).clone()
    before = generator.get_state()
    step, world = _step(f(STRAIGHT, generator)), drifting_clouds(MEAN.float())
    made, states = [], [before]
    for _ in range(2):
        made.append(_pair(step(world.velocity, x.clone(), torch.tensor(0.8), torch.tensor(0.5), None))[0])
        states.append(generator.get_state())
    one, two = made
    if torch.equal(states[-1], before):
        raise CheckFailed(
            "its noise does not come from the generator that it is given, so nobody can repeat a clip: draw with "
            "noise_like(x, generator), not with dice of the whole program or of your own"
        )
    if torch.equal(states[1], states[2]):
        raise CheckFailed(
            "two steps in a row get the same noise: draw fresh noise *inside* the step, from the one generator, every "
            "time"
        )
    if torch.allclose(one[0], one[1]) and not torch.allclose(one, two):
        raise CheckFailed(
            "all clips of the batch get the same noise: draw noise of the shape of x, for each clip its own"
        )
    return "the given dice, in every step and for every clip"


def _renewing(
    mix: Callable[..., Tensor],
    *,
    clean: Callable[..., Tensor] = lambda path, here, x, t: path.to_x0(here, x, t),
    at: Callable[[Tensor, Tensor], Tensor] = lambda t, s: s,
) -> Solution:
    """An ancestral step that makes its noise by ``mix(path, t, s, eta, eps, fresh)``."""

    def factory(path: Path, generator: torch.Generator, *, eta: float = 1.0) -> Step:
        def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
            here = velocity(x, t)
            noise = mix(path, t, s, eta, path.to_eps(here, x, t), noise_like(x, generator))
            return path.add_noise(clean(path, here, x, t), noise, at(t, s)), None

        return step

    return factory


def _renewed(path: Path, t: Tensor, s: Tensor, eta: float, eps: Tensor, fresh: Tensor) -> Tensor:
    """The right mixture."""
    return _mix(_share(path, t, s, eta), eps, fresh)


def _share(path: Path, t: Tensor, s: Tensor, eta: float) -> Tensor:
    return eta**2 * (1 - (path.log_snr(t) - path.log_snr(s)).exp())


def _mix(share: Tensor, eps: Tensor, fresh: Tensor) -> Tensor:
    return (1 - share).sqrt() * eps + share.sqrt() * fresh


def _ancestral_as_ddpm(path: Path, generator: torch.Generator, *, eta: float = 1.0) -> Step:
    """Equations 12 and 16 of Song, Meng and Ermon 2021, on the path scaled to alpha = 1."""

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        before, after = path.sigma(t) / path.alpha(t), path.sigma(s) / path.alpha(s)
        spread = eta * after * (1 - (after / before) ** 2).sqrt()
        moved = path.to_x0(here, x, t) + (after**2 - spread**2).sqrt() * path.to_eps(here, x, t)
        return path.alpha(s) * (moved + spread * noise_like(x, generator)), None

    return step


ANCESTRAL = Exercise(
    name="ancestral",
    reference=ancestral,
    cases=(
        Case("the dice", _dice, lambda: "the given dice, in every step and for every clip"),
        Case("the straight path from t=0.8 to s=0.5", lambda f: _one_ancestral(f, STRAIGHT, 0.8, 0.5, 1.0)),
        Case("the cosine path from t=0.6 to s=0.55", lambda f: _one_ancestral(f, COSINE, 0.6, 0.55, 1.0)),
        Case("half of the freshness, eta=0.5", lambda f: _one_ancestral(f, STRAIGHT, 0.8, 0.5, 0.5)),
        Case(
            "eta=0, which is ddim",
            lambda f: _one_ancestral(f, COSINE, 0.8, 0.5, 0.0),
            expected=lambda: _one_ancestral(lambda path, generator, eta: ddim(path), COSINE, 0.8, 0.5, 0.0),
        ),
        Case("the last step, from t=0.25 to s=0", lambda f: _one_ancestral(f, STRAIGHT, 0.25, 0.0, 1.0)),
    ),
    mistakes=(
        Mistake(
            "roots forgotten",
            _renewing(
                lambda path, t, s, eta, eps, fresh: (
                    (1 - _share(path, t, s, eta)) * eps + _share(path, t, s, eta) * fresh
                )
            ),
            "you mix with shares of the variance; what multiplies noise is their root, so that the variance of the mix "
            "stays 1",
        ),
        Mistake(
            "added on top",
            _renewing(lambda path, t, s, eta, eps, fresh: eps + _share(path, t, s, eta).sqrt() * fresh),
            "fresh noise comes on top of all the old noise, so that there is too much of it: keep only the root of 1 - "
            "share of the old",
        ),
        Mistake(
            "all fresh",
            _renewing(lambda path, t, s, eta, eps, fresh: eta * fresh + (1 - eta**2) ** 0.5 * eps),
            "you renew all the noise, however short the step: the share that may be fresh is 1 - SNR(t) / SNR(s)",
        ),
        Mistake(
            "alpha forgotten",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - (path.sigma(s) / path.sigma(t)) ** 2), eps, fresh
                )
            ),
            "you compare the noise alone, sigma(s)² with sigma(t)². On most paths the clip changes its strength too: "
            "compare the signal-to-noise ratios",
        ),
        Mistake(
            "amplitudes compared",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - ((path.log_snr(t) - path.log_snr(s)) / 2).exp()), eps, fresh
                )
            ),
            "you compare alpha / sigma; the signal-to-noise ratio is its square",
        ),
        Mistake(
            "eta not squared",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(eta * _share(path, t, s, 1.0), eps, fresh)),
            "eta multiplies the amplitude of the fresh noise, so the share of its variance has eta²",
        ),
        Mistake(
            "eta ignored",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(_share(path, t, s, 1.0), eps, fresh)),
            "eta makes no difference: it scales the share of fresh noise, and with eta=0 nothing is fresh",
        ),
        Mistake(
            "old and fresh swapped",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(_share(path, t, s, eta), fresh, eps)),
            "the shares are swapped: share is what is fresh, 1 - share what is kept",
        ),
        Mistake(
            "ratio upside down",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - (path.log_snr(s) - path.log_snr(t)).exp()), eps, fresh
                )
            ),
            "your ratio is upside down, so that a share comes out below 0: it is SNR(t) / SNR(s), less than 1, since "
            "there is more noise at t",
        ),
        Mistake(
            "ratio upside down and clamped",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    (eta**2 * (1 - (path.log_snr(s) - path.log_snr(t)).exp())).clamp(0, 1), eps, fresh
                )
            ),
            "nothing is ever fresh: your ratio is upside down. It is SNR(t) / SNR(s), less than 1, since there is more "
            "noise at t",
        ),
        Mistake(
            "logarithms divided",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    (eta**2 * (1 - path.log_snr(t) / path.log_snr(s))).clamp(0, 1), eps, fresh
                )
            ),
            "you divide the logarithms: a ratio of SNRs is exp of the *difference* of their logarithms",
        ),
        Mistake(
            "signals compared",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - (path.alpha(t) / path.alpha(s)) ** 2), eps, fresh
                )
            ),
            "you compare the signal alone, alpha(t)² with alpha(s)². The noise changes, too: compare the "
            "signal-to-noise ratios, path.log_snr",
        ),
        Mistake(
            "at the old time",
            _renewing(_renewed, at=lambda t, s: t),
            "clip and noise are mixed at the old time t: the step arrives at s, so path.add_noise(…, s)",
        ),
        Mistake(
            "the noisy clip for the clean one",
            _renewing(_renewed, clean=lambda path, here, x, t: x),
            "you mix noise into x, which is noisy already: mix it into the clean clip, path.to_x0(here, x, t)",
        ),
        Mistake(
            "the velocity for the noise",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(_share(path, t, s, eta), eps, fresh),
                clean=lambda path, here, x, t: x - here,
            ),
            "x - velocity is not the clean clip, except at t = 1: path.to_x0(here, x, t) knows how it is done",
        ),
        Mistake(
            "old noise lost",
            _renewing(lambda path, t, s, eta, eps, fresh: _share(path, t, s, eta).sqrt() * fresh),
            "the old noise is lost: what is kept of it, the root of 1 - share, belongs into the mix",
        ),
        Mistake(
            "eta doubled",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(eta * _share(path, t, s, eta), eps, fresh)),
            "eta is in your share three times: the share of the variance that is fresh is eta² (1 - SNR(t) / SNR(s))",
        ),
    ),
    alternatives=(_ancestral_as_ddpm,),
    hints=(
        "Begin with a step of ddim: from the velocity the clean clip and the noise (`path.to_x0`, `path.to_eps`), then "
        "mix them anew at time s (`path.add_noise`). Only the noise is different here.",
        "`share = eta**2 * (1 - SNR(t) / SNR(s))`. With logarithms: `SNR(t) / SNR(s) = exp(log_snr(t) - log_snr(s))`, "
        "which is 0 at both ends, as it should be.",
        "`noise = (1 - share).sqrt() * eps + share.sqrt() * noise_like(x, generator)`, and then `path.add_noise(x0, "
        "noise, s)`.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=15,
    difficulty=3,
    points=3,
)

# --- animate ---

NOISE, STILL = drawn(2, 3, 4, 2, 5, seed=6).float(), drawn(1, 3, 1, 2, 5, seed=7).float()


def _spelled_out(given: object) -> tuple[Tensor, Tensor]:
    """``(x, free)`` with ``free`` as ``b 1 t h w``, whatever shape it has that broadcasts."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise CheckFailed("return two tensors, Given(x, free): where to start, and what is free")
    x, free = given[0], torch.as_tensor(given[1])
    if isinstance(x, Tensor) and x.shape[1] == 1 and free.shape[1:2] == (NOISE.shape[1],):
        raise CheckFailed("x and free are exchanged: return Given(x, free), the clip first")
    try:
        return x, free.expand(len(x), 1, *x.shape[2:]).clone()
    except RuntimeError:
        raise CheckFailed(
            f"free has the shape {tuple(free.shape)}. It holds one number for each frame, whatever the channel and the "
            "place: b 1 t 1 1"
        ) from None


def _animate_asked(f: Solution, noise: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    return _spelled_out(f(noise.clone(), first.clone()))


def _animate_by_parts(noise: Tensor, first: Tensor) -> Given:
    first = first.to(noise).expand(len(noise), -1, -1, -1, -1)
    free = torch.arange(noise.shape[2]).to(noise).clamp(max=1).view(1, 1, -1, 1, 1)
    return Given(torch.cat([first, noise[:, :, 1:]], dim=2), free)


def _given_at(noise: Tensor, first: Tensor, frame: int) -> Given:
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:, :, [frame]] = first.to(noise)
    free[:, :, [frame]] = 0
    return Given(x, free)


def _animate_added(noise: Tensor, first: Tensor) -> Given:
    x, free = animate(noise, first)
    return Given(torch.cat([noise[:, :, :1] + first, x[:, :, 1:]], dim=2), free)


def _animate_lengthened(noise: Tensor, first: Tensor) -> Given:
    first = first.to(noise).expand(len(noise), -1, -1, -1, -1)
    free = noise.new_ones(1, 1, noise.shape[2] + 1, 1, 1)
    return Given(torch.cat([first, noise], dim=2), torch.cat([0 * free[:, :, :1], free[:, :, 1:]], dim=2))


def _first_clip(noise: Tensor, first: Tensor) -> Given:
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:1], free[:1] = first[:1].to(noise), 0
    return Given(x, free)


def _first_channel(noise: Tensor, first: Tensor) -> Given:
    x = noise.clone()
    x[:, :1] = first[:, :1].to(noise)
    return Given(x, animate(noise, first).free)


ANIMATE = Exercise(
    name="animate",
    reference=animate,
    cases=(
        Case("two clips of 4 frames that begin with the same picture", lambda f: _animate_asked(f, NOISE, STILL)),
        Case(
            "two clips that begin with a picture each",
            lambda f: _animate_asked(f, NOISE, drawn(2, 3, 1, 2, 5, seed=8).float()),
        ),
        Case(
            "a picture in float64 for noise in float32",
            lambda f: _animate_asked(f, NOISE[:1, :, :2], STILL.double()),
        ),
    ),
    mistakes=(
        Mistake(
            "free upside down",
            lambda noise, first: Given(animate(noise, first).x, 1 - animate(noise, first).free),
            "free is upside down: 0 where given, 1 where to generate",
        ),
        Mistake(
            "given at the end",
            lambda noise, first: _given_at(noise, first, -1),
            "the picture is the last frame of your clip; it is to be the first",
        ),
        Mistake(
            "picture forgotten",
            lambda noise, first: Given(noise, animate(noise, first).free),
            "the first frame of x is still noise, which free calls given: put the picture there",
        ),
        Mistake(
            "nothing is given",
            lambda noise, first: Given(animate(noise, first).x, torch.ones_like(noise[:, :1])),
            "the picture is there, but free is 1 everywhere, so that the network will take it for noise: free must "
            "be 0 "
            "in the first frame",
        ),
        Mistake(
            "everything is given",
            lambda noise, first: Given(animate(noise, first).x, torch.zeros_like(noise[:, :1])),
            "free is 0 everywhere, so nothing would ever move: only the first frame is given",
        ),
        Mistake(
            "picture in every frame",
            lambda noise, first: Given(first.to(noise).expand_as(noise).clone(), animate(noise, first).free),
            "the picture stands in all of your frames: only the first one is given, the others begin as noise",
        ),
        Mistake(
            "nothing but the picture",
            lambda noise, first: Given(animate(torch.zeros_like(noise), first).x, animate(noise, first).free),
            "your other frames are zeros: they begin as the noise that you are given",
        ),
        Mistake(
            "one picture for all not thought of",
            lambda noise, first: Given(torch.cat([first, noise[:, :, 1:]], dim=2), animate(noise, first).free),
            "one picture for all clips (1 c 1 h w) does not fit a batch when it is joined: `first.expand(len(noise), "
            "-1, -1, -1, -1)`, or assign it to a frame of a copy, which broadcasts",
        ),
        Mistake(
            "the first clip",
            _first_clip,
            "you have taken the first clip of the batch for the first frame: frames are the third axis of b c t h w, "
            "`x[:, :, :1]`",
        ),
        Mistake(
            "the first clip is free",
            lambda noise, first: Given(animate(noise, first).x, _first_clip(noise, first).free),
            "the picture is in the first frames, but free is 0 in the first clip: frames are its third axis too, "
            "`free[:, :, :1] = 0`",
        ),
        Mistake(
            "the first channel",
            _first_channel,
            "you have taken the first channel for the first frame: frames are the third axis of b c t h w, `x[:, :, "
            ":1]`",
        ),
        Mistake(
            "picture laid over noise",
            _animate_added,
            "your first frame is picture plus noise. What is given has noise level zero: replace the noise",
        ),
        Mistake(
            "picture put in front",
            _animate_lengthened,
            "your clip is one frame longer than the noise: the picture takes the place of its first frame",
        ),
    ),
    alternatives=(_animate_by_parts, lambda noise, first: tuple(_given_at(noise, first, 0))),
    hints=(
        "Two tensors: x is the noise with its first frame replaced, free is all ones but for the first frame.",
        "`x = noise.clone()` first, or the caller's noise is overwritten. `x[:, :, :1] = …` assigns to the first frame "
        "and broadcasts one picture over the batch.",
        "`free = noise.new_ones(b, 1, frames, 1, 1)` has the right type and device; set `free[:, :, :1]` to 0, and "
        "return `Given(x, free)`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)

# --- diagnose_sampler ---

CAUSES = (
    "the second look is told the old time",
    "the clock stops before 0",
    "fresh noise after the last step",
    "the memory is lost",
    "the memory points the wrong way",
    "the velocity has the wrong sign",
)


def _patient_a(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(
        velocity, x, times, step=_twice(lambda v, x, t, s, here, ahead: x + (s - t) * (here + v(ahead, t)) / 2)
    )


def _patient_b(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(velocity, x, times, step=_extrapolating(lambda h, before: -h / before / 2))


def _patient_c(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(velocity, x, times[:-1], step=ab2)


def _patient_d(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(velocity, x, times, step=lambda v, x, t, s, memory: ab2(v, x, t, s, None))


def _patient_e(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    clean = sample(velocity, x, times, step=ab2)
    return clean + 0.1 * torch.randn_like(clean)


#: Sick samplers ``(velocity, x, times) -> x``, for the learner to diagnose.
PATIENTS: dict[str, Callable[[Velocity, Tensor, Tensor], Tensor]] = {
    "A": _patient_a,
    "B": _patient_b,
    "C": _patient_c,
    "D": _patient_d,
    "E": _patient_e,
}

TRUTH = {"A": CAUSES[0], "B": CAUSES[4], "C": CAUSES[1], "D": CAUSES[3], "E": CAUSES[2]}


def diagnose_sampler(patient: str) -> str:
    """What ails the sampler ``patient``, "A" to "E": one of ``CAUSES``."""
    return TRUTH[patient]


def _wrongly(**answers: int) -> Solution:
    wrong = {**TRUTH, **{patient: CAUSES[cause] for patient, cause in answers.items()}}
    return lambda patient: wrong[patient]


DIAGNOSE_SAMPLER = Exercise(
    name="diagnose_sampler",
    reference=diagnose_sampler,
    cases=tuple(finding(f"patient {name}", lambda f, name=name: f(name), TRUTH[name], CAUSES) for name in PATIENTS),
    mistakes=(
        Mistake(
            "A lost its memory",
            _wrongly(A=3),
            "A asks the network about twice a step: it has no need of a memory. Which solver looks twice, and what "
            "could its second look be told?",
        ),
        Mistake(
            "A points the wrong way",
            _wrongly(A=4),
            "A asks the network about twice a step, so it looks ahead instead of back. What could be wrong with that?",
        ),
        Mistake(
            "B lost its memory",
            _wrongly(B=3),
            "B without a memory would err exactly as Euler does; it errs about twice as much. It uses its memory, to "
            "its harm",
        ),
        Mistake(
            "B and D swapped",
            _wrongly(B=3, D=4),
            "B and D are the other way round: which of the two errs exactly as Euler does, to the last digit?",
        ),
        Mistake(
            "C lost its memory",
            _wrongly(C=3),
            "C asks the network one time less than it has steps. Which step can be missing, if what is left shrinks "
            "with the steps?",
        ),
        Mistake(
            "C is freshly noised",
            _wrongly(C=2),
            "C does leave noise, but less with more steps, and the same twice. Fresh noise would do neither",
        ),
        Mistake(
            "C and E swapped",
            _wrongly(C=2, E=1),
            "C and E are the other way round. Both leave noise: one less with more steps, the other as much as ever",
        ),
        Mistake(
            "D points the wrong way",
            _wrongly(D=4),
            "D errs exactly as Euler does, to the last digit. What must be true of a two-step method for that?",
        ),
        Mistake(
            "E does not arrive",
            _wrongly(E=1),
            "if E stopped before 0, what is left would shrink with the steps, and two runs would agree. Look at both",
        ),
        Mistake(
            "a wrong sign",
            _wrongly(E=5),
            "with the wrong sign E would run away from all clips: its error would be dozens of times Euler's, and two "
            "runs would agree. Look at the last column",
        ),
    ),
    alternatives=(lambda patient: {name: TRUTH[name] for name in sorted(TRUTH, reverse=True)}.get(patient),),
    hints=(
        "Begin with what needs no thought: who gives another answer when asked twice? Who agrees with Euler to the "
        "last "
        "digit? Who asks more often, or less often, than there are steps?",
        "An order of 0 means that something does not depend on the steps at all. An order of 1 where 2 was due means "
        "that the correction of Euler's step is missing or wrong, or that something stops the clock too early.",
        "Two are left that have order 1 and no other sign: the one with two calls a step is a Heun, the other a "
        "two-step "
        "method that does worse than if it had no memory.",
    ),
    becomes="minisora/course/exercises/c09_samplers.py",
    minutes=12,
    difficulty=2,
    points=3,
)

EXERCISES = (SAMPLE, HEUN, AB2, ANCESTRAL, ANIMATE, DIAGNOSE_SAMPLER)
