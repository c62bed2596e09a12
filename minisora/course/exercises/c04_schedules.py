"""Chapter 04: how much clip and how much noise there is at each time, and one step back."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path, path_from_betas, shift_time
from minisora.diffusion.solvers import ddim


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Numbers in float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def at(*times: float) -> Tensor:
    """A time for each clip of a batch, shaped to broadcast against ``b c t h w``."""
    return torch.tensor(times, dtype=torch.float64).view(-1, 1, 1, 1, 1)


X0, NOISE = drawn(2, 3, 2, 4, 3, seed=1), drawn(2, 3, 2, 4, 3, seed=2)


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


def alphas_from_betas(betas: Tensor) -> Tensor:
    """What is left of the clip after each of DDPM's steps, ``(N,) -> (N,)``: alpha at the knots of the path."""
    steps = len(betas)
    return path_from_betas("asked", betas).alpha(torch.arange(1, steps + 1, dtype=betas.dtype) / steps)


def _alphas_step_by_step(betas: Tensor) -> Tensor:
    left, alphas = torch.ones_like(betas[0]), []
    for beta in betas:
        left = left * (1 - beta).sqrt()
        alphas.append(left)
    return torch.stack(alphas)


def _alphas_a_step_late(betas: Tensor) -> Tensor:
    return torch.cat([torch.ones_like(betas[:1]), (1 - betas).cumprod(0).sqrt()[:-1]])


LINEAR_BETAS = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)

ALPHAS_FROM_BETAS = Exercise(
    name="alphas_from_betas",
    reference=alphas_from_betas,
    cases=(
        Case(
            "the betas 0.1, 0.2, 0.5 (1 - beta multiplies up to 0.9, 0.72, 0.36)",
            lambda f: f(torch.tensor([0.1, 0.2, 0.5])),
            expected=lambda: torch.tensor([0.9, 0.72, 0.36]).sqrt(),
        ),
        Case(
            "a single step with beta = 0.36",
            lambda f: f(torch.tensor([0.36])),
            expected=lambda: torch.tensor([0.8]),
        ),
        call("DDPM's 1000 betas, from 0.0001 to 0.02", LINEAR_BETAS),
    ),
    mistakes=(
        Mistake(
            "root forgotten",
            lambda betas: (1 - betas).cumprod(0),
            "this is alpha², which DDPM's papers write as alpha with a bar: a share of the variance. Take the root",
        ),
        Mistake(
            "betas added up",
            lambda betas: (1 - betas.cumsum(0)).clamp(min=0).sqrt(),
            "you add the betas up. Each step keeps a share of what the step before has left, and shares multiply",
        ),
        Mistake(
            "product of the betas",
            lambda betas: betas.cumprod(0).sqrt(),
            "you multiply the betas, which are the shares of noise; what the clip keeps in a step is 1 - beta",
        ),
        Mistake(
            "each step by itself",
            lambda betas: (1 - betas).sqrt(),
            "this is what one step keeps. After step i all the steps up to i have been at work: use a running product",
        ),
        Mistake(
            "betas added up under the root",
            lambda betas: (1 - betas).sqrt().cumsum(0),
            "you add up what each step keeps. Each step keeps a share of what the step before has left, and shares "
            "multiply: a running product",
        ),
        Mistake(
            "root twice",
            lambda betas: (1 - betas).sqrt().cumprod(0).sqrt(),
            "you take the root twice, of each factor and of the product: once is enough, wherever",
        ),
        Mistake(
            "from the end",
            lambda betas: (1 - betas).flip(0).cumprod(0).sqrt(),
            "you multiply in the wrong order, from the last step on: the first entry is what the first step leaves",
        ),
        Mistake(
            "from the end to the beginning",
            lambda betas: (1 - betas).flip(0).cumprod(0).sqrt().flip(0),
            "each entry is the product of the steps from there to the end. It is that of all steps up to there, "
            "from the "
            "beginning",
        ),
        Mistake(
            "root of the betas",
            lambda betas: (1 - betas.sqrt()).cumprod(0),
            "you take the root of beta. A step multiplies the clip with the root of 1 - beta: subtract first",
        ),
        Mistake(
            "the last power",
            lambda betas: (1 - betas) ** ((torch.arange(len(betas)) + 1) / 2),
            "you take each step's share to the power of its number, as if all steps before had been like it: each has "
            "its own beta, so use a running product",
        ),
        Mistake(
            "product of 1 + beta",
            lambda betas: (1 + betas).cumprod(0).sqrt(),
            "you multiply by 1 + beta, so that the clip grows: what it keeps in a step is 1 - beta",
        ),
        Mistake(
            "sigma instead of alpha",
            lambda betas: (1 - (1 - betas).cumprod(0)).sqrt(),
            "this grows: it is the share of the noise, sigma. What is left of the clip is asked for",
        ),
        Mistake(
            "a step late",
            _alphas_a_step_late,
            "you are a step late: the first entry is the clip after the first step, and not the clean clip",
        ),
    ),
    alternatives=(_alphas_step_by_step, lambda betas: torch.exp(torch.log1p(-betas).cumsum(0) / 2)),
    hints=(
        "One step multiplies the clip with `(1 - beta).sqrt()`. What have two steps multiplied it with?",
        "`torch.cumprod` (or `tensor.cumprod(0)`) is the running product: entry i holds the product of all up to i.",
        "A product of roots is the root of the product: running product of `1 - betas`, then one `sqrt()`.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)


def zero_terminal(alphas: Tensor) -> Tensor:
    """Move and stretch a falling list of alphas so that the last is 0 and the first stays (Lin et al. 2023)."""
    return (alphas - alphas[-1]) * alphas[0] / (alphas[0] - alphas[-1])


def _zero_terminal_by_lerp(alphas: Tensor) -> Tensor:
    way = (alphas[0] - alphas) / (alphas[0] - alphas[-1])  # 0 at the first, 1 at the last
    return torch.lerp(alphas[0], torch.zeros_like(alphas[0]), way)


def _only_the_last(alphas: Tensor) -> Tensor:
    return torch.cat([alphas[:-1], torch.zeros_like(alphas[-1:])])


def _on_squares(alphas: Tensor) -> Tensor:
    return zero_terminal(alphas**2).sqrt()


def _ramp(alphas: Tensor) -> Tensor:
    return alphas * torch.linspace(1, 0, len(alphas), dtype=alphas.dtype)


STABLE_BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2

ZERO_TERMINAL = Exercise(
    name="zero_terminal",
    reference=zero_terminal,
    cases=(
        Case(
            "the alphas 0.9, 0.6, 0.3",
            lambda f: f(torch.tensor([0.9, 0.6, 0.3])),
            expected=lambda: torch.tensor([0.9, 0.45, 0.0]),
        ),
        call("Stable Diffusion's 1000 alphas", alphas_from_betas(STABLE_BETAS)),
        Case(
            "alphas that end at 0 already, which stay as they are",
            lambda f: f(torch.tensor([0.8, 0.5, 0.4, 0.0])),
            expected=lambda: torch.tensor([0.8, 0.5, 0.4, 0.0]),
        ),
    ),
    mistakes=(
        Mistake(
            "only the last set to zero",
            _only_the_last,
            "only the last number has changed, so that the schedule falls off a cliff in its last step: move all of "
            "them",
        ),
        Mistake(
            "moved, not stretched",
            lambda alphas: alphas - alphas[-1],
            "you moved all alphas down, and the first one with them; now stretch them so that the first is as before",
        ),
        Mistake(
            "on the squares",
            _on_squares,
            "you moved and stretched alpha². Both ends are right, what lies between is not: do it with alpha itself",
        ),
        Mistake(
            "stretched to begin at 1",
            lambda alphas: (alphas - alphas[-1]) / (alphas[0] - alphas[-1]),
            "your first alpha is 1, a step without any noise; it should be as it was: multiply by alphas[0]",
        ),
        Mistake(
            "stretched the wrong way",
            lambda alphas: (alphas - alphas[-1]) * (alphas[0] - alphas[-1]) / alphas[0],
            "your factor is upside down, and the first alpha shrinks: it has become alphas[0] - alphas[-1], and has to "
            "be stretched to alphas[0] again",
        ),
        Mistake(
            "a straight line",
            lambda alphas: alphas[0] * torch.linspace(1, 0, len(alphas), dtype=alphas.dtype),
            "you draw a straight line from the first alpha to 0, and the schedule has lost its shape: move and stretch "
            "the alphas that are given",
        ),
        Mistake(
            "moved by the mean",
            lambda alphas: (alphas - alphas.mean()) * alphas[0] / (alphas[0] - alphas.mean()),
            "you move by the mean of the alphas: it is the last one that has to become 0, so subtract the last",
        ),
        Mistake(
            "small ones cut off",
            lambda alphas: torch.where(alphas <= 1.5 * alphas[-1], torch.zeros_like(alphas), alphas),
            "you set the small alphas to 0 and leave the others as they are: move and stretch all of them",
        ),
        Mistake(
            "nearly zero",
            lambda alphas: zero_terminal(alphas).clamp(min=1e-3),
            "your last alpha is small, but not 0: that is the point of it",
        ),
        Mistake(
            "nearly zero, by a hair",
            lambda alphas: zero_terminal(alphas).clamp(min=1e-4),
            "your last alpha is tiny, but not 0: that is the point of it",
        ),
        Mistake(
            "stretched by a power",
            lambda alphas: alphas[0] * ((alphas - alphas[-1]) / (alphas[0] - alphas[-1])).sqrt(),
            "both ends are right, but you take a root in between: subtract and multiply by constants only",
        ),
        Mistake(
            "stretched before moved",
            lambda alphas: alphas * alphas[0] / (alphas[0] - alphas[-1]) - alphas[-1],
            "you stretch first and move then, so the last alpha has grown before it is subtracted: move first",
        ),
        Mistake(
            "multiplied by a ramp",
            _ramp,
            "you fade the alphas out by their position in the list, which bends the whole curve; subtract and multiply "
            "by constants only",
        ),
    ),
    alternatives=(
        _zero_terminal_by_lerp,
        lambda alphas: alphas[0] * (1 - (alphas[0] - alphas) / (alphas[0] - alphas[-1])),
    ),
    hints=(
        "Two conditions, so two constants: find a and b such that `a * (alphas - b)` has the right first and last "
        "number.",
        "The last one has to become 0: this says what b is. Then the first one has become `alphas[0] - b`, and a has "
        "to "
        "bring it back to `alphas[0]`.",
        "`b = alphas[-1]`, `a = alphas[0] / (alphas[0] - alphas[-1])`.",
    ),
    becomes="minisora/course/exercises/c04_schedules.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)


def _back(odds: Tensor) -> Tensor:
    return odds / (1 + odds)


GRID = torch.linspace(0, 1, 9)


def _shift_by_odds(t: Tensor, shift: float) -> Tensor:
    odds = shift * t / (1 - t)
    return odds / (1 + odds)


SHIFT_TIME = Exercise(
    name="shift_time",
    reference=shift_time,
    cases=(
        Case(
            "t = 0.5 with shift 3: the odds of noise, 1 to 1, become 3 to 1",
            lambda f: f(torch.tensor(0.5), 3.0),
            expected=lambda: torch.tensor(0.75),
        ),
        call("nine times from 0 to 1 with shift 3", GRID, 3.0),
        call("nine times from 0 to 1 with shift 0.5, towards the clip", GRID, 0.5),
        call("shift 1, which shifts nothing", GRID, 1.0),
    ),
    mistakes=(
        Mistake(
            "times multiplied",
            lambda t, shift: (shift * t).clamp(max=1),
            "you multiply the time itself, and it runs into 1; multiply the odds t / (1 - t), and go back to a time",
        ),
        Mistake(
            "the other way",
            lambda t, shift: t / (t + shift * (1 - t)),
            "you shift towards the clip: a shift of more than 1 has to make times larger, noisier",
        ),
        Mistake(
            "times multiplied, not clamped",
            lambda t, shift: shift * t,
            "you multiply the time itself, and it runs beyond 1; multiply the odds t / (1 - t), and go back to a time",
        ),
        Mistake(
            "square of the shift",
            lambda t, shift: shift_time(t, shift**2),
            "you shift by the square: the odds are to be multiplied by `shift` itself",
        ),
        Mistake(
            "exponential shift",
            lambda t, shift: shift_time(t, math.exp(shift)),
            "you shift by exp(shift), as some systems write it: here the odds are multiplied by `shift` itself",
        ),
        Mistake(
            "clip's odds",
            lambda t, shift: shift * (1 - t) / (t + shift * (1 - t)),
            "you multiply the odds of the clip, (1 - t) / t, and return the clip's share: it is the noise's, t / (1 "
            "- t)",
        ),
        Mistake(
            "time added",
            lambda t, shift: (t + shift - 1).clamp(0, 1),
            "you add the shift to the time: multiply the odds t / (1 - t) by it, and go back to a time",
        ),
        Mistake(
            "shift in front of the rest",
            lambda t, shift: shift * t / (shift * t + shift * (1 - t)),
            "the shift stands in front of both parts below the line, where it cancels: only the noise's odds are "
            "multiplied, shift * t + (1 - t)",
        ),
        *(
            Mistake(
                f"odds limited by {small:g}",
                lambda t, shift, small=small: _back(shift * t / (1 - t).clamp(min=small)),
                f"your last time is not 1: you keep 1 - t above {small:g}. Multiply top and bottom of the fraction by "
                "1 - t instead, and nothing is divided by it any more",
            )
            for small in (0.1, 1e-2, 1e-3, 1e-4)
        ),
        *(
            Mistake(
                f"odds with {small:g}",
                lambda t, shift, small=small: _back(shift * t / (1 - t + small)),
                f"your times are a little off, and the last is not 1: you add {small:g} to 1 - t. Multiply top and "
                "bottom of the fraction by 1 - t instead, and nothing is divided by it any more",
            )
            for small in (1e-2, 1e-3, 1e-4)
        ),
        Mistake(
            "as a power",
            lambda t, shift: t ** (1 / shift),
            "a power also leaves 0 and 1 where they are, but it does not multiply the odds t / (1 - t) by shift",
        ),
        Mistake(
            "odds returned",
            lambda t, shift: shift * t / (1 - t),
            "these are the odds of noise, shift * t / (1 - t); a time is odds / (1 + odds)",
        ),
        Mistake(
            "odds taken for the time",
            lambda t, shift: shift * t / (1 + shift * t),
            "you took t itself for the odds: they are t / (1 - t). (Your last time is not 1 any more.)",
        ),
        Mistake(
            "square root of the shift",
            lambda t, shift: shift_time(t, shift**0.5),
            "you shift by the square root. The root has been taken before: of pixels, to get the shift",
        ),
        Mistake(
            "infinite odds",
            _shift_by_odds,
            "right everywhere but at t = 1, where the odds are infinite, and infinity over infinity is not a number. "
            "Multiply the top and the bottom of your fraction by 1 - t, so that nothing is divided by it any more",
        ),
    ),
    alternatives=(
        lambda t, shift: torch.sigmoid(torch.logit(t) + torch.tensor(shift).log()),
        lambda t, shift: 1 / (1 + (1 - t) / (shift * t)),
    ),
    hints=(
        "Three steps: from the time to the odds `t / (1 - t)`, times `shift`, and back to a time.",
        "Back from odds to a time is `odds / (1 + odds)`. Put the odds in, and multiply top and bottom by `1 - t`, "
        "so that "
        "nothing is divided by zero at t = 1.",
        "What comes out is a fraction: `shift * t` on top, and the same plus `(1 - t)` below.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)


def denoise_step(path: Path, x: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """From time ``t`` to ``s`` when the noise in ``x`` is known: a step of ``ddim`` (Song, Meng & Ermon 2021)."""
    return ddim(path)(lambda x, t: path.from_eps(noise, x, t), x, t, s, None)[0]


def _denoise_step_without_x0(path: Path, x: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    kept = path.alpha(s) / path.alpha(t)
    return kept * x + (path.sigma(s) - kept * path.sigma(t)) * noise


def _believed(path: Path, x: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    return (x - path.sigma(t) * noise) / path.alpha(t)


def _undivided(path: Path, x: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return path.alpha(s) * (x - path.sigma(t) * noise) + path.sigma(s) * noise


def _noise_added(path: Path, x: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return path.add_noise((x + path.sigma(t) * noise) / path.alpha(t), noise, s)


def _known(path: Path, t: float, s: float) -> Case:
    return call(
        f"two clips on the path {path.name!r} with their own noise, from t={t:g} to s={s:g}",
        *(path, path.add_noise(X0, NOISE, at(t)), NOISE, at(t), at(s)),
        expected=lambda: path.add_noise(X0, NOISE, at(s)),
    )


DENOISE_STEP = Exercise(
    name="denoise_step",
    reference=denoise_step,
    cases=(
        _known(COSINE, 0.8, 0.5),
        _known(STRAIGHT, 0.6, 0.2),
        _known(EDM, 0.05, 0.01),
        _known(COSINE, 0.7, 0.0),
        call("noise that is not exactly what is in x", DDPM_LINEAR, X0, NOISE, at(0.5, 0.7), at(0.4, 0.3)),
    ),
    mistakes=(
        Mistake(
            "noise only",
            lambda path, x, noise, t, s: x - (path.sigma(t) - path.sigma(s)) * noise,
            "you take away noise and leave the clip's share as it is. From t to s that changes too, from alpha(t) to "
            "alpha(s)",
        ),
        Mistake(
            "never divided by alpha",
            _undivided,
            "x - sigma(t) * noise is alpha(t) times the clip: divide by alpha(t) before you mix again",
        ),
        Mistake(
            "all the way at once",
            lambda path, x, noise, t, s: _believed(path, x, noise, t),
            "you return the believed clip itself, whatever s is: mix it again, with the noise that belongs to time s",
        ),
        Mistake(
            "no noise put back",
            lambda path, x, noise, t, s: path.alpha(s) * _believed(path, x, noise, t),
            "at time s there has to be noise, sigma(s) of it: put so much of the same noise back",
        ),
        Mistake(
            "times swapped",
            lambda path, x, noise, t, s: path.add_noise(_believed(path, x, noise, s), noise, t),
            "t and s are swapped: x is at time t now, and is wanted at time s",
        ),
        Mistake(
            "noise added",
            _noise_added,
            "the clip is found by taking noise away: x minus sigma(t) * noise, not plus",
        ),
        Mistake(
            "nothing moves",
            lambda path, x, noise, t, s: path.add_noise(_believed(path, x, noise, t), noise, t),
            "you mix at time t again, and nothing has moved: mix at time `s`",
        ),
        Mistake(
            "the clip clamped",
            lambda path, x, noise, t, s: path.add_noise(_believed(path, x, noise, t).clamp(-1, 1), noise, s),
            "you clamp the believed clip. What is given here need not lie in -1 … 1, and nothing asks for a limit",
        ),
        Mistake(
            "divided by sigma",
            lambda path, x, noise, t, s: path.add_noise((x - path.sigma(t) * noise) / path.sigma(t), noise, s),
            "you divide by sigma(t). What is left without the noise is alpha(t) times the clip: divide by alpha(t)",
        ),
        Mistake(
            "as much noise as before",
            lambda path, x, noise, t, s: path.alpha(s) * _believed(path, x, noise, t) + path.sigma(t) * noise,
            "you put back as much noise as there was, sigma(t): at time s it is less, sigma(s)",
        ),
        Mistake(
            "noise put back with a minus",
            lambda path, x, noise, t, s: path.alpha(s) * _believed(path, x, noise, t) - path.sigma(s) * noise,
            "the noise is put back with the wrong sign: at time s it is alpha(s) · clip plus sigma(s) · noise",
        ),
        Mistake(
            "clip with its full strength",
            lambda path, x, noise, t, s: _believed(path, x, noise, t) + path.sigma(s) * noise,
            "you put noise on the believed clip at its full strength: at time s the clip has the share alpha(s)",
        ),
        Mistake(
            "always the straight path",
            lambda path, x, noise, t, s: (1 - s) * (x - t * noise) / (1 - t) + s * noise,
            "you calculate as on the straight path, whatever `path` is: ask it for alpha and sigma at both times",
        ),
        Mistake(
            "multiplied by alpha",
            lambda path, x, noise, t, s: path.add_noise((x - path.sigma(t) * noise) * path.alpha(t), noise, s),
            "you multiply by alpha(t) where you should divide: x - sigma(t) · noise is alpha(t) times the clip already",
        ),
        Mistake(
            "the noise not weighted",
            lambda path, x, noise, t, s: path.add_noise((x - noise) / path.alpha(t), noise, s),
            "you take away all of the noise. In x there is sigma(t) of it",
        ),
        Mistake(
            "noise taken for the velocity",
            lambda path, x, noise, t, s: x + (s - t) * noise,
            "x + (s - t) * … is a step along a velocity (chapter 05). You are given noise: find the clip first, then "
            "mix",
        ),
        Mistake(
            "bracket missing",
            lambda path, x, noise, t, s: path.add_noise(x - path.sigma(t) * noise / path.alpha(t), noise, s),
            "you divide only the noise by alpha(t). The whole difference is alpha(t) times the clip: put brackets "
            "around it",
        ),
    ),
    alternatives=(_denoise_step_without_x0,),
    hints=(
        "`x` is `alpha(t) * clip + sigma(t) * noise`. Everything in this equation is known but the clip: solve for it.",
        "With the clip and the noise in hand, you can make the mix of any time. You have a function for that already.",
        "`x0 = (x - path.sigma(t) * noise) / path.alpha(t)`, and then `add_noise` at time `s`.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)

EXERCISES = (ADD_NOISE, LOG_SNR, ALPHAS_FROM_BETAS, ZERO_TERMINAL, SHIFT_TIME, DENOISE_STEP)
