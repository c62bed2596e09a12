"""The exercise `velocity_error`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.physics.measure import velocity_error

NAN = float("nan")


def _line(*steps: tuple[float, float]) -> Tensor:
    """A clip whose thing makes these steps, ``1 t 2``."""
    return torch.tensor([(2.0, 3.0), *steps]).cumsum(0)[None]


RIGHT = (1.5, 0.0)
TRUE = _line(*[RIGHT] * 5)


def _number(answer: object) -> float:
    if isinstance(answer, Tensor) and answer.numel() == 1:
        return float(answer)
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise CheckFailed("return one number, over all clips")
    return float(answer)


def _asked(says: str, found: Tensor, places: Tensor, expected: float, **options: int) -> Case:
    return Case(says, lambda f: _number(f(found.clone(), places.clone(), **options)), lambda: expected)


def _error(
    *,
    change: Callable[[Tensor], Tensor] = lambda x: x.diff(dim=1),
    size: Callable[[Tensor, Tensor], Tensor] = lambda v, w: (v - w).norm(dim=-1),
    since: Callable[[int], int] = lambda given: given - 1,
    lost: Callable[[Tensor], Tensor] = lambda error: error[error.isfinite().all(1)],
    over: Callable[[Tensor], Tensor] = lambda error: error.mean(),
) -> Solution:
    """The error of the velocity with these habits."""

    def solution(found: Tensor, places: Tensor, *, given: int = 3) -> float:
        return float(over(lost(size(change(found), change(places))[:, since(given) :])))

    return solution


def _by_loops(found: Tensor, places: Tensor, *, given: int = 3) -> float:
    errors = []
    for clip, path in zip(found, places, strict=True):
        mine = []
        for frame in range(given, len(clip)):
            dx, dy = (clip[frame] - clip[frame - 1] - path[frame] + path[frame - 1]).tolist()
            mine.append((dx * dx + dy * dy) ** 0.5)
        if all(each == each for each in mine):
            errors += mine
    return sum(errors) / len(errors)


def _ends(x: Tensor) -> Tensor:
    return (x[:, -1:] - x[:, 2:3]) / (x.shape[1] - 3)


VELOCITY_ERROR = Exercise(
    name="velocity_error",
    reference=velocity_error,
    cases=(
        _asked("a clip that follows the law", TRUE, TRUE, 0.0),
        _asked("the same, two pixels further to the right all the time", TRUE + 2, TRUE, 0.0),
        _asked("a thing that stops dead after the given frames", _line(*[RIGHT] * 2, *[(0.0, 0.0)] * 3), TRUE, 1.5),
        _asked("a thing that turns round", _line(*[RIGHT] * 2, *[(-1.5, 0.0)] * 3), TRUE, 3.0),
        _asked(
            "a thing that hurries and dawdles by turns",
            _line(*[RIGHT] * 2, (2.5, 0.0), (0.5, 0.0), (2.5, 0.0)),
            TRUE,
            1.0,
        ),
        _asked("a thing that goes 3 aside and 4 down too much", _line(*[RIGHT] * 2, *[(4.5, 4.0)] * 3), TRUE, 5.0),
        _asked("errors of 1, 2 and 6", _line(*[RIGHT] * 2, (2.5, 0.0), (3.5, 0.0), (7.5, 0.0)), TRUE, 3.0),
        _asked("a given step that is wrong", _line((9.0, 0.0), *[RIGHT] * 4), TRUE, 0.0),
        _asked("a jump out of the last given frame, of 3", _line(*[RIGHT] * 2, (4.5, 0.0), *[RIGHT] * 2), TRUE, 1.0),
        _asked("two given frames", _line(RIGHT, (5.5, 0.0), *[RIGHT] * 3), TRUE, 1.0, given=2),
        _asked(
            "two clips, in one of which the thing is lost",
            torch.cat(
                [torch.cat([TRUE[:, :4], torch.full((1, 2, 2), NAN)], dim=1), _line(*[RIGHT] * 2, *[(2.5, 0)] * 3)]
            ),
            TRUE.expand(2, -1, -1),
            1.0,
        ),
    ),
    mistakes=(
        Mistake(
            "places",
            _error(change=lambda x: x[:, 1:]),
            "you compare places: a clip that is two pixels off all the time moves as it should. Velocities are the "
            "differences of neighbouring frames",
        ),
        Mistake(
            "signed",
            _error(size=lambda v, w: (v - w)[..., 0] + (v - w)[..., 1]),
            "too fast and too slow cancel out with you: take the size of each difference before you average",
        ),
        Mistake(
            "speeds",
            _error(size=lambda v, w: (v.norm(dim=-1) - w.norm(dim=-1)).abs()),
            "you compare speeds: a thing that turns round keeps its speed. Subtract the velocities first, then take "
            "the "
            "length of the difference",
        ),
        Mistake(
            "along the axes",
            _error(size=lambda v, w: (v - w).abs().sum(-1)),
            "you add what is wrong in x and in y: the length of 3 and 4 is 5",
        ),
        Mistake(
            "mean of the axes",
            _error(size=lambda v, w: (v - w).abs().mean(-1)),
            "you average over x and y: the difference of two velocities is an arrow, and its length counts",
        ),
        Mistake(
            "only x",
            _error(size=lambda v, w: (v - w)[..., 0].abs()),
            "you look at x alone: things fall, too",
        ),
        Mistake(
            "root of the mean square",
            _error(over=lambda error: error.square().mean().sqrt()),
            "you take the root of the mean square, in which the worst frame counts most: the mean of the lengths",
        ),
        Mistake(
            "squared",
            _error(over=lambda error: error.square().mean()),
            "you average squares: of lengths, so that the answer is in pixels a frame",
        ),
        Mistake(
            "given frames count",
            _error(since=lambda given: 0),
            "steps between given frames count with you. Nothing was made there: leave them out",
        ),
        Mistake(
            "the first step is left out",
            _error(since=lambda given: given),
            "the step from the last given frame into the first that was made does not count with you: there clips "
            "jump. It is number given - 1 of the differences",
        ),
        Mistake(
            "from end to end",
            _error(change=_ends, since=lambda given: 0),
            "you divide the whole way by the frames: what goes wrong by turns cancels out. Frame by frame",
        ),
        Mistake(
            "lost is right",
            _error(lost=lambda error: error.nan_to_num(0.0)),
            "a thing that is lost (NaN) counts as moving rightly with you: leave such clips out",
        ),
        Mistake(
            "lost spoils all",
            _error(lost=lambda error: error),
            "one lost thing makes your whole answer NaN: leave out clips in which there is one (`isfinite`)",
        ),
        Mistake(
            "lost for some frames",
            _error(lost=lambda error: error[error.isfinite()]),
            "of a clip whose thing is lost you keep the frames before. A clip counts as a whole or not at all",
        ),
    ),
    alternatives=(_error(), _by_loops),
    hints=(
        "`found.diff(dim=1)` are the velocities, one fewer than frames. Which of them leads from frame given - 1 to "
        "frame given?",
        "`(velocity - true).norm(dim=-1)` are the lengths, `b t-1`; keep those from `given - 1` on.",
        "`error[error.isfinite().all(1)].mean()`.",
    ),
    becomes="minisora/physics/measure.py",
    minutes=10,
    difficulty=1,
    points=2,
    trains=False,
)
