"""Draws the README's pictures with the shipped weights: ``python docs/pictures.py``. Nothing is picked.

``sentence.gif`` is the README's own sentence with the seeds 0 to 5, ``wall.gif`` six sentences with one seed each.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from minisora.pipeline import Pipeline
from minisora.video import save_video

SENTENCE = "a red circle moves right and a blue square bounces"
PROMPTS = (
    "a large red circle moves right",
    "a medium yellow star spins",
    "a small blue square bounces",
    "a medium white ring moves up and to the left",
    "a medium green triangle grows",
    "a large purple diamond moves down",
)
FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples"


def main() -> None:
    pipeline = Pipeline.load()
    for name, prompts in {"sentence": [SENTENCE] * len(PROMPTS), "wall": list(PROMPTS)}.items():
        clips = [clip.frames for clip in pipeline.generate(prompts)]  # seeds 0, 1, 2, ...
        save_video(wall(clips, columns=3), FOLDER / f"{name}.gif", fps=pipeline.fps)
        print(FOLDER / f"{name}.gif")


def wall(clips: Sequence[Tensor], *, columns: int) -> Tensor:
    """Clips ``3 t h w`` beside and below each other, with white lines between them."""
    rows = [_joined(clips[start : start + columns], dim=-1) for start in range(0, len(clips), columns)]
    return _joined(rows, dim=-2)


def _joined(parts: Sequence[Tensor], *, dim: int) -> Tensor:
    line = torch.ones_like(parts[0].narrow(dim, 0, 2))
    return torch.cat([piece for part in parts for piece in (line, part)][1:], dim=dim)


if __name__ == "__main__":
    main()
