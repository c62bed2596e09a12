"""Does a model copy its clips? ``python experiments/copying.py [SET ...]``; writes ``copying.*``.

Three small transformers train equally long: on 20 clips, on 200, and on 12,800 of the same world. Of their samples, and
of new true clips, the nearest training
clip is sought, by three distances: pixels, features of blocks of space-time, and where the thing is and how large (what
the judge would measure). Extraction as Carlini et al. (2301.13188) define it: the distance to the nearest over half the
mean of the 50 nearest. What is trained is kept in ``runs/copying``. Of sets that are
not named, what is written down already stays.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor

from minisora.audit.copying import copied, extraction_ratio, nearest
from minisora.cascade import Stage
from minisora.cascade.fit import fit, flow_loss, picked, without_some
from minisora.cascade.saved import load_networks, save_networks
from minisora.cascade.world import Drawn, coloured, draw, obeyed, tiny, to_video
from minisora.diffusion.objective import loss_at
from minisora.evaluation.features import RandomFeatures, places
from minisora.files import replacing
from minisora.model import DiT

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/copying")
SHAPE = (5, 16, 16)
SETS = {"20": 20, "200": 200, "12800": 12800}
NEW = 128  #: Samples, and new true clips.
STEPS, BATCH = 2500, 16
CALLS, GUIDANCE = 12, 1.0


def train(name: str, drawn: Drawn) -> DiT:
    """A network that has learnt these clips for ``STEPS`` batches, however many there are."""
    path = RUNS / f"{name}.safetensors"
    if path.exists():
        return load_networks(path)[name]
    data, ids = drawn.clips(SHAPE), drawn.ids()

    def loss(network: DiT, dice: Generator) -> Tensor:
        chosen = picked(len(data), BATCH, dice)
        velocity = Stage(network, SHAPE).velocity(without_some(ids[chosen], 0.1, dice))
        return flow_loss(velocity, data[chosen], dice)

    def watch(step: int, value: float) -> None:
        if step % 250 == 0:
            print(f"{name} clips, step {step}: {value:.3f}", flush=True)

    network, seconds = fit(tiny(width=96), loss, steps=STEPS, watch=watch)
    print(f"{name} clips: {seconds:.0f} s", flush=True)
    save_networks(path, {name: network})
    return network


def made(network: DiT, drawn: Drawn, seed: int) -> Tensor:
    """A clip for each caption, in pixels."""
    noise = Generator().manual_seed(seed)
    stage, empty = Stage(network, SHAPE), drawn.tokenizer.encode([""])
    return to_video(stage.sample(drawn.ids(), empty, generator=noise, steps=CALLS, scale=GUIDANCE))


@torch.no_grad()
def error(network: DiT, drawn: Drawn) -> float:
    """The velocity's error on some clips at t = 0.7, with the same noise."""
    x0, dice = drawn.clips(SHAPE), Generator().manual_seed(3)
    velocity = Stage(network, SHAPE).velocity(drawn.ids())
    return float(loss_at(velocity, x0, torch.randn(x0.shape, generator=dice), torch.full((1, 1, 1, 1, 1), 0.7)))


def ways() -> dict[str, Callable[[Tensor], Tensor]]:
    """Clips ``b 3 t h w`` to rows ``b d``, in which a distance is to be measured."""
    look = RandomFeatures((3, 5, 5), count=64, generator=Generator().manual_seed(0))
    return {
        "pixels": lambda video: video.flatten(1),
        "features": look,
        "numbers": lambda video: places(video).flatten(1),
    }


def main(names: list[str]) -> int:
    torch.set_num_threads(1)
    begin = time.process_time()
    fresh = draw(NEW, seed=990)
    truth = to_video(fresh.clips(SHAPE))
    report: dict[str, Any] = {
        "command": "python experiments/copying.py",
        "steps": STEPS,
        "batch": BATCH,
        "samples": NEW,
        "sets": {},
    }
    shown: dict[str, Tensor] = {}
    if names:
        report["sets"] = json.loads((OUT / "copying.json").read_text("utf-8"))["sets"]
        shown = load_file(OUT / "copying.safetensors")
    for name, count in SETS.items():
        if names and name not in names:
            continue
        drawn = draw(count, seed=5)
        network = train(name, drawn)
        own = Drawn((drawn.scenes[:NEW] * NEW)[:NEW])
        clips = {
            "asked with its own captions": made(network, own, 21),
            "asked with new captions": made(network, fresh, 22),
            "new true clips": truth,
        }
        training = to_video(drawn.clips(SHAPE))
        row: dict[str, Any] = {"clips": count, "error": {"own": error(network, own), "new": error(network, fresh)}}
        for what, look in ways().items():
            rows, there = {}, look(training)
            ratios = {which: extraction_ratio(look(each), there) for which, each in clips.items()}
            for which, each in clips.items():
                distance, _ = nearest(look(each), there)
                rows[which] = {
                    "nearest": round(float(distance.median()), 4),
                    "ratio": round(float(ratios[which].median()), 4),
                    "copied": round(copied(ratios[which], ratios["new true clips"]), 4),
                }
            row[what] = rows
            if what == "pixels":
                row["ratios"] = {
                    which: [round(float(r), 3) for r in each.sort().values] for which, each in ratios.items()
                }
                for which in ("asked with its own captions", "asked with new captions"):
                    order = ratios[which].argsort()[:4]
                    _, place = nearest(look(clips[which][order]), there)
                    key = f"{name}, {which.removeprefix('asked with ')}"
                    pair = {key: clips[which][order], f"{key}: nearest": training[place[:, 0]]}
                    shown |= {each: ((clip + 1) * 127.5).round().to(torch.uint8) for each, clip in pair.items()}
        row["obeyed"] = round(float(obeyed(clips["asked with new captions"], fresh.scenes).float().mean()), 3)
        row["coloured"] = round(float(coloured(clips["asked with new captions"], fresh.scenes).float().mean()), 3)
        report["sets"][name] = row
        print(name, json.dumps({k: v for k, v in row.items() if k != "ratios"}, indent=1), flush=True)
    report["sets"] = {name: report["sets"][name] for name in SETS if name in report["sets"]}
    save_file(shown, OUT / "copying.safetensors")
    (OUT / "copying.safetensors").chmod(0o644)
    with replacing(OUT / "copying.json") as draft:
        draft.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time() - begin:.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
