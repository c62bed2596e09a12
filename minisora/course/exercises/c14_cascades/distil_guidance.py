"""The exercise `distil_guidance`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c14_cascades.common import column, random
from minisora.diffusion.distil import GuidedVelocity, Pair, distil_guidance

SHAPE = (3, 2, 2, 2, 2)
SCALE = column(2.0, 3.0, 6.0)
TIME = column(0.9, 0.5, 0.2)


def _pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    return x * t + 1, x - t


def _right(x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
    better, worse = _pair(x, t)
    return worse + scale * (better - worse)


def _loss_of(student: GuidedVelocity, seed: int = 0) -> Callable[[Solution], object]:
    return lambda f: torch.as_tensor(f(student, _pair, random(*SHAPE, seed=seed), TIME.clone(), SCALE.clone()))


def _who_learns(f: Solution) -> dict[str, bool]:
    """Whether a gradient reaches the student's weight, and the teacher's."""
    mine, theirs = (torch.zeros((), requires_grad=True) for _ in range(2))
    loss = f(
        lambda x, t, scale: 0.5 * x + mine,
        lambda x, t: tuple(each + (1 + i) * theirs for i, each in enumerate(_pair(x, t))),
        random(*SHAPE),
        TIME.clone(),
        SCALE.clone(),
    )
    if not isinstance(loss, Tensor) or not loss.requires_grad:
        return {"the student": False, "the teacher": False}
    grads = torch.autograd.grad(loss, [mine, theirs], allow_unused=True)
    return {name: each is not None for name, each in zip(("the student", "the teacher"), grads, strict=True)}


def _told(f: Solution) -> object:
    """The scale that the student is told, for each clip, and how often it is asked."""
    told: list[Tensor] = []

    def student(x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
        told.append(torch.as_tensor(scale).expand(len(x), 1, 1, 1, 1).flatten().clone())
        return x

    f(student, _pair, random(*SHAPE), TIME.clone(), SCALE.clone())
    return told[0] if len(told) == 1 else f"the student is asked {len(told)} times"


def _loss(
    *,
    target: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda better, worse, scale: worse + scale * (better - worse),
    tell: Callable[[Tensor], Tensor] = lambda scale: scale,
    end: Callable[[Tensor], Tensor] = lambda error: error.square().mean(),
    frozen: bool = True,
    cut: bool = False,
) -> Solution:
    """The loss with these habits."""

    def solution(student: GuidedVelocity, pair: Pair, x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
        better, worse = pair(x, t)
        wanted = target(better, worse, scale)
        answer = student(x, t, tell(scale))
        return end((answer.detach() if cut else answer) - (wanted.detach() if frozen else wanted))

    return solution


def _with_mse(student: GuidedVelocity, pair: Pair, x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
    with torch.no_grad():
        better, worse = pair(x, t)
        wanted = scale * better - (scale - 1) * worse
    return torch.nn.functional.mse_loss(student(x, t, scale), wanted)


DISTIL_GUIDANCE = Exercise(
    name="distil_guidance",
    reference=distil_guidance,
    cases=(
        Case("a student that answers rightly already: no loss", _loss_of(_right), lambda: torch.tensor(0.0)),
        Case("a student that answers 0", _loss_of(lambda x, t, scale: torch.zeros_like(x))),
        Case("a student that answers as if without prompts", _loss_of(lambda x, t, scale: _pair(x, t)[1])),
        Case("a student that ignores the scale", _loss_of(lambda x, t, scale: _right(x, t, column(3, 3, 3)), seed=2)),
        Case("what the student is told", _told, lambda: SCALE.flatten()),
        Case("who learns from it", _who_learns, lambda: {"the student": True, "the teacher": False}),
    ),
    mistakes=(
        Mistake(
            "from the better one",
            _loss(target=lambda better, worse, scale: better + scale * (better - worse)),
            "you start at the better answer: that is a scale of one more (papers that write w mean this). Here scale "
            "1 is the answer with prompts itself: worse + scale·(better - worse)",
        ),
        Mistake(
            "one less",
            _loss(target=lambda better, worse, scale: worse + (scale - 1) * (better - worse)),
            "your scale is one too small: at scale 1 you would ask for the answer without prompts",
        ),
        Mistake(
            "the wrong way",
            _loss(target=lambda better, worse, scale: better + scale * (worse - better)),
            "you go away from the prompts: worse + scale·(better - worse)",
        ),
        Mistake(
            "no guidance",
            _loss(target=lambda better, worse, scale: better),
            "your target is the answer with prompts, whatever the scale: guidance is what is to be learnt",
        ),
        Mistake(
            "one scale for the batch",
            _loss(target=lambda better, worse, scale: worse + scale.mean() * (better - worse)),
            "all clips get one scale, the mean: each has its own, `b 1 1 1 1`, which broadcasts by itself",
        ),
        Mistake(
            "the first one's scale",
            _loss(target=lambda better, worse, scale: worse + scale[:1] * (better - worse)),
            "all clips get the scale of the first: each has its own, `b 1 1 1 1`, which broadcasts by itself",
        ),
        Mistake(
            "not told",
            _loss(tell=torch.ones_like),
            "the student is not told its scale: it cannot know which of the answers is wanted, and learns their mean",
        ),
        Mistake(
            "teacher learns",
            _loss(frozen=False),
            "a gradient reaches the teacher, who would learn to be easy to imitate: torch.no_grad() around its answers",
        ),
        Mistake(
            "student does not learn",
            _loss(cut=True),
            "no gradient reaches the student: torch.no_grad() belongs around the teacher's answers only",
        ),
        Mistake(
            "a sum",
            _loss(end=lambda error: error.square().sum()),
            "you sum over all numbers, so that the loss grows with the clip: take the mean",
        ),
        Mistake(
            "absolute",
            _loss(end=lambda error: error.abs().mean()),
            "you take the size of the error: its square, whose best answer is the mean",
        ),
        Mistake(
            "not squared",
            _loss(end=lambda error: error.mean()),
            "your errors cancel: square them before you take the mean",
        ),
        Mistake(
            "half",
            _loss(end=lambda error: error.square().mean() / 2),
            "yours is half of the mean square: no ½",
        ),
    ),
    alternatives=(_loss(), _with_mse),
    hints=(
        "Write the guided answer of chapter 07 first, with a scale for each clip.",
        "`with torch.no_grad():` around what the teacher is asked; then one question to the student, with the scale.",
        "`(student(x, t, scale) - target).square().mean()`.",
    ),
    becomes="minisora/diffusion/distil.py",
    minutes=8,
    difficulty=1,
    points=2,
)
