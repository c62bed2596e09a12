"""Can one see that a clip was generated, and for how long? ``python experiments/detector.py``; writes ``detector.*``.

A small convolutional network learns to tell generated clips from true ones, twice: with drawn clips as the true ones,
and with drawn clips that went through the codec as the generated ones do. Both are then asked about new clips of the
same weights, about what other weights and settings make, and about clips that were treated as films on the web are.
Clips are kept in ``runs/detector``, so that a second call only trains (``… clips`` only makes clips).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.files import replacing
from minisora.pipeline import Pipeline
from minisora.training.latents import ClipSet, draw_clips
from minisora.video import read_video, save_video
from minisora.worlds.drawn import canonical, world_from_dict

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/detector")
TRAIN, TEST, OTHERS = 192, 96, 64
SEED = 1700  #: Of the scenes; training has seen none of them.


def to_bytes(video: Tensor) -> Tensor:
    """As a file holds them: all clips are rounded alike."""
    return ((video.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def as_video(clips: Tensor) -> Tensor:
    return clips.float() / 127.5 - 1


def scenes_of(pipeline: Pipeline, count: int, seed: int) -> tuple[list[str], Tensor]:
    """Captions and drawn clips of the world that the weights were trained on."""
    data = pipeline.card["data"][0]
    clip_set = ClipSet(**{**data, "world": world_from_dict(data["world"]), "clips": count, "seed": seed})
    parts = [draw_clips(clip_set, chunk) for chunk in range(-(-count // 64))]
    captions = [canonical(scene) for scenes, _ in parts for scene in scenes][:count]
    return captions, torch.cat([video for _, video in parts])[:count]


@torch.no_grad()
def through(pipeline: Pipeline, video: Tensor) -> Tensor:
    """Encoded and decoded."""
    return torch.cat([pipeline.codec.decode(pipeline.codec.encode(some)) for some in video.split(8)])


def kept(name: str, make: Callable[[], Tensor]) -> Tensor:
    """Clips of that name in 8 bits, from disk or made now."""
    path = RUNS / f"{name.replace(' ', '-')}.safetensors"
    if not path.exists():
        RUNS.mkdir(parents=True, exist_ok=True)
        begin = time.process_time()
        save_file({"clips": to_bytes(make())}, path)
        print(f"{name}: {time.process_time() - begin:.0f} s of processor time", flush=True)
    return load_file(path)["clips"]


def generated(pipeline: Pipeline, captions: list[str], **settings: Any) -> Tensor:
    """Clips for captions, by the pipeline's weights."""
    made: list[Tensor] = []
    for start in range(0, len(captions), 16):
        clips = pipeline.generate(captions[start : start + 16], seed=SEED + start, **settings)
        made += [clip.frames for clip in clips]
    return torch.stack(made)


def clip_sets() -> dict[str, Tensor]:
    """All clips that are looked at, ``n 3 17 64 64`` in 8 bits."""
    pipeline = Pipeline.load()
    captions, drawn = scenes_of(pipeline, TRAIN + TEST, SEED)
    sets = {"drawn": to_bytes(drawn)}
    sets["through the codec"] = kept("through the codec", lambda: through(pipeline, as_video(sets["drawn"])))
    sets["made"] = kept("made", lambda: generated(pipeline, captions))
    asked = captions[TRAIN:][:OTHERS]
    for steps in (3, 16):
        sets[f"{steps} steps"] = kept(f"{steps} steps", lambda steps=steps: generated(pipeline, asked, steps=steps))
    sets["guidance 5"] = kept("guidance 5", lambda: generated(pipeline, asked, guidance=5.0))
    alone = Pipeline(
        pipeline.codec, pipeline.dit, pipeline.tokenizer, sampling=pipeline.sampling, fps=8.0, card=pipeline.card
    )
    sets["painter alone"] = kept("painter alone", lambda: generated(alone, asked))
    codec = shipped_folder() / "codec.safetensors"
    sets["step 800"] = kept(
        "step 800", lambda: generated(Pipeline.load(OUT / "0000800.safetensors", codec=codec), asked)
    )
    sets["coded twice"] = kept("coded twice", lambda: through(pipeline, as_video(sets["made"][TRAIN:][:OTHERS])))
    return sets


def main(arguments: list[str]) -> int:
    torch.set_num_threads(1)
    sets = clip_sets()
    print({name: tuple(each.shape) for name, each in sets.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
