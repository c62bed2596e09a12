"""The exercise `loop`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake
from minisora.course.exercises.c12_given.common import CLIP, NOISE, asked_for, connect_by_parts, refused
from minisora.diffusion.given import Given, loop


def _looped(noise: Tensor, first: Tensor, last: Tensor | None = None, *, wrong: str = "") -> Given:
    """A loop with at most one thing wrong."""
    end = first if last is None or wrong == "last not used" else last
    if wrong == "None not thought of":
        end = last.to(noise)  # type: ignore[union-attr]
    if wrong == "last or first":
        end = last or first
    first, end = first.to(noise), end.to(noise)
    if wrong == "exchanged":
        first, end = end, first
    if wrong == "one picture of two":
        first = end = (first + end) / 2
    if noise.shape[2] < 3 and wrong != "nothing left":
        raise ValueError("nothing is left")
    x, free = noise.clone(), torch.ones_like(noise[:, :1, :, :1, :1])
    if wrong == "everywhere":
        x[:] = first
    at = -2 if wrong == "one frame early" else -1
    if wrong != "start free":
        x[:, :, :1], free[:, :, 0] = first, 0
    if wrong != "end free":
        x[:, :, [at]] = x[:, :, :1] + noise[:, :, [at]] if wrong == "added" else end
        free[:, :, at] = 0
    if wrong == "its own noise":
        x = noise.clone()
        x[:, :, -1] = x[:, :, 0]
    if wrong == "end not told":
        free[:, :, -1] = 1
    return Given(x, 1 - free if wrong == "upside down" else free)


def _loop_mistake(name: str, says: str) -> Mistake:
    return Mistake(name, partial(_looped, wrong=name), says)


LOOP = Exercise(
    name="loop",
    reference=loop,
    cases=(
        asked_for("a picture for both ends of five frames", NOISE, CLIP[:, :, :1]),
        asked_for("one picture for both clips", NOISE, CLIP[:1, :, 2:3]),
        asked_for("a picture, and as `last` what the codec makes of it", NOISE, CLIP[:, :, :1], CLIP[:, :, 3:4]),
        asked_for("a picture in float64 for three frames in float32", NOISE[:, :, :3], CLIP[:, :, :1].double()),
        refused("two frames", lambda f: f(NOISE[:, :, :2].clone(), CLIP[:, :, :1].clone())),
    ),
    mistakes=(
        _loop_mistake(
            "end free",
            "only the first frame is given, so the clip ends wherever it likes: the last one is given, too",
        ),
        _loop_mistake(
            "start free",
            "only the last frame is given: a loop begins with the picture as well",
        ),
        _loop_mistake(
            "last not used",
            "you put `first` at both ends although `last` is given: it is the same picture as the codec writes it at "
            "the end of a clip",
        ),
        _loop_mistake(
            "None not thought of",
            "without `last` (None) you stop with an error: then `first` is put at both ends",
        ),
        _loop_mistake(
            "last or first",
            "`last or first` asks a tensor whether it is true, which only a tensor of one number can say: "
            "`first if last is None else last`",
        ),
        _loop_mistake("exchanged", "the ends are exchanged: `first` begins the clip, `last` ends it"),
        _loop_mistake(
            "one picture of two",
            "you put the mean of `first` and `last` at both ends: each has a place of its own",
        ),
        _loop_mistake(
            "end not told",
            "the picture stands at the end of x, but free is 1 there, so that the network takes it for noise",
        ),
        _loop_mistake("upside down", "free is upside down: 0 where given, 1 where to generate"),
        _loop_mistake(
            "one frame early",
            "the picture comes back one frame too early: the end is the last frame, index -1",
        ),
        _loop_mistake(
            "its own noise",
            "you copy the first frame of the *noise* to the end; a loop begins and ends with the picture",
        ),
        _loop_mistake(
            "everywhere",
            "the picture stands in all frames: only the ends are given, the others begin as noise",
        ),
        _loop_mistake(
            "added",
            "at the end x is picture plus noise. What is given has noise level zero: replace the noise",
        ),
        _loop_mistake(
            "nothing left",
            "a clip of two frames has two ends and nothing between, and you say nothing: raise a ValueError",
        ),
    ),
    alternatives=(
        _looped,
        lambda noise, first, last=None: connect_by_parts(noise, first, last if last is not None else first),
    ),
    hints=(
        "A clip that is connected with itself.",
        "`last` is None, or how the codec writes the same picture at the end: `first if last is None else last`.",
        "`return connect(noise, first, first if last is None else last)`: `connect` has been imported from the "
        "package, or is yours if it passes.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)
