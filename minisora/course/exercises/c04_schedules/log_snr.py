"""The exercise `log_snr`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path

TIMES = torch.tensor([0.05, 0.3, 0.5, 0.9], dtype=torch.float64)


def _log_snr_of_the_ratio(path: Path, t: Tensor) -> Tensor:
    return torch.log((path.alpha(t) / path.sigma(t)).square())


LOG_SNR = Exercise(
    name="log_snr",
    reference=Path.log_snr,
    cases=(
        call("the cosine path at t = 0.05, 0.3, 0.5, 0.9", COSINE, TIMES),
        Case(
            "the straight path at t = 0.5, where there is as much clip as noise",
            lambda f: f(STRAIGHT, TIMES[2:3]),
            expected=lambda: torch.zeros(1, dtype=torch.float64),
        ),
        call("EDM's path at t = 0.05, 0.3, 0.5, 0.9", EDM, TIMES),
        call("DDPM's path at t = 0.05, 0.3, 0.5, 0.9", DDPM_LINEAR, TIMES),
        Case(
            "the ends of the straight path",
            lambda f: f(STRAIGHT, torch.tensor([0.0, 1.0])),
            expected=lambda: torch.tensor([torch.inf, -torch.inf]),
        ),
    ),
    mistakes=(
        Mistake(
            "amplitudes instead of powers",
            lambda path, t: path.alpha(t).log() - path.sigma(t).log(),
            "half of what it should be: the ratio is one of powers, alpha² / sigma², so its logarithm has a factor "
            "of 2",
        ),
        Mistake(
            "upside down",
            lambda path, t: 2 * (path.sigma(t).log() - path.alpha(t).log()),
            "the sign is wrong: signal over noise is large where the clip is clean, so alpha stands on top",
        ),
        Mistake(
            "no logarithm",
            lambda path, t: (path.alpha(t) / path.sigma(t)) ** 2,
            "this is the signal-to-noise ratio itself; the logarithm of it is wanted",
        ),
        Mistake(
            "decibels",
            lambda path, t: 20 * (path.alpha(t) / path.sigma(t)).log10(),
            "these are decibels, 10 log10; diffusion papers use the natural logarithm, torch.log",
        ),
        Mistake(
            "share of the whole",
            lambda path, t: (path.alpha(t) ** 2 / (path.alpha(t) ** 2 + path.sigma(t) ** 2)).log(),
            "you compare the signal with signal and noise together; compare it with the noise alone",
        ),
        Mistake(
            "the difference of the powers",
            lambda path, t: (path.alpha(t) ** 2 - path.sigma(t) ** 2).abs().log(),
            "you take the difference of the two powers. A ratio is a quotient: alpha² divided by sigma²",
        ),
        Mistake(
            "the difference of the shares",
            lambda path, t: (path.alpha(t) - path.sigma(t)).square().log(),
            "you take the difference of alpha and sigma. A ratio is a quotient: alpha² divided by sigma²",
        ),
        Mistake(
            "the ratio of the logarithms",
            lambda path, t: path.alpha(t).log() / path.sigma(t).log(),
            "you divide the logarithms. The logarithm of a quotient is their difference: 2 · (log alpha - log sigma)",
        ),
        Mistake(
            "sigma is forgotten",
            lambda path, t: 2 * path.alpha(t).log(),
            "the noise is missing: divide by sigma², that is, subtract 2 log sigma",
        ),
        Mistake(
            "sum of the logarithms",
            lambda path, t: 2 * (path.alpha(t).log() + path.sigma(t).log()),
            "you add the logarithms, which is the logarithm of a product: a quotient's is their difference",
        ),
        *(
            Mistake(
                f"{small:g} against zero",
                lambda path, t, small=small: 2 * ((path.alpha(t) + small).log() - (path.sigma(t) + small).log()),
                f"you add {small:g} before the logarithm, which bends the whole curve and makes its ends "
                "finite. They "
                "are infinite, and log(0) is -inf without an error: nothing has to be added",
            )
            for small in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8)
        ),
        Mistake(
            "squared logarithms",
            lambda path, t: path.alpha(t).log() ** 2 - path.sigma(t).log() ** 2,
            "you square the logarithms; it is the logarithm of the squares: log(a²) is 2 log(a)",
        ),
    ),
    alternatives=(
        _log_snr_of_the_ratio,
        lambda path, t: path.alpha(t).square().log() - path.sigma(t).square().log(),
    ),
    hints=(
        "Write down the ratio of the two powers first: alpha² above, sigma² below.",
        "The logarithm of a quotient is a difference, and the logarithm of a square is twice the logarithm.",
        "`2 * (….log() - ….log())` with `path.alpha(t)` and `path.sigma(t)` in the gaps.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)
