"""The exercise `diagnosis`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, each_once
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample, time_grid

#: What is wrong with each patient. Learners find it out from the outside: do not read on before you have tried.
TROUBLES = {"A": "too few steps", "B": "stopped early", "C": "wrong sign", "D": "half the noise"}


def patient(name: str, velocity: Velocity, noise: Tensor, *, steps: int = 32) -> Tensor:
    """The clip of a sampler in trouble ("A" to "D"), or of a healthy one (any other name).

    ``steps`` is what its owner asks for. The one with too few steps takes a sixteenth of them.
    """
    trouble, times = TROUBLES.get(name), time_grid(steps)
    if trouble == "wrong sign":
        return sample(lambda x, t: -velocity(x, t), noise, times)
    if trouble == "half the noise":
        return sample(velocity, noise / 2, times)
    if trouble == "stopped early":
        return sample(velocity, noise, times[: steps * 3 // 4 + 1])
    return sample(velocity, noise, time_grid(max(1, steps // 16)) if trouble == "too few steps" else times)


def diagnosis() -> dict[str, str]:
    """The trouble of each patient."""
    return dict(TROUBLES)


#: What one would measure if a diagnosis were true. A check compares these, so that it says why without saying what.
SIGNS = {
    "wrong sign": "a spread many times too large",
    "half the noise": "half the spread, as smooth as a healthy sky, and no change with twice the steps",
    "stopped early": "a spread not far from the healthy one but rougher, and no change with twice the steps",
    "too few steps": "a small spread that grows with twice the steps",
}


def _signs_of(name: str) -> Callable[[Solution], object]:
    def ask(f: Solution) -> object:
        found = f()
        if not isinstance(found, dict) or found.keys() != TROUBLES.keys():
            raise CheckFailed("return a dict with a trouble for each of the letters A, B, C and D")
        if found[name] not in SIGNS:
            raise CheckFailed(f"{found[name]!r} is none of the four troubles; they are {', '.join(map(repr, SIGNS))}")
        return SIGNS[found[name]]

    return ask


def _mixed_up(one: str, other: str) -> Solution:
    turned = {one: other, other: one}
    return lambda: {name: turned.get(trouble, trouble) for name, trouble in TROUBLES.items()}


DIAGNOSIS = Exercise(
    name="diagnosis",
    reference=diagnosis,
    cases=(
        *(Case(f"the signs of patient {name}", _signs_of(name)) for name in TROUBLES),
        each_once(lambda f: list(f().values())),
    ),
    mistakes=(
        Mistake(
            "the two dull ones mixed up",
            _mixed_up("half the noise", "too few steps"),
            "two skies are dull, and you have mixed up why. One cure is to take more steps: look at which of the two "
            "gets better with twice as many",
        ),
        Mistake(
            "the two grainy ones mixed up",
            _mixed_up("wrong sign", "stopped early"),
            "two skies are grainy, and you have mixed up why. Noise that is left over is never stronger than it was "
            "in the beginning; noise that one walks *into* grows",
        ),
        Mistake(
            "a short walk taken for weak noise",
            _mixed_up("half the noise", "stopped early"),
            "who begins with half the noise still walks to the end, where no noise is left. Which of your two has "
            "grains in it?",
        ),
        Mistake(
            "few steps taken for a short walk",
            _mixed_up("too few steps", "stopped early"),
            "long steps are not the same as a walk that ends early: few long steps do reach t = 0, at a wrong place. "
            "Look again at the spread with twice the steps",
        ),
        Mistake(
            "glaring taken for few steps",
            _mixed_up("too few steps", "wrong sign"),
            "few steps end near the mean clip, because the first arrow points there. What glares walks away from it",
        ),
        Mistake(
            "glaring taken for weak noise",
            _mixed_up("half the noise", "wrong sign"),
            "along the exact velocity half the noise becomes half the distance from the mean clip. It cannot become "
            "many times more",
        ),
    ),
    alternatives=(lambda: dict(zip("ABCD", TROUBLES.values(), strict=True)),),
    hints=(
        "Ask of each trouble: does the walk arrive at t = 0? Does it start right? Does each step go the right way? "
        "What does the answer do to the spread?",
        "Only one trouble can make the spread *larger* than it was in the noise. Only one is cured by more steps.",
        "Two are left. One has the whole walk behind it and so no noise in it; the other one still has a quarter of "
        "the noise, which is rough.",
    ),
    becomes="minisora/course/exercises/c05_objective/diagnosis.py",
    minutes=8,
    difficulty=2,
    points=2,
)
