"""How digits are written: a small picture of each one that is planned, before anything is painted.

    plan of a clip -> which digits -> a sentence for each -> noise -> a picture of 8x8 -> the plan, with their ink

A plan says that there is a seven, not what a seven looks like, and a painter that has to invent a handwriting while it
paints it, four frames at a time, invents one that changes on the way (docs/recipes.md). So it is written first, as
shapes are drawn first (``worlds/sketch.py``), by a transformer of the same kind as all others here.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from minisora.diffusion import sample, time_grid
from minisora.model import DiT, Tokenizer
from minisora.planning import Tracks
from minisora.request import finite
from minisora.velocities import Sampling, guided
from minisora.worlds.claims import ObjectClaim, sentence
from minisora.worlds.digits import WRITTEN
from minisora.worlds.scene import SHAPES
from minisora.worlds.vocabulary import DIGITS

SHAPE = (1, 1, WRITTEN, WRITTEN)  #: A handwriting as a clip ``c t h w``: one channel, one frame.


def to_clip(ink: Tensor) -> Tensor:
    """Ink ``b 8 8`` in [0, 1] as what a writer makes: ``b 1 1 8 8`` in [-1, 1]."""
    return 2 * ink[:, None, None] - 1


def to_ink(clip: Tensor) -> Tensor:
    """The inverse of :func:`to_clip`, within bounds."""
    return ((clip[:, 0, 0] + 1) / 2).clamp(0, 1)


def handwritten(
    plans: Sequence[Tracks | None],
    writer: DiT,
    tokenizer: Tokenizer,
    sources: Sequence[Generator],
    sampling: Sampling,
) -> list[Tracks | None]:
    """The same plans, with the ink of each digit that nobody has written yet.

    Args:
        writer: makes ``SHAPE`` from a sentence.
        sources: where each clip's noise comes from; nothing is taken for a clip without digits.
    Raises: UserError where the writer's numbers are not finite.
    """
    plans = list(plans)
    digits = [
        (clip, thing, kind - len(SHAPES))
        for clip, plan in enumerate(plans)
        if plan is not None
        for thing, kind in enumerate(plan[0].kind[0].tolist())
        if kind >= len(SHAPES) and not plan[0].ink[0, thing].any()
    ]
    if not digits:
        return plans
    words = [sentence(ObjectClaim(DIGITS[digit], None, None, None)) for *_, digit in digits]
    dice = [sources[clip] for clip, *_ in digits]
    noise = torch.stack([torch.randn(SHAPE, generator=each, device=each.device) for each in dice])
    noise = noise.to(next(writer.parameters()))
    ids = tokenizer.encode([*words, *[""] * len(words)]).to(noise.device)
    velocity = guided(writer, ids, noise, scale=sampling.write_guidance, seconds=1.0)
    way = sample(velocity, noise, time_grid(sampling.write_steps), step=sampling.solver)
    pictures = to_ink(finite("writer", way))
    for (clip, thing, _), picture in zip(digits, pictures, strict=True):
        now, then = plans[clip]  # type: ignore[misc]
        ink = now.ink.clone()
        ink[0, thing] = picture
        plans[clip] = now._replace(ink=ink), then._replace(ink=ink)
    return plans
