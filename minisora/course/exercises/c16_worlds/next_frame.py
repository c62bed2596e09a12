"""The exercise `next_frame`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.playing.dream import Look, next_frame

NOISE = torch.tensor([[0.8, -1.2, 0.4, 1.6]])
FRESH = torch.tensor([[-0.5, 1.0, 2.0, -1.0]])
TIMES = torch.tensor([1.0, 0.7, 0.3, 0.0])
PAST = torch.tensor([[0.2, 0.0, 1.0], [-0.1, 0.1, 3.0]])


def _look(x: Tensor, time: Tensor, action: Tensor, cache: Tensor) -> tuple[Tensor, Tensor]:
    """A world of four numbers; its cache has a row for each frame: its mean, its level, its action."""
    clean = 0.4 * x * (1 - time) + 0.1 * action + cache[:, 0].mean() + 0.05 * len(cache)
    row = torch.stack([x.mean(), torch.as_tensor(time).to(x), action.to(x).mean()])
    return clean, torch.cat([cache, row[None]])


def _pair(answer: object) -> list[Tensor]:
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(isinstance(x, Tensor) for x in answer):
        raise CheckFailed("return two things: the frame, and the cache with it")
    return list(answer)


def _asked(says: str, *, action: float = 2.0, times: Tensor = TIMES, level: float = 0.0) -> Case:
    return Case(
        says,
        lambda f: _pair(
            f(
                _look,
                PAST.clone(),
                torch.tensor([action]),
                NOISE.clone(),
                times.clone(),
                level=level,
                fresh=FRESH.clone(),
            )
        ),
    )


Keep = Callable[[Tensor, float, Tensor, Tensor], tuple[Tensor, float]]


def _mix(x: Tensor, level: float, fresh: Tensor, noise: Tensor) -> tuple[Tensor, float]:
    return (1 - level) * x + level * fresh, level


def _made(
    *,
    told: Callable[[Tensor, Tensor], Tensor] = lambda t, s: t,
    move: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda x, clean, t, s: x + (s - t) * (x - clean) / t,
    every_step: bool = False,
    keep: Keep | None = _mix,
    shown: Callable[[Tensor, Tensor], Tensor] = lambda x, noisy: x,
) -> Solution:
    """The next frame with these habits."""

    def solution(
        look: Look, cache: Any, action: Tensor, noise: Tensor, times: Tensor, *, level: float, fresh: Tensor
    ) -> tuple[Tensor, Any]:
        x, longer = noise, cache
        for t, s in itertools.pairwise(times):
            clean, longer = look(x, told(t, s), action, cache)
            x = move(x, clean, t, s)
            cache = longer if every_step else cache
        noisy, said = keep(x, level, fresh, noise) if keep is not None else (x, level)
        if keep is not None:
            longer = look(noisy, torch.as_tensor(said), action, cache)[1]
        return shown(x, noisy), longer

    return solution


def _by_velocity(
    look: Look, cache: Any, action: Tensor, noise: Tensor, times: Tensor, *, level: float, fresh: Tensor
) -> tuple[Tensor, Any]:
    x = noise.clone()
    for i in range(len(times) - 1):
        velocity = (x - look(x, times[i], action, cache)[0]) / times[i]
        x = x - (times[i] - times[i + 1]) * velocity
    return x, look(torch.lerp(x, fresh, level), torch.tensor(float(level)), action, cache)[1]


def _nothing_kept(
    look: Look, cache: Any, action: Tensor, noise: Tensor, times: Tensor, *, level: float, fresh: Tensor
) -> tuple[Tensor, Any]:
    return next_frame(look, cache, action, noise, times, level=level, fresh=fresh)[0], cache


NEXT_FRAME = Exercise(
    name="next_frame",
    reference=next_frame,
    cases=(
        _asked("three steps, remembered clean"),
        _asked("another action", action=-1.0),
        _asked("a single step", times=torch.tensor([1.0, 0.0])),
        _asked("remembered at level 0.25", level=0.25),
        _asked("remembered at level 0.6, two steps", level=0.6, times=torch.tensor([1.0, 0.5, 0.0])),
    ),
    mistakes=(
        Mistake(
            "every step is remembered",
            _made(every_step=True),
            "your frame is remembered at every step of denoising, while it is still noise: the cache stays what it was "
            "until the frame is ready",
        ),
        Mistake(
            "nothing is remembered",
            _nothing_kept,
            "you return the cache that you were given: look at the finished frame once more, and return the cache "
            "of that "
            "look",
        ),
        Mistake(
            "the last look is remembered",
            _made(keep=None),
            "you remember what the last step of denoising looked at, which was still noisy: one more look, at the "
            "finished "
            "frame",
        ),
        Mistake(
            "always clean",
            _made(keep=lambda x, level, fresh, noise: (x, 0.0)),
            "you remember the frame clean, whatever `level` is: (1 - level) * frame + level * fresh",
        ),
        Mistake(
            "the level is kept secret",
            _made(keep=lambda x, level, fresh, noise: (_mix(x, level, fresh, noise)[0], 0.0)),
            "you remember a noisy frame and say that it is clean: the network must be told the level, or it believes "
            "the noise",
        ),
        Mistake(
            "the level is a lie",
            _made(keep=lambda x, level, fresh, noise: (x, level)),
            "you say that the remembered frame is noisy, and it is not: mix in `fresh`",
        ),
        Mistake(
            "noise on top",
            _made(keep=lambda x, level, fresh, noise: (x + level * fresh, level)),
            "you add noise on top of the frame: on the straight path it is (1 - level) * frame + level * fresh",
        ),
        Mistake(
            "the old noise",
            _made(keep=lambda x, level, fresh, noise: ((1 - level) * x + level * noise, level)),
            "you remember the frame with the noise that it was made of: with `fresh`",
        ),
        Mistake(
            "the noisy one is shown",
            _made(shown=lambda x, noisy: noisy),
            "you return the noisy frame: noise is for the memory alone, the player sees the finished one",
        ),
        Mistake(
            "not divided by the time",
            _made(move=lambda x, clean, t, s: x + (s - t) * (x - clean)),
            "x - clean is t times the velocity: divide by t",
        ),
        Mistake(
            "wrong way",
            _made(move=lambda x, clean, t, s: x + (t - s) * (x - clean) / t),
            "you go towards noise: s is less than t, the step is (s - t)",
        ),
        Mistake(
            "the whole way at once",
            _made(move=lambda x, clean, t, s: clean),
            "you take the first clean picture for the next noisy one: go there by a share of the way, x + (s - t) * "
            "(x - "
            "clean) / t",
        ),
        Mistake(
            "told the next time",
            _made(told=lambda t, s: s),
            "you tell the network the time at which x *will* be: it wants the one at which x is, t",
        ),
        Mistake(
            "always time 1",
            _made(told=lambda t, s: torch.ones_like(t)),
            "you tell the network at every step that all is noise: tell it the time t of the step",
        ),
    ),
    alternatives=(_made(), _by_velocity),
    hints=(
        "Two parts: make the frame (a loop over `times`, the cache as it was), then look at it once more to "
        "remember it.",
        "`clean, _ = look(x, t, action, cache)`, then `x = x + (s - t) * (x - clean) / t`, for each t and the s "
        "after it.",
        "`_, longer = look((1 - level) * x + level * fresh, torch.as_tensor(level), action, cache)`, `return x, "
        "longer`.",
    ),
    becomes="minisora/playing/dream.py",
    minutes=15,
    difficulty=3,
    points=4,
    trains=False,
)
