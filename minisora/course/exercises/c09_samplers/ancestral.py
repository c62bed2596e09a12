"""The exercise `ancestral`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c09_samplers.common import MEAN, as_pair, drawn
from minisora.diffusion.gaussian import drifting_clouds
from minisora.diffusion.path import COSINE, STRAIGHT, Path, Velocity, noise_like
from minisora.diffusion.solvers import Step, ancestral, ddim


def _step(made: Any) -> Any:
    """A step that a function has made. Raises: CheckFailed if it is none."""
    if not callable(made):
        raise CheckFailed(
            "it returns no step: define `def step(velocity, x, t, s, memory)` inside, and `return step` without "
            "calling it"
        )
    return made


COARSE = drawn(2, 1, 3, 2, 3, seed=4).float()


def _one_ancestral(f: Solution, path: Path, t: float, s: float, eta: float) -> Tensor:
    step = _step(f(path, torch.Generator().manual_seed(5), eta=eta))
    world = drifting_clouds(MEAN.float(), path=path)
    return as_pair(step(world.velocity, COARSE.clone(), torch.tensor(t), torch.tensor(s), None))[0]


def _dice(f: Solution) -> str:
    """Whose dice are thrown, and how often. Raises: CheckFailed naming what is wrong with them."""
    generator, x = torch.Generator().manual_seed(5), COARSE[:1].expand(2, -1, -1, -1, -1).clone()
    before = generator.get_state()
    step, world = _step(f(STRAIGHT, generator)), drifting_clouds(MEAN.float())
    made, states = [], [before]
    for _ in range(2):
        made.append(as_pair(step(world.velocity, x.clone(), torch.tensor(0.8), torch.tensor(0.5), None))[0])
        states.append(generator.get_state())
    one, two = made
    if torch.equal(states[-1], before):
        raise CheckFailed(
            "its noise does not come from the generator that it is given, so nobody can repeat a clip: draw with "
            "noise_like(x, generator), not with dice of the whole program or of your own"
        )
    if torch.equal(states[1], states[2]):
        raise CheckFailed(
            "two steps in a row get the same noise: draw fresh noise *inside* the step, from the one generator, every "
            "time"
        )
    if torch.allclose(one[0], one[1]) and not torch.allclose(one, two):
        raise CheckFailed(
            "all clips of the batch get the same noise: draw noise of the shape of x, for each clip its own"
        )
    return "the given dice, in every step and for every clip"


def _renewing(
    mix: Callable[..., Tensor],
    *,
    clean: Callable[..., Tensor] = lambda path, here, x, t: path.to_x0(here, x, t),
    at: Callable[[Tensor, Tensor], Tensor] = lambda t, s: s,
) -> Solution:
    """An ancestral step that makes its noise by ``mix(path, t, s, eta, eps, fresh)``."""

    def factory(path: Path, generator: torch.Generator, *, eta: float = 1.0) -> Step:
        def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
            here = velocity(x, t)
            noise = mix(path, t, s, eta, path.to_eps(here, x, t), noise_like(x, generator))
            return path.add_noise(clean(path, here, x, t), noise, at(t, s)), None

        return step

    return factory


def _renewed(path: Path, t: Tensor, s: Tensor, eta: float, eps: Tensor, fresh: Tensor) -> Tensor:
    """The right mixture."""
    return _mix(_share(path, t, s, eta), eps, fresh)


def _share(path: Path, t: Tensor, s: Tensor, eta: float) -> Tensor:
    return eta**2 * (1 - (path.log_snr(t) - path.log_snr(s)).exp())


def _mix(share: Tensor, eps: Tensor, fresh: Tensor) -> Tensor:
    return (1 - share).sqrt() * eps + share.sqrt() * fresh


def _ancestral_as_ddpm(path: Path, generator: torch.Generator, *, eta: float = 1.0) -> Step:
    """Equations 12 and 16 of Song, Meng and Ermon 2021, on the path scaled to alpha = 1."""

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        before, after = path.sigma(t) / path.alpha(t), path.sigma(s) / path.alpha(s)
        spread = eta * after * (1 - (after / before) ** 2).sqrt()
        moved = path.to_x0(here, x, t) + (after**2 - spread**2).sqrt() * path.to_eps(here, x, t)
        return path.alpha(s) * (moved + spread * noise_like(x, generator)), None

    return step


ANCESTRAL = Exercise(
    name="ancestral",
    reference=ancestral,
    cases=(
        Case("the dice", _dice, lambda: "the given dice, in every step and for every clip"),
        Case("the straight path from t=0.8 to s=0.5", lambda f: _one_ancestral(f, STRAIGHT, 0.8, 0.5, 1.0)),
        Case("the cosine path from t=0.6 to s=0.55", lambda f: _one_ancestral(f, COSINE, 0.6, 0.55, 1.0)),
        Case("half of the freshness, eta=0.5", lambda f: _one_ancestral(f, STRAIGHT, 0.8, 0.5, 0.5)),
        Case(
            "eta=0, which is ddim",
            lambda f: _one_ancestral(f, COSINE, 0.8, 0.5, 0.0),
            expected=lambda: _one_ancestral(lambda path, generator, eta: ddim(path), COSINE, 0.8, 0.5, 0.0),
        ),
        Case("the last step, from t=0.25 to s=0", lambda f: _one_ancestral(f, STRAIGHT, 0.25, 0.0, 1.0)),
    ),
    mistakes=(
        Mistake(
            "roots forgotten",
            _renewing(
                lambda path, t, s, eta, eps, fresh: (
                    (1 - _share(path, t, s, eta)) * eps + _share(path, t, s, eta) * fresh
                )
            ),
            "you mix with shares of the variance; what multiplies noise is their root, so that the variance of the mix "
            "stays 1",
        ),
        Mistake(
            "added on top",
            _renewing(lambda path, t, s, eta, eps, fresh: eps + _share(path, t, s, eta).sqrt() * fresh),
            "fresh noise comes on top of all the old noise, so that there is too much of it: keep only the root of 1 - "
            "share of the old",
        ),
        Mistake(
            "all fresh",
            _renewing(lambda path, t, s, eta, eps, fresh: eta * fresh + (1 - eta**2) ** 0.5 * eps),
            "you renew all the noise, however short the step: the share that may be fresh is 1 - SNR(t) / SNR(s)",
        ),
        Mistake(
            "alpha forgotten",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - (path.sigma(s) / path.sigma(t)) ** 2), eps, fresh
                )
            ),
            "you compare the noise alone, sigma(s)² with sigma(t)². On most paths the clip changes its strength too: "
            "compare the signal-to-noise ratios",
        ),
        Mistake(
            "amplitudes compared",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - ((path.log_snr(t) - path.log_snr(s)) / 2).exp()), eps, fresh
                )
            ),
            "you compare alpha / sigma; the signal-to-noise ratio is its square",
        ),
        Mistake(
            "eta not squared",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(eta * _share(path, t, s, 1.0), eps, fresh)),
            "eta multiplies the amplitude of the fresh noise, so the share of its variance has eta²",
        ),
        Mistake(
            "eta ignored",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(_share(path, t, s, 1.0), eps, fresh)),
            "eta makes no difference: it scales the share of fresh noise, and with eta=0 nothing is fresh",
        ),
        Mistake(
            "old and fresh swapped",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(_share(path, t, s, eta), fresh, eps)),
            "the shares are swapped: share is what is fresh, 1 - share what is kept",
        ),
        Mistake(
            "ratio upside down",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - (path.log_snr(s) - path.log_snr(t)).exp()), eps, fresh
                )
            ),
            "your ratio is upside down, so that a share comes out below 0: it is SNR(t) / SNR(s), less than 1, since "
            "there is more noise at t",
        ),
        Mistake(
            "ratio upside down and clamped",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    (eta**2 * (1 - (path.log_snr(s) - path.log_snr(t)).exp())).clamp(0, 1), eps, fresh
                )
            ),
            "nothing is ever fresh: your ratio is upside down. It is SNR(t) / SNR(s), less than 1, since there is more "
            "noise at t",
        ),
        Mistake(
            "logarithms divided",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    (eta**2 * (1 - path.log_snr(t) / path.log_snr(s))).clamp(0, 1), eps, fresh
                )
            ),
            "you divide the logarithms: a ratio of SNRs is exp of the *difference* of their logarithms",
        ),
        Mistake(
            "signals compared",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(
                    eta**2 * (1 - (path.alpha(t) / path.alpha(s)) ** 2), eps, fresh
                )
            ),
            "you compare the signal alone, alpha(t)² with alpha(s)². The noise changes, too: compare the "
            "signal-to-noise ratios, path.log_snr",
        ),
        Mistake(
            "at the old time",
            _renewing(_renewed, at=lambda t, s: t),
            "clip and noise are mixed at the old time t: the step arrives at s, so path.add_noise(…, s)",
        ),
        Mistake(
            "the noisy clip for the clean one",
            _renewing(_renewed, clean=lambda path, here, x, t: x),
            "you mix noise into x, which is noisy already: mix it into the clean clip, path.to_x0(here, x, t)",
        ),
        Mistake(
            "the velocity for the noise",
            _renewing(
                lambda path, t, s, eta, eps, fresh: _mix(_share(path, t, s, eta), eps, fresh),
                clean=lambda path, here, x, t: x - here,
            ),
            "x - velocity is not the clean clip, except at t = 1: path.to_x0(here, x, t) knows how it is done",
        ),
        Mistake(
            "old noise lost",
            _renewing(lambda path, t, s, eta, eps, fresh: _share(path, t, s, eta).sqrt() * fresh),
            "the old noise is lost: what is kept of it, the root of 1 - share, belongs into the mix",
        ),
        Mistake(
            "eta doubled",
            _renewing(lambda path, t, s, eta, eps, fresh: _mix(eta * _share(path, t, s, eta), eps, fresh)),
            "eta is in your share three times: the share of the variance that is fresh is eta² (1 - SNR(t) / SNR(s))",
        ),
    ),
    alternatives=(_ancestral_as_ddpm,),
    hints=(
        "Begin with a step of ddim: from the velocity the clean clip and the noise (`path.to_x0`, `path.to_eps`), then "
        "mix them anew at time s (`path.add_noise`). Only the noise is different here.",
        "`share = eta**2 * (1 - SNR(t) / SNR(s))`. With logarithms: `SNR(t) / SNR(s) = exp(log_snr(t) - log_snr(s))`, "
        "which is 0 at both ends, as it should be.",
        "`noise = (1 - share).sqrt() * eps + share.sqrt() * noise_like(x, generator)`, and then `path.add_noise(x0, "
        "noise, s)`.",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=15,
    difficulty=3,
    points=3,
)
