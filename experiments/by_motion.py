"""Which motions does a transformer draw? ``python experiments/by_motion.py [WEIGHTS ...]``; else the shipped ones.

Twelve prompts of one object for each motion, from combinations seen in training, with the default sampling, and what
the judge finds right; last, what of it all is right in the drawn clips once they went through the codec. Suites draw
motions at random; this counts each of them alone.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT
from minisora.pipeline import Pipeline
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.render import render
from minisora.worlds.scene import MOTIONS, Motion

CLIPS, SEED = 12, 200
KINDS = ("count", "colour", "shape", "size", "motion", "everything")


def shares(pipeline: Pipeline, motion: Motion) -> list[float]:
    """Of the prompts of one motion: how many clips have the right count, colour, and so on, and the codec's floor."""
    seed = SEED + MOTIONS.index(motion)
    world = replace(ONE_OBJECT, motions=(motion,))
    scenes = world.sample(CLIPS, generator=torch.Generator().manual_seed(seed))
    texts = [canonical(scene) for scene in scenes]
    clips = pipeline.generate(texts, seed=[1000 * seed + i for i in range(CLIPS)])
    verdicts = [judge(clip.frames, parse(text)) for clip, text in zip(clips, texts, strict=True)]
    drawn = render(scenes, frames=17, height=64, width=64)
    with torch.no_grad():
        coded = pipeline.codec.decode(pipeline.codec.encode(drawn))
    floor = sum(judge(clip, parse(text)).everything for clip, text in zip(coded, texts, strict=True))
    return [*(sum(getattr(verdict, kind) for verdict in verdicts) / CLIPS for kind in KINDS), floor / CLIPS]


def main(paths: list[str]) -> int:
    try:
        for path in paths or [None]:
            pipeline = Pipeline.load(path, device="cpu")
            print(Path(path).name if path else "shipped weights")
            print("| motion | " + " | ".join(KINDS) + " | drawn, through the codec |\n|" + "---|" * (len(KINDS) + 2))
            rows = []
            for motion in MOTIONS:
                rows.append(shares(pipeline, motion))
                print(f"| {motion} | " + " | ".join(f"{share:.2f}" for share in rows[-1]) + " |", flush=True)
            means = torch.tensor(rows).mean(0).tolist()
            print("| all | " + " | ".join(f"{share:.2f}" for share in means) + " |")
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
