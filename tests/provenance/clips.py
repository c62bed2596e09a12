"""Clips that know what made them, without any network."""

from __future__ import annotations

import torch
from torch import Generator

from minisora.clip import Clip
from minisora.marks import embed
from minisora.provenance import Origin
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld

ORIGIN = Origin({"codec": "ab" * 32, "text-to-video": "cd" * 32}, "tiny", steps=12, guidance=4.0, seed=2**62 + 1)
PROMPT = "a red circle moves right"
NUMBER = 2026  #: Of the watermark.


def some_clip(seed: int = 0) -> Clip:
    video = torch.rand(3, 9, 32, 32, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return Clip.of(video, fps=8.0, prompt=PROMPT, origin=ORIGIN)


def drawn_clip(seed: int, *, marked: bool) -> Clip:
    """A drawn clip, in whose pixels a watermark can be."""
    (video,) = render(ShapesWorld().sample(1, generator=Generator().manual_seed(seed)), frames=9, height=64, width=64)
    video = embed(video, NUMBER) if marked else video
    return Clip.of(video, fps=8.0, prompt=PROMPT, origin=ORIGIN)
