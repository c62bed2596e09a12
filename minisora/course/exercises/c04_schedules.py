"""Chapter 04: how much clip and how much noise there is at each time, and one step back."""

from __future__ import annotations

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
