"""The exercise `denoise_step`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c04_schedules.common import NOISE, X0, at
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path
from minisora.diffusion.solvers import ddim


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
