"""The exercise `half_network`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c10_gpu.common import as_velocity
from minisora.diffusion.path import Velocity


def half_network(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    """The same velocity from a network in ``dtype``: the clip goes in rounded, the time as it is.

    The answer is in the clip's own type.
    """

    def rounded(x: Tensor, t: Tensor) -> Tensor:
        return velocity(x.to(dtype), t).to(x.dtype)

    return rounded


def _half_network_by_class(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    class Rounded:
        def __call__(self, x: Tensor, t: Tensor) -> Tensor:
            answer = torch.empty_like(x)
            answer.copy_(velocity(x.type(dtype), t))
            return answer

    return Rounded()


def _asked_again(solution: Solution) -> Tensor:
    """The second answer of a wrapped network."""
    made = as_velocity(solution(lambda x, t: (x * 1.5).to(torch.bfloat16), torch.bfloat16))
    x, t = torch.linspace(-2, 2, 24).view(1, 2, 3, 2, 2), torch.ones(1, 1, 1, 1, 1)
    made(x, t)
    return made(x.flip(1), t)


def _half_network_keeps(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    made, kept = half_network(velocity, dtype), []

    def rounded(x: Tensor, t: Tensor) -> Tensor:
        kept.append(made(x, t))
        return kept[0]

    return rounded


def _asked_in(
    dtype: torch.dtype, state: torch.dtype = torch.float32, time: torch.dtype | None = None
) -> Callable[[Solution], object]:
    """What a network sees and what the sampler gets."""

    def ask(solution: Solution) -> object:
        seen: list[object] = []

        def network(x: Tensor, t: Tensor) -> Tensor:
            seen.extend([str(x.dtype), x.float(), t, str(t.dtype)])
            return (x * 1.5).to(dtype)

        x = torch.linspace(-2, 2, 24, dtype=state).view(1, 2, 3, 2, 2)
        t = torch.tensor(0.9987, dtype=time or state).view(1, 1, 1, 1, 1)
        made = as_velocity(solution(network, dtype))
        if seen:
            raise CheckFailed(
                "it asks the network before anybody has asked it: ask inside the function that it returns"
            )
        answer = made(x, t)
        return {"what the network sees": seen, "answer": answer}

    return ask


HALF_NETWORK = Exercise(
    name="half_network",
    reference=half_network,
    cases=(
        Case("a network in bfloat16 and a clip in float32", _asked_in(torch.bfloat16)),
        Case("a network in float16 and a clip in float64", _asked_in(torch.float16, torch.float64)),
        Case(
            "a network in bfloat16, a clip in float64 and times in float32",
            _asked_in(torch.bfloat16, torch.float64, torch.float32),
        ),
        Case("the answer to a second clip", _asked_again),
    ),
    mistakes=(
        Mistake(
            "the answer stays short",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t),
            "your answer comes back in the short type: turn it back into the type of x, so that the sampler goes on "
            "with all digits",
        ),
        Mistake(
            "the time too",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t.to(dtype)).to(x.dtype),
            "you round the time as well: in bfloat16 0.9987 becomes 1. The time is one number and costs nothing, so "
            "leave it as it is",
        ),
        Mistake(
            "the network sees all digits",
            lambda velocity, dtype: lambda x, t: velocity(x, t).to(x.dtype),
            "the network is handed the clip with all digits: round it to dtype before the call",
        ),
        Mistake(
            "nothing at all",
            lambda velocity, dtype: velocity,
            "your network is handed everything as it was: round the clip to dtype on the way in, and turn the answer "
            "back on the way out",
        ),
        Mistake(
            "rounded and long again",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype).to(x.dtype), t).to(x.dtype),
            "you round the clip and make it long again before the network sees it: a network in dtype wants its input "
            "in dtype",
        ),
        Mistake(
            "the type of the time",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t).to(t.dtype),
            "your answer gets the type of the time; it is to be in the type of the clip, x.dtype",
        ),
        Mistake(
            "the time in the clip's type",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t.to(x.dtype)).to(x.dtype),
            "you change the type of the time: hand it on as it is",
        ),
        Mistake(
            "the first answer again",
            _half_network_keeps,
            "your second answer is the first one again: ask the network in every call",
        ),
        Mistake(
            "only the time",
            lambda velocity, dtype: lambda x, t: velocity(x, t.to(dtype)).to(x.dtype),
            "you round the time and leave the clip; it is the other way round",
        ),
        Mistake(
            "always float32",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t).float(),
            "you always answer in float32; the sampler may work in another type: take that of x",
        ),
        Mistake(
            "always bfloat16",
            lambda velocity, dtype: lambda x, t: velocity(x.bfloat16(), t).to(x.dtype),
            "you round to bfloat16 whatever dtype says: use the argument",
        ),
    ),
    alternatives=(_half_network_by_class,),
    hints=(
        "Write a function inside the function: it takes `(x, t)`, asks `velocity`, and returns the answer. Return it.",
        "`x.to(dtype)` rounds; `answer.to(x.dtype)` turns back into what the sampler uses. And t? See 0.9987 above.",
    ),
    becomes="minisora/course/exercises/c10_gpu/half_network.py",
    minutes=6,
    difficulty=1,
    points=2,
)
