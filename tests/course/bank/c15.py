"""Solutions to chapter 15 as people write them: Fréchet distances, their limit, what moves, votes, laws, traffic.

Unlike the other banks it comes from whoever wrote the mistakes, so that its count says less.
"""

from __future__ import annotations

from math import comb

import numpy as np
import torch

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


def _roots(a, b):
    return torch.linalg.eigvals(np_cov(a) @ np_cov(b)).real.clamp(min=0).sqrt().sum()


def np_cov(x):
    return torch.as_tensor(np.atleast_2d(np.cov(x.double().numpy(), rowvar=False)))


@wrong("frechet_distance", "only covariances", r"mean")
def _(a, b):
    return float(np_cov(a).trace() + np_cov(b).trace() - 2 * _roots(a, b))


@wrong("frechet_distance", "the root of each entry of the product", r"eigenvalues|number of A B")
def _(a, b):
    A, B = np_cov(a), np_cov(b)
    apart = (a.double().mean(0) - b.double().mean(0)).pow(2).sum()
    return float(apart + torch.trace(A + B - 2 * (A @ B).clamp(min=0).sqrt()))


@wrong("frechet_distance", "an unsquared distance in the end", r"squared")
def _(a, b):
    apart = (a.double().mean(0) - b.double().mean(0)).pow(2).sum()
    total = apart + np_cov(a).trace() + np_cov(b).trace() - 2 * _roots(a, b)
    return float(max(total, 0)) ** 0.5


@wrong("frechet_distance", "independent features", r"covariance|together")
def _(a, b):
    a, b = a.double(), b.double()
    return ((a.mean(0) - b.mean(0)) ** 2 + (a.std(0) - b.std(0)) ** 2).sum()


@right("frechet_distance", "numpy, with the roots of eigenvalues of a general matrix")
def _(a, b):
    A, B = np_cov(a).numpy(), np_cov(b).numpy()
    both = np.sqrt(np.linalg.eigvals(A @ B).real.clip(0)).sum()
    apart = np.square(a.double().numpy().mean(0) - b.double().numpy().mean(0)).sum()
    return apart + np.trace(A) + np.trace(B) - 2 * both


@wrong("at_infinity", "a regression in n", r"1 / n")
def _(sizes, distances):
    return np.poly1d(np.polyfit(sizes, distances, 1))(0)


@wrong("at_infinity", "polyfit's first number", r"slope")
def _(sizes, distances):
    return np.polyfit([1 / n for n in sizes], distances, 1)[0]


@wrong("at_infinity", "the best measured", r"largest|biased")
def _(sizes, distances):
    return dict(zip(sizes, distances, strict=True))[max(sizes)]


@wrong("at_infinity", "cut off at the least distance", r"chance|larger than")
def _(sizes, distances):
    return min(np.polyfit(1 / np.array(sizes), distances, 1)[1], *distances)


@right("at_infinity", "least squares by a matrix")
def _(sizes, distances):
    table = np.stack([np.ones(len(sizes)), 1 / np.array(sizes)], axis=1)
    return np.linalg.lstsq(table, np.array(distances), rcond=None)[0][0]


@wrong("dynamic_degree", "mean change of the picture", r"all pixels|share")
def _(video, *, share=0.05, threshold=0.05):
    return (video.diff(dim=2).abs().amax(1).mean((1, 2, 3)) / 2 > threshold).float()


@wrong("dynamic_degree", "forgets the range", r"halve|range")
def _(video, *, share=0.05, threshold=0.05):
    change = (video[:, :, 1:] - video[:, :, :-1]).abs().amax(1).flatten(2)
    top = change.topk(max(1, round(share * change.shape[-1]))).values
    return (top.mean((1, 2)) > threshold).float()


@wrong("dynamic_degree", "grey value", r"colour")
def _(video, *, share=0.05, threshold=0.05):
    change = video.mean(1).diff(dim=1).abs().flatten(2) / 2
    top = change.topk(max(1, round(share * change.shape[-1]))).values
    return (top.mean((1, 2)) > threshold).float()


@wrong("dynamic_degree", "the size of the motion", r"whether|1 or 0")
def _(video, *, share=0.05, threshold=0.05):
    change = video.diff(dim=2).abs().amax(1).flatten(2) / 2
    return change.topk(max(1, round(share * change.shape[-1]))).values.mean((1, 2))


@right("dynamic_degree", "sorted, in the range of 0 to 1 from the beginning")
def _(video, *, share=0.05, threshold=0.05):
    pixels = ((video + 1) / 2).diff(dim=2).abs().max(dim=1)[0].flatten(2)
    most = pixels.sort(dim=-1, descending=True)[0][..., : max(1, round(share * pixels.shape[-1]))]
    return torch.tensor([float(each.mean() > threshold) for each in most])


@wrong("sign_test", "one-sided", r"one side|other")
def _(wins, n):
    return min(1, sum(comb(n, k) for k in range(max(wins, n - wins), n + 1)) / 2**n)


@wrong("sign_test", "the probability of just this", r"or more|just so many")
def _(wins, n):
    return min(1, 2 * comb(n, wins) * 0.5**n)


@wrong("sign_test", "range stops too early at the lower end", r"without this one|or more|more uneven")
def _(wins, n):
    most = max(wins, n - wins)
    return min(1, 2 * sum(comb(n, k) for k in range(most + 1, n + 1)) / 2**n)


@wrong("sign_test", "counts from wins", r"loses|larger of wins")
def _(wins, n):
    return min(1, 2 * sum(comb(n, k) for k in range(wins, n + 1)) / 2**n)


@right("sign_test", "from the lower end")
def _(wins, n):
    few = min(wins, n - wins)
    return min(1.0, sum(comb(n, k) for k in range(few + 1)) * 2 ** (1 - n))


@wrong("extrapolate", "numpy's line through the raw numbers", r"logarithm")
def _(compute, losses, wanted, *, floor=0.0):
    return np.polyval(np.polyfit(compute, losses, 1), wanted)


@wrong("extrapolate", "floor ignored", r"floor")
def _(compute, losses, wanted, *, floor=0.0):
    return np.exp(np.polyval(np.polyfit(np.log(compute), np.log(losses), 1), np.log(wanted)))


@wrong("extrapolate", "floor forgotten at the end", r"floor")
def _(compute, losses, wanted, *, floor=0.0):
    above = np.log(np.array(losses) - floor)
    return np.exp(np.polyval(np.polyfit(np.log(compute), above, 1), np.log(wanted)))


@wrong("extrapolate", "log10 and exp", r"natural|powers of ten|logarithm")
def _(compute, losses, wanted, *, floor=0.0):
    above = np.log(np.array(losses) - floor)
    return 10 ** np.polyval(np.polyfit(np.log(compute), above, 1), np.log(wanted)) + floor


@right("extrapolate", "log2 and a matrix")
def _(compute, losses, wanted, *, floor=0.0):
    table = np.stack([np.ones(len(compute)), np.log2(compute)], axis=1)
    start, slope = np.linalg.lstsq(table, np.log2(np.array(losses) - floor), rcond=None)[0]
    return floor + 2.0 ** (start + slope * np.log2(wanted))


@wrong("traffic", "everything, whoever has it", r"alone|own slice")
def _(parameters, devices, strategy, *, width=4):
    return {"fsdp": 3, "ddp": 2}[strategy] * parameters * width


@wrong("traffic", "weights are gathered once", r"again|three")
def _(parameters, devices, strategy, *, width=4):
    return 2 * parameters * width * (1 - 1 / devices)


@wrong("traffic", "counts numbers", r"bytes")
def _(parameters, devices, strategy, *, width=4):
    return (3 if strategy == "fsdp" else 2) * parameters * (devices - 1) / devices


@wrong("traffic", "one all-reduce is one round", r"two|round")
def _(parameters, devices, strategy, *, width=4):
    return (3 if strategy == "fsdp" else 1) * parameters * width * (devices - 1) / devices


@right("traffic", "slice by slice")
def _(parameters, devices, strategy, *, width=4):
    others = parameters * width - parameters * width / devices
    return others + others + (others if strategy == "fsdp" else 0)
