"""The exercise `animate`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c09_samplers.common import drawn
from minisora.diffusion.given import Given, animate

NOISE, STILL = drawn(2, 3, 4, 2, 5, seed=6).float(), drawn(1, 3, 1, 2, 5, seed=7).float()


def _spelled_out(given: object) -> tuple[Tensor, Tensor]:
    """``(x, free)`` with ``free`` as ``b 1 t h w``, whatever shape it has that broadcasts."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise CheckFailed("return two tensors, Given(x, free): where to start, and what is free")
    x, free = given[0], torch.as_tensor(given[1])
    if isinstance(x, Tensor) and x.shape[1] == 1 and free.shape[1:2] == (NOISE.shape[1],):
        raise CheckFailed("x and free are exchanged: return Given(x, free), the clip first")
    try:
        return x, free.expand(len(x), 1, *x.shape[2:]).clone()
    except RuntimeError:
        raise CheckFailed(
            f"free has the shape {tuple(free.shape)}. It holds one number for each frame, whatever the channel and the "
            "place: b 1 t 1 1"
        ) from None


def _animate_asked(f: Solution, noise: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    return _spelled_out(f(noise.clone(), first.clone()))


def _animate_by_parts(noise: Tensor, first: Tensor) -> Given:
    first = first.to(noise).expand(len(noise), -1, -1, -1, -1)
    free = torch.arange(noise.shape[2]).to(noise).clamp(max=1).view(1, 1, -1, 1, 1)
    return Given(torch.cat([first, noise[:, :, 1:]], dim=2), free)


def _given_at(noise: Tensor, first: Tensor, frame: int) -> Given:
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:, :, [frame]] = first.to(noise)
    free[:, :, [frame]] = 0
    return Given(x, free)


def _animate_added(noise: Tensor, first: Tensor) -> Given:
    x, free = animate(noise, first)
    return Given(torch.cat([noise[:, :, :1] + first, x[:, :, 1:]], dim=2), free)


def _animate_lengthened(noise: Tensor, first: Tensor) -> Given:
    first = first.to(noise).expand(len(noise), -1, -1, -1, -1)
    free = noise.new_ones(1, 1, noise.shape[2] + 1, 1, 1)
    return Given(torch.cat([first, noise], dim=2), torch.cat([0 * free[:, :, :1], free[:, :, 1:]], dim=2))


def _first_clip(noise: Tensor, first: Tensor) -> Given:
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:1], free[:1] = first[:1].to(noise), 0
    return Given(x, free)


def _first_channel(noise: Tensor, first: Tensor) -> Given:
    x = noise.clone()
    x[:, :1] = first[:, :1].to(noise)
    return Given(x, animate(noise, first).free)


ANIMATE = Exercise(
    name="animate",
    reference=animate,
    cases=(
        Case("two clips of 4 frames that begin with the same picture", lambda f: _animate_asked(f, NOISE, STILL)),
        Case(
            "two clips that begin with a picture each",
            lambda f: _animate_asked(f, NOISE, drawn(2, 3, 1, 2, 5, seed=8).float()),
        ),
        Case(
            "a picture in float64 for noise in float32",
            lambda f: _animate_asked(f, NOISE[:1, :, :2], STILL.double()),
        ),
    ),
    mistakes=(
        Mistake(
            "free upside down",
            lambda noise, first: Given(animate(noise, first).x, 1 - animate(noise, first).free),
            "free is upside down: 0 where given, 1 where to generate",
        ),
        Mistake(
            "given at the end",
            lambda noise, first: _given_at(noise, first, -1),
            "the picture is the last frame of your clip; it is to be the first",
        ),
        Mistake(
            "picture forgotten",
            lambda noise, first: Given(noise, animate(noise, first).free),
            "the first frame of x is still noise, which free calls given: put the picture there",
        ),
        Mistake(
            "nothing is given",
            lambda noise, first: Given(animate(noise, first).x, torch.ones_like(noise[:, :1])),
            "the picture is there, but free is 1 everywhere, so that the network will take it for noise: free must "
            "be 0 "
            "in the first frame",
        ),
        Mistake(
            "everything is given",
            lambda noise, first: Given(animate(noise, first).x, torch.zeros_like(noise[:, :1])),
            "free is 0 everywhere, so nothing would ever move: only the first frame is given",
        ),
        Mistake(
            "picture in every frame",
            lambda noise, first: Given(first.to(noise).expand_as(noise).clone(), animate(noise, first).free),
            "the picture stands in all of your frames: only the first one is given, the others begin as noise",
        ),
        Mistake(
            "nothing but the picture",
            lambda noise, first: Given(animate(torch.zeros_like(noise), first).x, animate(noise, first).free),
            "your other frames are zeros: they begin as the noise that you are given",
        ),
        Mistake(
            "one picture for all not thought of",
            lambda noise, first: Given(torch.cat([first, noise[:, :, 1:]], dim=2), animate(noise, first).free),
            "one picture for all clips (1 c 1 h w) does not fit a batch when it is joined: `first.expand(len(noise), "
            "-1, -1, -1, -1)`, or assign it to a frame of a copy, which broadcasts",
        ),
        Mistake(
            "the first clip",
            _first_clip,
            "you have taken the first clip of the batch for the first frame: frames are the third axis of b c t h w, "
            "`x[:, :, :1]`",
        ),
        Mistake(
            "the first clip is free",
            lambda noise, first: Given(animate(noise, first).x, _first_clip(noise, first).free),
            "the picture is in the first frames, but free is 0 in the first clip: frames are its third axis too, "
            "`free[:, :, :1] = 0`",
        ),
        Mistake(
            "the first channel",
            _first_channel,
            "you have taken the first channel for the first frame: frames are the third axis of b c t h w, `x[:, :, "
            ":1]`",
        ),
        Mistake(
            "picture laid over noise",
            _animate_added,
            "your first frame is picture plus noise. What is given has noise level zero: replace the noise",
        ),
        Mistake(
            "picture put in front",
            _animate_lengthened,
            "your clip is one frame longer than the noise: the picture takes the place of its first frame",
        ),
    ),
    alternatives=(_animate_by_parts, lambda noise, first: tuple(_given_at(noise, first, 0))),
    hints=(
        "Two tensors: x is the noise with its first frame replaced, free is all ones but for the first frame.",
        "`x = noise.clone()` first, or the caller's noise is overwritten. `x[:, :, :1] = …` assigns to the first frame "
        "and broadcasts one picture over the batch.",
        "`free = noise.new_ones(b, 1, frames, 1, 1)` has the right type and device; set `free[:, :, :1]` to 0, and "
        "return `Given(x, free)`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
