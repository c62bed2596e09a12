"""The exercise `augmented`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from minisora.cascade.condition import augmented
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c14_cascades.common import random

SHAPE = (4, 3, 6, 8, 8)
LEVELS = torch.tensor([0.0, 0.2, 0.5, 0.8])


def _asked(f: Solution, low: Tensor, level: Tensor, seed: int = 3) -> Tensor:
    found = f(low.clone(), level.clone(), generator=Generator().manual_seed(seed))
    if not isinstance(found, Tensor) or found.ndim != 5:
        raise CheckFailed("return one tensor b c+1 t h w: the noised clip, and a channel with the level")
    if found.shape[1] != low.shape[1] + 1:
        raise CheckFailed(
            f"your tensor has {found.shape[1]} channels, for a clip of {low.shape[1]}: the clip's, and one more that "
            "tells the level"
        )
    return found


def _noise(f: Solution, level: float) -> Tensor:
    """The noise in each clip, all of them at one level."""
    low = random(*SHAPE)
    found = _asked(f, low, torch.full((4,), level))
    return (found[:, :3] - (1 - level) * low) / level


def _own(f: Solution) -> Tensor:
    """Size of the noise, how alike that of two clips is, and that of two frames of one clip."""
    noise = _noise(f, 0.5)
    clips, frames = (noise[0] * noise[1]).mean(), (noise[:, :, 0] * noise[:, :, 1]).mean()
    return torch.stack([noise.std(), clips, frames])


def _kept(f: Solution) -> Tensor:
    """What is left of each clip, as a share: its product with the clip, over its square."""
    low = 3 * random(*SHAPE, seed=1)
    found = _asked(f, low, LEVELS)[:, :3]
    return (found * low).flatten(1).sum(1) / low.square().flatten(1).sum(1)


def _told(f: Solution) -> Tensor:
    return _asked(f, random(*SHAPE), LEVELS)[:, 3]


def _spread(f: Solution) -> Tensor:
    """The size of what is laid over a clip of zeros."""
    return _asked(f, torch.zeros(SHAPE), LEVELS)[:, :3].flatten(1).std(1)


def _again(f: Solution) -> dict[str, bool]:
    low, level = random(*SHAPE), LEVELS
    first = _asked(f, low, level, seed=1)
    return {
        "the same generator, the same noise": torch.equal(first, _asked(f, low, level, seed=1)),
        "another one, other noise": not torch.equal(first, _asked(f, low, level, seed=2)),
    }


def _habits(
    *,
    keep: Callable[[Tensor], Tensor] = lambda s: 1 - s,
    add: Callable[[Tensor], Tensor] = lambda s: s,
    tell: Callable[[Tensor], Tensor] = lambda s: s,
    noise_shape: Callable[[Tensor], tuple[int, ...]] = lambda low: tuple(low.shape),
    levels: Callable[[Tensor], Tensor] = lambda s: s.view(-1, 1, 1, 1, 1),
    kind: Callable[..., Tensor] = torch.randn,
    first: bool = False,
    own: bool = False,
) -> Solution:
    """Conditioning augmentation with these habits."""
    elsewhere = Generator()

    def solution(low: Tensor, level: Tensor, *, generator: Generator) -> Tensor:
        s = levels(level.to(low))
        noise = kind(noise_shape(low), generator=elsewhere if own else generator).to(low)
        channel = tell(s).expand_as(low[:, :1])
        parts = [channel, keep(s) * low + add(s) * noise]
        return torch.cat(parts if first else parts[::-1], dim=1)

    return solution


def _by_loop(low: Tensor, level: Tensor, *, generator: Generator) -> Tensor:
    noise = torch.empty_like(low).normal_(generator=generator)
    rows = []
    for clip, grain, s in zip(low, noise, level, strict=True):
        rows.append(torch.cat([torch.lerp(clip, grain, s), torch.ones_like(clip[:1]) * s]))
    return torch.stack(rows)


AUGMENTED = Exercise(
    name="augmented",
    reference=augmented,
    cases=(
        Case(
            "what is left of clips at the levels 0, 0.2, 0.5 and 0.8, as a share",
            _kept,
            lambda: 1 - LEVELS,
            tolerance=0.03,
        ),
        Case("how much noise lies over black clips at these levels", _spread, lambda: LEVELS.clone(), tolerance=0.04),
        Case(
            "the channel that tells the level",
            _told,
            lambda: LEVELS.view(-1, 1, 1, 1).expand(4, 6, 8, 8).contiguous(),
        ),
        Case(
            "the noise at level 0.5: of size 1, another for each clip, and for each frame",
            _own,
            lambda: torch.tensor([1.0, 0.0, 0.0]),
            tolerance=0.08,
        ),
        Case(
            "the same clips with one generator and with another",
            _again,
            lambda: {"the same generator, the same noise": True, "another one, other noise": True},
        ),
    ),
    mistakes=(
        Mistake(
            "not told",
            _habits(tell=torch.zeros_like),
            "the next stage is not told how noisy the clip is: the last channel holds the level. Untold, it must "
            "trust all clips alike, and there is no knob to turn at sampling",
        ),
        Mistake(
            "the clip does not fade",
            _habits(keep=torch.ones_like),
            "the clip stays as it is and noise is laid over it: on this course's path it fades, (1 - level)·low + "
            "level·noise",
        ),
        Mistake(
            "turned round",
            _habits(keep=lambda s: s, add=lambda s: 1 - s),
            "at level 0 you have nothing but noise: the level is that of the noise, and the clip's share is 1 - level",
        ),
        Mistake(
            "roots",
            _habits(keep=lambda s: (1 - s**2).sqrt()),
            "√(1 - level²) keeps the variance, which is another path: on this course's straight path the clip's share "
            "is 1 - level",
        ),
        Mistake(
            "squared",
            _habits(add=lambda s: s**2),
            "your noise has the size level²: it is level, its *variance* is level²",
        ),
        Mistake(
            "one noise for the batch",
            _habits(noise_shape=lambda low: (1, *low.shape[1:])),
            "all clips of the batch get the same noise: draw it in the shape of the whole batch",
        ),
        Mistake(
            "one noise for the frames",
            _habits(noise_shape=lambda low: (*low.shape[:2], 1, *low.shape[3:])),
            "all frames of a clip get the same noise, which is how Make-A-Video keeps its *largest* stage from "
            "flickering; here each frame has its own",
        ),
        Mistake(
            "one level for the batch",
            _habits(levels=lambda s: s.mean().view(1, 1, 1, 1, 1)),
            "all clips get one level, the mean: each has its own, level.view(-1, 1, 1, 1, 1)",
        ),
        Mistake(
            "uniform noise",
            _habits(kind=torch.rand),
            "your noise is uniform, from 0 to 1: it is normal (torch.randn)",
        ),
        Mistake(
            "level first",
            _habits(first=True),
            "the channel with the level comes first with you: it is the last one",
        ),
        Mistake(
            "tells the signal",
            _habits(tell=lambda s: 1 - s),
            "you tell 1 - level, the clip's share: the level itself",
        ),
        Mistake(
            "noise of its own",
            _habits(own=True),
            "your noise does not come from `generator`: the same run would give other clips each time",
        ),
    ),
    alternatives=(_habits(), _by_loop),
    hints=(
        "It is the path of chapter 04 with another name: where would this clip be at time `level`?",
        "`level.view(-1, 1, 1, 1, 1)` has one number for each clip; `torch.randn(low.shape, generator=generator)` is "
        "the noise.",
        "`torch.cat([noised, level.expand_as(low[:, :1])], dim=1)` puts the level beside the colours.",
    ),
    becomes="minisora/cascade/condition.py",
    minutes=8,
    difficulty=1,
    points=2,
)
