"""The exercise `velocity_loss`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.compare import difference
from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c05_objective.common import BATCH, numbers
from minisora.course.exercises.outside import AS_IT_SHOULD_BE, seen_from_outside
from minisora.diffusion.objective import TimeSampler, logit_normal, velocity_loss
from minisora.diffusion.path import Velocity

#: 5 clips 5 pixels wide: times that lie along the wrong axis raise no error here.
MANY = (5, 4, 8, 40, 5)


SPREAD = 0.25  # the variance of every number of these clips


def _plain_best(x: Tensor, t: Tensor) -> Tensor:
    """The exact velocity where all numbers of a clip are independent, of mean 0 and variance SPREAD."""
    return (t - (1 - t) * SPREAD) * x / ((1 - t) ** 2 * SPREAD + t**2)


def _always(t: float) -> TimeSampler:
    return lambda n, generator: torch.full((n,), t)


def _in_turn(n: int, generator: torch.Generator) -> Tensor:
    return torch.linspace(0.1, 0.9, n)


def _loss_of(velocity: Velocity, times: TimeSampler, level: float) -> Callable[[Solution], object]:
    def ask(f: Solution) -> object:
        return f(velocity, level * numbers(*MANY), generator=torch.Generator().manual_seed(7), times=times)

    return ask


def _shown(times: TimeSampler, look: Callable[[Tensor, Tensor], object]) -> Callable[[Solution], object]:
    """What a solution shows the network, as ``look(x, t)`` sees it."""

    def ask(f: Solution) -> object:
        seen: list[object] = []

        def spy(x: Tensor, t: Tensor) -> Tensor:
            seen.append(look(x, t))
            return x

        f(spy, SPREAD**0.5 * numbers(*MANY), generator=torch.Generator().manual_seed(7), times=times)
        return seen[0] if len(seen) == 1 else f"{len(seen)} calls of the network"

    return ask


def _noise_in(x: Tensor, t: Tensor) -> Tensor:
    """Of the noise in clips that should be at t = 0.8: its size, and how alike that of the first two clips is."""
    noise = (x - 0.2 * SPREAD**0.5 * numbers(*MANY)) / 0.8
    return torch.stack([noise.std(), (noise[0] * noise[1]).mean()])


def _a_time_each(x: Tensor, t: Tensor) -> Tensor:
    """The time of each clip, in its first and its last column."""
    return t.expand_as(x)[:, 0, 0, 0, [0, -1]]


def _repeated(f: Solution) -> dict[str, bool]:
    def once(seed: int) -> object:
        return f(lambda x, t: x, numbers(*BATCH), generator=torch.Generator().manual_seed(seed))

    first = once(1)
    return {
        "the same seed, the same loss": difference(once(1), first, tolerance=1e-6) is None,
        "another seed, another loss": difference(once(2), first, tolerance=1e-6) is not None,
    }


#: Draws other numbers at each call, without a trace in the global generator.
_ELSEWHERE = torch.Generator()


def _objective(
    *,
    target: Callable[[Tensor, Tensor], Tensor] = lambda x0, noise: noise - x0,
    shared_time: bool = False,
    shared_noise: bool = False,
    clean: bool = False,
    summed: bool = False,
    times_ignored: bool = False,
    along_width: bool = False,
    own_noise: bool = False,
) -> Solution:
    """The loss with one thing wrong, or nothing."""

    def loss(
        velocity: Velocity, x0: Tensor, *, generator: torch.Generator, times: TimeSampler = logit_normal
    ) -> Tensor:
        shape = (1, *x0.shape[1:]) if shared_noise else x0.shape
        noise = torch.randn(shape, generator=_ELSEWHERE if own_noise else generator).expand_as(x0)
        t = (logit_normal if times_ignored else times)(len(x0), generator)
        t = t[:1].expand(len(x0)) if shared_time else t
        t = t if along_width else t.view(-1, *[1] * (x0.ndim - 1))
        x = x0 if clean else (1 - t) * x0 + t * noise
        error = (velocity(x, t) - target(x0, noise)).square()
        return error.flatten(1).sum(1).mean() if summed else error.mean()

    return loss


def _loss_by_loop(velocity: Velocity, x0: Tensor, *, generator: torch.Generator, times: TimeSampler = logit_normal):
    t = times(len(x0), generator)
    noise = torch.empty_like(x0).normal_(generator=generator)
    mixed = torch.stack([torch.lerp(a, b, float(each)) for a, b, each in zip(x0, noise, t, strict=True)])
    return torch.nn.functional.mse_loss(velocity(mixed, t[:, None, None, None, None]), noise - x0)


VELOCITY_LOSS = Exercise(
    name="velocity_loss",
    reference=velocity_loss,
    cases=(
        Case(
            "what one sees of it from the outside: what it shows the network, and what it makes of the answer",
            seen_from_outside,
            expected=lambda: dict(AS_IT_SHOULD_BE),
        ),
        Case(
            "the loss of the exact velocity at t = 0.3, for which mathematics knows 1.177",
            _loss_of(_plain_best, _always(0.3), SPREAD**0.5),
            expected=lambda: SPREAD / (0.7**2 * SPREAD + 0.3**2),
            tolerance=0.04,
        ),
        Case(
            "the loss of a network that always answers 0, for clips of variance 4: 1 + 4",
            _loss_of(lambda x, t: torch.zeros_like(x), _always(0.6), 2.0),
            expected=lambda: 5.0,
            tolerance=0.04,
        ),
        Case("the time that each of five clips is shown at", _shown(_in_turn, _a_time_each)),
        Case(
            "the noise in the clips that the network is shown at t = 0.8: of size 1, and another for each clip",
            _shown(_always(0.8), _noise_in),
            expected=lambda: torch.tensor([1.0, 0.0]),
            tolerance=0.05,
        ),
        Case(
            "the loss of the same clips with one seed and with another",
            _repeated,
            expected=lambda: {"the same seed, the same loss": True, "another seed, another loss": True},
        ),
    ),
    mistakes=(
        Mistake(
            "the sign",
            _objective(target=lambda x0, noise: x0 - noise),
            "your target points from the noise to the clip. dx/dt points where time points, towards the noise: "
            "noise - x0",
        ),
        Mistake(
            "noise as the target",
            _objective(target=lambda x0, noise: noise),
            "your target is the noise alone, another costume. The velocity is noise - x0",
        ),
        Mistake(
            "the network sees the clean clip",
            _objective(clean=True),
            "you hand the network x0 itself, so there is nothing to undo: it must see the noisy clip, "
            "(1 - t)·x0 + t·noise",
        ),
        Mistake(
            "one time for the batch",
            _objective(shared_time=True),
            "all clips of your batch have the same time. Draw len(x0) times, one for each clip",
        ),
        Mistake(
            "one noise for the batch",
            _objective(shared_noise=True),
            "all clips of your batch get the same noise: draw it in the shape of the whole batch",
        ),
        Mistake(
            "times along the width",
            _objective(along_width=True),
            "the times have the shape (b,), which broadcasts along the *last* axis, the width. Give them four axes "
            "of length 1 more: view(-1, 1, 1, 1, 1)",
        ),
        Mistake(
            "a sum instead of a mean",
            _objective(summed=True),
            "you sum over the numbers of a clip, so that the loss grows with its size; take the mean over all of them",
        ),
        Mistake(
            "its own choice of times",
            _objective(times_ignored=True),
            "you draw times of your own. Ask the function `times(len(x0), generator)` that you are given",
        ),
        Mistake(
            "noise of its own",
            _objective(own_noise=True),
            "your noise does not come from `generator`: with the same seed your loss is another number each time, and "
            "no training run could be repeated",
        ),
    ),
    alternatives=(_loss_by_loop, _objective()),
    hints=(
        "Five lines: noise, times, the noisy clip, the right answer, the mean square of the difference.",
        "`noise = torch.randn(x0.shape, generator=generator)` and `t = times(len(x0), generator)`. Now make t "
        "`b 1 1 1 1`, so that each clip has one.",
        "The network is called once, as `velocity(x, t)` with `x = (1 - t) * x0 + t * noise`. What it should have "
        "said is `noise - x0`.",
    ),
    becomes="minisora/diffusion/objective.py",
    minutes=12,
    difficulty=2,
    points=3,
)
