"""What a small video model learns of physics, in and out of what it has seen: for chapter 16.

    python experiments/physics.py

After Kang et al. 2024 (2411.02385), in small: 16 x 32 pixels, ten frames, of which three are given. Eight networks of
0.3 million numbers: one for four laws, two for a gap in the speeds (with and without it), four for pairs of attributes,
one for mirror, shadow and wall. Finished networks are kept in ``runs/physics`` and not trained again. Results go to
``data/ladder/physics.json``, and some of the networks beside it.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.checkpoint import save_checkpoint
from minisora.diffusion.objective import logit_normal
from minisora.files import replacing
from minisora.model import DiT
from minisora.physics.attributes import parted, read, together
from minisora.physics.bodies import collision, pendulum
from minisora.physics.measure import agreement, centroids, velocity_error, weights
from minisora.physics.motions import FAST, KNOWN, SLOW, Speeds, parabola, uniform_motion
from minisora.physics.predictor import CONFIG, GIVEN, foresee, load_predictor, prediction_loss
from minisora.physics.scenery import WALL, behind_a_wall, mirrored, shaded
from minisora.physics.things import Things, draw
from minisora.training.small import train_small

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/physics")
#: Of the six pairs those that Kang et al.'s order is made of, and its ends.
CHAIN = (("colour", "size"), ("size", "velocity"), ("velocity", "shape"), ("colour", "shape"))
BATCH, TESTED = 16, 64
LAWS: dict[str, Callable[..., Things]] = {
    "uniform motion": uniform_motion,
    "parabola": parabola,
    "collision": collision,
    "pendulum": pendulum,
}
GAP = Speeds(((0.4, 0.8), (1.9, 2.3)))
WHOLE = Speeds(((0.4, 2.3),))
PASSING = Speeds(((1.7, 2.2),))
#: Name of a network: steps, and clips. Those in KEPT come with the course.
NETWORKS: dict[str, tuple[int, int]] = {
    "laws": (900, 1200),
    "colour-shape": (350, 1000),
    "gap": (450, 1200),
    "scenery": (700, 1200),
    "whole": (450, 1200),
    **{f"{a}-{b}": (350, 1000) for a, b in CHAIN if (a, b) != ("colour", "shape")},
}
KEPT = ("laws", "gap", "colour-shape", "scenery")


def shown(name: str, n: int, dice: Generator) -> Tensor:
    """What a network is trained on, ``n 3 t h w``."""
    if name == "laws":
        return torch.cat([draw(law(n // 4, KNOWN, generator=dice)) for law in LAWS.values()])
    if name in ("gap", "whole"):
        return draw(uniform_motion(n, GAP if name == "gap" else WHOLE, generator=dice))
    if name == "scenery":
        kinds = [mirrored(n // 3, KNOWN, generator=dice), shaded(n // 3, KNOWN, generator=dice)]
        return torch.cat([draw(*kind) for kind in [*kinds, behind_a_wall(n // 3, PASSING, generator=dice)]])
    first, second = name.split("-")
    return draw(together(n, (first, second), generator=dice))


def learn(name: str) -> None:
    steps, count = NETWORKS[name]
    dice = Generator().manual_seed(0)
    clips = shown(name, count, dice)

    def loss_of(model: DiT) -> Tensor:
        x0 = clips[torch.randint(len(clips), (BATCH,), generator=dice)]
        t = logit_normal(BATCH, dice, mean=1.0, std=1.2)
        return prediction_loss(model, x0, torch.randn(x0.shape, generator=dice), t)

    model = DiT(CONFIG, generator=dice)
    smooth, seconds = train_small(model, loss_of, steps=steps, watch=lambda n, loss: print(name, n, round(loss, 4)))
    card = {
        "kind": "physics",
        "settings": asdict(CONFIG),
        "command": "python experiments/physics.py",
        "trained on": name,
    }
    card |= {"steps": steps, "batch": BATCH, "clips": count, "seconds": round(seconds)}
    save_checkpoint(RUNS, name, {key: each.half() for key, each in smooth.state_dict().items()}, card)


def network(name: str) -> DiT:
    return load_predictor(RUNS / f"{name}.safetensors")


def seen(model: DiT, clips: Tensor) -> Tensor:
    return foresee(model, clips, generator=Generator().manual_seed(5))


def error_of(law: str, things: Things, clips: Tensor) -> tuple[float, float]:
    """Velocity error over all measured things of clips, and the share of clips in which none of them was lost."""
    channels = (0, 2) if law == "collision" else (0,)
    places = things.places[:, -1:] if law == "pendulum" else things.places  # the bob is drawn over its thread
    tracks = [centroids(clips, channel) for channel in channels]
    kept = torch.stack([track.isfinite().flatten(1).all(1) for track in tracks]).all(0)
    errors = [velocity_error(track, places[:, i]) for i, track in enumerate(tracks)]
    return sum(errors) / len(errors), float(kept.float().mean())


def laws() -> dict[str, Any]:
    """Velocity error of each law at known, slow and fast speeds, beside the floor (the same of true clips)."""
    model, found = network("laws"), {}
    for law, make in LAWS.items():
        for kind, speeds in (("known", KNOWN), ("slow", SLOW), ("fast", FAST)):
            things = make(TESTED, speeds, generator=Generator().manual_seed(7))
            clips = draw(things)
            error, kept = error_of(law, things, seen(model, clips))
            floor, _ = error_of(law, things, clips)
            found[f"{law}, {kind}"] = {"error": round(error, 4), "floor": round(floor, 4), "kept": round(kept, 3)}
    return found


def gap() -> dict[str, list[list[float]]]:
    """Asked speed and generated speed, for the network with a gap in what it saw and for the one without."""
    asked, found = torch.linspace(0.2, 2.5, 24), {}
    for name in ("gap", "whole"):
        model, rows = network(name), []
        for speed in asked.tolist():
            things = uniform_motion(24, Speeds(((speed, speed + 1e-4),)), generator=Generator().manual_seed(8))
            x = centroids(seen(model, draw(things)))[..., 0]
            made = (x[:, -1] - x[:, GIVEN - 1]) / (x.shape[1] - GIVEN)
            rows.append(
                [round(speed, 3), round(float(made.nanmean()), 4), round(float(made[made.isfinite()].std()), 4)]
            )
        found[name] = rows
    return found


def attributes() -> list[dict[str, Any]]:
    """Two attributes that part for the first time: which one is kept at the end of the clip, and which one is bent?"""
    rows = []
    for pair in CHAIN:
        things, first = parted(TESTED, pair, generator=Generator().manual_seed(9))
        truth = draw(things)
        clips = seen(network("-".join(pair)), truth)
        kept = [read(clips, name, since=6) == value for name, value in zip(pair, (first, 1 - first), strict=True)]
        floor = [read(truth, name, since=6) == value for name, value in zip(pair, (first, 1 - first), strict=True)]
        row = {"pair": list(pair), "both kept": kept[0] & kept[1], "first wins": kept[0] & ~kept[1]}
        row |= {"second wins": ~kept[0] & kept[1], "neither": ~kept[0] & ~kept[1]}
        row |= {"read right in true clips": floor[0] & floor[1]}
        rows.append({key: each if key == "pair" else round(float(each.float().mean()), 3) for key, each in row.items()})
    return rows


def scenery() -> dict[str, Any]:
    """Do image and shadow go with their thing, and does what went behind a wall come out again?"""
    model, found = network("scenery"), {}
    for kind, speeds in (("known", KNOWN), ("slow", SLOW), ("fast", FAST)):
        things, ground = mirrored(TESTED, speeds, generator=Generator().manual_seed(10))
        clips = draw(things, ground)
        for name, video in (("made", seen(model, clips)), ("drawn", clips)):
            tracks = centroids(video, 0), centroids(video, 2)
            apart, together = agreement(*tracks, things.places[:, 1])
            errors = [round(velocity_error(tracks[i], things.places[:, 1 - i]), 4) for i in range(2)]
            row = {"apart": round(apart, 4), "correlation": round(together, 3), "thing": errors[0], "image": errors[1]}
            found[f"mirror, {kind}, {name}"] = row
        things, ground = shaded(TESTED, speeds, generator=Generator().manual_seed(11))
        clips = draw(things, ground)
        for name, video in (("made", seen(model, clips)), ("drawn", clips)):
            apart, together = agreement(centroids(video, 0), shadow(video), things.places[:, 1])
            found[f"shadow, {kind}, {name}"] = {"apart": round(apart, 4), "correlation": round(together, 3)}
    for name, wall in (("walls of 6 to 9", (6.0, 9.0)), ("walls of 12", (12.0, 12.1))):
        things, ground = behind_a_wall(TESTED, PASSING, generator=Generator().manual_seed(12), wall=wall)
        found[name] = behind(model, things, draw(things, ground), wall[1])
    return found


def shadow(video: Tensor) -> Tensor:
    """The middle of what is dark on the ground, ``b 3 t h w -> b t 2`` (y is not measured)."""
    dark = (-0.35 - video[:, 1, :, 12:15]).clamp(min=0).sum(2)
    x = torch.arange(video.shape[-1]) + 0.5
    total = dark.sum(-1)
    return ((dark * x).sum(-1) / torch.where(total > 0.3, total, torch.nan))[..., None].expand(-1, -1, 2)


def behind(model: DiT, things: Things, truth: Tensor, wall: float) -> dict[str, Any]:
    """Of the clips whose thing is in full sight again at the end: how many show it, in its colour, how far off?"""
    x, radius = things.places[:, 0, -1, 0], things.radius[:, 0]
    again = x > WALL + wall + radius
    blue = things.colour[:, 0, 2] > 0
    clips = seen(model, truth)
    rows: dict[str, Any] = {}
    for name, video in (("made", clips), ("drawn", truth)):
        own, other = (
            torch.where(blue[:, None, None, None], weights(video, a), weights(video, b)) for a, b in ((2, 0), (0, 2))
        )
        right = torch.arange(video.shape[-1]) >= WALL + wall
        ink, wrong = ((each[:, -1] * right).sum((1, 2)) for each in (own, other))
        full = (weights(truth, 0) + weights(truth, 2))[:, 0].sum((1, 2))
        there = ink > 0.5 * full
        place = torch.where(blue[:, None], centroids(video, 2)[:, -1], centroids(video, 0)[:, -1])[:, 0]
        off = (place - x).abs()[again & there]
        rows |= {f"{name}: there": round(float(there[again].float().mean()), 3)}
        rows |= {f"{name}: in the other colour": round(float((wrong > 0.5 * full)[again].float().mean()), 3)}
        rows |= {f"{name}: off by": round(float(off.mean()), 3) if len(off) else float("nan")}
    return rows | {"clips": int(again.sum())}


def main() -> int:
    torch.set_num_threads(1)
    RUNS.mkdir(parents=True, exist_ok=True)
    for name in NETWORKS:
        if not (RUNS / f"{name}.safetensors").exists():
            learn(name)
    cards = {name: json.loads((RUNS / f"{name}.json").read_text("utf-8")) for name in NETWORKS}
    result = {
        "command": "python experiments/physics.py",
        "known speeds": KNOWN.intervals,
        "slow": SLOW.intervals,
        "fast": FAST.intervals,
        "gap": GAP.intervals,
        "training": {name: {key: card[key] for key in ("steps", "seconds")} for name, card in cards.items()},
        "tested": TESTED,
        "laws": laws(),
        "speeds": gap(),
        "attributes": attributes(),
        "scenery": scenery(),
    }
    for name in KEPT:
        for ending in ("safetensors", "json"):
            shutil.copyfile(RUNS / f"{name}.{ending}", OUT / f"physics-{name}.{ending}")
    with replacing(OUT / "physics.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: result[key] for key in ("laws", "attributes", "scenery")}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
