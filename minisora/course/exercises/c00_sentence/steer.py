"""The exercise `steer`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c00_sentence.common import drawn

WITHOUT, WITH = drawn(2, 3, 2, 4, 5, seed=3), drawn(2, 3, 2, 4, 5, seed=4)


def steer(without: Tensor, with_prompt: Tensor, guidance: float) -> Tensor:
    """What ``classifier_free`` makes of its two velocities: further in the direction in which the prompt pulls."""
    return without + guidance * (with_prompt - without)


STEER = Exercise(
    name="steer",
    reference=steer,
    cases=(
        call("guidance 4", WITHOUT, WITH, 4.0),
        Case("guidance 1, which is the prompt alone", lambda f: f(WITHOUT, WITH, 1.0), expected=lambda: WITH),
        Case("guidance 0, as if nothing had been said", lambda f: f(WITHOUT, WITH, 0.0), expected=lambda: WITHOUT),
        call("guidance 0.5, half-way", WITHOUT, WITH, 0.5),
    ),
    mistakes=(
        Mistake(
            "starting from the wrong one",
            lambda without, with_prompt, g: with_prompt + g * (with_prompt - without),
            "you start from the velocity with the prompt, so that guidance 1 already exaggerates. Start from the one "
            "without: at guidance 1 the answer is the velocity with the prompt",
        ),
        Mistake(
            "away from the prompt",
            lambda without, with_prompt, g: without + g * (without - with_prompt),
            "you go away from what was asked for: the way from `without` to `with_prompt` is `with_prompt - without`",
        ),
        Mistake(
            "roles swapped",
            lambda without, with_prompt, g: with_prompt + g * (without - with_prompt),
            "the two are swapped: at guidance 0 you return the velocity with the prompt, and at 1 the one without",
        ),
        Mistake(
            "the difference alone",
            lambda without, with_prompt, g: g * (with_prompt - without),
            "you return the way alone: add it to where it begins, the velocity without the prompt",
        ),
        Mistake(
            "louder, not further",
            lambda without, with_prompt, g: g * with_prompt,
            "you make the velocity longer, in its own direction. Guidance compares it with the one without the prompt "
            "and goes further where the two *differ*",
        ),
        Mistake(
            "the difference forgotten",
            lambda without, with_prompt, g: without + g * with_prompt,
            "you add the whole velocity with the prompt. What is taken `guidance` times is the way from the one to the "
            "other, the difference `with_prompt - without`",
        ),
        Mistake(
            "counted from the prompt",
            lambda without, with_prompt, g: without + (g - 1) * (with_prompt - without),
            "your guidance is one too small: 1 gives you what 0 should. Others do count from the prompt; here 0 is the "
            "velocity without it and 1 the one with it, so multiply by `guidance` itself",
        ),
        Mistake(
            "the same at any guidance",
            lambda without, with_prompt, g: with_prompt,
            "you return the velocity with the prompt whatever the guidance is: go `guidance` times as far from "
            "`without`",
        ),
        Mistake(
            "a mean of both",
            lambda without, with_prompt, g: (without + g * with_prompt) / (1 + g),
            "you take a weighted mean of the two, which never leaves the line between them: go beyond, from `without` "
            "by `guidance` times the difference",
        ),
        Mistake(
            "divided by the guidance",
            lambda without, with_prompt, g: without + (with_prompt - without) / (g or 1.0),
            "you divide by the guidance. More of it means further: multiply",
        ),
        Mistake(
            "never beyond the prompt",
            lambda without, with_prompt, g: without + min(g, 1.0) * (with_prompt - without),
            "you stop at the velocity with the prompt. Guidance of more than 1 goes *beyond* it: do not limit it",
        ),
    ),
    alternatives=(
        lambda without, with_prompt, g: (1 - g) * without + g * with_prompt,
        lambda without, with_prompt, g: without.lerp(with_prompt, g),
    ),
    hints=(
        "Draw two points on paper, `without` and `with_prompt`, and the line through them. Guidance says how far to go "
        "on this line: 0 is the first point, 1 is the second one. Where is 4?",
        "The way from the first point to the second is `with_prompt - without`.",
        "Begin at `without`, and add `guidance` times that way.",
    ),
    becomes="minisora/diffusion/guidance.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)
