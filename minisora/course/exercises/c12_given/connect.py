"""The exercise `connect`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake
from minisora.course.exercises.c12_given.common import CLIP, NOISE, asked_for, connect_by_parts, refused
from minisora.diffusion.given import Given, connect


def _ends(noise: Tensor, prefix: Tensor, suffix: Tensor, *, wrong: str = "") -> Given:
    """Both ends are given, with at most one thing wrong."""
    b, _, frames, _, _ = noise.shape
    k, m = prefix.shape[2], suffix.shape[2]
    if wrong != "nothing left" and k + m >= frames - (wrong == "one is not enough"):
        raise ValueError("nothing is left to generate")
    prefix, suffix = prefix.to(noise), suffix.to(noise)
    if wrong == "backwards":
        suffix = suffix.flip(2)
    if wrong == "exchanged":
        prefix, suffix, k, m = suffix, prefix, m, k
    start = k if wrong == "right behind" else frames - m
    x, free = noise.clone(), noise.new_ones(b, 1, frames, 1, 1)
    if wrong == "zeros between":
        x = torch.zeros_like(x)
    if wrong == "faded":
        share = torch.linspace(0, 1, frames).to(noise).view(1, 1, -1, 1, 1)
        x = (1 - share) * prefix[:, :, -1:] + share * suffix[:, :, :1] + torch.zeros_like(x)
    if wrong == "one frame each":
        prefix, suffix, k, m, start = prefix[:, :, :1], suffix[:, :, -1:], 1, 1, frames - 1
    added = wrong == "added"
    if wrong != "no prefix":
        x[:, :, :k] = prefix + x[:, :, :k] * added
    if wrong != "no suffix":
        x[:, :, start : start + m] = suffix + x[:, :, start : start + m] * added
    if wrong == "frees the inner ones":
        k = m = 1
        start = frames - 1
    if wrong != "start not told":
        free[:, :, :k] = 0
    if wrong != "end not told":
        free[:, :, start : start + m] = 0
    return Given(x, 1 - free if wrong == "upside down" else free)


def _longer(noise: Tensor, prefix: Tensor, suffix: Tensor) -> Given:
    b = len(noise)
    parts = [prefix.to(noise).expand(b, -1, -1, -1, -1), noise, suffix.to(noise).expand(b, -1, -1, -1, -1)]
    free = [torch.full_like(each[:, :1, :, :1, :1], float(i == 1)) for i, each in enumerate(parts)]
    return Given(torch.cat(parts, dim=2), torch.cat(free, dim=2))


def _connect_mistake(name: str, says: str) -> Mistake:
    return Mistake(name, partial(_ends, wrong=name), says)


CONNECT = Exercise(
    name="connect",
    reference=connect,
    cases=(
        asked_for("a frame at each end of five", NOISE, CLIP[:, :, :1], CLIP[:, :, 4:]),
        asked_for("two frames at the start, one at the end", NOISE, CLIP[:, :, :2], CLIP[:, :, 4:]),
        asked_for("one frame at the start, two at the end", NOISE, CLIP[:, :, :1], CLIP[:, :, 3:]),
        asked_for("two and two of five, the same for both clips", NOISE, CLIP[:1, :, :2], CLIP[1:, :, 3:]),
        asked_for("ends in float64 for noise in float32", NOISE, CLIP[:, :, :1].double(), CLIP[:, :, 4:].double()),
        refused("three and two of five", lambda f: f(NOISE.clone(), CLIP[:, :, :3].clone(), CLIP[:, :, 3:].clone())),
    ),
    mistakes=(
        _connect_mistake(
            "exchanged",
            "the ends are exchanged: the prefix is what the clip begins with, the suffix what it ends with",
        ),
        _connect_mistake(
            "right behind",
            "the suffix stands right behind the prefix: it is the *end* of the clip, its last frame is the last frame",
        ),
        _connect_mistake(
            "backwards",
            "the suffix runs backwards: its frames keep their order, `x[:, :, -m:] = suffix`",
        ),
        _connect_mistake(
            "one frame each",
            "only one frame of each end is used; all of their frames are given, prefix.shape[2] and suffix.shape[2]",
        ),
        _connect_mistake(
            "frees the inner ones",
            "x holds all given frames, but free is 0 in the first and in the last one only: it has to be 0 in all of "
            "them",
        ),
        _connect_mistake(
            "upside down",
            "free is upside down: 0 where given, 1 where to generate",
        ),
        _connect_mistake(
            "start not told",
            "the prefix is in x, but free is 1 there, so that the network takes it for noise: set free to 0 at the "
            "start, too",
        ),
        _connect_mistake(
            "end not told",
            "the suffix is in x, but free is 1 there, so that the network takes it for noise: set free to 0 at the "
            "end, too",
        ),
        _connect_mistake(
            "no prefix",
            "at the start free says given, but x still holds noise there: put the prefix into x",
        ),
        _connect_mistake(
            "no suffix",
            "at the end free says given, but x still holds noise there: put the suffix into x",
        ),
        _connect_mistake(
            "faded",
            "between the ends you start from a cross-fade of both. What is to be made starts as the noise that you "
            "are given; the network finds the way",
        ),
        _connect_mistake(
            "zeros between",
            "between the ends x is zero: what is to be made starts as the noise that you are given",
        ),
        _connect_mistake(
            "added",
            "at the ends x is noise plus what is given. What is given has noise level zero: replace the noise",
        ),
        Mistake(
            "put around the noise",
            _longer,
            "your clip is longer than the noise: the ends take the places of its first and last frames",
        ),
        _connect_mistake(
            "nothing left",
            "with three and two frames given of five nothing is left to make, and you say nothing: raise a ValueError "
            "where the two together are as long as the clip, or longer",
        ),
        _connect_mistake(
            "one is not enough",
            "you refuse two and two frames of five, which leave one to make. That is enough: refuse only where none "
            "is left",
        ),
    ),
    alternatives=(_ends, connect_by_parts),
    hints=(
        "It is `animate` of chapter 09 with more frames, at both ends: a copy of the noise, and ones for `free`.",
        "How many frames are given at each end stands in `prefix.shape[2]` and `suffix.shape[2]`; count the end from "
        "`noise.shape[2]`.",
        "`x[:, :, :k] = prefix.to(x)` and `x[:, :, frames - m :] = suffix.to(x)`; the same places of "
        "`free = noise.new_ones(b, 1, frames, 1, 1)` become 0. Before that: `if k + m >= frames: raise "
        "ValueError(…)`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=10,
    difficulty=1,
    points=2,
    trains=False,
)
