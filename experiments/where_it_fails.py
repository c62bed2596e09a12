"""From which noise on does it go wrong? ``python experiments/where_it_fails.py [WEIGHTS] [--motions M ...]``.

Sampling begins on the way: true clips of one object under so much noise, and the network makes them anew from there.
What the judge finds right when it begins at t, and wrong when it begins a little above, is decided in between.
The shipped weights and all motions unless named.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import torch

from minisora.diffusion import ab2, classifier_free, sample, time_grid
from minisora.diffusion.path import STRAIGHT
from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import video_velocity
from minisora.pipeline import Pipeline
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.render import render
from minisora.worlds.scene import MOTIONS

CLIPS, SEED, STEPS, GUIDANCE = 48, 1, 12, 2.0
STARTS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
KINDS = ("count", "colour", "shape", "size", "motion", "everything")


@torch.no_grad()
def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", nargs="?")
    parser.add_argument("--motions", nargs="+", choices=MOTIONS, default=ONE_OBJECT.motions)
    asked = parser.parse_args(arguments)
    world = replace(ONE_OBJECT, motions=tuple(asked.motions))
    try:
        pipeline = Pipeline.load(asked.weights, device="cpu")
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    scenes = world.sample(CLIPS, generator=torch.Generator().manual_seed(SEED))
    texts = [canonical(scene) for scene in scenes]
    x0 = pipeline.codec.encode(render(scenes, frames=17, height=64, width=64))
    noise = torch.randn(x0.shape, generator=torch.Generator().manual_seed(SEED))
    frames, height, width = x0.shape[2:]
    ids = pipeline.tokenizer.encode(texts + [""] * CLIPS)
    conditional, both = (video_velocity(pipeline.dit, i, (frames, height, width)) for i in (ids[:CLIPS], ids))
    velocity = classifier_free(conditional, both, scale=GUIDANCE)
    print("| begins at t | " + " | ".join(KINDS) + " |\n|" + "---|" * (len(KINDS) + 1))
    for start in STARTS:
        times = start * time_grid(STEPS, shift=3.0)
        clips = pipeline.codec.decode(sample(velocity, STRAIGHT.add_noise(x0, noise, times[0]), times, step=ab2))
        verdicts = [judge(clip, parse(text)) for clip, text in zip(clips, texts, strict=True)]
        shares = [sum(getattr(v, kind) for v in verdicts) / CLIPS for kind in KINDS]
        print(f"| {start:g} | " + " | ".join(f"{share:.2f}" for share in shares) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
