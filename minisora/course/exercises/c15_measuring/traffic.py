"""The exercise `traffic`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c15_measuring.common import asked
from minisora.training.at_scale import traffic


def _asked(says: str, parameters: int, devices: int, strategy: str, width: int, expected: float) -> Case:
    return asked(says, lambda f: f(parameters, devices, strategy, width=width), expected)


def _ring(
    *,
    fsdp: float = 3.0,
    ddp: float = 2.0,
    share: Callable[[int], float] = lambda n: (n - 1) / n,
    width_of: Callable[[int], int] = lambda width: width,
) -> Solution:
    """Bytes of a step with these habits."""

    def solution(parameters: int, devices: int, strategy: str, *, width: int = 4) -> float:
        return (fsdp if strategy == "fsdp" else ddp) * width_of(width) * parameters * share(devices)

    return solution


def _step_by_step(parameters: int, devices: int, strategy: str, *, width: int = 4) -> float:
    slice_ = width * parameters / devices
    passes = ["gather", "gather", "scatter"] if strategy == "fsdp" else ["scatter", "gather"]
    return float(sum(slice_ for _ in passes for _ in range(devices - 1)))


TRAFFIC = Exercise(
    name="traffic",
    reference=traffic,
    cases=(
        _asked("1,000 numbers on two devices (ddp)", 1000, 2, "ddp", 4, 4000),
        _asked("1,000 numbers on two devices (fsdp)", 1000, 2, "fsdp", 4, 6000),
        _asked("a million numbers on 8 devices (ddp)", 10**6, 8, "ddp", 4, 7e6),
        _asked("a million numbers on 8 devices (fsdp)", 10**6, 8, "fsdp", 4, 10.5e6),
        _asked("the same in 16 bits", 10**6, 8, "fsdp", 2, 5.25e6),
        _asked("one device alone", 10**6, 1, "fsdp", 4, 0.0),
    ),
    mistakes=(
        Mistake(
            "its own share, too",
            _ring(share=lambda n: 1.0),
            "a device alone sends to nobody, and yours does: its own slice it has already, (devices - 1) / devices",
        ),
        Mistake(
            "whole copies from everybody",
            _ring(share=lambda n: n - 1),
            "you count a whole copy from every other device: each has, or wants, only a slice of 1 / devices",
        ),
        Mistake(
            "a slice only",
            _ring(share=lambda n: (n - 1) / n / n),
            "you divide by the devices twice: there are devices - 1 slices to come, each 1 / devices of all numbers",
        ),
        Mistake(
            "fsdp as ddp",
            _ring(fsdp=2.0),
            "with fsdp you count two rounds. Weights are gathered for the way forward, thrown away, and gathered "
            "*again* for the way back; then come the gradients: three",
        ),
        Mistake(
            "ddp once",
            _ring(ddp=1.0),
            "with ddp you count one round: gradients are summed slice by slice, and then the sums are handed round: "
            "two",
        ),
        Mistake(
            "ddp as fsdp",
            _ring(ddp=3.0),
            "with ddp you count three rounds: nobody gathers weights there, each has them all",
        ),
        Mistake(
            "exchanged",
            _ring(fsdp=2.0, ddp=3.0),
            "the two are exchanged: fsdp tells more, three rounds, and ddp two",
        ),
        Mistake(
            "always 4 bytes",
            _ring(width_of=lambda width: 4),
            "your numbers always have 4 bytes: `width` says how many",
        ),
        Mistake(
            "numbers, not bytes",
            _ring(width_of=lambda width: 1),
            "you count numbers: each has `width` bytes",
        ),
    ),
    alternatives=(_ring(), _step_by_step),
    hints=(
        "How much does a device not have itself? Of `devices` slices it holds one.",
        "One round brings it all other slices: `width * parameters * (devices - 1) / devices` bytes.",
        "ddp: gradients are summed into slices (a round), and the sums are gathered (another). fsdp: weights are "
        "gathered twice, gradients summed into slices once.",
    ),
    becomes="minisora/training/at_scale.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
