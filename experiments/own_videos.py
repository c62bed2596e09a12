"""What was learnt of one's own videos? ``python experiments/own_videos.py VIDEOS WEIGHTS CODEC`` prints, in decibels:

how near the shipped codec and the new one come to each video; how near a clip that is made from a video's caption comes
to the nearest of that video's own clips, with the shipped transformer (which passes over words that it does not know)
and with the new one; and, as a floor, how near the new one comes to it from the captions of the other videos.

``--picture FILE`` draws what it looks like: a video's own clips on the left, and on the right what the shipped and the
new transformer make of its caption, a row for each of the names given with ``--show``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from minisora.checkpoint import shipped_folder
from minisora.evaluation.metrics import psnr
from minisora.pipeline import Pipeline
from minisora.video import save_video
from minisora.worlds.folder import FolderClip, FolderWorld
from minisora.worlds.vocabulary import words_of

SEEDS = range(3)
LINE = 2  #: White pixels between the clips of a picture.


def made(pipeline: Pipeline, caption: str, guidance: float | None) -> Tensor:
    """A clip for each seed, ``s 3 t h w``."""
    known = " ".join(word for word in words_of(caption) if word in pipeline.tokenizer.words)
    return torch.stack([pipeline.generate(known, seed=seed, guidance=guidance).frames for seed in SEEDS])


def nearness(clips: Tensor, own: Tensor) -> float:
    """Mean over ``s 3 t h w`` of the PSNR to the nearest of ``k 3 t h w``."""
    return sum(float(psnr(clip.expand_as(own), own).max()) for clip in clips) / len(clips)


def beside(*clips: Tensor) -> Tensor:
    """Clips ``3 t h w`` in a row, with lines between them."""
    line = torch.ones_like(clips[0][..., :LINE])
    return torch.cat([piece for clip in clips for piece in (line, clip)][1:], -1)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("videos", "weights", "codec"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--clips-per-video", type=int, default=8, help="as in the training")
    parser.add_argument("--guidance", type=float, help="by default the weights'")
    parser.add_argument("--picture", type=Path, help="a gif, an mp4, …")
    parser.add_argument("--show", nargs="*", default=[], help="names of videos for the picture")
    asked = parser.parse_args()

    before, after = Pipeline.load(shipped_folder()), Pipeline.load(asked.weights, codec=asked.codec)
    by_name: dict[str, list[FolderClip]] = {}
    for clip in FolderWorld(asked.videos, clips_per_video=asked.clips_per_video).clips():
        by_name.setdefault(clip.name, []).append(clip)
    videos = {name: torch.stack([clip.video for clip in clips]) for name, clips in by_name.items()}
    captions = {name: clips[0].caption for name, clips in by_name.items() if clips[0].caption}
    old, new = ({name: made(p, said, asked.guidance) for name, said in captions.items()} for p in (before, after))
    for name, own in videos.items():
        kept = [float(psnr(p.codec.decode(p.codec.encode(own)), own).mean()) for p in (before, after)]
        print(f"{name}  {len(own)} clips  codec {kept[0]:.1f} -> {kept[1]:.1f} dB", end="")
        if name in captions:
            near = [nearness(clips[name], own) for clips in (old, new)]
            print(f"  made from its caption {near[0]:.1f} -> {near[1]:.1f} dB", end="")
        if others := [clips for other, clips in new.items() if other != name]:
            print(f"  from others' {max(nearness(clips, own) for clips in others):.1f} dB", end="")
        print(flush=True)
    if asked.picture is not None:
        rows = [beside(videos[name][0], old[name][0], new[name][0]) for name in asked.show or captions]
        line = torch.ones_like(rows[0][..., :LINE, :])
        print(save_video(torch.cat([piece for row in rows for piece in (line, row)][1:], -2), asked.picture, scale=2))


if __name__ == "__main__":
    main()
