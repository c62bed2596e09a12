"""Which recipe learns most in the first minutes? ``python docs/compare_recipes.py [MINUTES] [ARM ...]``.

Each arm trains the starter's transformer from nothing on the same clips of the starter world, in the shipped codec's
latents, for so many minutes (1.2 unless given), and differs from the first in one thing. The judge's scores are still
near 0 then. What tells arms apart is how far the predicted clean clip is from the true one, on clips that no training
shows, and how much worse a wrong word makes it. The first arm runs twice: another seed shows what is chance.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import torch
from heard_words import BATCH, CLIPS, SEED, error

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

Change = Callable[[TextToVideoSettings], TextToVideoSettings]
RUNS, TIMES = Path("runs") / "compare", (0.95, 0.9, 0.8, 0.6, 0.3)


def rates(**changes: float) -> Change:
    return lambda settings: replace(settings, optimisation=replace(settings.optimisation, **changes))


ARMS: dict[str, Change] = {
    "as it is: Muon 0.02 and AdamW 0.001": lambda settings: settings,
    "the same, another seed": lambda settings: replace(settings, seed=1),
    "AdamW alone, 0.001": rates(adam_lr=0.001),
    "AdamW alone, 0.003": rates(adam_lr=0.003),
    "captions never dropped": lambda settings: replace(settings, caption_dropout=0.0),
    "a fifth of the captions dropped": lambda settings: replace(settings, caption_dropout=0.2),
    "pictures and short clips first": lambda settings: settings,
}


def train(name: str, minutes: float, seed_pipeline: Pipeline) -> Path:
    """Train one arm; returns its folder."""
    run = RUNS / str(list(ARMS).index(name))
    shutil.rmtree(run, ignore_errors=True)
    preset = replace(STARTER, dit=replace(STARTER.dit, channels=seed_pipeline.codec.config.channels), clips=6_400)
    usual = text_to_video_settings(preset, run, Budget(minutes=minutes), Machine())
    settings = ARMS[name](replace(usual, save_minutes=60.0, sample_minutes=None))

    def go(settings: TextToVideoSettings, start: dict[str, torch.Tensor] | None = None) -> None:
        train_text_to_video(
            settings,
            preset.dit,
            codec=seed_pipeline.codec,
            clip_sets=clip_sets(preset),
            cache=RUNS / "latents",
            start=start,
        )

    if name.startswith("pictures"):  # a third of the minutes for what is short, and from there on the usual
        third = Budget(minutes=minutes / 3)
        go(replace(settings, run=run / "first", budget=third, image_share=0.6, short_share=0.35))
        start = Pipeline.load(run / "first", device="cpu").dit.state_dict()
        go(replace(settings, budget=Budget(minutes=2 * minutes / 3)), start)
    elif name.startswith("AdamW"):
        with patch.object(DiT, "hidden_matrices", lambda network: []):
            go(settings)
    else:
        go(settings)
    return run


def main(arguments: list[str]) -> int:
    minutes = float(arguments[0]) if arguments else 1.2
    shipped = Pipeline.load(device="cpu")
    scenes = STARTER_WORLD.sample(CLIPS, generator=torch.Generator().manual_seed(SEED))
    dice = random.Random(SEED)
    captions = [canonical(scene) for scene in scenes]
    others: dict[str, list[str]] = {}
    for kind, words in {"shape": SHAPES, "motion": STARTER_WORLD.motions}.items():
        others[kind] = []
        for scene in scenes:
            (obj,) = scene.objects
            other = dice.choice([word for word in words if word != getattr(obj, kind)])
            others[kind].append(canonical(replace(scene, objects=(replace(obj, **{kind: other}),))))
    video = render(scenes, frames=17, height=64, width=64)
    with torch.no_grad():
        latents = torch.cat([shipped.codec.encode(some) for some in video.split(BATCH)])
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(SEED))
    print("| arm | steps | " + " | ".join(f"t {t}" for t in TIMES) + " | wrong shape (0.8) | wrong motion (0.9) |")
    print("|---" * (len(TIMES) + 4) + "|", flush=True)
    for name in arguments[1:] or ARMS:
        pipeline = Pipeline.load(train(name, minutes, shipped), device="cpu")
        right = {t: error(pipeline, latents, noise, captions, t) for t in TIMES}
        shape = error(pipeline, latents, noise, others["shape"], 0.8) - right[0.8]
        motion = error(pipeline, latents, noise, others["motion"], 0.9) - right[0.9]
        cells = [f"{value:.3f}" for value in right.values()] + [f"{shape:+.3f}", f"{motion:+.3f}"]
        print(f"| {name} | {pipeline.card['steps']} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
