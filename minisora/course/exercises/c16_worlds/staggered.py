"""The exercise `staggered`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.diffusion.sampler import staggered

EVEN = torch.tensor([1.0, 0.5, 0.0])
SHIFTED = torch.tensor([1.0, 0.9, 0.7, 0.4, 0.0])


def _matrix(answer: object) -> Tensor:
    if not isinstance(answer, Tensor) or answer.ndim != 2:
        raise CheckFailed("return a tensor of two axes: steps and frames")
    return answer.float()


def _asked(says: str, times: Tensor, frames: int, delay: int, expected: list[list[float]] | None = None) -> Case:
    known = None if expected is None else lambda: torch.tensor(expected)
    return Case(says, lambda f: _matrix(f(times.clone(), frames, delay=delay)), known)


def _clocks(
    *,
    wait: Callable[[int, int, int], int] = lambda frame, frames, delay: frame * delay,
    rows: Callable[[int, int, int], int] = lambda last, frames, delay: last + delay * (frames - 1) + 1,
    before: Callable[[Tensor, Tensor], Tensor] = lambda times, step: times[step.clamp(0, len(times) - 1)],
) -> Solution:
    """A clock for each frame with these habits."""

    def solution(times: Tensor, frames: int, *, delay: int) -> Tensor:
        steps = torch.arange(rows(len(times) - 1, frames, delay))
        return torch.stack([before(times, steps - wait(frame, frames, delay)) for frame in range(frames)], dim=1)

    return solution


def _clean_before(times: Tensor, step: Tensor) -> Tensor:
    return torch.where(step < 0, torch.zeros(()), times[step.clamp(0, len(times) - 1)])


def _round(times: Tensor, step: Tensor) -> Tensor:
    return times[step % len(times)]


def _noisy_after(times: Tensor, step: Tensor) -> Tensor:
    return torch.where(step >= len(times), torch.ones(()), times[step.clamp(0, len(times) - 1)])


def _even(times: Tensor, step: Tensor) -> Tensor:
    return (1 - step / (len(times) - 1)).clamp(0, 1)


def _by_lists(times: Tensor, frames: int, *, delay: int) -> Tensor:
    columns = []
    for frame in range(frames):
        waiting, resting = times[:1].repeat(delay * frame), times[-1:].repeat(delay * (frames - 1 - frame))
        columns.append(torch.cat([waiting, times, resting]))
    return torch.stack(columns, dim=1)


STAGGERED = Exercise(
    name="staggered",
    reference=staggered,
    cases=(
        _asked("three frames, all at once: 1, 1/2, 0", EVEN, 3, 0, [[1, 1, 1], [0.5, 0.5, 0.5], [0, 0, 0]]),
        _asked("two frames, the second a step behind", EVEN, 2, 1, [[1, 1], [0.5, 1], [0, 0.5], [0, 0]]),
        _asked(
            "two frames one after the other",
            EVEN,
            2,
            2,
            [[1, 1], [0.5, 1], [0, 1], [0, 0.5], [0, 0]],
        ),
        _asked("three frames in a pyramid, uneven times", SHIFTED, 3, 1),
        _asked("three frames, each two steps behind, uneven times", SHIFTED, 3, 2),
        _asked("one frame", SHIFTED, 1, 3, [[1.0], [0.9], [0.7], [0.4], [0.0]]),
    ),
    mistakes=(
        Mistake(
            "the last frame first",
            _clocks(wait=lambda frame, frames, delay: (frames - 1 - frame) * delay),
            "your last frame is ready first: the *past* is to be cleaner than the future, so frame 0 starts at once",
        ),
        Mistake(
            "clean while it waits",
            _clocks(before=_clean_before),
            "a frame that has not begun is clean with you: it is still pure noise, at the first of the times",
        ),
        Mistake(
            "noise again",
            _clocks(before=_noisy_after),
            "a frame that is ready goes back to noise: it stays at the last of the times",
        ),
        Mistake(
            "round and round",
            _clocks(before=_round),
            "your clocks begin again after their end (an index below 0, or a remainder): hold them at both ends, "
            "`clamp`",
        ),
        Mistake(
            "cut off",
            _clocks(rows=lambda last, frames, delay: last + 1),
            "you stop when the first frame is ready: the last one starts delay * (frames - 1) steps later, and "
            "needs as "
            "many steps more",
        ),
        Mistake(
            "a delay too many",
            _clocks(rows=lambda last, frames, delay: last + delay * frames + 1),
            "there are rows at the end in which nothing moves any more: the last frame waits delay * (frames - 1) "
            "steps, "
            "not delay * frames",
        ),
        Mistake(
            "without the end",
            _clocks(rows=lambda last, frames, delay: last + delay * (frames - 1)),
            "the row in which the last frame is clean is missing: n steps have n + 1 times",
        ),
        Mistake(
            "the first frame waits, too",
            _clocks(wait=lambda frame, frames, delay: (frame + 1) * delay),
            "frame 0 waits, too: frame number i waits i * delay steps",
        ),
        Mistake(
            "even times",
            _clocks(before=_even),
            "your times are evenly spaced: walk along `times`, whatever they are",
        ),
        Mistake(
            "turned",
            lambda times, frames, *, delay: staggered(times, frames, delay=delay).T,
            "your matrix lies on its side: a row for each step, a column for each frame",
        ),
        Mistake(
            "always one behind",
            lambda times, frames, *, delay: staggered(times, frames, delay=min(delay, 1)),
            "your frames are at most one step apart: `delay` steps",
        ),
    ),
    alternatives=(_clocks(), _by_lists),
    hints=(
        "Frame i is, at step k, where a single clip would be at step k - i * delay. Which steps are there?",
        "`torch.arange(steps)[:, None] - delay * torch.arange(frames)` is a matrix of steps; some lie before the "
        "beginning or after the end.",
        "`times[matrix.clamp(0, last)]`, with `last = len(times) - 1` and `last + delay * (frames - 1) + 1` rows.",
    ),
    becomes="minisora/diffusion/sampler.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
