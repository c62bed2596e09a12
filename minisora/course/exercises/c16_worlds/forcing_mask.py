"""The exercise `forcing_mask`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.playing.forcing import forcing_mask


def _ones(f: int) -> Tensor:
    return torch.ones(f, f, dtype=torch.bool)


def _mask(answer: object) -> Tensor:
    if not isinstance(answer, Tensor) or answer.ndim != 2:
        raise CheckFailed("return a matrix: who looks, by who is seen")
    if answer.dtype != torch.bool:
        raise CheckFailed("return booleans: true where one sees the other")
    return answer


def _asked(frames: int, expected: list[list[int]] | None = None) -> Case:
    known = None if expected is None else lambda: torch.tensor(expected).bool()
    return Case(f"{frames} frame{'s' if frames > 1 else ''}", lambda f: _mask(f(frames)), known)


def _parts(
    *,
    old_old: Callable[[int], Tensor] = lambda f: _ones(f).tril(),
    old_new: Callable[[int], Tensor] = lambda f: ~_ones(f),
    new_old: Callable[[int], Tensor] = lambda f: _ones(f).tril(-1),
    new_new: Callable[[int], Tensor] = lambda f: torch.eye(f, dtype=torch.bool),
) -> Solution:
    """The mask with these four parts: history and targets, who looks and who is seen."""

    def solution(frames: int) -> Tensor:
        top = torch.cat([old_old(frames), old_new(frames)], dim=1)
        return torch.cat([top, torch.cat([new_old(frames), new_new(frames)], dim=1)])

    return solution


def _by_question(frames: int) -> Tensor:
    rows = []
    for looks in range(2 * frames):
        row = []
        for seen in range(2 * frames):
            if seen >= frames:
                row.append(looks == seen)
            else:
                row.append(seen <= looks if looks < frames else seen < looks - frames)
        rows.append(row)
    return torch.tensor(rows)


FORCING_MASK = Exercise(
    name="forcing_mask",
    reference=forcing_mask,
    cases=(
        _asked(2, [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]]),
        _asked(1, [[1, 0], [0, 1]]),
        _asked(3),
        _asked(5),
    ),
    mistakes=(
        Mistake(
            "it sees the answer",
            _parts(new_old=lambda f: _ones(f).tril()),
            "a target sees its own frame in the history, where it is clean: it only has to copy it, and in play it "
            "will "
            "not be there. The history *before* it",
        ),
        Mistake(
            "it sees all of the history",
            _parts(new_old=_ones),
            "your targets see the whole history, and with it their own future",
        ),
        Mistake(
            "targets see targets",
            _parts(new_new=lambda f: _ones(f).tril()),
            "your targets see earlier targets, which are noisy: in play the past is finished. A target sees of the "
            "targets itself alone",
        ),
        Mistake(
            "all targets see each other",
            _parts(new_new=_ones),
            "all of your targets see each other, also the later ones: each sees itself alone",
        ),
        Mistake(
            "a target is blind to itself",
            _parts(new_new=lambda f: ~_ones(f)),
            "a target does not see itself: it is what has to be denoised",
        ),
        Mistake(
            "history sees targets",
            _parts(old_new=lambda f: torch.eye(f, dtype=torch.bool)),
            "your history sees targets. In play it is computed before they are begun: it must not",
        ),
        Mistake(
            "history sees its future",
            _parts(old_old=_ones),
            "a frame of your history sees later ones. A cache cannot be changed afterwards: up to itself",
        ),
        Mistake(
            "history sees only itself",
            _parts(old_old=lambda f: torch.eye(f, dtype=torch.bool)),
            "a frame of your history sees nothing but itself: the frames before it are there, too",
        ),
        Mistake(
            "history without itself",
            _parts(old_old=lambda f: _ones(f).tril(-1)),
            "a frame of your history does not see itself: *up to* itself",
        ),
        Mistake(
            "only the last frame",
            _parts(new_old=lambda f: torch.diag(torch.ones(f - 1, dtype=torch.bool), -1) if f > 1 else ~_ones(1)),
            "a target sees only the one frame before it, so that nothing can be remembered: all that are before it",
        ),
        Mistake(
            "turned",
            lambda frames: forcing_mask(frames).T,
            "rows and columns are exchanged: a row is who looks, a column who is seen",
        ),
        Mistake(
            "the other way round",
            lambda frames: ~forcing_mask(frames),
            "true and false are exchanged: true is where one sees the other",
        ),
        Mistake(
            "plainly causal",
            lambda frames: _ones(2 * frames).tril(),
            "one triangle over everything: the targets come after the *whole* history in the row, but each belongs at "
            "its own place in time",
        ),
    ),
    alternatives=(_parts(), _by_question),
    hints=(
        "Four squares: the history looks at the history, at the targets; targets look at the history, at the targets.",
        "`torch.ones(f, f, dtype=torch.bool).tril()` is up to itself, `.tril(-1)` is before itself, `torch.eye` "
        "itself.",
        "`torch.cat(…, dim=1)` puts squares side by side, `dim=0` one above the other. One of the four is false "
        "everywhere. With 2 frames, the last row (the second target) sees the first frame of the history and itself: "
        "1 0 0 1.",
    ),
    becomes="minisora/playing/forcing.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
