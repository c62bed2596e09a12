"""What becomes of a skew? ``python experiments/bias.py``; writes ``bias.*``.

A world of red and blue circles and squares. Half of the captions leave the colour out. In one training set four of
five things are red, whatever they are; in another four of five circles are red, and four of five squares blue, so that
the *word* carries the skew. How many of the circles that are asked for without a colour are red, at guidance 1 to 8?
Three remedies for the second set: to show each colour equally often while training, to fill the colour in before
sampling, and to guide only in an interval of times. Networks are kept in ``runs/bias``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Generator, Tensor

from minisora.audit.bias import guided_shares
from minisora.cascade import Stage
from minisora.cascade.fit import fit, flow_loss, without_some
from minisora.cascade.saved import load_networks, save_networks
from minisora.cascade.world import Drawn, coloured, draw, obeyed, tiny, to_video
from minisora.diffusion import ab2, classifier_free, sample, time_grid
from minisora.diffusion.path import noise_like
from minisora.evaluation.features import RandomFeatures
from minisora.evaluation.frechet import frechet_distance
from minisora.evaluation.metrics import wilson
from minisora.files import replacing
from minisora.model import DiT
from minisora.worlds.scene import Scene

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/bias")
SHAPE = (5, 16, 16)
CLIPS, SKEW, NEW = 1600, 0.8, 192
STEPS, BATCH = 700, 16
SCALES = (1.0, 2.0, 4.0, 8.0)
CALLS = 12
INTERVAL = (0.0, 0.8)  #: Of the times at which guidance still steers, as a remedy.
LEVEL = 4.0  #: The guidance at which remedies are compared.


def world(n: int, *, skew: str, seed: int) -> Drawn:
    """Red and blue circles and squares, skewed "everywhere", "by word", or "not at all"."""
    dice, scenes = Generator().manual_seed(seed + 1), []
    kept = [scene for scene in draw(3 * n, seed=seed).scenes if scene.objects[0].shape != "triangle"][:n]
    red = torch.rand(len(kept), generator=dice)
    for scene, chance in zip(kept, red.tolist(), strict=True):
        (thing,) = scene.objects
        share = {"everywhere": SKEW, "not at all": 0.5}.get(skew, SKEW if thing.shape == "circle" else 1 - SKEW)
        scenes.append(replace(scene, objects=(replace(thing, colour="red" if chance < share else "blue"),)))
    return Drawn(scenes)


def circles(n: int, *, seed: int) -> Drawn:
    """Circles, of which half are red."""
    scenes = world(3 * n, skew="not at all", seed=seed).scenes
    return Drawn([scene for scene in scenes if scene.objects[0].shape == "circle"][:n])


def open_captions(drawn: Drawn) -> list[str]:
    """Without the colour."""
    return [text.replace(" red", "").replace(" blue", "") for text in drawn.captions]


def red(scene: Scene) -> bool:
    return scene.objects[0].colour == "red"


def is_red(video: Tensor) -> Tensor:
    """Whether the thing is red, rather than blue."""
    pixels = (video + 1).flatten(2)
    return pixels[:, 0].amax(1) > pixels[:, 2].amax(1)


def train(name: str, drawn: Drawn, weights: Tensor | None = None) -> DiT:
    """A network that has learnt these clips, of whose captions half are open and a tenth empty."""
    path = RUNS / f"{name.replace(' ', '-')}.safetensors"
    if path.exists():
        return load_networks(path)[name]
    data, full, vague = drawn.clips(SHAPE), drawn.ids(), drawn.ids(open_captions(drawn))
    wide = max(full.shape[1], vague.shape[1])
    both = torch.stack([torch.nn.functional.pad(each, (0, wide - each.shape[1])) for each in (full, vague)])
    chances = torch.ones(len(data)) if weights is None else weights

    def loss(network: DiT, dice: Generator) -> Tensor:
        chosen = torch.multinomial(chances, BATCH, True, generator=dice)
        ids = both[torch.randint(2, (BATCH,), generator=dice), chosen]
        return flow_loss(Stage(network, SHAPE).velocity(without_some(ids, 0.1, dice)), data[chosen], dice)

    network, seconds = fit(tiny(), loss, steps=STEPS)
    print(f"{name}: {seconds:.0f} s", flush=True)
    save_networks(path, {name: network})
    return network


@torch.no_grad()
def made(network: DiT, drawn: Drawn, texts: list[str], *, scale: float, interval: tuple[float, float]) -> Tensor:
    """A clip for each text, in pixels."""
    stage, ids, empty = Stage(network, SHAPE), drawn.ids(texts), drawn.tokenizer.encode([""])
    blank = torch.nn.functional.pad(empty, (0, ids.shape[1] - empty.shape[1])).expand_as(ids)
    both = stage.velocity(torch.cat([ids, blank]))
    velocity = classifier_free(stage.velocity(ids), both, scale=scale, interval=interval)
    noise = noise_like(torch.empty(len(ids), 3, *SHAPE), Generator().manual_seed(31))
    return to_video(sample(velocity, noise, time_grid(CALLS), step=ab2))


def counted(video: Tensor, drawn: Drawn) -> dict[str, Any]:
    """How many are red, and whether they move as asked."""
    reds = int(is_red(video).sum())
    low, high = wilson(reds, len(video))
    return {
        "red": reds,
        "of": len(video),
        "share": round(reds / len(video), 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "moves": round(float(obeyed(video, drawn.scenes).float().mean()), 3),
    }


def main() -> int:
    torch.set_num_threads(1)
    begin = time.process_time()
    everywhere, by_word = (world(CLIPS, skew=skew, seed=40) for skew in ("everywhere", "by word"))
    networks = {"everywhere": train("everywhere", everywhere), "by word": train("by word", by_word)}
    kinds = torch.tensor([2 * (s.objects[0].shape == "circle") + red(s) for s in by_word.scenes])
    weights = 1 / kinds.bincount().float()[kinds]
    networks["by word, balanced"] = train("by word, balanced", by_word, weights)
    asked = circles(NEW, seed=77)
    vague = open_captions(asked)
    report: dict[str, Any] = {
        "command": "python experiments/bias.py",
        "clips": CLIPS,
        "steps": STEPS,
        "prompts": vague[:3],
        "training": {},
        "guidance": {},
        "remedies": {},
    }
    shown: dict[str, Tensor] = {}
    for name, drawn in (("everywhere", everywhere), ("by word", by_word)):
        reds = [red(scene) for scene in drawn.scenes if scene.objects[0].shape == "circle"]
        shares = [sum(reds) / len(reds), sum(map(red, drawn.scenes)) / len(drawn)]
        report["training"][name] = {"red circles": round(shares[0], 3), "red": round(shares[1], 3)}
        with_it, without = (torch.tensor([each, 1 - each]) for each in shares)
        empty = made(networks[name], asked, [""] * NEW, scale=1.0, interval=(0.0, 1.0))
        rows: list[dict[str, Any]] = [{"scale": 0.0, **counted(empty, asked), "predicted": round(shares[1], 3)}]
        for scale in SCALES:
            clips = made(networks[name], asked, vague, scale=scale, interval=(0.0, 1.0))
            foretold = round(float(guided_shares(with_it, without, scale=scale)[0]), 3)
            rows.append({"scale": scale, **counted(clips, asked), "predicted": foretold})
            print(name, rows[-1], flush=True)
            shown[f"{name}, guidance {scale:g}"] = clips[:4]
        report["guidance"][name] = rows
    look = RandomFeatures((3, 5, 5), count=24, generator=Generator().manual_seed(0))
    true = look(to_video(circles(4 * NEW, seed=88).clips(SHAPE)))
    dice = Generator().manual_seed(8)
    colours = ["red" if chance < 0.5 else "blue" for chance in torch.rand(NEW, generator=dice).tolist()]
    filled = [text.replace("circle", f"{colour} circle") for text, colour in zip(vague, colours, strict=True)]
    remedies = {
        "nothing": ("by word", vague, LEVEL, (0.0, 1.0)),
        "guidance 1": ("by word", vague, 1.0, (0.0, 1.0)),
        "guided in an interval": ("by word", vague, LEVEL, INTERVAL),
        "shown equally often": ("by word, balanced", vague, LEVEL, (0.0, 1.0)),
        "the colour filled in": ("by word", filled, LEVEL, (0.0, 1.0)),
    }
    for name, (network, texts, scale, interval) in remedies.items():
        clips = made(networks[network], asked, texts, scale=scale, interval=interval)
        named = made(networks[network], asked, asked.captions, scale=scale, interval=interval)
        row = counted(clips, asked)
        row["named colour right"] = round(float(coloured(named, asked.scenes).float().mean()), 3)
        row["distance"] = round(1000 * frechet_distance(true, look(clips)), 2)
        report["remedies"][name] = row
        print(name, row, flush=True)
        shown[name] = clips[:4]
    save_file(
        {key: ((each + 1) * 127.5).round().to(torch.uint8) for key, each in shown.items()}, OUT / "bias.safetensors"
    )
    (OUT / "bias.safetensors").chmod(0o644)
    with replacing(OUT / "bias.json") as draft:
        draft.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time() - begin:.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
