"""The exercise `add_noise`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, call
from minisora.course.exercises.c04_schedules.common import NOISE, X0, at
from minisora.diffusion.path import COSINE, EDM, STRAIGHT, Path


def _add_noise_clip_by_clip(path: Path, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    t = t.expand(len(x0), *t.shape[1:]) if t.ndim else t.expand(len(x0))
    clips = zip(x0, noise, t, strict=True)
    return torch.stack([torch.addcmul(path.alpha(at) * clip, path.sigma(at), eps) for clip, eps, at in clips])


ADD_NOISE = Exercise(
    name="add_noise",
    reference=Path.add_noise,
    cases=(
        call("two clips on the cosine path, one at t=0.3 and one at t=0.8", COSINE, X0, NOISE, at(0.3, 0.8)),
        call("two clips on the straight path at t=0.25", STRAIGHT, X0, NOISE, at(0.25)),
        call("two clips on EDM's path at t=0.01", EDM, X0, NOISE, at(0.01)),
        call("t=0 on the cosine path, where there is no noise yet", COSINE, X0, NOISE, at(0.0), expected=lambda: X0),
        call(
            "t=1 on the straight path, where there is nothing but noise",
            *(STRAIGHT, X0, NOISE, at(1.0)),
            expected=lambda: NOISE,
        ),
    ),
    mistakes=(
        Mistake(
            "straight whatever the path",
            lambda path, x0, noise, t: (1 - t) * x0 + t * noise,
            "your shares are 1 - t and t whatever the path is: ask the path, which has a function for each of the two",
        ),
        Mistake(
            "shares squared",
            lambda path, x0, noise, t: path.alpha(t) ** 2 * x0 + path.sigma(t) ** 2 * noise,
            "you multiply by alpha² and sigma². Those are variances; what is multiplied with a clip is alpha and sigma "
            "themselves",
        ),
        Mistake(
            "alpha and sigma swapped",
            lambda path, x0, noise, t: path.sigma(t) * x0 + path.alpha(t) * noise,
            "at t=0 you return noise: alpha belongs to the clip and sigma to the noise",
        ),
        Mistake(
            "the clip does not fade",
            lambda path, x0, noise, t: x0 + path.sigma(t) * noise,
            "the clip keeps its full strength: that is right for EDM only. Elsewhere it fades by alpha(t)",
        ),
        Mistake(
            "shares under a root",
            lambda path, x0, noise, t: path.alpha(t).sqrt() * x0 + path.sigma(t).sqrt() * noise,
            "you multiply by the roots of alpha and sigma. They are shares already: what is multiplied with a clip is "
            "alpha and sigma themselves, no root",
        ),
        Mistake(
            "sigma taken for 1 - alpha",
            lambda path, x0, noise, t: path.alpha(t) * x0 + (1 - path.alpha(t)) * noise,
            "you use 1 - alpha for the noise's share, which is so on the straight path only; take path.sigma(t)",
        ),
        Mistake(
            "sigma taken from Pythagoras",
            lambda path, x0, noise, t: path.alpha(t) * x0 + (1 - path.alpha(t) ** 2).clamp(min=0).sqrt() * noise,
            "you use the root of 1 - alpha² for the noise's share: that holds for variance-preserving paths (cosine, "
            "DDPM) only; take path.sigma(t)",
        ),
        Mistake(
            "divided by its power",
            lambda path, x0, noise, t: path.add_noise(x0, noise, t) / (path.alpha(t) ** 2 + path.sigma(t) ** 2).sqrt(),
            "you divide the mixture by √(alpha² + sigma²). That is done for a screen only: what the path says is "
            "the sum "
            "as it is, not scaled",
        ),
        Mistake(
            "divided by alpha",
            lambda path, x0, noise, t: x0 + path.sigma(t) / path.alpha(t) * noise,
            "you divide the mixture by alpha, so that the clip keeps its strength: it fades by alpha(t), and the noise "
            "grows by sigma(t)",
        ),
        Mistake(
            "the noise alone",
            lambda path, x0, noise, t: path.sigma(t) * noise,
            "the clip is missing: alpha(t) of it",
        ),
        Mistake(
            "the clip alone",
            lambda path, x0, noise, t: path.alpha(t) * x0,
            "the noise is missing: sigma(t) of it",
        ),
        Mistake(
            "sigma taken for t",
            lambda path, x0, noise, t: path.alpha(t) * x0 + t * noise,
            "you use the time for the noise's share, which is so on the straight path only; take path.sigma(t)",
        ),
        Mistake(
            "one time for all",
            lambda path, x0, noise, t: path.add_noise(x0, noise, t.mean()),
            "you take one time for all, the mean: each clip (or frame) has its own, so use `t` as it is and let it "
            "broadcast",
        ),
        Mistake(
            "clamped",
            lambda path, x0, noise, t: path.add_noise(x0, noise, t).clamp(-1, 1),
            "you cut off what lies outside -1 … 1. Noise does lie outside, and cut noise is other noise: only a "
            "picture "
            "is clamped, when it is shown",
        ),
        Mistake(
            "alpha taken for 1 - sigma",
            lambda path, x0, noise, t: (1 - path.sigma(t)) * x0 + path.sigma(t) * noise,
            "you use 1 - sigma for the clip's share, which is so on the straight path only; take path.alpha(t)",
        ),
        Mistake(
            "alpha taken from Pythagoras",
            lambda path, x0, noise, t: (1 - path.sigma(t) ** 2).sqrt() * x0 + path.sigma(t) * noise,
            "you use the root of 1 - sigma² for the clip's share: that holds for variance-preserving paths (cosine, "
            "DDPM) only; take path.alpha(t)",
        ),
    ),
    alternatives=(_add_noise_clip_by_clip, lambda path, x0, noise, t: noise.mul(path.sigma(t)) + x0.mul(path.alpha(t))),
    hints=(
        "Four numbers were mixed by hand above. What were the two shares called, and which belongs to which?",
        "A path brings two functions of the time: `path.alpha(t)` and `path.sigma(t)`. They return tensors of the "
        "shape "
        "of `t`, which broadcast against a clip by themselves.",
        "`path.alpha(t) * x0`, and the same again for the noise. No square, no root.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=5,
    difficulty=1,
    points=1,
)
