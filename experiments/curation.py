"""Motion as a number, and what a filter is worth: ``python experiments/curation.py``; writes ``curation.*``.

Clips of three speeds, half of them spoiled as clips from the web are: frozen, cut together from two, or with a bar of
text across. A filter that only measures (change from frame to frame, its largest jump, brightness at the border) throws
out what it takes for spoiled. Equal steps on everything, on what the filter leaves, and on as many at random (Stable
Video Diffusion, 2311.15127, sections 3 and 4). Each network is told the clip's motion, 0 to 255: what does it make when
asked for more or less? What is trained is kept in ``runs/curation``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Generator, Tensor

from minisora.cascade import Stage, motion_bucket
from minisora.cascade.fit import fit, flow_loss, picked, without_some
from minisora.cascade.saved import load_networks, save_networks
from minisora.cascade.world import Drawn, coloured, draw, obeyed, tiny, to_data, to_video
from minisora.evaluation.features import RandomFeatures
from minisora.evaluation.frechet import frechet_distance
from minisora.files import replacing
from minisora.model import DiT

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/curation")
SHAPE = (5, 16, 16)
DURATIONS = (2.0, 4.0, 8.0)  #: Seconds in which a thing crosses half of the frame.
EACH, NEW = 700, 40  #: Clips of each, and new prompts.
STEPS, BATCH = 350, 16
ASKED = (20, 60, 100, 140)  #: Motion buckets.
GUIDANCE, CALLS = 2.0, 8
SPOILT = ("frozen", "cut", "text")


def spoiled(video: Tensor, dice: Generator) -> tuple[Tensor, list[str]]:
    """Half of the clips as they are, half of them spoiled, and which is which."""
    n, video = len(video), video.clone()
    kinds = [""] * n
    for rank, i in enumerate(torch.randperm(n, generator=dice)[: n // 2].tolist()):
        kinds[i] = SPOILT[rank % 3]
        if kinds[i] == "frozen":
            video[i] = video[i, :, 2:3]
        elif kinds[i] == "cut":
            video[i, :, 3:] = video[int(torch.randint(n, (), generator=dice)), :, :2]
        else:
            video[i, :, :, -3:-1, 2:-2] = 0.9
    return video, kinds


def passes(video: Tensor) -> Tensor:
    """What a filter keeps, ``b``: it moves, it does not jump, and there is no bright bar at the bottom."""
    change = video.diff(dim=2).abs().mean((1, 3, 4))
    steady = change.amax(1) < 1.8 * change.median(1).values
    clear = video[:, :, :, -3:-1, 2:-2].amin((1, 2, 3, 4)) < 0
    return (motion_bucket(video) > 5) & steady & clear


def train(name: str, data: Tensor, ids: Tensor, buckets: Tensor) -> DiT:
    """A network that has learnt these clips, told how much moves in each."""
    path = RUNS / f"{name.replace(' ', '-')}.safetensors"
    if path.exists():
        return load_networks(path)[name]

    def loss(network: DiT, dice: Generator) -> Tensor:
        chosen, stage = picked(len(data), BATCH, dice), Stage(network, SHAPE)
        known = stage.told(buckets[chosen, None] / 100)
        return flow_loss(stage.velocity(without_some(ids[chosen], 0.1, dice), known=known), data[chosen], dice)

    network, seconds = fit(tiny(known=1), loss, steps=STEPS)
    print(f"{name}: {len(data)} clips, {seconds:.0f} s", flush=True)
    save_networks(path, {name: network})
    return network


def made(network: DiT, drawn: Drawn, bucket: float) -> Tensor:
    """A clip for each caption, in pixels, asked to have that much motion."""
    stage = Stage(network, SHAPE)
    known, empty = stage.told(torch.full((len(drawn), 1), bucket / 100)), drawn.tokenizer.encode([""])
    dice = Generator().manual_seed(7)
    return to_video(stage.sample(drawn.ids(), empty, known=known, generator=dice, steps=CALLS, scale=GUIDANCE))


def main() -> int:
    torch.set_num_threads(1)
    parts = [draw(EACH, seed=i, duration=duration) for i, duration in enumerate(DURATIONS)]
    drawn, new = Drawn([scene for part in parts for scene in part.scenes]), draw(NEW, seed=99, duration=4.0)
    video, kinds = spoiled(to_video(drawn.clips(SHAPE)), Generator().manual_seed(5))
    kept, ids, buckets = passes(video), drawn.ids(), motion_bucket(video)
    report = {
        kind or "clean": {
            "clips": kinds.count(kind),
            "kept": sum(int(kept[i]) for i, k in enumerate(kinds) if k == kind),
        }
        for kind in ("", *SPOILT)
    }
    print(json.dumps(report), flush=True)
    some = torch.randperm(len(video), generator=Generator().manual_seed(6))[: int(kept.sum())]
    sets = {"everything": torch.arange(len(video)), "filtered": kept.nonzero()[:, 0], "as many at random": some}
    look = RandomFeatures((3, 5, 5), count=24, generator=Generator().manual_seed(0))
    true = look(to_video(draw(256, seed=97, duration=4.0).clips(SHAPE)))
    rows: list[dict[str, Any]] = []
    clips: dict[str, Tensor] = {}
    for name, chosen in sets.items():
        network = train(name, to_data(video[chosen]), ids[chosen], buckets[chosen])
        videos = {bucket: made(network, new, bucket) for bucket in ASKED}
        usual = videos[60]
        row: dict[str, Any] = {"data": name, "clips": len(chosen)}
        for what, each in (("motion", obeyed(usual, new.scenes, least=0.01)), ("colour", coloured(usual, new.scenes))):
            row[what] = round(float(each.float().mean()), 3)
        row["passes the filter"] = round(float(passes(usual).float().mean()), 3)
        row["distance"] = round(1000 * frechet_distance(true, look(usual)), 2)
        row["measured"] = {str(b): round(float(motion_bucket(each).mean()), 1) for b, each in videos.items()}
        clips[name] = ((usual[:4] + 1) * 127.5).round().to(torch.uint8)
        rows.append(row)
        print(json.dumps(row), flush=True)
    result = {
        "command": "python experiments/curation.py",
        "steps": STEPS,
        "new clips": NEW,
        "prompts": new.captions[:4],
        "filter": report,
        "buckets of the clean clips": [
            round(float(q), 0) for q in buckets[kept].quantile(torch.tensor([0.05, 0.5, 0.95]))
        ],
        "runs": rows,
    }
    save_file(clips, OUT / "curation.safetensors")
    (OUT / "curation.safetensors").chmod(0o644)
    with replacing(OUT / "curation.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time():.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
