"""Does it matter that clips keep their shape? ``python experiments/crops.py [STEPS]``; writes ``data/ladder/crops.*``.

Two small transformers from nothing, with one seed and as many steps (560 unless given): one learns from square crops of
wide clips, the other from the same clips as they are. (OpenAI's report on Sora shows this comparison in two clips,
without figures.) Each clip's crop is drawn once. In how many of the clips that each of them makes does the frame's edge
cut the thing off? And how far is the predicted clean clip from the true one, on new wide clips?

Minutes are few, so the world is narrow: one thing that stays, or goes left or right, before black or navy. The judge is
asked for what is learnt this soon: whether there is one thing, and in its colour.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file
from torch import Generator, Tensor

from minisora.checkpoint import latents_of, load_checkpoint, shipped_folder
from minisora.codec.autoencoder import Codec
from minisora.diffusion import ab2, sample, time_grid
from minisora.diffusion.objective import loss_at
from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.judge import judge
from minisora.model import DiT, Tokenizer, video_velocity
from minisora.networks import load_codec
from minisora.presets import NANO
from minisora.training.modules import stratified_logit_normal
from minisora.training.optim import learning_rate_factor, optimizer_for, set_learning_rate
from minisora.velocities import guided
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
HEIGHT, WIDTH, FRAMES = 48, 80, 17
WORLD = ShapesWorld(
    counts=(1.0,), motions=("still", "left", "right"), backgrounds=("black", "navy"), moving_camera=0.0, occlusion=0.0
)
CLIPS, BATCH, PROMPTS, NEW, KEPT = 1200, 16, 48, 64, 3
TIMES = (0.95, 0.9, 0.7, 0.5)
ON_EDGE = 8  #: A thing is cut off where so many of its pixels lie on one edge of a frame, a sixth of its height.


class Clips(NamedTuple):
    """Latents ``n c t h w`` and what they show."""

    latents: Tensor
    captions: list[str]


def drawn(n: int, seed: int) -> tuple[Tensor, list[str]]:
    """Wide clips and their captions; everything is in the frame."""
    scenes = WORLD.sample(n, generator=Generator().manual_seed(seed), aspect=WIDTH / HEIGHT)
    return render(scenes, frames=FRAMES, height=HEIGHT, width=WIDTH), [canonical(scene) for scene in scenes]


def cropped(video: Tensor, seed: int) -> Tensor:
    """A square out of each clip, anywhere between its left end and its right one."""
    left = torch.randint(WIDTH - HEIGHT + 1, (len(video),), generator=Generator().manual_seed(seed)).tolist()
    return torch.stack([clip[..., x : x + HEIGHT] for clip, x in zip(video, left, strict=True)])


@torch.no_grad()
def encoded(codec: Codec, video: Tensor) -> Tensor:
    return torch.cat([codec.encode(some) for some in video.split(25)])


def cut_off(clip: Tensor) -> bool:
    """Whether an edge of some frame of ``3 t h w`` cuts a thing off: its silhouette lies along that edge."""
    behind = 2 * find_backdrop((clip.transpose(0, 1) + 1) / 2).picture.transpose(0, 1) - 1
    inside = ((clip - behind).abs() > 0.3).any(dim=0)  # t h w
    edges = [inside[:, 0], inside[:, -1], inside[:, :, 0], inside[:, :, -1]]
    return any(int(edge.sum(1).max()) >= ON_EDGE for edge in edges)


def train(clips: Clips, tokenizer: Tokenizer, channels: int, steps: int) -> DiT:
    """A small transformer from nothing: Muon, velocity loss, a tenth of the captions dropped."""
    dice = Generator().manual_seed(0)
    network = DiT(replace(NANO.dit, channels=channels), generator=dice)
    optimizer = optimizer_for(network, newton_schulz_dtype=torch.bfloat16)
    frames, height, width = clips.latents.shape[2:]
    begin = time.monotonic()
    for step in range(steps):
        picked = torch.randint(len(clips.latents), (BATCH,), generator=dice).tolist()
        words = [clips.captions[i] if torch.rand((), generator=dice) > 0.1 else "" for i in picked]
        x0 = clips.latents[picked]
        noise = torch.randn(x0.shape, generator=dice)
        t = stratified_logit_normal(BATCH, dice, mean=1.1, std=1.3).view(-1, 1, 1, 1, 1)
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_at(video_velocity(network, tokenizer.encode(words), (frames, height, width)), x0, noise, t)
        optimizer.zero_grad()
        loss.backward()
        set_learning_rate(optimizer, learning_rate_factor(step, progress=step / steps, warm_up=30))
        optimizer.step()
        if step % 100 == 99:
            print(f"  step {step + 1}: loss {float(loss.detach()):.3f}, {time.monotonic() - begin:.0f} s", flush=True)
    return network.eval().requires_grad_(False)


@torch.no_grad()
def errors(network: DiT, tokenizer: Tokenizer, new: Clips) -> dict[str, float]:
    """How far the predicted clean clip is from the true one (mean squared error) at some times."""
    noise = torch.randn(new.latents.shape, generator=Generator().manual_seed(5))
    frames, height, width = new.latents.shape[2:]
    velocity = video_velocity(network, tokenizer.encode(new.captions), (frames, height, width))
    # The clean clip is as far off as the velocity, times t.
    found = {t: t**2 * loss_at(velocity, new.latents, noise, torch.tensor(t)) for t in TIMES}
    return {str(t): round(float(error), 4) for t, error in found.items()}


def made(network: DiT, tokenizer: Tokenizer, prompts: list[str], shape: tuple[int, int, int]) -> Tensor:
    """Latents of a clip for each prompt."""
    dice = Generator().manual_seed(7)
    noise = torch.randn(len(prompts), network.config.channels, *shape, generator=dice)
    ids = tokenizer.encode([*prompts, *[""] * len(prompts)])
    return sample(guided(network, ids, noise, scale=3.0, seconds=0.5), noise, time_grid(12, shift=3.0), step=ab2)


def counted(video: Tensor, prompts: list[str]) -> dict[str, int]:
    """Of so many clips: those with something cut off, and those with one thing in its colour."""
    verdicts = [judge(clip, parse(prompt)) for clip, prompt in zip(video, prompts, strict=True)]
    return {
        "of": len(video),
        "cut off": sum(cut_off(clip) for clip in video),
        "one thing, its colour right": sum(each.count and each.colour for each in verdicts),
    }


def main(arguments: list[str]) -> int:
    steps = int(arguments[0]) if arguments else 560
    path = shipped_folder() / "codec.safetensors"
    codec, _ = load_codec(path)
    codec = codec.eval().requires_grad_(False)
    tokenizer = Tokenizer(WORDS)
    video, captions = drawn(CLIPS, seed=1)
    square = cropped(video, seed=2)
    begin = time.monotonic()
    arms = {
        "square crops": Clips(encoded(codec, square), captions),
        "as they are": Clips(encoded(codec, video), captions),
    }
    print(f"{2 * CLIPS} clips encoded in {time.monotonic() - begin:.0f} s", flush=True)
    some, prompts = drawn(PROMPTS, seed=3)
    new = Clips(encoded(codec, drawn(NEW, seed=4)[0]), drawn(NEW, seed=4)[1])
    sizes = {"48x48": (5, 6, 6), "48x80": (5, 6, 10)}
    with torch.no_grad():
        floors = {"48x48": cropped(some, seed=6), "48x80": some}
        through = {size: codec.decode(codec.encode(clips)).clamp(-1, 1) for size, clips in floors.items()}
    result: dict[str, Any] = {
        "command": " ".join(["python experiments/crops.py", *arguments]),
        "codec": latents_of(load_checkpoint(path)[1]),
        "clips": CLIPS,
        "batch": BATCH,
        "steps": steps,
        "drawn, through the codec": {size: counted(clips, prompts) for size, clips in through.items()},
        "arms": {},
    }
    kept = {}
    for name, clips in arms.items():
        print(name, flush=True)
        begin = time.monotonic()
        network = train(clips, tokenizer, codec.config.channels, steps)
        arm: dict[str, Any] = {"seconds": round(time.monotonic() - begin), "error": errors(network, tokenizer, new)}
        for size, shape in sizes.items():
            latents = made(network, tokenizer, prompts, shape)
            with torch.no_grad():
                arm[size] = counted(codec.decode(latents).clamp(-1, 1), prompts)
            kept[f"{name}, {size}"] = latents[:KEPT].half()
        result["arms"][name] = arm
        print(json.dumps(arm), flush=True)
    result["prompts"] = prompts[:KEPT]
    save_file(kept, OUT / "crops.safetensors")
    (OUT / "crops.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
