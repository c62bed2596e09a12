"""A loss seen from the outside: what it shows the network, and what it makes of the answer, in words."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Solution

_NOISE, _TOLD, _SEEN, _LOSS = (
    "noise from another generator",
    "the time that the network is told",
    "what the network sees",
    "the loss",
)
#: What one sees of a right one.
AS_IT_SHOULD_BE = {
    "the times": "one for each clip",
    "calls of the network": "1",
    _NOISE: "another",
    _TOLD: "that of each clip, in the shape b 1 1 1 1",
    _SEEN: "(1 - t)·x0 + t·noise",
    _LOSS: "the mean square of the answer minus (noise - x0)",
}


def seen_from_outside(loss: Solution) -> dict[str, str]:
    """What a loss does with a network that always answers the same; as far as it can be told."""
    shape = (5, 4, 8, 40, 5)
    x0, answer = (torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in (21, 22))
    given = torch.linspace(0.1, 0.9, len(x0)).view(-1, 1, 1, 1, 1)
    asked: list[int] = []
    seen: list[tuple[Tensor, Tensor]] = []

    def times(n: int, generator: torch.Generator) -> Tensor:
        asked.append(n)
        return given[:n].flatten()

    def network(x: Tensor, t: Tensor) -> Tensor:
        seen.append((torch.as_tensor(x), torch.as_tensor(t)))
        return answer

    found = loss(network, x0.clone(), generator=torch.Generator().manual_seed(23), times=times)
    says = {"the times": _asked(asked, len(x0)), "calls of the network": str(len(seen))}
    if len(seen) != 1 or seen[0][0].shape != x0.shape:
        return says
    (x, t), seen[:] = seen[0], []
    loss(network, x0.clone(), generator=torch.Generator().manual_seed(24), times=times)
    says[_NOISE] = AS_IT_SHOULD_BE[_NOISE]
    if torch.equal(seen[0][0], x) and not torch.equal(x, x0):
        says[_NOISE] = "the same again: is it kept from the call before, or is the generator seeded anew?"
    says[_TOLD] = _told(t, given)
    says[_SEEN] = _mixed(x, x0, given)
    says[_LOSS] = _scored(torch.as_tensor(found), answer, x, x0, given)
    return says


def _asked(asked: list[int], clips: int) -> str:
    if not asked:
        return "never asked for: ask the function `times(len(x0), generator)` that you are given"
    return AS_IT_SHOULD_BE["the times"] if asked == [clips] else f"asked for {' and then '.join(map(str, asked))}"


def _told(t: Tensor, given: Tensor) -> str:
    if t.shape != given.shape:
        return f"a tensor of the shape {tuple(t.shape)}: give it four axes of length 1, view(-1, 1, 1, 1, 1)"
    if torch.allclose(t, given):
        return AS_IT_SHOULD_BE[_TOLD]
    if torch.allclose(t, 1 - given):
        return "1 - t: tell it t, the time that was used for mixing"
    return "one for all clips" if bool((t == t[0]).all()) else "another one than was used for mixing"


def _mixed(x: Tensor, x0: Tensor, t: Tensor) -> str:
    noise = (x - (1 - t) * x0) / t
    if _normal(noise, x0):
        alike = float((noise[0] * noise[1]).mean()) > 0.5
        return (
            "the same noise in all clips: draw it in the shape of the whole batch" if alike else AS_IT_SHOULD_BE[_SEEN]
        )
    others = {
        "t·x0 + (1 - t)·noise, turned round: at t = 0 it should be the clip": (x - t * x0) / (1 - t),
        "x0 + t·noise: the clip does not fade": (x - x0) / t,
        "x0 + noise, whatever the time": x - x0,
        "√(1 - t)·x0 + √t·noise: no roots on the straight path": (x - (1 - t).sqrt() * x0) / t.sqrt(),
        "(1 - t)·x0 - t·noise: the noise has the wrong sign": -noise,
    }
    if torch.equal(x, x0):
        return "the clean clip x0: it must see the noisy one"
    if 0.2 < float(noise.std()) < 0.4 and 0.4 < float(noise.mean()) < 0.6:
        return "uniform noise, from 0 to 1: it should be normal (randn, not rand)"
    return next((says for says, other in others.items() if _normal(other, x0)), "another mixture of x0 and noise")


def _normal(noise: Tensor, x0: Tensor) -> bool:
    """Whether it is normal noise of size 1 in each clip, without a trace of x0."""
    sizes, traces = noise.flatten(1).std(1), (noise * x0).flatten(1).mean(1)
    return bool(((sizes - 1).abs() < 0.05).all()) and bool((traces.abs() < 0.08).all())


def _scored(found: Tensor, answer: Tensor, x: Tensor, x0: Tensor, t: Tensor) -> str:
    if found.numel() != 1:
        return f"not one number but {found.numel()}: take the mean over everything"
    noise = (x - (1 - t) * x0) / t if not torch.equal(x, x0) else x0
    error = answer - (noise - x0)
    square = error.square()
    meant = {
        AS_IT_SHOULD_BE[_LOSS]: square.mean(),
        "a sum of squares: take the mean, or it grows with the clip": square.sum(),
        "a sum of squares for each clip: take the mean, or it grows with the clip": square.flatten(1).sum(1).mean(),
        "the sum over the clips of their mean squares: take the mean": square.flatten(1).mean(1).sum(),
        "the mean of the sizes: take the squares of the errors, not their absolute values": error.abs().mean(),
        "the root of the mean square: no root": square.mean().sqrt(),
        "half of the mean square: no ½": square.mean() / 2,
        "the square of the mean error: square first, then take the mean": error.mean().square(),
        "scored against x0 - noise: the sign of the target is wrong": (answer + (noise - x0)).square().mean(),
        "scored against the noise: the target is noise - x0": (answer - noise).square().mean(),
        "scored against x0: the target is noise - x0": (answer - x0).square().mean(),
        "scored against what the network sees: the target is noise - x0": (answer - x).square().mean(),
        "weighted by 1 - t: all times count alike, a plain mean": ((1 - t) * square).mean(),
        "weighted by t: all times count alike, a plain mean": (t * square).mean(),
        "weighted by (1 - t)²: all times count alike, a plain mean": ((1 - t) ** 2 * square).mean(),
        "weighted by t²: all times count alike, a plain mean": (t**2 * square).mean(),
    }
    fits = (says for says, value in meant.items() if abs(float(found) - float(value)) < 1e-3 * abs(float(value)))
    return next(fits, "another number than the mean square of the answer minus (noise - x0)")
