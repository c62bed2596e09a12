"""Noise on what the last stage of a cascade is told: ``python experiments/augmentation.py``; see ``augmentation.json``.

Ho et al. 2021 (2106.15282): with *true* small clips the less noise at sampling the better, with *generated* ones some
of it is best. Levels differ less than clips do. So at each level the same clips are enlarged from the same noise, and
each level is compared with the first, clip by clip. Two measures: the squared error to the very clip, where there is
one; and that to the nearest clip of its caption, which a generated one has, too.

The stages are those of ``experiments/cascade.py``. Beside its third one stand the same network trained three times as
its chance goes, one that learnt twice as long, and one that is told noised clips as the straight path makes them: the
fainter, the noisier. What is trained is kept in ``runs/augmentation``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.cascade import Stage, as_known, augmented, cascade, enlarged
from minisora.cascade.fit import fit, flow_loss, picked, without_some
from minisora.cascade.saved import load_networks, save_networks
from minisora.cascade.world import Drawn, draw, nearest_error, tiny, to_video
from minisora.course.small import LADDER, three_stages
from minisora.files import replacing
from minisora.model import DiT

RUNS = Path("runs/augmentation")
CLIPS, NEW = 2048, 64  #: To learn from, as in ``cascade.py``; and to measure with.
LARGE, SMALL = (5, 32, 32), (5, 16, 16)
BATCHES, BATCH, MOST = 220, 8, 0.35  #: Of the third stage, as in ``cascade.py``; noise in training: from 0 to MOST.
LEVELS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35)  #: At sampling.
BETWEEN, GUIDANCE, STEPS, FEW = 0.1, 2.0, 6, 3  #: As ``cascade.py`` samples; and steps for worse small clips.
CONTRAST = 0.9  #: What noise of 0.1 leaves of a clip on the straight path.


class Faint(Stage):
    """A stage that is told noised clips as they are on the straight path."""

    def known(self, told: Tensor) -> Tensor:
        return as_known(enlarged(told, self.shape), self.network.config.patch)


def learnt(name: str, drawn: Drawn, *, kind: type[Stage] = Stage, batches: int = BATCHES, seed: int = 1) -> Stage:
    """The third stage of ``cascade.py``, learnt otherwise; ``kind`` says how noised clips are told."""
    path = RUNS / f"{name.replace(' ', '-')}.safetensors"
    if path.exists():
        return kind(load_networks(path)["spatial"], LARGE)
    high, low, ids = drawn.clips(LARGE), drawn.clips(SMALL), drawn.ids()

    def loss(network: DiT, dice: Generator) -> Tensor:
        chosen, stage = picked(len(drawn), BATCH, dice), kind(network, LARGE)
        known = stage.condition(low[chosen], MOST * torch.rand(BATCH, generator=dice), generator=dice)
        velocity = stage.velocity(without_some(ids[chosen], 0.1, dice), known=known)
        return flow_loss(velocity, high[chosen], dice)

    network, seconds = fit(tiny(known=64), loss, steps=batches, seed=seed)
    print(f"{name}, {batches} batches: {seconds:.0f} s", flush=True)
    save_networks(path, {"spatial": network})
    return kind(network, LARGE)


def made_large(stage: Stage, new: Drawn, low: Tensor, level: float, *, steps: int = STEPS) -> Tensor:
    """Small clips enlarged, under noise of a level; the dice are always the same."""
    dice = Generator().manual_seed(4)
    known = stage.known(augmented(low, torch.full((len(low),), level), generator=dice))
    return stage.sample(new.ids(), new.tokenizer.encode([""]), known=known, generator=dice, steps=steps)


def squared(clips: Tensor, goal: Tensor) -> Tensor:
    return (clips - goal).square().flatten(1).mean(1)


def compared(errors: Tensor, first: Tensor) -> dict[str, Any]:
    """The mean, and by how much it is more than another, with the 95 % interval of that: clip by clip."""
    more = errors - first
    middle, half = float(more.mean()), 1.96 * float(more.std()) / len(more) ** 0.5
    row: dict[str, Any] = {"error": round(float(errors.mean()), 4), "more": round(middle, 4)}
    return row | {"interval": [round(middle - half, 4), round(middle + half, 4)]}


def sweep(stage: Stage, new: Drawn, low: Tensor, goal: Tensor | None) -> list[dict[str, Any]]:
    """The error at each level: to the very clip ``goal``, ``b 3 t h w``, or, without one, to the nearest."""
    rows, first = [], None
    for level in LEVELS:
        clips = made_large(stage, new, low, level)
        errors = nearest_error(to_video(clips), new.scenes) if goal is None else squared(clips, goal)
        first = errors if first is None else first
        rows.append({"level": level, **compared(errors, first)})
        print(json.dumps(rows[-1]), flush=True)
    return rows


@torch.no_grad()
def measure(stage: Stage, new: Drawn, made: dict[str, Tensor]) -> dict[str, Any]:
    """All sweeps; and what a clip without noise, but of less contrast, is worth; and noise, with more steps."""
    high, low = new.clips(LARGE), new.clips(SMALL)
    found: dict[str, Any] = {"true": sweep(stage, new, low, high)}
    found |= {name: sweep(stage, new, small, None) for name, small in made.items()}
    clean = squared(made_large(stage, new, low, 0.0), high)
    found["of less contrast"] = compared(squared(made_large(stage, new, CONTRAST * low, 0.0), high), clean)
    without, some = (squared(made_large(stage, new, low, level, steps=2 * STEPS), high) for level in (0.0, 0.1))
    found["0.1, with twice the steps"] = compared(some, without)
    return found


def main() -> int:
    torch.set_num_threads(1)
    base, temporal, spatial = three_stages()
    drawn, new = draw(CLIPS, seed=0), draw(NEW, seed=99)
    stages = {
        "size one": spatial,
        "another chance": learnt("another chance", drawn, seed=2),
        "a third chance": learnt("a third chance", drawn, seed=3),
        "twice as long": learnt("twice as long", drawn, batches=2 * BATCHES),
        "faint": learnt("faint", drawn, kind=Faint),
    }
    made = {}
    for name, steps in {"generated": 2 * STEPS, f"generated in {FEW} steps": FEW}.items():
        run: dict[str, Any] = {"generator": Generator().manual_seed(3), "steps": steps}
        ids, empty = new.ids(), new.tokenizer.encode([""])
        *_, made[name] = cascade([base, temporal], ids, empty, levels=[BETWEEN], scales=[GUIDANCE, 1.0], **run)
    floor = nearest_error(to_video(new.clips(LARGE)), new.scenes)
    result = {"command": "python experiments/augmentation.py", "new clips": NEW, "steps": STEPS, "contrast": CONTRAST}
    result |= {"nearest, of true clips": round(float(floor.mean()), 4)}
    for name, stage in stages.items():
        result[name] = measure(stage, new, made)
        print(name, json.dumps(result[name]), flush=True)
    with replacing(LADDER / "augmentation.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time():.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
