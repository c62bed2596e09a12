"""Loss against arithmetic, for three sizes: ``python experiments/scaling.py``; writes ``data/ladder/scaling.*``.

Small transformers of growing width learn a narrow world of 9 frames of 48x48 pixels from nothing. All are measured at
the same budgets of arithmetic, each twice the one before, on the same new clips with the same noise: the rate is
constant and the weights are averaged, so that a run may be stopped anywhere. The best size at each budget is the
envelope, of which chapter 15 makes a scaling law. (Kaplan et al. 2020, 2001.08361; Hoffmann et al. 2022, 2203.15556,
approach 1.)

A size that is done is kept in ``runs/scaling`` and not trained again; the clips are encoded once, beside it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor

from minisora.checkpoint import latents_of, load_checkpoint, shipped_folder
from minisora.codec.autoencoder import Codec
from minisora.diffusion import ab2, sample, time_grid
from minisora.diffusion.objective import loss_at
from minisora.evaluation.judge import judge
from minisora.files import replacing
from minisora.model import DiT, DiTConfig, Tokenizer, video_velocity
from minisora.model.flops import flops, parameters
from minisora.networks import load_codec
from minisora.presets import VOCABULARY
from minisora.training.ema import Ema
from minisora.training.latents import ClipSet, draw_clips, encode_clips
from minisora.training.modules import stratified_logit_normal
from minisora.training.optim import learning_rate_factor, optimizer_for, set_learning_rate
from minisora.velocities import guided
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.scene import Scene
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/scaling")
WORLD = ShapesWorld(
    counts=(1.0,), motions=("still", "left", "right"), backgrounds=("black", "navy"), moving_camera=0.0, occlusion=0.0
)
CLIPS = ClipSet(clips=8192, frames=9, height=48, width=48, world=WORLD)
NEW = ClipSet(clips=192, frames=9, height=48, width=48, world=WORLD, seed=99)  #: Clips that no training shows.
LATENTS = (3, 6, 6)  #: Frames, rows and columns of such a clip.

FIRST = 2e11  #: Operations of the smallest budget.
BUDGETS = (1, 2, 4, 8, 16, 32)  #: Of these.
#: Width, depth, heads, and the largest budget that it is trained to.
SIZES = ((64, 4, 1, 4), (96, 4, 2, 32), (128, 6, 2, 32))
BATCH, WARM_UP = 32, 20
TIMES = (0.95, 0.8, 0.6, 0.3)  #: Where the loss is measured.
SHOWN = (1, 4, 32)  #: Budgets of which clips are judged, PROMPTS of them, and KEPT.
PROMPTS, KEPT = 32, 4

Rows = list[dict[str, Any]]


def config_of(width: int, depth: int, heads: int, channels: int) -> DiTConfig:
    sizes = {"text_width": 64, "text_depth": 1, "text_heads": 2, "vocabulary": VOCABULARY}
    return DiTConfig(channels=channels, width=width, depth=depth, heads=heads, **sizes)


def drawn(codec: Codec, clips: ClipSet) -> tuple[Tensor, list[str]]:
    """Latents of a small set, and the captions."""
    chunks = [draw_clips(clips, chunk) for chunk in range(clips.clips // 64)]
    with torch.no_grad():
        latents = torch.cat([codec.encode(video) for _, video in chunks])
    return latents, [canonical(scene) for scenes, _ in chunks for scene in scenes if isinstance(scene, Scene)]


@torch.no_grad()
def losses(network: DiT, ids: Tensor, new: Tensor) -> Tensor:
    """The loss of each new clip, ``n``: the mean over TIMES, always with the same noise."""
    noise = torch.randn(new.shape, generator=Generator().manual_seed(5))
    velocity = video_velocity(network, ids, LATENTS)
    found = [velocity((1 - t) * new + t * noise, torch.tensor(t)) - (noise - new) for t in TIMES]
    return torch.stack([error.square().flatten(1).mean(1) for error in found]).mean(0)


@torch.no_grad()
def made(network: DiT, ids: Tensor) -> Tensor:
    """Latents of a clip for each prompt; ``ids`` are the prompts and as many empty ones."""
    noise = torch.randn(len(ids) // 2, network.config.channels, *LATENTS, generator=Generator().manual_seed(7))
    return sample(guided(network, ids, noise, scale=3.0, seconds=0.5), noise, time_grid(12, shift=3.0), step=ab2)


def run(size: tuple[int, int, int, int], latents: Tensor, captions: list[str], new: tuple[Tensor, list[str]]) -> None:
    """Train one size up to its largest budget, and keep what it was worth at each."""
    width, depth, heads, most = size
    tokenizer, dice = Tokenizer(WORDS), Generator().manual_seed(0)
    ids, empty = tokenizer.encode(captions), tokenizer.encode([""])
    config = config_of(width, depth, heads, latents.shape[1])
    network = DiT(config, generator=dice)
    average, optimizer = Ema(network), optimizer_for(network)
    smooth = average.model
    assert isinstance(smooth, DiT)
    tokens = LATENTS[0] * LATENTS[1] * LATENTS[2] // config.patch**2
    each = 3 * flops(config, tokens, ids.shape[1]) * BATCH
    due = {round(budget * FIRST / each): budget for budget in BUDGETS if budget <= most}
    prompts = tokenizer.encode([*new[1][:PROMPTS], *[""] * PROMPTS])
    rows: Rows = []
    kept, spent = {}, 0.0
    for step in range(max(due)):
        begin = time.process_time()
        picked = torch.randint(len(latents), (BATCH,), generator=dice)
        words = ids[picked]
        words[torch.rand(BATCH, generator=dice) < 0.1] = torch.nn.functional.pad(empty, (0, ids.shape[1] - 1))
        x0 = latents[picked]
        noise = torch.randn(x0.shape, generator=dice)
        t = stratified_logit_normal(BATCH, dice, mean=1.1, std=1.3).view(-1, 1, 1, 1, 1)
        loss = loss_at(video_velocity(network, words, LATENTS), x0, noise, t)
        optimizer.zero_grad()
        loss.backward()
        set_learning_rate(optimizer, learning_rate_factor(step, progress=0.0, warm_up=WARM_UP))
        optimizer.step()
        average.update(network)
        spent += time.process_time() - begin
        if budget := due.get(step + 1):
            found = losses(smooth, tokenizer.encode(new[1]), new[0])
            kept[str(budget)] = made(smooth, prompts).half()
            kept[f"{budget} losses"] = found
            about = {"width": width, "depth": depth, "parameters": parameters(config)}
            about |= {"budget": budget, "steps": step + 1, "seconds": round(spent)}
            rows.append(about | {"loss": round(float(found.mean()), 4)})
            print(json.dumps(rows[-1]), flush=True)
    RUNS.mkdir(parents=True, exist_ok=True)
    save_file(kept, RUNS / f"width-{width}.safetensors")
    with replacing(RUNS / f"width-{width}.json") as draft:  # last: it says that the size is done
        draft.write_text(json.dumps(rows) + "\n", encoding="utf-8")


@torch.no_grad()
def judged(codec: Codec, latents: Tensor, prompts: list[str]) -> dict[str, int]:
    """How many clips are right, by kinds."""
    video = codec.decode(latents.float()).clamp(-1, 1)
    verdicts = [judge(clip, parse(prompt)) for clip, prompt in zip(video, prompts, strict=False)]
    kinds = ("count", "colour", "shape", "size", "motion", "everything")
    return {kind: sum(getattr(verdict, kind) for verdict in verdicts) for kind in kinds}


def collect(codec: Codec, new: tuple[Tensor, list[str]], latents: str | None) -> dict[str, Any]:
    """All sizes together: the table, the best size at each budget, and what its clips are like."""
    tables = {width: json.loads((RUNS / f"width-{width}.json").read_text("utf-8")) for width, *_ in SIZES}
    tensors = {width: load_file(RUNS / f"width-{width}.safetensors") for width in tables}
    best, clips = [], {}
    for budget in BUDGETS:
        rows = [row for table in tables.values() for row in table if row["budget"] == budget]
        first = min(rows, key=lambda row: row["loss"])
        there = tensors[first["width"]]
        error = float(there[f"{budget} losses"].std()) / NEW.clips**0.5
        best.append(first | {"error": round(error, 4)})
        if budget in SHOWN:
            clips[str(budget)] = there[str(budget)][:KEPT]
            best[-1] |= {"right": judged(codec, there[str(budget)], new[1]), "of": PROMPTS}
        print(json.dumps(best[-1]), flush=True)
    floor = judged(codec, new[0][:PROMPTS], new[1])
    save_file(clips, OUT / "scaling.safetensors")
    (OUT / "scaling.safetensors").chmod(0o644)  # safetensors would let nobody else read it
    return {
        "command": "python experiments/scaling.py",
        "codec": latents,
        "clips": CLIPS.clips,
        "new clips": NEW.clips,
        "batch": BATCH,
        "first budget": FIRST,
        "prompts": new[1][:KEPT],
        "drawn, through the codec": floor,
        "best": best,
        "rows": [row for table in tables.values() for row in table],
    }


def main() -> int:
    path = shipped_folder() / "codec.safetensors"
    codec = load_codec(path)[0].eval().requires_grad_(False)
    new = drawn(codec, NEW)
    cache = encode_clips(RUNS / "latents", codec=codec, clip_set=CLIPS)
    latents = cache.take(torch.arange(len(cache)))
    scenes = [cache.scene(i) for i in range(len(cache))]
    captions = [canonical(scene) for scene in scenes if isinstance(scene, Scene)]
    print(f"clips encoded: {time.process_time():.0f} s of processor time", flush=True)
    for size in SIZES:
        if not (RUNS / f"width-{size[0]}.json").exists():
            run(size, latents, captions, new)
    result = collect(codec, new, latents_of(load_checkpoint(path)[1]))
    with replacing(OUT / "scaling.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time():.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
