"""One shot: a take of it, and the name under which it is kept."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora import edits
from minisora.camera import canvas
from minisora.directing import along
from minisora.film import kept
from minisora.film.script import Shot
from minisora.pipeline import Pipeline


def one_take(
    pipeline: Pipeline,
    shot: Shot,
    seed: int,
    size: tuple[int, int],
    *,
    tail: float = 0.0,
    before: Tensor | None = None,
    steps: int | None = None,
    guidance: float | None = None,
) -> Tensor:
    """A clip of a shot ``3 t h w``, as large as its camera needs, one picture and ``tail`` seconds longer than it is.

    Args:
        before: the picture ``3 h w`` that it goes on from.
    """
    seconds = shot.seconds + tail
    if before is not None:
        asked: edits.Settings = {"seed": seed, "steps": steps, "guidance": guidance, "tell": lambda line: None}
        return edits.extend(pipeline, before[:, None], shot.words, seconds, context=0, size=size, **asked).frames
    return pipeline.generate(
        shot.words,
        seconds=seconds,
        size=canvas(size, shot.camera),
        steps=steps,
        guidance=guidance,
        pace=shot.pace,
        direct=along(shot.path) if shot.path else None,
        seed=seed,
    ).frames


def key_of_shot(
    pipeline: Pipeline,
    shot: Shot,
    size: tuple[int, int],
    *,
    tail: float,
    before: str,
    steps: int | None,
    guidance: float | None,
) -> str:
    """The name under which a shot is kept: whatever changes its clip changes it, and nothing else does."""
    return kept.key_of(
        {
            "weights": dict(pipeline.card.get("hashes", {})),
            "words": shot.words,
            "seconds": shot.seconds + tail,
            "size": canvas(size, shot.camera),
            "pace": shot.pace,
            "path": shot.path,
            "seed": shot.seed,
            "takes": shot.takes,
            "steps": pipeline.sampling.steps if steps is None else steps,
            "guidance": pipeline.sampling.guidance if guidance is None else guidance,
            "before": before if shot.join == "continue" else None,
        }
    )


def to_levels(clip: Tensor) -> Tensor:
    """``3 t h w`` in [-1, 1] as uint8."""
    return ((clip.detach().float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def from_levels(levels: Tensor) -> Tensor:
    return levels.float() / 127.5 - 1
