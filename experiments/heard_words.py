"""Which words does a transformer hear? ``python experiments/heard_words.py [WEIGHTS ...]``; else the shipped ones.

One word of each caption is exchanged for a wrong one. By how much does the clean clip that the network predicts from a
noisy one get worse? Words that change nothing are not heard, and the judge's scores cannot rise before they are.
Clips of one object that no training shows: another seed, and captions in canonical form.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from minisora.diffusion.path import STRAIGHT
from minisora.errors import UserError
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import video_velocity
from minisora.pipeline import Pipeline
from minisora.worlds.caption import canonical
from minisora.worlds.render import render
from minisora.worlds.scene import COLOURS, MOTIONS, SHAPES, SIZES, Scene

CLIPS, BATCH, SEED = 160, 32, 77
TIMES = (0.95, 0.9, 0.8, 0.6)
WORDS = {"colour": COLOURS, "size": SIZES, "shape": SHAPES, "motion": MOTIONS}


def wrong(scene: Scene, kind: str, words: Sequence[str], dice: random.Random) -> Scene:
    """The scene with another of these colours, sizes, shapes, or motions."""
    (obj,) = scene.objects
    other = dice.choice([word for word in words if word != getattr(obj, kind)])
    return replace(scene, objects=(replace(obj, **{kind: other}),))


@torch.no_grad()
def error(pipeline: Pipeline, latents: Tensor, noise: Tensor, captions: list[str], time: float) -> float:
    """Mean squared error of the predicted clean latents at one time."""
    t = torch.tensor(time)
    total = 0.0
    for i in range(0, len(latents), BATCH):
        x0, part = latents[i : i + BATCH], captions[i : i + BATCH]
        x = STRAIGHT.add_noise(x0, noise[i : i + BATCH], t)
        frames, height, width = x.shape[2:]
        velocity = video_velocity(pipeline.dit, pipeline.tokenizer.encode(part), (frames, height, width))
        total += float((STRAIGHT.to_x0(velocity(x, t), x, t) - x0).square().mean()) * len(x0)
    return total / len(latents)


def main(paths: list[str]) -> int:
    generator = torch.Generator().manual_seed(SEED)
    scenes = ONE_OBJECT.sample(CLIPS, generator=generator)
    dice = random.Random(SEED)
    captions = {"right": [canonical(scene) for scene in scenes]}
    for kind, words in WORDS.items():
        captions[f"wrong {kind}"] = [canonical(wrong(scene, kind, words, dice)) for scene in scenes]
    try:
        for path in paths or [None]:
            pipeline = Pipeline.load(path, device="cpu")
            video = render(scenes, frames=17, height=64, width=64)
            latents = torch.cat([pipeline.codec.encode(some) for some in video.split(BATCH)])
            noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(SEED))
            print(Path(path).name if path else "shipped weights")
            for time in TIMES:
                errors = {name: error(pipeline, latents, noise, texts, time) for name, texts in captions.items()}
                worse = "  ".join(f"{name} +{value - errors['right']:.4f}" for name, value in list(errors.items())[1:])
                print(f"t {time}: right {errors['right']:.4f}  {worse}", flush=True)
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
