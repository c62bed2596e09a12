"""Clips that know what made them, without any network."""

from __future__ import annotations

import torch

from minisora.clip import Clip
from minisora.provenance import Origin

ORIGIN = Origin({"codec": "ab" * 32, "text-to-video": "cd" * 32}, "tiny", steps=12, guidance=4.0, seed=2**62 + 1)
PROMPT = "a red circle moves right"


def some_clip(seed: int = 0) -> Clip:
    video = torch.rand(3, 9, 32, 32, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return Clip.of(video, fps=8.0, prompt=PROMPT, origin=ORIGIN)
