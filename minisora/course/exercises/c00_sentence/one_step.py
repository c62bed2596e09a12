"""The exercise `one_step`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c00_sentence.common import CLIP, NOISE, blend


def one_step(x: Tensor, velocity: Tensor, t: float, s: float) -> Tensor:
    """Straight on from time ``t`` to time ``s``: the step of ``euler`` in ``minisora/diffusion/solvers.py``."""
    return x + (s - t) * velocity


VELOCITY = NOISE - CLIP


ONE_STEP = Exercise(
    name="one_step",
    reference=one_step,
    cases=(
        call("a step from t = 1 to s = 0.75", NOISE, VELOCITY, 1.0, 0.75),
        Case(
            "a last step from t = 0.5 to s = 0 along the exact velocity, which ends at the clip",
            lambda f: f(blend(CLIP, NOISE, 0.5), VELOCITY, 0.5, 0.0),
            expected=lambda: CLIP,
        ),
        Case(
            "a step from t = 0.25 to s = 0.5, towards the noise",
            lambda f: f(blend(CLIP, NOISE, 0.25), VELOCITY, 0.25, 0.5),
            expected=lambda: blend(CLIP, NOISE, 0.5),
        ),
        Case(
            "no step at all, from t = 0.3 to s = 0.3",
            lambda f: f(CLIP, VELOCITY, 0.3, 0.3),
            expected=lambda: CLIP,
        ),
    ),
    mistakes=(
        Mistake(
            "the wrong way",
            lambda x, velocity, t, s: x + (t - s) * velocity,
            "you walk the wrong way: the velocity points from the clip to the noise. Going to a smaller time means "
            "going against it, so the factor has to be negative when s < t",
        ),
        Mistake(
            "all the way at once",
            lambda x, velocity, t, s: x - t * velocity,
            "you walk all the way to t = 0 at once. This step ends at time `s`; how much time passes from t to s?",
        ),
        Mistake(
            "length forgotten",
            lambda x, velocity, t, s: x - velocity,
            "you go as far as the velocity would bring you in one whole unit of time. Only s - t of it passes",
        ),
        Mistake(
            "s for the length",
            lambda x, velocity, t, s: x - s * velocity,
            "you go for a time of `s`. That is where the step ends; its length is the difference from where it begins",
        ),
        Mistake(
            "s for the length, forwards",
            lambda x, velocity, t, s: x + s * velocity,
            "you multiply by `s`, where the step ends. Its length is the time that passes from t to s: the difference, "
            "s - t",
        ),
        Mistake(
            "t for the length",
            lambda x, velocity, t, s: x + t * velocity,
            "you multiply by `t`, where the step begins. Its length is the time that passes from t to s: the "
            "difference, s - t",
        ),
        Mistake(
            "always backwards",
            lambda x, velocity, t, s: x - abs(s - t) * velocity,
            "you go backwards in time even where s is later than t: the sign of s - t says which way, so no abs",
        ),
        Mistake(
            "always forwards",
            lambda x, velocity, t, s: x + abs(s - t) * velocity,
            "you go forwards in time even where s is earlier than t: the sign of s - t says which way, so no abs",
        ),
        Mistake(
            "a whole unit forwards",
            lambda x, velocity, t, s: x + velocity,
            "you go as far as the velocity brings you in a whole unit of time, and only s - t of it passes",
        ),
        Mistake(
            "the velocity shrinks",
            lambda x, velocity, t, s: x * (1 - (t - s)) + (s - t) * velocity,
            "you shrink `x` as well. It stays what it is; only the way, (s - t) times the velocity, is added",
        ),
        Mistake(
            "the ratio of the times",
            lambda x, velocity, t, s: x + (s / t) * velocity,
            "you multiply by the ratio s / t. What passes is the difference of the times, s - t",
        ),
        Mistake(
            "the velocity alone",
            lambda x, velocity, t, s: (s - t) * velocity,
            "you return the way that is gone, and not the place where it ends: add it to where you are, `x`",
        ),
        Mistake(
            "divided by the time",
            lambda x, velocity, t, s: x + velocity / (s - t) if s != t else x,
            "you divide by the time. A velocity is way per time; the way is velocity *times* time",
        ),
    ),
    alternatives=(
        lambda x, velocity, t, s: x - (t - s) * velocity,
        lambda x, velocity, t, s: torch.add(x, velocity, alpha=s - t),
    ),
    hints=(
        "You walk at 4 km/h for a quarter of an hour. How far? And if you walk backwards in time?",
        "The new place is the old place plus velocity times time. The time that passes from t to s is `s - t`, and it "
        "may be negative.",
        "`x + (…) * velocity`",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)
