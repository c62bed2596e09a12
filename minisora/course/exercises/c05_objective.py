"""Chapter 05: what the network is asked, how its answer is scored, and how an answer becomes a clip."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from minisora.course.checks.compare import difference
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, call, each_once
from minisora.course.exercises.outside import AS_IT_SHOULD_BE, seen_from_outside
from minisora.diffusion.gaussian import GaussianWorld
from minisora.diffusion.objective import TimeSampler, logit_normal, loss_at, velocity_loss
from minisora.diffusion.path import COSINE, EDM, STRAIGHT, Path, Velocity
from minisora.diffusion.sampler import sample, time_grid


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers, always the same."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def to_x0(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """The clean clip that a velocity at ``x`` points away from: the package has it as a method of the path."""
    return path.to_x0(velocity, x, t)


def _rates(t: Tensor, path: Path) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)


def _to_x0_by_linear_solve(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    rows = [curve.expand_as(x) for curve in _rates(t, path)]
    alpha, sigma, dalpha, dsigma = rows
    matrix = torch.stack([torch.stack([alpha, sigma], -1), torch.stack([dalpha, dsigma], -1)], -2)
    return torch.linalg.solve(matrix, torch.stack([x, velocity], -1))[..., 0]


def _without_division(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    return path.dsigma(t) * x - path.sigma(t) * velocity


def _determinant_upside_down(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, dalpha, dsigma = _rates(t, path)
    return (dsigma * x - sigma * velocity) / (alpha * dsigma + dalpha * sigma)


CLIPS = (2, 3, 2, 4, 5)
TOKEN_TIMES = torch.tensor([0.2, 0.7]).view(1, 1, 2, 1, 1)

TO_X0 = Exercise(
    name="to_x0",
    reference=to_x0,
    cases=(
        call("two clips on the straight path at t = 0.3", numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.3)),
        call("the same on the cosine path", numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.3), COSINE),
        call(
            "frames at times of their own, 0.2 and 0.7", numbers(*CLIPS), numbers(*CLIPS, seed=1), TOKEN_TIMES, COSINE
        ),
        Case(
            "clips that were mixed with noise on EDM's path at t = 0.02, which should come back",
            lambda f: f(
                EDM.velocity(numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.02)),
                EDM.add_noise(numbers(*CLIPS), numbers(*CLIPS, seed=1), torch.tensor(0.02)),
                torch.tensor(0.02),
                EDM,
            ),
            expected=lambda: numbers(*CLIPS),
            tolerance=1e-4,
        ),
    ),
    mistakes=(
        Mistake(
            "the straight path's answer on all paths",
            lambda velocity, x, t, path=STRAIGHT: x - t * velocity,
            "x - t·velocity is right on the straight path only. Solve the two equations with whatever the path says: "
            "path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)",
        ),
        Mistake(
            "plus the velocity",
            lambda velocity, x, t, path=STRAIGHT: x + t * velocity,
            "you go along the velocity, which leads to the noise; the clip lies the other way: subtract",
        ),
        Mistake(
            "the noise instead of the clip",
            lambda velocity, x, t, path=STRAIGHT: path.to_eps(velocity, x, t),
            "that is the noise at the other end of the path. Eliminate eps from the two equations, not x0",
        ),
        Mistake(
            "not divided by the determinant",
            _without_division,
            "the numerator is right, but the determinant alpha·dsigma - dalpha·sigma is missing below it. It is 1 on "
            "the straight path, so only other paths show it",
        ),
        Mistake(
            "velocity taken for noise",
            lambda velocity, x, t, path=STRAIGHT: (x - path.sigma(t) * velocity) / path.alpha(t),
            "you take the velocity for the noise, eps. It is dalpha·x0 + dsigma·eps: two equations, with x0 and eps "
            "unknown",
        ),
        Mistake(
            "velocity taken for v",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.alpha(t) * x - path.sigma(t) * velocity) / (path.alpha(t) ** 2 + path.sigma(t) ** 2)
            ),
            "you take the velocity for v, another costume (alpha·eps - sigma·x0). The velocity is "
            "dalpha·x0 + dsigma·eps, with the rates of the path",
        ),
        Mistake(
            "dalpha for dsigma",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dalpha(t) * x - path.sigma(t) * velocity)
                / (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "x is multiplied by dalpha, where dsigma belongs: so the noise does not drop out of the two equations",
        ),
        Mistake(
            "alpha for sigma",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dsigma(t) * x - path.alpha(t) * velocity)
                / (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "the velocity is multiplied by alpha, where sigma belongs: so the noise does not drop out of the two "
            "equations",
        ),
        Mistake(
            "numerator with a plus",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dsigma(t) * x + path.sigma(t) * velocity)
                / (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "you add the velocity, which leads to the noise: the clip lies the other way, so sigma·velocity is "
            "subtracted",
        ),
        Mistake(
            "numerator turned round",
            lambda velocity, x, t, path=STRAIGHT: -path.to_x0(velocity, x, t),
            "your answer is minus the clip: it is dsigma·x - sigma·velocity over alpha·dsigma - dalpha·sigma, each in "
            "this order",
        ),
        Mistake(
            "on to the noise",
            lambda velocity, x, t, path=STRAIGHT: x + (1 - t) * velocity,
            "you go on to t = 1, where the noise is: the clip is at t = 0, the other way",
        ),
        Mistake(
            "one whole unit of time",
            lambda velocity, x, t, path=STRAIGHT: x - velocity,
            "you go back a whole unit of time, whatever t is: on the straight path it is t of it, and other paths are "
            "bent",
        ),
        Mistake(
            "not divided, and clamped",
            lambda velocity, x, t, path=STRAIGHT: path.to_x0(velocity, x, t).clamp(-1, 1),
            "you clamp the clip to -1 … 1. An answer in the middle of the way need not lie there, and cut it is "
            "another "
            "one",
        ),
        Mistake(
            "multiplied by the determinant",
            lambda velocity, x, t, path=STRAIGHT: (
                (path.dsigma(t) * x - path.sigma(t) * velocity)
                * (path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t))
            ),
            "you multiply by the determinant alpha·dsigma - dalpha·sigma: divide by it",
        ),
        Mistake(
            "divided by alpha",
            lambda velocity, x, t, path=STRAIGHT: (path.dsigma(t) * x - path.sigma(t) * velocity) / path.alpha(t),
            "you divide by alpha. What stands before x0 when the noise is gone is the determinant, "
            "alpha·dsigma - dalpha·sigma",
        ),
        Mistake(
            "determinant with a plus",
            _determinant_upside_down,
            "your determinant adds its two products: it is alpha·dsigma minus dalpha·sigma",
        ),
    ),
    alternatives=(_to_x0_by_linear_solve,),
    hints=(
        "Two equations, two unknowns: `x = alpha·x0 + sigma·eps` and `velocity = dalpha·x0 + dsigma·eps`. You know x "
        "and velocity.",
        "Multiply the first equation by dsigma and the second by sigma, and subtract: eps is gone.",
        "What stays on the right is `(alpha·dsigma - dalpha·sigma)·x0`. Divide by that bracket. Check on the straight "
        "path: it must become `x - t·velocity`.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=10,
    difficulty=1,
    points=2,
)


def loss_weight(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """How much the square of an error of ``target`` (x0, eps, v or velocity) counts as error of the velocity.

    Everything is linear, so it is enough to see what an error of one does to the package's own conversion.
    """
    one, zero = torch.ones_like(t), torch.zeros_like(t)
    turn = {"x0": path.from_x0, "eps": path.from_eps, "v": path.from_v, "velocity": lambda answer, x, t: answer}[target]
    return (turn(one, zero, t) - turn(zero, zero, t)) ** 2


def _loss_weight_by_formula(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, dalpha, dsigma = _rates(t, path)
    if target == "velocity":
        return torch.ones_like(t)
    below = {"x0": sigma, "eps": alpha, "v": alpha**2 + sigma**2}[target]
    return ((alpha * dsigma - dalpha * sigma) / below) ** 2


def _swapped(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    return loss_weight({"x0": "eps", "eps": "x0"}.get(target, target), t, path)


def _unit_determinant(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, _, _ = _rates(t, path)
    return 1 / {"x0": sigma, "eps": alpha, "v": alpha**2 + sigma**2, "velocity": torch.ones_like(t)}[target] ** 2


Weight = Callable[[Tensor, Tensor, Tensor], Tensor]


def _weighed(
    *,
    determinant: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda a, s, da, ds: a * ds - da * s,
    x0: Weight = lambda a, s, d: (d / s) ** 2,
    eps: Weight = lambda a, s, d: (d / a) ** 2,
    v: Weight = lambda a, s, d: (d / (a**2 + s**2)) ** 2,
    velocity: Weight = lambda a, s, d: torch.ones_like(a),
) -> Solution:
    """The weights by their formulas of alpha, sigma and the determinant, with one of them wrong."""
    formulas = {"x0": x0, "eps": eps, "v": v, "velocity": velocity}

    def wrong(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
        rates = _rates(t, path)
        return formulas[target](rates[0], rates[1], determinant(*rates))

    return wrong


def _unit_norm(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    alpha, sigma, dalpha, dsigma = _rates(t, path)
    return (alpha * dsigma - dalpha * sigma) ** 2 if target == "v" else loss_weight(target, t, path)


TIMES = torch.tensor([0.1, 0.35, 0.5, 0.9])


def _weights(path: Path) -> Callable[[Solution], object]:
    return lambda f: {target: f(target, TIMES, path) for target in ("x0", "eps", "v", "velocity")}


LOSS_WEIGHT = Exercise(
    name="loss_weight",
    reference=loss_weight,
    cases=(
        Case("all four targets on the straight path at t = 0.1, 0.35, 0.5 and 0.9", _weights(STRAIGHT)),
        Case("all four targets on the cosine path at the same times", _weights(COSINE)),
        Case(
            "x0 on the straight path at t = 0.5, where an error of the clip is doubled and so its square fourfold",
            lambda f: f("x0", torch.tensor([0.5]), STRAIGHT),
            expected=lambda: torch.tensor([4.0]),
        ),
    ),
    mistakes=(
        Mistake(
            "not squared",
            lambda target, t, path=STRAIGHT: loss_weight(target, t, path) ** 0.5,
            "this is the factor of the error itself; the loss is its square, so square the factor",
        ),
        Mistake(
            "upside down",
            lambda target, t, path=STRAIGHT: 1 / loss_weight(target, t, path),
            "your weights are upside down: they turn a loss of the velocity into one of the target. Here the target's "
            "loss times the weight should be the velocity's",
        ),
        Mistake(
            "alpha and sigma swapped",
            _swapped,
            "the weights of x0 and eps are swapped. Near the clip (small t) a tiny error of x0 means a huge error of "
            "the noise, eps = (x - alpha·x0) / sigma: x0's weight has sigma below the line",
        ),
        Mistake(
            "determinant taken for 1",
            _unit_determinant,
            "right on the straight path, but not on others: above the line stands alpha·dsigma - dalpha·sigma, squared",
        ),
        Mistake(
            "alpha² + sigma² taken for 1",
            _unit_norm,
            "your weight of v takes alpha² + sigma² for 1. So it is on the cosine path, but not on the straight one: "
            "carry the sum along",
        ),
        Mistake(
            "determinant with a plus",
            _weighed(determinant=lambda a, s, da, ds: a * ds + da * s),
            "your determinant adds its two products: it is alpha·dsigma minus dalpha·sigma",
        ),
        Mistake(
            "velocity weighted too",
            _weighed(velocity=lambda a, s, d: d**2),
            "your weight of the velocity has the determinant in it: a squared error of the velocity is one of the "
            "velocity already, so its weight is 1",
        ),
        Mistake(
            "v over the root of the sum",
            _weighed(v=lambda a, s, d: d**2 / (a**2 + s**2)),
            "your weight of v is divided by alpha² + sigma² once: the factor of the error is D/(alpha² + sigma²), and "
            "the whole of it is squared",
        ),
        Mistake(
            "v over the sum of the shares",
            _weighed(v=lambda a, s, d: (d / (a + s)) ** 2),
            "your weight of v is divided by alpha + sigma. It is the sum of their squares, alpha² + sigma²",
        ),
        Mistake(
            "signal over noise for x0",
            _weighed(x0=lambda a, s, d: (a / s) ** 2),
            "your weight of x0 is the signal-to-noise ratio, which turns an error of x0 into one of the *noise*. For "
            "the velocity it is (D/sigma)²",
        ),
        Mistake(
            "noise over signal for eps",
            _weighed(eps=lambda a, s, d: (s / a) ** 2),
            "your weight of eps is the noise-to-signal ratio, which turns an error of the noise into one of *x0*. For "
            "the velocity it is (D/alpha)²",
        ),
        Mistake(
            "divided once",
            _weighed(x0=lambda a, s, d: d**2 / s, eps=lambda a, s, d: d**2 / a),
            "you square the determinant alone: the whole fraction is squared, what is below the line too",
        ),
        *(
            Mistake(
                f"limited to {most}",
                lambda target, t, path=STRAIGHT, most=most: loss_weight(target, t, path).clamp(max=most),
                f"you cut your weights off at {most}. Near the clip a small error of x0 is a large one of the "
                f"velocity, "
                "and the weight says so",
            )
            for most in (1, 5, 10, 20, 50)
        ),
        Mistake(
            "v taken for the velocity",
            lambda target, t, path=STRAIGHT: loss_weight("velocity" if target == "v" else target, t, path),
            "v = alpha·eps - sigma·x0 is not the velocity: an error e of x0 is one of -(alpha² + sigma²)/sigma · e of "
            "v. Put that together with x0's weight",
        ),
    ),
    alternatives=(_loss_weight_by_formula,),
    hints=(
        "Keep x as it is and let the answer be wrong by a little. If x0 is wrong by e, then eps = (x - alpha·x0)/sigma "
        "is wrong by -(alpha/sigma)·e, and the velocity dalpha·x0 + dsigma·eps by …?",
        "By (dalpha - dsigma·alpha/sigma)·e. Bring it over sigma: above the line is minus the determinant of the last "
        "exercise. Call it D. So the weight of x0 is (D/sigma)².",
        "In the same way: eps has (D/alpha)², v has (D/(alpha² + sigma²))², and the velocity has 1, in the shape of t.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=12,
    difficulty=2,
    points=2,
    trains=False,
)


#: 5 clips 5 pixels wide: times that lie along the wrong axis raise no error here.
MANY = (5, 4, 8, 40, 5)
SPREAD = 0.25  # the variance of every number of these clips


def _plain_best(x: Tensor, t: Tensor) -> Tensor:
    """The exact velocity where all numbers of a clip are independent, of mean 0 and variance SPREAD."""
    return (t - (1 - t) * SPREAD) * x / ((1 - t) ** 2 * SPREAD + t**2)


def _always(t: float) -> TimeSampler:
    return lambda n, generator: torch.full((n,), t)


def _in_turn(n: int, generator: torch.Generator) -> Tensor:
    return torch.linspace(0.1, 0.9, n)


def _loss_of(velocity: Velocity, times: TimeSampler, level: float) -> Callable[[Solution], object]:
    def ask(f: Solution) -> object:
        return f(velocity, level * numbers(*MANY), generator=torch.Generator().manual_seed(7), times=times)

    return ask


def _shown(times: TimeSampler, look: Callable[[Tensor, Tensor], object]) -> Callable[[Solution], object]:
    """What a solution shows the network, as ``look(x, t)`` sees it."""

    def ask(f: Solution) -> object:
        seen: list[object] = []

        def spy(x: Tensor, t: Tensor) -> Tensor:
            seen.append(look(x, t))
            return x

        f(spy, SPREAD**0.5 * numbers(*MANY), generator=torch.Generator().manual_seed(7), times=times)
        return seen[0] if len(seen) == 1 else f"{len(seen)} calls of the network"

    return ask


def _noise_in(x: Tensor, t: Tensor) -> Tensor:
    """Of the noise in clips that should be at t = 0.8: its size, and how alike that of the first two clips is."""
    noise = (x - 0.2 * SPREAD**0.5 * numbers(*MANY)) / 0.8
    return torch.stack([noise.std(), (noise[0] * noise[1]).mean()])


def _a_time_each(x: Tensor, t: Tensor) -> Tensor:
    """The time of each clip, in its first and its last column."""
    return t.expand_as(x)[:, 0, 0, 0, [0, -1]]


def _repeated(f: Solution) -> dict[str, bool]:
    def once(seed: int) -> object:
        return f(lambda x, t: x, numbers(*BATCH), generator=torch.Generator().manual_seed(seed))

    first = once(1)
    return {
        "the same seed, the same loss": difference(once(1), first, tolerance=1e-6) is None,
        "another seed, another loss": difference(once(2), first, tolerance=1e-6) is not None,
    }


#: Draws other numbers at each call, without a trace in the global generator.
_ELSEWHERE = torch.Generator()


def _objective(
    *,
    target: Callable[[Tensor, Tensor], Tensor] = lambda x0, noise: noise - x0,
    shared_time: bool = False,
    shared_noise: bool = False,
    clean: bool = False,
    summed: bool = False,
    times_ignored: bool = False,
    along_width: bool = False,
    own_noise: bool = False,
) -> Solution:
    """The loss with one thing wrong, or nothing."""

    def loss(
        velocity: Velocity, x0: Tensor, *, generator: torch.Generator, times: TimeSampler = logit_normal
    ) -> Tensor:
        shape = (1, *x0.shape[1:]) if shared_noise else x0.shape
        noise = torch.randn(shape, generator=_ELSEWHERE if own_noise else generator).expand_as(x0)
        t = (logit_normal if times_ignored else times)(len(x0), generator)
        t = t[:1].expand(len(x0)) if shared_time else t
        t = t if along_width else t.view(-1, *[1] * (x0.ndim - 1))
        x = x0 if clean else (1 - t) * x0 + t * noise
        error = (velocity(x, t) - target(x0, noise)).square()
        return error.flatten(1).sum(1).mean() if summed else error.mean()

    return loss


def _loss_by_loop(velocity: Velocity, x0: Tensor, *, generator: torch.Generator, times: TimeSampler = logit_normal):
    t = times(len(x0), generator)
    noise = torch.empty_like(x0).normal_(generator=generator)
    mixed = torch.stack([torch.lerp(a, b, float(each)) for a, b, each in zip(x0, noise, t, strict=True)])
    return torch.nn.functional.mse_loss(velocity(mixed, t[:, None, None, None, None]), noise - x0)


VELOCITY_LOSS = Exercise(
    name="velocity_loss",
    reference=velocity_loss,
    cases=(
        Case(
            "what one sees of it from the outside: what it shows the network, and what it makes of the answer",
            seen_from_outside,
            expected=lambda: dict(AS_IT_SHOULD_BE),
        ),
        Case(
            "the loss of the exact velocity at t = 0.3, for which mathematics knows 1.177",
            _loss_of(_plain_best, _always(0.3), SPREAD**0.5),
            expected=lambda: SPREAD / (0.7**2 * SPREAD + 0.3**2),
            tolerance=0.04,
        ),
        Case(
            "the loss of a network that always answers 0, for clips of variance 4: 1 + 4",
            _loss_of(lambda x, t: torch.zeros_like(x), _always(0.6), 2.0),
            expected=lambda: 5.0,
            tolerance=0.04,
        ),
        Case("the time that each of five clips is shown at", _shown(_in_turn, _a_time_each)),
        Case(
            "the noise in the clips that the network is shown at t = 0.8: of size 1, and another for each clip",
            _shown(_always(0.8), _noise_in),
            expected=lambda: torch.tensor([1.0, 0.0]),
            tolerance=0.05,
        ),
        Case(
            "the loss of the same clips with one seed and with another",
            _repeated,
            expected=lambda: {"the same seed, the same loss": True, "another seed, another loss": True},
        ),
    ),
    mistakes=(
        Mistake(
            "the sign",
            _objective(target=lambda x0, noise: x0 - noise),
            "your target points from the noise to the clip. dx/dt points where time points, towards the noise: "
            "noise - x0",
        ),
        Mistake(
            "noise as the target",
            _objective(target=lambda x0, noise: noise),
            "your target is the noise alone, another costume. The velocity is noise - x0",
        ),
        Mistake(
            "the network sees the clean clip",
            _objective(clean=True),
            "you hand the network x0 itself, so there is nothing to undo: it must see the noisy clip, "
            "(1 - t)·x0 + t·noise",
        ),
        Mistake(
            "one time for the batch",
            _objective(shared_time=True),
            "all clips of your batch have the same time. Draw len(x0) times, one for each clip",
        ),
        Mistake(
            "one noise for the batch",
            _objective(shared_noise=True),
            "all clips of your batch get the same noise: draw it in the shape of the whole batch",
        ),
        Mistake(
            "times along the width",
            _objective(along_width=True),
            "the times have the shape (b,), which broadcasts along the *last* axis, the width. Give them four axes "
            "of length 1 more: view(-1, 1, 1, 1, 1)",
        ),
        Mistake(
            "a sum instead of a mean",
            _objective(summed=True),
            "you sum over the numbers of a clip, so that the loss grows with its size; take the mean over all of them",
        ),
        Mistake(
            "its own choice of times",
            _objective(times_ignored=True),
            "you draw times of your own. Ask the function `times(len(x0), generator)` that you are given",
        ),
        Mistake(
            "noise of its own",
            _objective(own_noise=True),
            "your noise does not come from `generator`: with the same seed your loss is another number each time, and "
            "no training run could be repeated",
        ),
    ),
    alternatives=(_loss_by_loop, _objective()),
    hints=(
        "Five lines: noise, times, the noisy clip, the right answer, the mean square of the difference.",
        "`noise = torch.randn(x0.shape, generator=generator)` and `t = times(len(x0), generator)`. Now make t "
        "`b 1 1 1 1`, so that each clip has one.",
        "The network is called once, as `velocity(x, t)` with `x = (1 - t) * x0 + t * noise`. What it should have "
        "said is `noise - x0`.",
    ),
    becomes="minisora/diffusion/objective.py",
    minutes=12,
    difficulty=2,
    points=3,
)


def best_velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """The exact velocity where every number of a clip is Gaussian by itself: ``GaussianWorld`` of a diagonal matrix."""
    world = GaussianWorld(mean.expand_as(x[0]), torch.diag(variance.expand_as(x[0]).flatten()))
    return world.velocity(x, t)


def _best_velocity_by_means(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    share = (1 - t) * variance / ((1 - t) ** 2 * variance + t**2)
    clip = mean + share * (x - (1 - t) * mean)
    noise = t / ((1 - t) ** 2 * variance + t**2) * (x - (1 - t) * mean)
    return noise - clip


def _gaussian(
    *,
    shrunk: bool = True,
    power: float = 1.0,
    squares: bool = True,
    sign: float = 1.0,
    centred: bool = True,
    rooted: bool = False,
) -> Solution:
    """The exact velocity with one thing wrong."""

    def velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        c = variance**power
        spread = (1 - t) ** 2 * c + t**2 if squares else (1 - t) * c + t
        surprise = (x - (1 - t if shrunk else 1) * mean) / (spread**0.5 if rooted else spread)
        return sign * (t * surprise - (mean if centred else 0) - (1 - t) * c * surprise)

    return velocity


def _blamed(
    *,
    clip: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda t, mean, variance, surprise: (
        mean + (1 - t) * variance * surprise
    ),
    noise: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda t, variance, surprise: t * surprise,
    spread: Callable[[Tensor, Tensor], Tensor] = lambda t, variance: (1 - t) ** 2 * variance + t**2,
    sign: float = 1.0,
) -> Solution:
    """The best velocity by who is to blame for the surprise, with one part of it wrong, or none."""

    def velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        surprise = (x - (1 - t) * mean) / spread(t, variance)
        return noise(t, variance, surprise) - sign * clip(t, mean, variance, surprise)

    return velocity


def _through_division(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    clip = mean + (1 - t) * variance / ((1 - t) ** 2 * variance + t**2) * (x - (1 - t) * mean)
    return (x - clip) / t


MEAN, VARIANCE = torch.tensor([0.5, -1.0]).view(1, 2, 1, 1), torch.tensor([0.25, 2.0]).view(1, 2, 1, 1)
POINTS = (3, 1, 2, 1, 1)

BEST_VELOCITY = Exercise(
    name="best_velocity",
    reference=best_velocity,
    cases=(
        call("three clips of two frames at t = 0.3", numbers(*POINTS), torch.tensor(0.3), MEAN, VARIANCE),
        call("a time for each frame, 0.2 and 0.7", numbers(*POINTS), TOKEN_TIMES, MEAN, VARIANCE),
        Case(
            "pure noise, t = 1: what it says of the noise is all true, of the clip only the mean is known",
            lambda f: f(numbers(*POINTS), torch.ones(()), MEAN, VARIANCE),
            expected=lambda: numbers(*POINTS) - MEAN,
        ),
        Case(
            "a clean clip, t = 0: the clip is known, and of the noise only its mean, 0",
            lambda f: f(numbers(*POINTS), torch.zeros(()), MEAN, VARIANCE),
            expected=lambda: -numbers(*POINTS),
        ),
    ),
    mistakes=(
        Mistake(
            "the sign",
            _gaussian(sign=-1.0),
            "that is the guess of x0 minus the guess of the noise; the velocity is noise minus clip",
        ),
        Mistake(
            "mean not shrunk",
            _gaussian(shrunk=False),
            "you compare x with the mean clip itself. At time t the average of x is (1 - t)·mean: compare with that",
        ),
        Mistake(
            "variance forgotten in the clip",
            _blamed(clip=lambda t, mean, variance, surprise: mean + (1 - t) * surprise),
            "the clip's part takes the blame without its variance: it moves by (1 - t)·variance·surprise, in "
            "proportion to how much it varies",
        ),
        Mistake(
            "share squared in the clip",
            _blamed(clip=lambda t, mean, variance, surprise: mean + (1 - t) ** 2 * variance * surprise),
            "you square the clip's share of the blame: there is (1 - t) of it in x, once. (The square belongs to the "
            "variance of x.)",
        ),
        Mistake(
            "share forgotten in the clip",
            _blamed(clip=lambda t, mean, variance, surprise: mean + variance * surprise),
            "the clip takes the blame as if all of it were in x: it is (1 - t) of it, so (1 - t)·variance·surprise",
        ),
        Mistake(
            "clip's mean fades",
            _blamed(clip=lambda t, mean, variance, surprise: (1 - t) * mean + (1 - t) * variance * surprise),
            "the best clip begins at (1 - t)·mean in your formula. That is the average of x; the clip's own is `mean`",
        ),
        Mistake(
            "clip does not move",
            _blamed(clip=lambda t, mean, variance, surprise: mean),
            "your best clip is the mean clip, whatever x is: it moves from there by (1 - t)·variance·surprise",
        ),
        Mistake(
            "whole surprise for the noise",
            _blamed(noise=lambda t, variance, surprise: surprise),
            "the noise takes the whole surprise. There is t of it in x, so its part is t·surprise",
        ),
        Mistake(
            "noise varies like the clip",
            _blamed(noise=lambda t, variance, surprise: t * variance * surprise),
            "your noise varies like the clip. It has the variance 1, so its part is t·surprise",
        ),
        Mistake(
            "noise's share squared",
            _blamed(noise=lambda t, variance, surprise: t**2 * surprise),
            "you square the noise's share of the blame: there is t of it in x, once",
        ),
        Mistake(
            "noise left out",
            _blamed(noise=lambda t, variance, surprise: 0 * surprise),
            "the noise takes no blame in your formula, so its guess is 0: it is t·surprise",
        ),
        Mistake(
            "noise and clip added",
            lambda x, t, mean, variance: _blamed(sign=-1.0)(x, t, mean, variance),
            "you add the best noise and the best clip: the velocity is noise minus clip",
        ),
        Mistake(
            "time turned round",
            lambda x, t, mean, variance: _blamed()(x, 1 - t, mean, variance),
            "your time is turned round: at t = 0 there is the clip, so its share of x is 1 - t and the noise's t",
        ),
        Mistake(
            "x minus the mean",
            lambda x, t, mean, variance: x - mean,
            "x - mean is right at t = 1 only, where x is nothing but noise: guess noise and clip from the surprise",
        ),
        Mistake(
            "one time for all",
            lambda x, t, mean, variance: _blamed()(x, t.mean(), mean, variance),
            "you take one time for all, the mean: each frame (or clip) may have its own, so let `t` broadcast",
        ),
        Mistake(
            "noise's variance not in x",
            _blamed(spread=lambda t, variance: (1 - t) ** 2 * variance),
            "the variance of x has the clip's part alone: the noise adds t²",
        ),
        Mistake(
            "clip's variance in both",
            _blamed(spread=lambda t, variance: ((1 - t) ** 2 + t**2) * variance),
            "your noise has the clip's variance in the variance of x. It has variance 1: (1 - t)²·variance + t²",
        ),
        Mistake(
            "clip's variance in neither",
            _blamed(spread=lambda t, variance: (1 - t) ** 2 + t**2),
            "the clip's variance is missing in the variance of x: it is (1 - t)²·variance + t²",
        ),
        *(
            Mistake(
                f"{small:g} against zero",
                _blamed(spread=lambda t, variance, small=small: (1 - t) ** 2 * variance + t**2 + small),
                f"you add {small:g} to the variance of x, which shows in every answer. It is 0 only for a clip "
                "that "
                "never varies at t = 0: nothing has to be added",
            )
            for small in (0.1, 1e-2, 1e-3, 1e-4)
        ),
        Mistake(
            "variance squared",
            _gaussian(power=2.0),
            "you square the variance; it is already a square (of the standard deviation)",
        ),
        Mistake(
            "variance taken for a deviation",
            _gaussian(squares=False),
            "variances add with the *squares* of the factors: the variance of x is (1 - t)²·variance + t²",
        ),
        Mistake(
            "divided by the deviation",
            _gaussian(rooted=True),
            "you divide by the deviation of x, as statisticians often do. The surprise is over the variance of x: no "
            "root",
        ),
        Mistake(
            "the mean forgotten",
            _gaussian(centred=False),
            "the best guess of the clip is the mean *plus* its share of the surprise; you have only the share",
        ),
        Mistake(
            "divided by t",
            _through_division,
            "(x - clip)/t is right in between, but 0/0 at t = 0. Guess the noise directly: t·surprise, and subtract "
            "the guess of the clip",
        ),
    ),
    alternatives=(_best_velocity_by_means, _gaussian()),
    hints=(
        "Three steps: how surprising is x, what does that say of the clip, what does it say of the noise?",
        "`surprise = (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2)`: the distance from the average, over "
        "the variance of x.",
        "The clip gets its share of it, `mean + (1 - t) * variance * surprise`; the noise has mean 0 and variance 1, "
        "so its guess is `t * surprise`. The velocity is the second minus the first.",
    ),
    becomes="minisora/diffusion/gaussian.py",
    minutes=10,
    difficulty=2,
    points=2,
)


def follow(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    """Euler's walk along ``times``: the package's ``sample`` with nothing given."""
    return sample(velocity, x, times)


def _walk(*, at: str = "start", length: str = "s - t", skip_last: bool = False, frozen: bool = False) -> Solution:
    """Euler's walk with one thing wrong, or nothing."""

    def walk(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
        first = x
        for t, s in list(pairwise(times))[: -1 if skip_last else None]:
            arrow = velocity(first if frozen else x, t if at == "start" else s)
            step = {"s - t": s - t, "t - s": t - s, "1 / n": -1 / (len(times) - 1), "s": s}[length]
            x = x + step * arrow
        return x

    return walk


def _walk_backwards(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return _walk()(velocity, x, times.flip(0))


def _walk_by_recursion(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    if len(times) < 2:
        return x
    here = velocity(x, times[0].expand(len(x), *[1] * (x.ndim - 1)))
    return _walk_by_recursion(velocity, torch.add(x, here * (times[1] - times[0])), times[1:])


def _stepped(
    velocity: Velocity,
    x: Tensor,
    times: Tensor,
    length: Callable[[Tensor, Tensor], Tensor | float],
    *,
    at: Callable[[Tensor, Tensor], Tensor] = lambda t, s: t,
) -> Tensor:
    for t, s in pairwise(times):
        x = x + length(t, s) * velocity(x, at(t, s))
    return x


def _not_carried_on(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    t, s = times[-2], times[-1]
    return x + (s - t) * velocity(x, t)


def _jumped(x: Tensor, velocity: Velocity, times: Tensor) -> Tensor:
    return x - times[-1] * velocity(x, times[-1])


def _heuns(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    for t, s in pairwise(times):
        here = velocity(x, t)
        x = x + (s - t) * (here + velocity(x + (s - t) * here, s)) / 2
    return x


def _stops(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    places = [x]
    for t, s in pairwise(times):
        places.append(places[-1] + (s - t) * velocity(places[-1], t))
    return torch.stack(places)


def _two_frames() -> GaussianWorld:
    return GaussianWorld(torch.tensor([0.6, -0.2]).view(1, 2, 1, 1), torch.tensor([[0.5, 0.4], [0.4, 0.5]]))


def _bend(x: Tensor, t: Tensor) -> Tensor:
    return x * (1 + t)


FOLLOW = Exercise(
    name="follow",
    reference=follow,
    cases=(
        call("one step from t = 1 to 0", _bend, numbers(*POINTS), torch.tensor([1.0, 0.0])),
        call("four even steps", _bend, numbers(*POINTS), torch.linspace(1, 0, 5)),
        call("three uneven steps", _bend, numbers(*POINTS), torch.tensor([1.0, 0.7, 0.2, 0.0])),
        call("the first part of the way, from 1 to 0.5", _bend, numbers(*POINTS), torch.tensor([1.0, 0.8, 0.5])),
        call("the last part of the way, from 0.5", _bend, numbers(*POINTS), torch.tensor([0.5, 0.4, 0.1, 0.0])),
        Case(
            "200 steps along the exact velocity of a Gaussian world, whose end mathematics knows",
            lambda f: f(_two_frames().velocity, numbers(*POINTS), torch.linspace(1, 0, 201)),
            expected=lambda: _two_frames().flow(numbers(*POINTS), torch.ones(()), torch.zeros(())),
            tolerance=0.02,
        ),
    ),
    mistakes=(
        Mistake(
            "the sign of the step",
            _walk(length="t - s"),
            "you walk forwards, into more noise: time falls from t to s, so the step s - t is negative",
        ),
        Mistake(
            "the velocity of the next time",
            _walk(at="end"),
            "you ask for the velocity at time s, where x has not arrived yet: ask at t",
        ),
        Mistake(
            "all steps alike",
            _walk(length="1 / n"),
            "your steps all have the length 1/n; the grid may be uneven, and need not begin at 1: use s - t",
        ),
        Mistake(
            "the last step is missing",
            _walk(skip_last=True),
            "n + 1 times make n steps; you stop one early, so a little noise is left",
        ),
        Mistake(
            "a step of length s",
            _walk(length="s"),
            "you multiply by the time at which you arrive; a step is as long as the time that passes, s - t",
        ),
        Mistake(
            "the first step is missing",
            lambda velocity, x, times: _walk()(velocity, x, times[1:]),
            "n + 1 times make n steps; you leave out the first one: begin at times[0]",
        ),
        Mistake(
            "not carried on",
            _not_carried_on,
            "every step begins at the starting point, so that only the last one counts: carry `x` on from step to step",
        ),
        Mistake(
            "asked once",
            lambda velocity, x, times: x + (times[-1] - times[0]) * velocity(x, times[0]),
            "you ask for the velocity once, at the beginning, and go on with it: ask again in each step, where you are",
        ),
        Mistake(
            "whole units of time",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: -1.0),
            "each of your steps goes as far as the velocity brings you in a whole unit of time: multiply it by the "
            "time "
            "that passes, s - t",
        ),
        Mistake(
            "all the way in each step",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: -t),
            "each of your steps goes all the way to 0: only s - t of time passes",
        ),
        Mistake(
            "a jump at the end",
            lambda velocity, x, times: _jumped(_walk()(velocity, x, times), velocity, times),
            "at the last time you take one more step, to 0: the walk ends where `times` ends",
        ),
        Mistake(
            "a step in the middle of two",
            _heuns,
            "you ask for the velocity twice a step and take the mean: that is Heun's method (chapter 09). Here it is "
            "Euler's, one arrow a step",
        ),
        Mistake(
            "the middle of the step",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: s - t, at=lambda t, s: (t + s) / 2),
            "you ask for the velocity in the middle of the step, where x is not yet: ask at t",
        ),
        Mistake(
            "all the stops",
            _stops,
            "you return all the places on the way: return where it ends, the last one",
        ),
        Mistake(
            "divided by the step",
            lambda velocity, x, times: _stepped(velocity, x, times, lambda t, s: 1 / (s - t)),
            "you divide by the time that passes: a way is velocity *times* time",
        ),
        Mistake(
            "the way alone",
            lambda velocity, x, times: _walk()(velocity, x, times) - x,
            "you return how far it went, not where it ends: add it to where it began",
        ),
        Mistake(
            "only the first arrow",
            _walk(frozen=True),
            "you ask for the velocity at the starting point every time; ask where you are now",
        ),
        Mistake(
            "times backwards",
            _walk_backwards,
            "you run through the times from their end; they are already in the order of the walk",
        ),
    ),
    alternatives=(_walk_by_recursion, _walk()),
    hints=(
        "A loop over neighbours in `times`: from t to s, from there to the next, and so on.",
        "In each step the velocity says how fast x changes with time, and the time changes by s - t. So how much does "
        "x change?",
        "`itertools.pairwise(times)` gives the neighbours: `for t, s in pairwise(times): x = x + …`. Not `x += …`, "
        "which would overwrite the noise that you were given.",
    ),
    becomes="minisora/diffusion/sampler.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)


def _rule(x: Tensor, t: Tensor) -> Tensor:
    """A network whose answer for a frame depends on all frames, and on their times."""
    return 0.3 * x + t - 0.5 + (x + 2 * t).mean(2, keepdim=True)


def _scored(
    *,
    told: str = "level",
    noised: str = "level",
    divided: str = "free",
    pooled: bool = False,
    all_count: bool = False,
    straight: bool = False,
    straight_aim: bool = False,
    sign: float = 1.0,
    masked: str = "error",
    turned: bool = False,
    clips: str = "mean",
    aimed: str = "level",
    power: int = 2,
) -> Solution:
    """The loss with given tokens, with one thing wrong, or nothing."""

    def loss(
        velocity: Velocity,
        x0: Tensor,
        noise: Tensor,
        t: Tensor,
        *,
        path: Path = STRAIGHT,
        free: Tensor | float = 1.0,
    ) -> Tensor:
        free = torch.as_tensor(free).expand_as(x0)
        free = 1 - free if turned else free
        times = {"level": t * free, "t": t.expand_as(x0), "far": t * free + (1 - free)}
        path = STRAIGHT if straight else path
        predicted = velocity(path.add_noise(x0, noise, times[noised]), times[told])
        counts = torch.ones_like(x0) if all_count else (free > 0).to(x0)
        aim = STRAIGHT if straight_aim else path
        target = sign * aim.velocity(x0, noise, times[aimed])
        predicted = predicted * counts if masked == "answer" else predicted
        target = target * counts if masked == "target" else target
        error = (predicted - target).abs() ** power * (counts if masked == "error" else 1)
        numbers_of = {"free": counts, "places": counts[:, :1], "all": torch.ones_like(x0)}
        if pooled:
            return error.sum() / numbers_of[divided].sum()
        each = error.flatten(1).sum(1)
        each = each if divided == "nothing" else each / numbers_of[divided].flatten(1).sum(1).clamp(min=1)
        return each.mean() if clips == "mean" else each.sum()

    return loss


def _loss_at_by_loop(
    velocity: Velocity, x0: Tensor, noise: Tensor, t: Tensor, *, path: Path = STRAIGHT, free: Tensor | float = 1.0
) -> Tensor:
    level = t * free
    error = (velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)) ** 2
    open_ = (torch.as_tensor(free) > 0).expand_as(x0)
    return torch.stack([each[mask].mean() for each, mask in zip(error, open_, strict=True)]).mean()


BATCH = (2, 3, 4, 2, 5)
CLIP_TIMES = torch.tensor([0.25, 0.8]).view(2, 1, 1, 1, 1)
#: The first clip has one frame given, the second three.
FREE = torch.tensor([[0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0]]).view(2, 1, 4, 1, 1)


def _with_free(path: Path, free: Tensor | float) -> Callable[[Solution], object]:
    return lambda f: f(_rule, numbers(*BATCH), numbers(*BATCH, seed=1), CLIP_TIMES, path=path, free=free)


LOSS_AT = Exercise(
    name="loss_at",
    reference=loss_at,
    cases=(
        Case("two clips of which nothing is given", _with_free(STRAIGHT, 1.0)),
        Case("two clips of which nothing is given, on the cosine path", _with_free(COSINE, 1.0)),
        Case("one given frame in the first clip, three in the second", _with_free(STRAIGHT, FREE)),
        Case("the first frame of both clips given", _with_free(STRAIGHT, FREE[:1])),
    ),
    mistakes=(
        Mistake(
            "given frames count",
            _scored(all_count=True),
            "the given frames count in your loss. There is nothing to learn in them: leave them out, from the sum and "
            "from the number that you divide by",
        ),
        Mistake(
            "channels forgotten",
            _scored(divided="places"),
            "you divide by the number of free *places*: error is summed over the channels too, so divide by the number "
            "of free numbers. `(free > 0).expand_as(x0)` counts them",
        ),
        Mistake(
            "the sign",
            _scored(sign=-1.0),
            "your target has the wrong sign: ask `path.velocity(x0, noise, level)` and subtract it from the answer",
        ),
        Mistake(
            "the answer masked alone",
            _scored(masked="answer"),
            "you mask the network's answer, but not what it should have said, so given frames still count: mask the "
            "*error*",
        ),
        Mistake(
            "the target masked alone",
            _scored(masked="target"),
            "you mask what the network should have said, but not its answer, so given frames still count: mask the "
            "*error*",
        ),
        Mistake(
            "free turned round",
            _scored(turned=True),
            "`free` is turned round: 1 is to be made and counts, 0 is given and stays clean",
        ),
        Mistake(
            "summed",
            _scored(divided="nothing"),
            "you sum over the numbers of a clip: divide by how many are free",
        ),
        Mistake(
            "clips summed",
            _scored(clips="sum"),
            "you sum over the clips: take the mean of their errors",
        ),
        Mistake(
            "free ignored",
            _scored(told="t", noised="t", all_count=True, aimed="t"),
            "`free` plays no part: given frames should be clean, be known to be clean, and not count",
        ),
        Mistake(
            "absolute errors",
            _scored(power=1),
            "you take the sizes of the errors: it is their squares",
        ),
        Mistake(
            "given tokens are pure noise",
            _scored(noised="far", told="far"),
            "your given frames are at level 1, pure noise: level = t·free is 0 where free is 0",
        ),
        Mistake(
            "divided by all",
            _scored(divided="all"),
            "given frames add nothing to your sum, but you still divide by all numbers of the clip: divide by how "
            "many are free",
        ),
        Mistake(
            "the network is told t",
            _scored(told="t"),
            "the clip is mixed rightly, but the network is told that the given frames are noisy: tell it the level, "
            "t·free",
        ),
        Mistake(
            "given frames are noisy",
            _scored(noised="t"),
            "the network is told that the given frames are clean, but they are as noisy as the rest: mix with the "
            "level, t·free",
        ),
        Mistake(
            "one mean over the batch",
            _scored(pooled=True),
            "you take one mean over all free numbers of the batch, so a clip with little free counts for little. Take "
            "each clip's mean first, then the mean over the clips",
        ),
        Mistake(
            "always the straight path",
            _scored(straight=True),
            "you mix and aim as on the straight path whatever `path` is: use path.add_noise and path.velocity",
        ),
        Mistake(
            "aimed at the straight path",
            _scored(straight_aim=True),
            "you mix as `path` says, but aim at noise - x0, which is the velocity of the straight path only: ask the "
            "path for its velocity as well",
        ),
    ),
    alternatives=(_loss_at_by_loop, _scored()),
    hints=(
        "One line makes a time for each token: `level = t * free`. From there on use level wherever you had t.",
        "`path.add_noise(x0, noise, level)` is what the network sees, `path.velocity(x0, noise, level)` what it "
        "should say.",
        "`counts = (free > 0).expand_as(x0)` marks what counts (first make free a tensor: `torch.as_tensor(free)`). "
        "Multiply the error by it, sum over all axes but the first (`flatten(1).sum(1)`), and divide by the same sum "
        "of counts.",
    ),
    becomes="minisora/diffusion/objective.py",
    minutes=15,
    difficulty=3,
    points=3,
)

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
    becomes="minisora/course/exercises/c05_objective.py",
    minutes=8,
    difficulty=2,
    points=2,
)

EXERCISES = (TO_X0, LOSS_WEIGHT, VELOCITY_LOSS, BEST_VELOCITY, FOLLOW, LOSS_AT, DIAGNOSIS)
