"""The exercise `loss_at`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c05_objective.common import BATCH, numbers
from minisora.diffusion.objective import loss_at
from minisora.diffusion.path import COSINE, STRAIGHT, Path, Velocity


def _rule(x: Tensor, t: Tensor) -> Tensor:
    """A network whose answer for a frame depends on all frames, and on their times."""
    return 0.3 * x + t - 0.5 + (x + 2 * t).mean(2, keepdim=True)


def _scored(
    *,
    told: str = "level",
    noised: str = "level",
    divided: str = "free",
    pooled: bool = False,
    all_count: bool = False,
    straight: bool = False,
    straight_aim: bool = False,
    sign: float = 1.0,
    masked: str = "error",
    turned: bool = False,
    clips: str = "mean",
    aimed: str = "level",
    power: int = 2,
) -> Solution:
    """The loss with given tokens, with one thing wrong, or nothing."""

    def loss(
        velocity: Velocity,
        x0: Tensor,
        noise: Tensor,
        t: Tensor,
        *,
        path: Path = STRAIGHT,
        free: Tensor | float = 1.0,
    ) -> Tensor:
        free = torch.as_tensor(free).expand_as(x0)
        free = 1 - free if turned else free
        times = {"level": t * free, "t": t.expand_as(x0), "far": t * free + (1 - free)}
        path = STRAIGHT if straight else path
        predicted = velocity(path.add_noise(x0, noise, times[noised]), times[told])
        counts = torch.ones_like(x0) if all_count else (free > 0).to(x0)
        aim = STRAIGHT if straight_aim else path
        target = sign * aim.velocity(x0, noise, times[aimed])
        predicted = predicted * counts if masked == "answer" else predicted
        target = target * counts if masked == "target" else target
        error = (predicted - target).abs() ** power * (counts if masked == "error" else 1)
        numbers_of = {"free": counts, "places": counts[:, :1], "all": torch.ones_like(x0)}
        if pooled:
            return error.sum() / numbers_of[divided].sum()
        each = error.flatten(1).sum(1)
        each = each if divided == "nothing" else each / numbers_of[divided].flatten(1).sum(1).clamp(min=1)
        return each.mean() if clips == "mean" else each.sum()

    return loss


def _loss_at_by_loop(
    velocity: Velocity, x0: Tensor, noise: Tensor, t: Tensor, *, path: Path = STRAIGHT, free: Tensor | float = 1.0
) -> Tensor:
    level = t * free
    error = (velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)) ** 2
    open_ = (torch.as_tensor(free) > 0).expand_as(x0)
    return torch.stack([each[mask].mean() for each, mask in zip(error, open_, strict=True)]).mean()


CLIP_TIMES = torch.tensor([0.25, 0.8]).view(2, 1, 1, 1, 1)


#: The first clip has one frame given, the second three.
FREE = torch.tensor([[0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0]]).view(2, 1, 4, 1, 1)


def _with_free(path: Path, free: Tensor | float) -> Callable[[Solution], object]:
    return lambda f: f(_rule, numbers(*BATCH), numbers(*BATCH, seed=1), CLIP_TIMES, path=path, free=free)


LOSS_AT = Exercise(
    name="loss_at",
    reference=loss_at,
    cases=(
        Case("two clips of which nothing is given", _with_free(STRAIGHT, 1.0)),
        Case("two clips of which nothing is given, on the cosine path", _with_free(COSINE, 1.0)),
        Case("one given frame in the first clip, three in the second", _with_free(STRAIGHT, FREE)),
        Case("the first frame of both clips given", _with_free(STRAIGHT, FREE[:1])),
    ),
    mistakes=(
        Mistake(
            "given frames count",
            _scored(all_count=True),
            "the given frames count in your loss. There is nothing to learn in them: leave them out, from the sum and "
            "from the number that you divide by",
        ),
        Mistake(
            "channels forgotten",
            _scored(divided="places"),
            "you divide by the number of free *places*: error is summed over the channels too, so divide by the number "
            "of free numbers. `(free > 0).expand_as(x0)` counts them",
        ),
        Mistake(
            "the sign",
            _scored(sign=-1.0),
            "your target has the wrong sign: ask `path.velocity(x0, noise, level)` and subtract it from the answer",
        ),
        Mistake(
            "the answer masked alone",
            _scored(masked="answer"),
            "you mask the network's answer, but not what it should have said, so given frames still count: mask the "
            "*error*",
        ),
        Mistake(
            "the target masked alone",
            _scored(masked="target"),
            "you mask what the network should have said, but not its answer, so given frames still count: mask the "
            "*error*",
        ),
        Mistake(
            "free turned round",
            _scored(turned=True),
            "`free` is turned round: 1 is to be made and counts, 0 is given and stays clean",
        ),
        Mistake(
            "summed",
            _scored(divided="nothing"),
            "you sum over the numbers of a clip: divide by how many are free",
        ),
        Mistake(
            "clips summed",
            _scored(clips="sum"),
            "you sum over the clips: take the mean of their errors",
        ),
        Mistake(
            "free ignored",
            _scored(told="t", noised="t", all_count=True, aimed="t"),
            "`free` plays no part: given frames should be clean, be known to be clean, and not count",
        ),
        Mistake(
            "absolute errors",
            _scored(power=1),
            "you take the sizes of the errors: it is their squares",
        ),
        Mistake(
            "given tokens are pure noise",
            _scored(noised="far", told="far"),
            "your given frames are at level 1, pure noise: level = t·free is 0 where free is 0",
        ),
        Mistake(
            "divided by all",
            _scored(divided="all"),
            "given frames add nothing to your sum, but you still divide by all numbers of the clip: divide by how "
            "many are free",
        ),
        Mistake(
            "the network is told t",
            _scored(told="t"),
            "the clip is mixed rightly, but the network is told that the given frames are noisy: tell it the level, "
            "t·free",
        ),
        Mistake(
            "given frames are noisy",
            _scored(noised="t"),
            "the network is told that the given frames are clean, but they are as noisy as the rest: mix with the "
            "level, t·free",
        ),
        Mistake(
            "one mean over the batch",
            _scored(pooled=True),
            "you take one mean over all free numbers of the batch, so a clip with little free counts for little. Take "
            "each clip's mean first, then the mean over the clips",
        ),
        Mistake(
            "always the straight path",
            _scored(straight=True),
            "you mix and aim as on the straight path whatever `path` is: use path.add_noise and path.velocity",
        ),
        Mistake(
            "aimed at the straight path",
            _scored(straight_aim=True),
            "you mix as `path` says, but aim at noise - x0, which is the velocity of the straight path only: ask the "
            "path for its velocity as well",
        ),
    ),
    alternatives=(_loss_at_by_loop, _scored()),
    hints=(
        "One line makes a time for each token: `level = t * free`. From there on use level wherever you had t.",
        "`path.add_noise(x0, noise, level)` is what the network sees, `path.velocity(x0, noise, level)` what it "
        "should say.",
        "`counts = (free > 0).expand_as(x0)` marks what counts (first make free a tensor: `torch.as_tensor(free)`). "
        "Multiply the error by it, sum over all axes but the first (`flatten(1).sum(1)`), and divide by the same sum "
        "of counts.",
    ),
    becomes="minisora/diffusion/objective.py",
    minutes=15,
    difficulty=3,
    points=3,
)
