"""Does a planner plan what the words say? ``python experiments/read_plans.py FOLDER [--guidance 3] [--below 0]``.

The folder holds ``planner.safetensors``. Plans for prompts of one object are read back: which shape, colour, size and
motion do the cells name (``word``), and which motion does the planned path make? Nothing is painted, so that one sees
in seconds how far a planner is.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from minisora.checkpoint import card_path, shipped_folder
from minisora.diffusion import ab2, classifier_free, sample, time_grid
from minisora.errors import UserError
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import Tokenizer, video_velocity
from minisora.networks import load_codec, load_transformer
from minisora.presets import HARD_MOTIONS
from minisora.worlds.caption import canonical
from minisora.worlds.plan import NUMBERS
from minisora.worlds.read_plan import read_plan
from minisora.worlds.vocabulary import WORDS

SHAPE, SEED, SHIFT = (5, 4, 4), 3, 3.0
KINDS = ("shape", "colour", "size", "word", "motion")


@torch.no_grad()
def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--below", type=float, default=0.0, help="the time below which nothing is guided")
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--plans", type=int, default=48)
    asked = parser.parse_args(arguments)
    codec = shipped_folder() / "codec.safetensors"
    try:
        _, card = load_codec(codec)
        planner, about = load_transformer(asked.folder / "planner.safetensors", "planner", codec=codec, codec_card=card)
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    print(f"{card_path(asked.folder / 'planner.safetensors')}: {about['steps']} steps")
    print("| one object | " + " | ".join(KINDS) + " | everything |\n|" + "---|" * (len(KINDS) + 2))
    for name, world in {"all motions": ONE_OBJECT, "hard": replace(ONE_OBJECT, motions=HARD_MOTIONS)}.items():
        scenes = world.sample(asked.plans, generator=torch.Generator().manual_seed(SEED))
        texts = [canonical(scene) for scene in scenes]
        ids = Tokenizer(WORDS).encode([*texts, *[""] * len(texts)])
        noise = torch.randn(len(texts), NUMBERS, *SHAPE, generator=torch.Generator().manual_seed(SEED))
        nothing = torch.zeros(1, planner.config.known, *SHAPE)
        alone, both = (video_velocity(planner, some, SHAPE, known=nothing) for some in (ids[: len(texts)], ids))
        velocity = classifier_free(alone, both, scale=asked.guidance, interval=(asked.below, 1.0))
        plans = sample(velocity, noise, time_grid(asked.steps, shift=SHIFT), step=ab2)
        right = torch.zeros(len(texts), len(KINDS))
        for i, (plan, scene) in enumerate(zip(plans, scenes, strict=True)):
            (obj,), read = scene.objects, read_plan(plan)
            if read is not None:
                truth = (obj.shape, obj.colour, obj.size, obj.motion, obj.motion)
                right[i] = torch.tensor([float(a == b) for a, b in zip(read, truth, strict=True)])
        shares = [*right.mean(0).tolist(), float(right.all(1).float().mean())]
        print(f"| {name} | " + " | ".join(f"{share:.2f}" for share in shares) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
