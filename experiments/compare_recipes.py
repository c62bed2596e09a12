"""Which recipe learns most in the first minutes? ``python experiments/compare_recipes.py [MINUTES] [ARM ...]``.

Each arm trains the starter's transformer from nothing on the same clips of the starter world, in the shipped codec's
latents, in float32, for so many minutes (1.2 unless given), and differs from the first in one thing. The judge's scores
are still near 0 then. What tells arms apart is how far the predicted clean clip is from the true one, on clips that no
training shows, and how much worse a wrong word makes it. The second arm is the first with another seed: chance.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from heard_words import BATCH, CLIPS, SEED, error, wrong

from minisora.codec.autoencoder import Codec
from minisora.model import DiT
from minisora.pipeline import Pipeline
from minisora.presets import STARTER, STARTER_WORLD
from minisora.recipe import clip_sets, text_to_video_settings
from minisora.training.pace import Budget
from minisora.training.run import train_text_to_video
from minisora.training.settings import Machine, TextToVideoSettings
from minisora.worlds.caption import canonical
from minisora.worlds.render import render
from minisora.worlds.scene import SHAPES

#: Trains with these settings, from these weights or from nothing.
Go = Callable[..., object]
Arm = Callable[[TextToVideoSettings, Go], object]
RUNS, TIMES = Path("runs") / "compare", (0.95, 0.9, 0.8, 0.6, 0.3)


def with_changed(**changes: Any) -> Arm:
    return lambda settings, go: go(replace(settings, **changes))


def adamw_alone(rate: float) -> Arm:
    def arm(settings: TextToVideoSettings, go: Go) -> None:
        with patch.object(DiT, "hidden_matrices", lambda network: []):
            go(replace(settings, optimisation=replace(settings.optimisation, adam_lr=rate)))

    return arm


def short_first(settings: TextToVideoSettings, go: Go) -> None:
    """A third of the minutes for pictures and short clips, and from there on the usual."""
    minutes, first = settings.budget.minutes or 0.0, settings.run / "first"
    go(replace(settings, run=first, budget=Budget(minutes=minutes / 3), image_share=0.6, short_share=0.35))
    start = Pipeline.load(first, device="cpu").dit.state_dict()
    go(replace(settings, budget=Budget(minutes=2 * minutes / 3)), start)


ARMS: dict[str, Arm] = {
    "as it is: Muon 0.02 and AdamW 0.001": with_changed(),
    "the same, another seed": with_changed(seed=1),
    "AdamW alone, 0.001": adamw_alone(0.001),
    "AdamW alone, 0.003": adamw_alone(0.003),
    "captions never dropped": with_changed(caption_dropout=0.0),
    "a fifth of the captions dropped": with_changed(caption_dropout=0.2),
    "pictures and short clips first": short_first,
}


def train(name: str, minutes: float, codec: Codec) -> Path:
    """Train one arm; returns its folder."""
    run = RUNS / str(list(ARMS).index(name))
    shutil.rmtree(run, ignore_errors=True)
    preset = replace(STARTER, dit=replace(STARTER.dit, channels=codec.config.channels), clips=6_400)
    settings = text_to_video_settings(preset, run, Budget(minutes=minutes), Machine())

    def go(settings: TextToVideoSettings, start: dict[str, torch.Tensor] | None = None) -> None:
        sets = clip_sets(preset)
        train_text_to_video(settings, preset.dit, codec=codec, clip_sets=sets, cache=RUNS / "latents", start=start)

    ARMS[name](replace(settings, save_minutes=60.0, sample_minutes=None), go)
    return run


def main(arguments: list[str]) -> int:
    try:
        minutes, names = float(arguments[0]) if arguments else 1.2, arguments[1:] or list(ARMS)
    except ValueError:
        print(f"error: {arguments[0]!r} minutes: must be a number, and the arms come after it", file=sys.stderr)
        return 2
    if unknown := set(names) - set(ARMS):
        print(f"error: no arm {', '.join(sorted(unknown))}: try {'; '.join(ARMS)}", file=sys.stderr)
        return 2
    shipped = Pipeline.load(device="cpu")
    scenes = STARTER_WORLD.sample(CLIPS, generator=torch.Generator().manual_seed(SEED))
    dice = random.Random(SEED)
    captions = [canonical(scene) for scene in scenes]
    others = {
        kind: [canonical(wrong(scene, kind, words, dice)) for scene in scenes]
        for kind, words in {"shape": SHAPES, "motion": STARTER_WORLD.motions}.items()
    }
    video = render(scenes, frames=17, height=64, width=64)
    with torch.no_grad():
        latents = torch.cat([shipped.codec.encode(some) for some in video.split(BATCH)])
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(SEED))
    print("| arm | steps | " + " | ".join(f"t {t}" for t in TIMES) + " | wrong shape (0.8) | wrong motion (0.9) |")
    print("|---" * (len(TIMES) + 4) + "|", flush=True)
    for name in names:
        pipeline = Pipeline.load(train(name, minutes, shipped.codec), device="cpu")
        right = {t: error(pipeline, latents, noise, captions, t) for t in TIMES}
        shape = error(pipeline, latents, noise, others["shape"], 0.8) - right[0.8]
        motion = error(pipeline, latents, noise, others["motion"], 0.9) - right[0.9]
        cells = [f"{value:.3f}" for value in right.values()] + [f"{shape:+.3f}", f"{motion:+.3f}"]
        print(f"| {name} | {pipeline.card['steps']} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
