"""Does it know its clips by heart? ``python experiments/known_by_heart.py [WEIGHTS]``; else the shipped ones.

The velocity's loss on clips of the training set beside that on new ones of the same world, at five times, with the
same noise, and captions in canonical form. Where the first is much lower, more clips help, and more steps alone do not.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from minisora.diffusion.objective import loss_at
from minisora.errors import UserError
from minisora.model import video_velocity
from minisora.pipeline import Pipeline
from minisora.training.latents import CHUNK, ClipSet, draw_clips
from minisora.worlds.drawn import canonical, world_from_dict

CLIPS, SEED = 384, 999
TIMES = (0.5, 0.7, 0.85, 0.95, 0.99)


@torch.no_grad()
def losses(pipeline: Pipeline, clip_set: ClipSet) -> list[float]:
    """The loss at each of ``TIMES`` on the first clips of a set."""
    noise, found = torch.Generator().manual_seed(SEED), torch.zeros(len(TIMES))
    for chunk in range(CLIPS // CHUNK):
        scenes, video = draw_clips(clip_set, chunk)
        x0 = pipeline.codec.encode(video.to(pipeline.device))
        eps = torch.randn(x0.shape, generator=noise).to(x0)
        frames, height, width = x0.shape[2:]
        words = pipeline.tokenizer.encode([canonical(scene) for scene in scenes]).to(x0.device)
        velocity = video_velocity(pipeline.dit, words, (frames, height, width))
        found += Tensor([float(loss_at(velocity, x0, eps, torch.tensor(t).view(1, 1, 1, 1, 1))) for t in TIMES])
    return (found * CHUNK / CLIPS).tolist()


def main(paths: list[str]) -> int:
    try:
        pipeline = Pipeline.load(Path(paths[0]) if paths else None)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    data = pipeline.card["data"][0]
    shown = ClipSet(**{**data, "world": world_from_dict(data["world"])})
    print("| clips | " + " | ".join(f"t = {t}" for t in TIMES) + " |\n|---" + "|---" * len(TIMES) + "|")
    for name, clip_set in {"of the training": shown, "new": replace(shown, seed=SEED)}.items():
        print(f"| {name} | " + " | ".join(f"{loss:.3f}" for loss in losses(pipeline, clip_set)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
