"""Solutions to chapter 05 as people write them: costumes, prices, the loss, the exact velocity, the walk."""

from __future__ import annotations

from itertools import pairwise

import torch

from minisora.diffusion import STRAIGHT, logit_normal
from minisora.diffusion.path import noise_like
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right

CHANGED = r"it changes|changed|in place|overwr|argument"
DETACHED = r"gradient|graph|detach|no_grad|item"
STATE = r"call|state|remember|once"
DEVICE = r"device"
DTYPE = r"dtype|float64|float32|precision|kind"


# --- to_x0 ---


def _determinant(path, t):
    return path.alpha(t) * path.dsigma(t) - path.dalpha(t) * path.sigma(t)


@wrong("to_x0", "straight path only", r"path|straight")
def _(velocity, x, t, path=STRAIGHT):
    return x - t * velocity


@wrong("to_x0", "not divided by the determinant", r"divid|bracket|determinant")
def _(velocity, x, t, path=STRAIGHT):
    return path.dsigma(t) * x - path.sigma(t) * velocity


@wrong("to_x0", "plus", r"sign|subtract|plus|minus|away")
def _(velocity, x, t, path=STRAIGHT):
    return (path.dsigma(t) * x + path.sigma(t) * velocity) / _determinant(path, t)


@wrong("to_x0", "the determinant's sign", r"sign|determinant|bracket|minus")
def _(velocity, x, t, path=STRAIGHT):
    bracket = path.alpha(t) * path.dsigma(t) + path.dalpha(t) * path.sigma(t)
    return (path.dsigma(t) * x - path.sigma(t) * velocity) / bracket


@wrong("to_x0", "the noise instead of the clip", r"noise|eps")
def _(velocity, x, t, path=STRAIGHT):
    return (path.alpha(t) * velocity - path.dalpha(t) * x) / _determinant(path, t)


@wrong("to_x0", "negative all over", r"sign|negative|minus")
def _(velocity, x, t, path=STRAIGHT):
    return (path.sigma(t) * velocity - path.dsigma(t) * x) / _determinant(path, t)


@wrong("to_x0", "velocity taken for noise", r"velocity.*noise|noise.*velocity|eps|epsilon")
def _(velocity, x, t, path=STRAIGHT):
    return (x - path.sigma(t) * velocity) / path.alpha(t)


@wrong("to_x0", "velocity taken for v", r"\bv\b|alpha.*eps|dalpha")
def _(velocity, x, t, path=STRAIGHT):
    alpha, sigma = path.alpha(t), path.sigma(t)
    return (alpha * x - sigma * velocity) / (alpha**2 + sigma**2)


@wrong("to_x0", "on to time 1", r"noise|1 - t|wrong end|other end|direction")
def _(velocity, x, t, path=STRAIGHT):
    return x + (1 - t) * velocity


@wrong("to_x0", "dalpha in dsigma's place", r"dsigma|dalpha|derivative|rate")
def _(velocity, x, t, path=STRAIGHT):
    return (path.dalpha(t) * x - path.sigma(t) * velocity) / _determinant(path, t)


@wrong("to_x0", "clamped", r"clamp|\[-1, 1\]|cut")
def _(velocity, x, t, path=STRAIGHT):
    return ((path.dsigma(t) * x - path.sigma(t) * velocity) / _determinant(path, t)).clamp(-1, 1)


@wrong("to_x0", "velocity is changed", CHANGED)
def _(velocity, x, t, path=STRAIGHT):
    velocity *= path.sigma(t)
    return (path.dsigma(t) * x - velocity) / _determinant(path, t)


@wrong("to_x0", "detached", DETACHED)
def _(velocity, x, t, path=STRAIGHT):
    return ((path.dsigma(t) * x - path.sigma(t) * velocity) / _determinant(path, t)).detach()


@right("to_x0", "elimination of the clip first")
def _(velocity, x, t, path=STRAIGHT):
    eps = (path.alpha(t) * velocity - path.dalpha(t) * x) / _determinant(path, t)
    return torch.where(
        path.alpha(t).abs() > 1e-3,
        (x - path.sigma(t) * eps) / path.alpha(t).clamp(min=1e-3),
        (path.dsigma(t) * x - path.sigma(t) * velocity) / _determinant(path, t),
    )


@right("to_x0", "linear algebra for two unknowns")
def _(velocity, x, t, path=STRAIGHT):
    a, b, c, d = (curve(t).expand_as(x) for curve in (path.alpha, path.sigma, path.dalpha, path.dsigma))
    matrix = torch.stack([torch.stack([a, b], -1), torch.stack([c, d], -1)], -2)
    answer = torch.linalg.solve(matrix, torch.stack([x, velocity], -1).unsqueeze(-1))
    return answer[..., 0, 0]


# --- loss_weight ---


def _weights(target, t, path):
    d, alpha, sigma = _determinant(path, t), path.alpha(t), path.sigma(t)
    return {
        "x0": (d / sigma) ** 2,
        "eps": (d / alpha) ** 2,
        "v": (d / (alpha**2 + sigma**2)) ** 2,
        "velocity": torch.ones_like(t),
    }[target]


@wrong("loss_weight", "not squared", r"square")
def _(target, t, path=STRAIGHT):
    return _weights(target, t, path).sqrt()


@wrong("loss_weight", "x0 and eps swapped", r"swap|x0.*eps|eps.*x0|alpha.*sigma|sigma.*alpha")
def _(target, t, path=STRAIGHT):
    return _weights({"x0": "eps", "eps": "x0"}.get(target, target), t, path)


@wrong("loss_weight", "a plain 1 for the velocity", r"tensor|shape|ones")
def _(target, t, path=STRAIGHT):
    return 1.0 if target == "velocity" else _weights(target, t, path)


@wrong("loss_weight", "the straight path's determinant, 1, everywhere", r"determinant|\bD\b|path|straight")
def _(target, t, path=STRAIGHT):
    alpha, sigma = path.alpha(t), path.sigma(t)
    below = {"x0": sigma, "eps": alpha, "v": alpha**2 + sigma**2, "velocity": torch.ones_like(t)}
    return below[target] ** -2


@wrong("loss_weight", "turned over", r"turned|over|inver|divid|1 ?/|upside down")
def _(target, t, path=STRAIGHT):
    return 1 / _weights(target, t, path)


@wrong("loss_weight", "v counts as much as the velocity", r"\bv\b")
def _(target, t, path=STRAIGHT):
    return _weights("velocity" if target == "v" else target, t, path)


@wrong("loss_weight", "v is divided by the root of alpha² + sigma²", r"\bv\b|root|alpha² \+ sigma²")
def _(target, t, path=STRAIGHT):
    if target == "v":
        return _determinant(path, t) ** 2 / (path.alpha(t) ** 2 + path.sigma(t) ** 2)
    return _weights(target, t, path)


@wrong("loss_weight", "a weight for the whole batch: averaged", r"shape|each|mean")
def _(target, t, path=STRAIGHT):
    return _weights(target, t, path).mean()


@wrong("loss_weight", "the signal-to-noise ratio as the weight of x0", r"SNR|x0|dalpha|alpha")
def _(target, t, path=STRAIGHT):
    if target == "x0":
        return (path.alpha(t) / path.sigma(t)) ** 2
    return _weights(target, t, path)


@wrong("loss_weight", "the sign in the determinant", r"sign|determinant|\bD\b")
def _(target, t, path=STRAIGHT):
    wrong_one = path.alpha(t) * path.dsigma(t) + path.dalpha(t) * path.sigma(t)
    return _weights(target, t, path) * (wrong_one / _determinant(path, t)) ** 2


@wrong("loss_weight", "velocity is weighted by D too", r"velocity.*1|\b1\b|velocity")
def _(target, t, path=STRAIGHT):
    return _determinant(path, t) ** 2 if target == "velocity" else _weights(target, t, path)


@wrong("loss_weight", "clamped to 5, as min-SNR does", r"clamp|cut|5|small t|large")
def _(target, t, path=STRAIGHT):
    return _weights(target, t, path).clamp(max=5)


@right("loss_weight", "from how far the velocity moves when the answer does")
def _(target, t, path=STRAIGHT):
    alpha, sigma, dalpha, dsigma = path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)
    power = alpha * alpha + sigma * sigma
    match target:
        case "x0":
            moved = dalpha - dsigma * alpha / sigma
        case "eps":
            moved = dsigma - dalpha * sigma / alpha
        case "v":
            moved = (alpha * dsigma - sigma * dalpha) / power
        case _:
            moved = torch.ones_like(t)
    return moved * moved


@right("loss_weight", "ifs")
def _(target, t, path=STRAIGHT):
    if target == "velocity":
        return t * 0 + 1
    divisor = path.sigma(t) if target == "x0" else path.alpha(t)
    if target == "v":
        divisor = path.alpha(t).pow(2) + path.sigma(t).pow(2)
    return torch.div(_determinant(path, t), divisor).pow(2)


# --- velocity_loss ---


def _loss(velocity, x0, generator, times, *, target=1.0, t=None, noise=None):
    noise = noise_like(x0, generator) if noise is None else noise
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1) if t is None else t
    return (velocity((1 - t) * x0 + t * noise, t) - target * (noise - x0)).square().mean()


@wrong("velocity_loss", "the target has the wrong sign", r"sign|noise - x0|x0 - noise")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(velocity, x0, generator, times, target=-1.0)


@wrong("velocity_loss", "the noise is the target", r"noise - x0|target|velocity")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    return (velocity((1 - t) * x0 + t * noise, t) - noise).square().mean()


@wrong("velocity_loss", "one time for the whole batch", r"each clip|one time|own|batch")
def _(velocity, x0, *, generator, times=logit_normal):
    t = times(1, generator).view(1, 1, 1, 1, 1).expand(len(x0), 1, 1, 1, 1)
    return _loss(velocity, x0, generator, times, t=t)


@wrong("velocity_loss", "the same noise for each clip", r"each clip|same noise|own noise|fresh|noise")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0[:1], generator).expand_as(x0)
    return _loss(velocity, x0, generator, times, noise=noise)


@wrong("velocity_loss", "uniform times: the argument is ignored", r"times")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(velocity, x0, generator, times, t=torch.rand(len(x0), 1, 1, 1, 1, generator=generator))


@wrong("velocity_loss", "global dice", r"generator|global|seed")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(velocity, x0, generator, times, noise=torch.randn_like(x0))


@wrong("velocity_loss", "a sum", r"mean|sum")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(velocity, x0, generator, times) * x0.numel()


@wrong("velocity_loss", "absolute errors", r"square|absolute")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    return (velocity((1 - t) * x0 + t * noise, t) - (noise - x0)).abs().mean()


@wrong("velocity_loss", "under no_grad", DETACHED)
@torch.no_grad()
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(velocity, x0, generator, times)


@wrong("velocity_loss", "item()", DETACHED + r"|tensor")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(velocity, x0, generator, times).item()


@wrong("velocity_loss", "the network's answer is detached", DETACHED)
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(lambda x, t: velocity(x, t).detach(), x0, generator, times)


@wrong("velocity_loss", "the network is shown the clean clip", r"clean|mixture|noisy|shown")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    return (velocity(x0, t) - (noise - x0)).square().mean()


@wrong("velocity_loss", "the mixture is turned round", r"swap|turned|share|mixture|t = 0|wrong way")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    return (velocity(t * x0 + (1 - t) * noise, t) - (noise - x0)).square().mean()


@wrong("velocity_loss", "the network is told another time: 1 - t", r"time|told|1 - t")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(lambda x, t: velocity(x, 1 - t), x0, generator, times)


@wrong("velocity_loss", "t is handed over flat", r"b 1 1 1 1|shape")
def _(velocity, x0, *, generator, times=logit_normal):
    return _loss(lambda x, t: velocity(x, t.flatten()), x0, generator, times)


@wrong(
    "velocity_loss", "the same throw in every call: the generator is seeded anew", r"call|seed|fresh|generator|again"
)
def _(velocity, x0, *, generator, times=logit_normal):
    generator.manual_seed(0)
    return _loss(velocity, x0, generator, times)


@wrong("velocity_loss", "the noise is drawn once and kept", r"call|fresh|kept|remember|again", fresh=True)
def _():
    kept = {}

    def velocity_loss(velocity, x0, *, generator, times=logit_normal):
        noise = kept.setdefault(x0.shape, noise_like(x0, generator))
        return _loss(velocity, x0, generator, times, noise=noise)

    return velocity_loss


@wrong("velocity_loss", "weighted by the time", r"weigh|mean|equal|plain")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    return ((1 - t) * (velocity((1 - t) * x0 + t * noise, t) - (noise - x0)).square()).mean()


@wrong("velocity_loss", "x0 itself becomes the mixture", CHANGED)
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    target = noise - x0
    x0.mul_(1 - t).add_(t * noise)
    return (velocity(x0, t) - target).square().mean()


@wrong("velocity_loss", "uniform noise", r"normal|uniform|randn|Gauss")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = torch.rand(x0.shape, generator=generator)
    return _loss(velocity, x0, generator, times, noise=noise)


@wrong("velocity_loss", "an error for each clip", r"single|one number|mean|shape|scalar")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = noise_like(x0, generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    return (velocity((1 - t) * x0 + t * noise, t) - (noise - x0)).square().flatten(1).mean(1)


@wrong("velocity_loss", "a time for each frame", r"each clip|frame|b 1 1 1 1|shape")
def _(velocity, x0, *, generator, times=logit_normal):
    b, _, t, _, _ = x0.shape
    level = times(b * t, generator).view(b, 1, t, 1, 1)
    return _loss(velocity, x0, generator, times, t=level)


@right("velocity_loss", "mse_loss, times first")
def _(velocity, x0, *, generator, times=logit_normal):
    t = times(x0.shape[0], generator)[:, None, None, None, None]
    noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    return torch.nn.functional.mse_loss(velocity(torch.lerp(x0, noise, t), t), noise - x0)


@right("velocity_loss", "clip by clip for the noise")
def _(velocity, x0, *, generator, times=logit_normal):
    noise = torch.stack([torch.empty_like(clip).normal_(generator=generator) for clip in x0])
    t = times(len(x0), generator).reshape(len(x0), *[1] * (x0.ndim - 1))
    error = velocity(x0 + t * (noise - x0), t) + x0 - noise
    return torch.mean(error * error)


# --- best_velocity ---


def _surprise(x, t, mean, variance):
    return (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2)


@wrong("best_velocity", "clip minus noise", r"sign|noise minus|minus the best clip|minus")
def _(x, t, mean, variance):
    s = _surprise(x, t, mean, variance)
    return mean + (1 - t) * variance * s - t * s


@wrong("best_velocity", "divided by the deviation", r"root|deviation|variance|√|square")
def _(x, t, mean, variance):
    s = (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2).sqrt()
    return t * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "shares not squared", r"square")
def _(x, t, mean, variance):
    s = (x - (1 - t) * mean) / ((1 - t) * variance + t)
    return t * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "the clip's mean is forgotten in the clip", r"mean")
def _(x, t, mean, variance):
    s = _surprise(x, t, mean, variance)
    return t * s - (1 - t) * variance * s


@wrong("best_velocity", "x's mean is the clip's", r"1 - t|mean")
def _(x, t, mean, variance):
    s = (x - mean) / ((1 - t) ** 2 * variance + t**2)
    return t * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "variance is squared: it was taken for the deviation", r"variance|deviation|square")
def _(x, t, mean, variance):
    variance = variance**2
    s = _surprise(x, t, mean, variance)
    return t * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "the noise has the clip's variance", r"noise|variance|\b1\b")
def _(x, t, mean, variance):
    s = (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2 * variance)
    return t * variance * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "the time is turned round", r"turned|t = |swap|1 - t|wrong way|time")
def _(x, t, mean, variance):
    s = (x - t * mean) / (t**2 * variance + (1 - t) ** 2)
    return (1 - t) * s - mean - t * variance * s


@wrong("best_velocity", "x minus the mean clip", r"surprise|average|straight|noise")
def _(x, t, mean, variance):
    return x - mean


@wrong("best_velocity", "x is changed", CHANGED)
def _(x, t, mean, variance):
    x -= (1 - t) * mean
    s = x / ((1 - t) ** 2 * variance + t**2)
    return t * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "the variance's share is forgotten in the clip", r"variance|share|blame|proportion")
def _(x, t, mean, variance):
    s = _surprise(x, t, mean, variance)
    return t * s - mean - (1 - t) * s


@wrong("best_velocity", "the clip's part in proportion (1 - t)²", r"square|1 - t|once|proportion|share")
def _(x, t, mean, variance):
    s = _surprise(x, t, mean, variance)
    return t * s - mean - (1 - t) ** 2 * variance * s


@wrong("best_velocity", "the noise gets the whole surprise", r"noise|\bt\b|share")
def _(x, t, mean, variance):
    s = _surprise(x, t, mean, variance)
    return s - mean - (1 - t) * variance * s


@wrong("best_velocity", "one t for all", r"each|broadcast|one time|own")
def _(x, t, mean, variance):
    t = t.mean()
    s = _surprise(x, t, mean, variance)
    return t * s - mean - (1 - t) * variance * s


@wrong("best_velocity", "a number against 0/0 that is far too large", r"1e-|small|epsilon|zero|divid|variance of")
def _(x, t, mean, variance):
    s = (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2 + 1e-2)
    return t * s - mean - (1 - t) * variance * s


@right("best_velocity", "the regression line of the velocity itself")
def _(x, t, mean, variance):
    slope = (t - (1 - t) * variance) / ((1 - t).square() * variance + t.square())
    return slope * (x - (1 - t) * mean) - mean


@right("best_velocity", "by the best clip alone, with the noise from x")
def _(x, t, mean, variance):
    power = (1 - t) ** 2 * variance + t * t
    clip = mean + (1 - t) * variance / power * (x - (1 - t) * mean)
    noise = t / power * (x - (1 - t) * mean)
    return noise - clip


# --- follow ---


@wrong("follow", "the wrong sign", r"sign|direction|away|backward|s - t")
def _(velocity, x, times):
    for t, s in pairwise(times):
        x = x + (t - s) * velocity(x, t)
    return x


@wrong("follow", "even steps", r"even|step")
def _(velocity, x, times):
    step = (times[-1] - times[0]) / (len(times) - 1)
    for t in times[:-1]:
        x = x + step * velocity(x, t)
    return x


@wrong("follow", "the velocity at the end of the step", r"begin|start|end of|velocity.*t|asked")
def _(velocity, x, times):
    for t, s in pairwise(times):
        x = x + (s - t) * velocity(x, s)
    return x


@wrong("follow", "one step too few", r"last|step|stops|short|all")
def _(velocity, x, times):
    for t, s in pairwise(times[:-1]):
        x = x + (s - t) * velocity(x, t)
    return x


@wrong("follow", "the first step is left out", r"first|step|all")
def _(velocity, x, times):
    for t, s in pairwise(times[1:]):
        x = x + (s - t) * velocity(x, t)
    return x


@wrong("follow", "the velocity is asked once", r"once|each step|every step|again|new")
def _(velocity, x, times):
    v = velocity(x, times[0])
    for t, s in pairwise(times):
        x = x + (s - t) * v
    return x


@wrong(
    "follow", "always from the beginning: x is not carried on", r"carr|where|stands|beginning|each step|last step|moves"
)
def _(velocity, x, times):
    end = x
    for t, s in pairwise(times):
        end = x + (s - t) * velocity(x, t)
    return end


@wrong("follow", "in place: the noise is overwritten", CHANGED)
def _(velocity, x, times):
    for t, s in pairwise(times):
        x += (s - t) * velocity(x, t)
    return x


@wrong("follow", "not multiplied with the length of the step", r"s - t|length|step|time")
def _(velocity, x, times):
    for t, _ in pairwise(times):
        x = x - velocity(x, t)
    return x


@wrong("follow", "all the stops are returned", r"end|where|stops|last|shape|return")
def _(velocity, x, times):
    path = [x]
    for t, s in pairwise(times):
        path.append(path[-1] + (s - t) * velocity(path[-1], t))
    return torch.stack(path)


@wrong("follow", "times sorted upwards", r"order|sort|first to the last|direction|from the first")
def _(velocity, x, times):
    for t, s in pairwise(times.sort().values):
        x = x + (s - t) * velocity(x, t)
    return x


@wrong("follow", "at the end it jumps to what it believes in", r"last|jump|extra|one more|velocity|steps|calls|asked")
def _(velocity, x, times):
    for t, s in pairwise(times):
        x = x + (s - t) * velocity(x, t)
    return x - times[-1] * velocity(x, times[-1])


@wrong("follow", "the second kind of step: Heun", r"Euler|twice|once|calls|asked")
def _(velocity, x, times):
    for t, s in pairwise(times):
        v = velocity(x, t)
        x = x + (s - t) * (v + velocity(x + (s - t) * v, s)) / 2
    return x


@right("follow", "without gradients, as the package's own sampler")
@torch.no_grad()
def _(velocity, x, times):
    for t, s in pairwise(times):
        x = x + (s - t) * velocity(x, t)
    return x


@wrong("follow", "fresh noise at each step", r"noise|random|determin|fresh|same")
def _(velocity, x, times):
    for t, s in pairwise(times):
        x = x + (s - t) * velocity(x, t) + 0.01 * torch.randn_like(x)
    return x


@wrong("follow", "Python numbers: times go through tolist", r"tensor|float|number")
def _(velocity, x, times):
    for t, s in pairwise(times.tolist()):
        x = x + (s - t) * velocity(x, t)
    return x


@right("follow", "recursion")
def follow(velocity, x, times):
    if len(times) < 2:
        return x
    return follow(velocity, x + (times[1] - times[0]) * velocity(x, times[0]), times[1:])


@right("follow", "diff and zip")
def _(velocity, x, times):
    y = x.clone()
    for t, step in zip(times[:-1], times.diff(), strict=True):
        y += step * velocity(y, t)
    return y


# --- loss_at ---


def _loss_at(velocity, x0, noise, t, path, free, *, told=None, shown=None, target=None, average=None, mean=True):
    free = torch.as_tensor(free)
    level = t * free
    x = path.add_noise(x0, noise, level if shown is None else shown)
    wanted = path.velocity(x0, noise, level) if target is None else target
    error = (velocity(x, level if told is None else told) - wanted).square()
    counts = (free > 0).to(x0.dtype).expand_as(x0)
    if average is not None:
        return average(error, counts)
    each = (error * counts).flatten(1).sum(1) / counts.flatten(1).sum(1)
    return each.mean()


@wrong("loss_at", "given tokens count", r"count|given|free")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, noise, t, path, free, average=lambda error, counts: error.mean())


@wrong("loss_at", "divided by everything, not by what is free", r"divid|mean over|number|free|counts")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, noise, t, path, free, average=lambda error, counts: (error * counts).mean())


@wrong("loss_at", "a mean over everything that is free in the batch", r"each clip|last|clip")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(
        velocity, x0, noise, t, path, free, average=lambda error, counts: (error * counts).sum() / counts.sum()
    )


@wrong("loss_at", "the network is not told that tokens are given", r"told|level|time")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    full = t + 0 * torch.as_tensor(free)
    return _loss_at(velocity, x0, noise, t, path, free, told=full)


@wrong("loss_at", "given tokens are noisy too", r"noisy|clean|given|level")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, noise, t, path, free, shown=t)


@wrong("loss_at", "free is turned round", r"turned|given|free|wrong way|1 - free")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    free = torch.as_tensor(free)
    level = t * (1 - free)
    error = (velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)).square()
    counts = (free < 1).to(x0.dtype).expand_as(x0)
    each = (error * counts).flatten(1).sum(1) / counts.flatten(1).sum(1).clamp(min=1)
    return each.mean()


@wrong("loss_at", "a plain number for free is not taken", r"number|as_tensor|float|1\.0")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    level = t * free
    error = (velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)).square()
    counts = (free > 0).expand_as(x0)
    return ((error * counts).flatten(1).sum(1) / counts.flatten(1).sum(1)).mean()


@wrong("loss_at", "the straight path's target on every path", r"path|straight|noise - x0")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, noise, t, path, free, target=noise - x0)


@wrong("loss_at", "mixed on the straight path", r"path|straight")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, noise, t, STRAIGHT, free)


@wrong("loss_at", "under no_grad", DETACHED)
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    with torch.no_grad():
        return _loss_at(velocity, x0, noise, t, path, free)


@wrong("loss_at", "item()", DETACHED + r"|tensor")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, noise, t, path, free).item()


@wrong(
    "loss_at",
    "divided by the number of free places, not of free numbers: channels are forgotten",
    r"channel|number|divid|expand",
)
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(
        velocity,
        x0,
        noise,
        t,
        path,
        free,
        average=lambda error, counts: (
            (error * counts).flatten(1).sum(1) / counts[:, :1].flatten(1).sum(1).clamp(min=1)
        ).mean(),
    )


@wrong("loss_at", "the counts are made on the CPU", DEVICE)
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    free = torch.as_tensor(free, device=x0.device)
    level = t * free
    error = (velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)).square()
    counts = torch.zeros(x0.shape)
    counts += (free > 0).expand_as(x0)
    return ((error * counts).flatten(1).sum(1) / counts.flatten(1).sum(1)).mean()


@wrong("loss_at", "the sign of the target", r"sign|noise - x0|turned")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    level = t * torch.as_tensor(free)
    return _loss_at(velocity, x0, noise, t, path, free, target=-path.velocity(x0, noise, level))


@wrong("loss_at", "an error for each clip", r"single|one number|mean|shape|scalar")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(
        velocity,
        x0,
        noise,
        t,
        path,
        free,
        average=lambda error, counts: (error * counts).flatten(1).sum(1) / counts.flatten(1).sum(1),
    )


@wrong("loss_at", "the noise comes from the function's own dice", r"given|outside|own|fresh|random|noise")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return _loss_at(velocity, x0, torch.randn_like(x0), t, path, free)


@wrong("loss_at", "free does not apply at all", r"free|given")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    return (velocity(path.add_noise(x0, noise, t), t) - path.velocity(x0, noise, t)).square().mean()


@wrong("loss_at", "x0 is overwritten", CHANGED)
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    free = torch.as_tensor(free)
    level = t * free
    target = path.velocity(x0, noise, level)
    x0.copy_(path.add_noise(x0, noise, level))
    error = (velocity(x0, level) - target).square()
    counts = (free > 0).to(x0.dtype).expand_as(x0)
    return ((error * counts).flatten(1).sum(1) / counts.flatten(1).sum(1)).mean()


@wrong("loss_at", "the answer is masked, the target is not", r"count|given|free|mask")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    free = torch.as_tensor(free)
    level = t * free
    counts = (free > 0).to(x0.dtype).expand_as(x0)
    answer = velocity(path.add_noise(x0, noise, level), level) * counts
    error = (answer - path.velocity(x0, noise, level)).square()
    return (error.flatten(1).sum(1) / counts.flatten(1).sum(1)).mean()


@right("loss_at", "a loop over clips with boolean indexing")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    level = t * torch.as_tensor(free, dtype=x0.dtype)
    answer = velocity(path.add_noise(x0, noise, level), level)
    error = (answer - path.velocity(x0, noise, level)) ** 2
    open_ = torch.as_tensor(free, dtype=x0.dtype).expand_as(x0) != 0
    return torch.stack([each[mask].mean() for each, mask in zip(error, open_, strict=True)]).mean()


@right("loss_at", "nanmean over what is free")
def _(velocity, x0, noise, t, *, path=STRAIGHT, free=1.0):
    free = torch.as_tensor(free)
    level = t * free
    error = velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)
    kept = torch.where((free > 0).expand_as(x0), error.square(), torch.nan)
    return kept.flatten(1).nanmean(1).mean()


# --- diagnosis ---

_RIGHT = {"A": "too few steps", "B": "stopped early", "C": "wrong sign", "D": "half the noise"}


@wrong("diagnosis", "A and D taken for each other", r"two skies are dull")
def _():
    return {**_RIGHT, "A": "half the noise", "D": "too few steps"}


@wrong("diagnosis", "B and C taken for each other", r"two skies are grainy")
def _():
    return {**_RIGHT, "B": "wrong sign", "C": "stopped early"}


@wrong("diagnosis", "A and B taken for each other", r"long steps")
def _():
    return {**_RIGHT, "A": "stopped early", "B": "too few steps"}


@wrong("diagnosis", "one trouble for two", r"once|two|each|twice")
def _():
    return {**_RIGHT, "A": "half the noise"}


@wrong("diagnosis", "a word that was not on the list", r"one of|list|name|called|words")
def _():
    return {**_RIGHT, "C": "sign"}


@wrong("diagnosis", "a patient is missing", r"missing|\bD\b|each|four")
def _():
    return {key: value for key, value in _RIGHT.items() if key != "D"}


@wrong("diagnosis", "small letters", r"capital|\"A\"|A, B|A to D|missing|keys")
def _():
    return {key.lower(): value for key, value in _RIGHT.items()}


@right("diagnosis", "turned round")
def _():
    by_trouble = {"wrong sign": "C", "half the noise": "D", "stopped early": "B", "too few steps": "A"}
    return {patient: trouble for trouble, patient in by_trouble.items()}
