"""Does another way of sampling help clips of other sizes? ``python experiments/sampling_of_sizes.py``; shipped weights.

More tokens want more noise before they forget their layout, so that others shift the times of larger clips
(Esser et al. 2024, section 5.3.2). Forty prompts of 33 frames and forty of 96x96 pixels, everything right, by how the
clips were sampled.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import torch
from torch import Tensor

from minisora.evaluation.suite import MODEL, OTHER_SIZES, evaluate
from minisora.pipeline import Pipeline
from minisora.velocities import Sampling

PROMPTS = 40
SUITES = [replace(suite, scenes=PROMPTS) for suite in OTHER_SIZES if suite.frames == 33 or suite.height == 96]


def main() -> int:
    pipeline = Pipeline.load()
    usual = pipeline.sampling

    def generate(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> Tensor:
        frames, height, width = shape
        clips = pipeline.generate(captions, seed=seeds, seconds=(frames - 1) / pipeline.fps, size=(height, width))
        return torch.stack([clip.frames for clip in clips])

    ways: dict[str, Sampling] = {
        f"the default: {usual.steps} steps, guidance {usual.guidance:g}, shift {usual.shift:g}": usual,
        "40 steps": replace(usual, steps=40),
        "guidance 2": replace(usual, guidance=2.0),
        "guidance 4.5": replace(usual, guidance=4.5),
        "shift 1.5": replace(usual, shift=1.5),
        "shift 5": replace(usual, shift=5.0),
    }
    print("| sampled with | " + " | ".join(suite.name for suite in SUITES) + " |")
    print("|---" * (len(SUITES) + 1) + "|", flush=True)
    for name, sampling in ways.items():
        pipeline.sampling = sampling
        rows = [row for row in evaluate(SUITES, generate=generate) if row.source == MODEL]
        print(f"| {name} | " + " | ".join(str(row.scores["everything"].right) for row in rows) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
