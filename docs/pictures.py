"""Draws the README's pictures with the shipped weights: ``python docs/pictures.py``. Seeds 0 to 5, nothing picked."""

from __future__ import annotations

from pathlib import Path

import torch

from minisora.pipeline import Pipeline
from minisora.video import save_video

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
    clips = [clip.frames for clip in Pipeline.load().generate(list(PROMPTS))]
    gap = torch.ones_like(clips[0][..., :2])
    rows = [torch.cat([part for clip in clips[i : i + 3] for part in (clip, gap)][:-1], dim=-1) for i in (0, 3)]
    wall = torch.cat([rows[0], torch.ones_like(rows[0][..., :2, :]), rows[1]], dim=-2)
    save_video(wall, FOLDER / "wall.gif", fps=8.0)
    print(FOLDER / "wall.gif")


if __name__ == "__main__":
    main()
