"""The exercise `blend`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from minisora.course.checks.exercise import Exercise, Mistake, call
from minisora.course.exercises.c00_sentence.common import CLIP, NOISE, blend

BLEND = Exercise(
    name="blend",
    reference=blend,
    cases=(
        call("a clip at t = 0.25", CLIP, NOISE, 0.25),
        call("t = 0, which is the clip itself", CLIP, NOISE, 0.0, expected=lambda: CLIP),
        call("t = 1, which is nothing but noise", CLIP, NOISE, 1.0, expected=lambda: NOISE),
        call("a clip at t = 0.8", CLIP, NOISE, 0.8),
    ),
    mistakes=(
        Mistake(
            "clip and noise swapped",
            lambda clip, noise, t: t * clip + (1 - t) * noise,
            "at t = 0 you return noise. In this course time runs from the clip (0) to the noise (1), so the noise has "
            "the share `t`",
        ),
        Mistake(
            "the clip does not fade",
            lambda clip, noise, t: clip + t * noise,
            "at t = 1 your clip can still be seen: it keeps its full strength while the noise comes on top. What the "
            "noise gains, the clip has to lose",
        ),
        Mistake(
            "noise taken away",
            lambda clip, noise, t: (1 - t) * clip - t * noise,
            "the noise has the wrong sign: a mixture is a sum, so add its share",
        ),
        Mistake(
            "squared shares",
            lambda clip, noise, t: (1 - t) ** 2 * clip + t**2 * noise,
            "your shares are squares. Here they are straight: `1 - t` and `t`",
        ),
        Mistake(
            "variance kept",
            lambda clip, noise, t: (1 - t**2) ** 0.5 * clip + t * noise,
            "your clip has the share √(1 - t²), as on paths that keep the variance (chapter 04). Here it is `1 - t`",
        ),
        Mistake(
            "divided by its size",
            lambda clip, noise, t: ((1 - t) * clip + t * noise) / ((1 - t) ** 2 + t**2) ** 0.5,
            "you divide the mixture by what its two shares amount to. Leave it as it is: `1 - t` and `t` are all",
        ),
        Mistake(
            "the noise does not grow",
            lambda clip, noise, t: (1 - t) * clip + noise,
            "your noise has its full strength at every time: it has the share `t`",
        ),
        Mistake(
            "the noise alone",
            lambda clip, noise, t: t * noise,
            "the clip is missing: it has the share `1 - t`",
        ),
        Mistake(
            "the clip alone",
            lambda clip, noise, t: (1 - t) * clip,
            "the noise is missing: it has the share `t`",
        ),
        Mistake(
            "half and half",
            lambda clip, noise, t: (clip + noise) / 2,
            "you mix half and half at every time: `t` says how much of the mixture is noise",
        ),
        Mistake(
            "shares under a root",
            lambda clip, noise, t: (1 - t) ** 0.5 * clip + t**0.5 * noise,
            "your shares are square roots. Other machines do mix like that (chapter 04); here they are straight: "
            "`1 - t` and `t`",
        ),
        Mistake(
            "clamped",
            lambda clip, noise, t: ((1 - t) * clip + t * noise).clamp(-1, 1),
            "you cut off what lies outside -1 … 1. Noise does lie outside, and cut noise is other noise: only a "
            "*picture* is clamped, when it is shown",
        ),
    ),
    alternatives=(lambda clip, noise, t: clip.lerp(noise, t), lambda clip, noise, t: clip + t * (noise - clip)),
    hints=(
        "A drink of two liquids: if `t` of the glass is noise, how much of it is clip?",
        "At t = 0 all of it should be clip, at t = 1 all of it noise, at t = 0.25 three quarters are clip.",
        "`(1 - t) * clip`, plus the same for the noise with its own share.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=4,
    difficulty=1,
    points=1,
)
