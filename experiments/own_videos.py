"""What was learnt of one's own videos? ``python experiments/own_videos.py VIDEOS WEIGHTS CODEC`` prints, in decibels:

how near the shipped codec and the new one come to each video, and how near a clip that is made from a video's caption
comes to the nearest of that video's own clips, with the shipped transformer (which passes over words that it does not
know) and with the new one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor

from minisora.checkpoint import shipped_folder
from minisora.evaluation.metrics import psnr
from minisora.pipeline import Pipeline
from minisora.worlds.folder import FolderWorld
from minisora.worlds.vocabulary import words_of

SEEDS = range(3)


def made(pipeline: Pipeline, caption: str) -> list[Tensor]:
    known = " ".join(word for word in words_of(caption) if word in pipeline.tokenizer.words)
    return [pipeline.generate(known, seed=seed).frames for seed in SEEDS]


@torch.no_grad()
def main() -> None:
    videos, weights, codec = map(Path, sys.argv[1:])
    pipelines = [Pipeline.load(shipped_folder()), Pipeline.load(weights, codec=codec)]
    by_name: dict[str, list] = {}
    for clip in FolderWorld(videos).clips():
        by_name.setdefault(clip.name, []).append(clip)
    for name, clips in by_name.items():
        own = torch.stack([clip.video for clip in clips])
        kept = [float(psnr(p.codec.decode(p.codec.encode(own)), own).mean()) for p in pipelines]
        print(f"{name}  {len(clips)} clips  codec {kept[0]:.1f} -> {kept[1]:.1f} dB", end="", flush=True)
        if clips[0].caption:
            near = [
                [float(psnr(video.expand_as(own), own).max()) for video in made(p, clips[0].caption)] for p in pipelines
            ]
            print(f"  made from its caption {sum(near[0]) / 3:.1f} -> {sum(near[1]) / 3:.1f} dB", end="")
        print()


if __name__ == "__main__":
    main()
