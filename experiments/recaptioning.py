"""Captions that a machine wrote: ``python experiments/recaptioning.py captioner|compare [--steps N] [--latents FOLDER]``.

``captioner`` trains the captioner of chapter 13 on drawn clips with their full captions, and writes it with its scores
to ``data/checkpoints``.

``compare`` is the experiment of Betker et al. (DALL-E 3), 2023, on the smallest scale that shows anything: one and the
same small transformer learns to draw *pictures* (the first latent frame of clips of one thing), equal steps, the same
batches and noise, from short and partly wrong captions, from what the captioner says of the same clips, and from the
truth.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Generator, Tensor

from minisora.checkpoint import Card, latents_of, save_checkpoint, shipped_folder
from minisora.errors import UserError
from minisora.model import Tokenizer
from minisora.model.captioner import Captioner, CaptionerConfig, say
from minisora.networks import load_captioner, load_codec
from minisora.presets import WORLD
from minisora.training.captioning import full_caption, train_captioner
from minisora.training.latents import CHUNK, ClipSet, LatentCache, draw_clips, encode_clips
from minisora.worlds.agreement import KINDS, agreement, of
from minisora.worlds.claims import Claims, claims_of, parse
from minisora.worlds.scene import Scene
from minisora.worlds.vocabulary import WORDS

#: The clips that both parts learn from: those of the shipped transformer's training, encoded once.
CLIPS = ClipSet(clips=20_000, world=WORLD)
FRESH = ClipSet(clips=512, world=WORLD, seed=77)  #: Clips that no training shows.


def said(captioner: Captioner, tokenizer: Tokenizer, latents: Tensor) -> list[str]:
    return [text for some in latents.split(128) for text in tokenizer.decode(say(captioner, some, longest=40))]


def scores(scenes: Sequence[Scene], captions: Sequence[str]) -> dict[str, float]:
    """Share of clips of which everything, the count, and each kind is right; and of claims that are right."""
    there = [claims_of(scene) for scene in scenes]
    claimed = [claims(text) for text in captions]
    found = [agreement(one.objects, other.objects) for one, other in zip(claimed, there, strict=True)]
    both = list(zip(claimed, there, strict=True))
    table = {"count": [len(one.objects) == len(other.objects) for one, other in both]}
    for i, kind in enumerate(KINDS):
        table[kind] = [counted(one, i) == counted(other, i) for one, other in both]
    table["background"] = [one.background == other.background for one, other in both]
    table["things"] = [each.everything for each in found]
    table["everything"] = [
        each.everything and one.background == other.background for each, (one, other) in zip(found, both, strict=True)
    ]
    shares = {kind: sum(values) / len(values) for kind, values in table.items()}
    return shares | {
        "claims": sum(each.right for each in found) / max(1, sum(each.right + each.wrong for each in found))
    }


def claims(text: str) -> Claims:
    """What a caption says; nothing where it contradicts itself."""
    try:
        return parse(text)
    except UserError:
        return Claims()


def counted(claims: Claims, kind: int) -> list[str]:
    return sorted(str(of(thing)[kind]) for thing in claims.objects)


def fresh(codec: torch.nn.Module, clips: ClipSet = FRESH) -> tuple[list[Scene], Tensor]:
    scenes, latents = [], []
    for chunk in range(clips.clips // CHUNK):
        some, video = draw_clips(clips, chunk)
        scenes += some
        with torch.no_grad():
            latents.append(codec.encode(video))  # type: ignore[operator]
    return scenes, torch.cat(latents)


def clock(watch: Callable[[int, float], object] | None = None) -> Callable[[int, float], None]:
    """Prints a line now and then."""

    def note(step: int, loss: float) -> None:
        if watch is not None:
            watch(step, loss)
        if step % 100 == 0:
            print(f"step {step:5}  loss {loss:.3f}  {time.process_time():.0f} s of processor time", flush=True)

    return note


def make_captioner(
    cache: LatentCache, codec_path: Path, *, steps: int, watch: Callable[[int, float], object] | None = None
) -> Card:
    """Train, judge on fresh clips, and write."""
    codec, codec_card = load_codec(codec_path)
    tokenizer = Tokenizer(WORDS)
    config = CaptionerConfig(channels=codec.config.channels, vocabulary=len(tokenizer), width=96, heads=3)
    captions = [full_caption(cache.scene(i)) for i in range(len(cache))]  # type: ignore[arg-type]
    start = time.process_time()
    network = Captioner(config, generator=Generator().manual_seed(0))
    network = train_captioner(
        network, cache.take, captions, tokenizer, steps=steps, precision=torch.bfloat16, watch=clock(watch)
    )
    seconds = time.process_time() - start
    network = network.half().float()
    scenes, latents = fresh(codec)
    card = {
        "kind": "captioner",
        "settings": asdict(config),
        "codec": latents_of(codec_card),
        "command": f"python experiments/recaptioning.py captioner --steps {steps}",
        "data": [asdict(cache.clip_set)],
        "steps": steps,
        "processor_seconds": round(seconds),
        "seed": 0,
        "scores": {
            "clips": len(scenes),
            "it": scores(scenes, said(network, tokenizer, latents)),
            "blind": scores(scenes, said(network, tokenizer, torch.zeros_like(latents))),
        },
    }
    print(json.dumps(card["scores"], indent=1))
    save_checkpoint(codec_path.parent, "captioner", {k: v.half() for k, v in network.state_dict().items()}, card)
    return card


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("part", choices=("captioner", "compare"))
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument(
        "--latents", type=Path, default=Path("runs/latents/17x64x64-20000"), help="encoded if not there"
    )
    given = parser.parse_args(arguments)
    try:
        codec_path = shipped_folder() / "codec.safetensors"
        codec, _ = load_codec(codec_path)
        cache = encode_clips(given.latents, codec=codec, clip_set=CLIPS)
        if given.part == "captioner":
            make_captioner(cache, codec_path, steps=given.steps)
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
