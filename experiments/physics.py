"""What a small video model learns of physics, in and out of what it has seen: for chapter 16.

    python experiments/physics.py

After Kang et al. 2024 (2411.02385), in small: ten frames of 8 or 16 x 32 pixels, of which three are given. Eleven
networks of 0.3 million numbers: for uniform motion, for the same with a gap in the speeds, for each pair of four
attributes, for mirror and wall, for shadows, and one for four laws at once. Finished networks are kept in
``runs/physics`` and not trained again. Results go to ``data/ladder/physics.json``, and those networks that chapter 16
draws with beside it.
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
from minisora.physics.attributes import PAIRS, parted, read, together
from minisora.physics.bodies import collision, pendulum
from minisora.physics.measure import agreement, centroids, velocity_error, weights
from minisora.physics.motions import FAST, KNOWN, MIDDLE, SLOW, Speeds, parabola, uniform_motion
from minisora.physics.predictor import CONFIG, GIVEN, foresee, load_predictor, prediction_loss
from minisora.physics.scenery import (
    APPROACH,
    MIRROR,
    PASSING,
    QUICKLY,
    SLOWLY,
    WALL,
    behind_a_wall,
    mirrored,
    shadow_of,
    shadowed,
)
from minisora.physics.things import HEIGHT, STRIP, Things, draw
from minisora.training.small import train_small

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/physics")
BATCH, TESTED = 16, 64
LAWS: dict[str, Callable[..., Things]] = {
    "uniform motion": uniform_motion,
    "parabola": parabola,
    "collision": collision,
    "pendulum": pendulum,
}
GAP = Speeds(((0.4, 0.8), (1.9, 2.3)))
#: Name of a network: steps, clips, and the rows of its pictures.
NETWORKS: dict[str, tuple[int, int, int]] = {
    "uniform": (700, 1200, STRIP),
    "gap": (500, 1200, STRIP),
    **{"-".join(pair): (400, 1200, STRIP) for pair in PAIRS},
    "scenery": (500, 1200, STRIP),
    "shadow": (900, 1200, HEIGHT),
    "laws": (3600, 4800, HEIGHT),
}
#: Those that chapter 16 draws with.
SHOWN = ("uniform", "gap", "colour-shape", "scenery", "shadow", "laws")


def strip(things: Things) -> Tensor:
    return draw(things, height=STRIP)


def shown(name: str, n: int, dice: Generator) -> Tensor:
    """What a network is trained on, ``n 3 t h w``."""
    if name == "laws":
        return torch.cat([draw(law(n // 4, KNOWN, generator=dice)) for law in LAWS.values()])
    if name in ("uniform", "gap"):
        speeds = GAP if name == "gap" else KNOWN
        return strip(uniform_motion(n, speeds, generator=dice, rows=MIDDLE))
    if name == "scenery":
        return torch.cat(
            [strip(mirrored(n // 2, APPROACH, generator=dice)), strip(behind_a_wall(n // 2, PASSING, generator=dice))]
        )
    if name == "shadow":
        return draw(shadowed(n, KNOWN, generator=dice))
    first, second = name.split("-")
    return strip(together(n, (first, second), generator=dice))


def learn(name: str) -> None:
    steps, count, _ = NETWORKS[name]
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
    found = {}
    kinds = {"known": KNOWN, "slow": SLOW, "fast": FAST}
    cases = {("uniform motion", kind): each for kind, each in kinds.items()}
    cases |= {(law, f"of four, {kind}"): each for law in LAWS for kind, each in kinds.items()}
    for (law, says), speeds in cases.items():
        dice, alone = Generator().manual_seed(7), says in kinds
        if alone:
            things = uniform_motion(TESTED, speeds, generator=dice, rows=MIDDLE)
        else:
            things = LAWS[law](TESTED, speeds, generator=dice)
        clips = strip(things) if alone else draw(things)
        error, kept = error_of(law, things, seen(network("uniform" if alone else "laws"), clips))
        floor, _ = error_of(law, things, clips)
        found[f"{law}, {says}"] = {"error": round(error, 4), "floor": round(floor, 4), "kept": round(kept, 3)}
    return found


def gap() -> dict[str, list[list[float]]]:
    """Asked and generated speed, of the network with a gap in what it saw, and of that which saw just the gap."""
    asked, found = torch.linspace(0.2, 2.5, 24), {}
    for name in ("gap", "uniform"):
        model, rows = network(name), []
        for speed in asked.tolist():
            dice = Generator().manual_seed(8)
            things = uniform_motion(16, Speeds(((speed, speed + 1e-4),)), generator=dice, rows=MIDDLE)
            x = centroids(seen(model, strip(things)))[..., 0]
            made = (x[:, -1] - x[:, GIVEN - 1]) / (x.shape[1] - GIVEN)
            rows.append(
                [round(speed, 3), round(float(made.nanmean()), 4), round(float(made[made.isfinite()].std()), 4)]
            )
        found[name] = rows
    return found


def attributes() -> list[dict[str, Any]]:
    """Two attributes that part for the first time: which one is kept at the end of the clip, and which one is bent?"""
    rows = []
    for pair in PAIRS:
        things, first = parted(TESTED, pair, generator=Generator().manual_seed(9))
        truth = strip(things)
        clips = seen(network("-".join(pair)), truth)
        kept = [read(clips, name, since=6) == value for name, value in zip(pair, (first, 1 - first), strict=True)]
        floor = [read(truth, name, since=6) == value for name, value in zip(pair, (first, 1 - first), strict=True)]
        row = {"pair": list(pair), "both kept": kept[0] & kept[1], "first wins": kept[0] & ~kept[1]}
        row |= {"second wins": ~kept[0] & kept[1], "neither": ~kept[0] & ~kept[1]}
        row |= {"read right in true clips": floor[0] & floor[1]}
        rows.append({key: each if key == "pair" else round(float(each.float().mean()), 3) for key, each in row.items()})
    return rows


def scenery() -> dict[str, Any]:
    """Does an image go with its thing, and does what went behind a wall come out again?"""
    model, found = network("scenery"), {}
    for kind, speeds in (("known", APPROACH), ("slow", SLOWLY), ("fast", QUICKLY)):
        things = mirrored(TESTED, speeds, generator=Generator().manual_seed(10))
        clips = strip(things)
        for name, video in (("made", seen(model, clips)), ("drawn", clips)):
            thing, image = centroids(video, 0), centroids(video, 2)
            apart, together = agreement(thing, unmirrored(image), things.places[:, 0])
            errors = [velocity_error(track, things.places[:, i]) for i, track in enumerate((thing, image))]
            row = {"apart": round(apart, 4), "correlation": round(together, 3)}
            row |= {"thing": round(errors[0], 4), "image": round(errors[1], 4)}
            found[f"mirror, {kind}, {name}"] = row
    for kind, speeds in (("known", KNOWN), ("slow", SLOW), ("fast", FAST)):
        things = shadowed(TESTED, speeds, generator=Generator().manual_seed(11))
        clips = draw(things)
        for name, video in (("made", seen(network("shadow"), clips)), ("drawn", clips)):
            found[f"shadow, {kind}, {name}"] = _shadow_row(things, video)
    for name, wall in (("walls of 6 to 9", (6.0, 9.0)), ("walls of 10.5", (10.5, 10.6))):
        speeds = PASSING if name == "walls of 6 to 9" else Speeds(((2.1, 2.2),))  # else it would not come out in time
        things = behind_a_wall(TESTED, speeds, generator=Generator().manual_seed(12), wall=wall)
        found[name] = behind(model, things, strip(things), wall[1])
    return found


def _shadow_row(things: Things, video: Tensor) -> dict[str, float]:
    """How far a shadow is from where it belongs, by the thing as it is in the clip, and from where it should be."""
    thing, shadow = centroids(video, 0), centroids(video, 2)
    apart, together = agreement(shadow, shadow_of(thing), things.places[:, 0])
    errors = [velocity_error(track, things.places[:, i]) for i, track in ((1, thing), (0, shadow))]
    row = {"apart": round(apart, 4), "correlation": round(together, 3)}
    return row | {"thing": round(errors[0], 4), "image": round(errors[1], 4)}


def unmirrored(image: Tensor) -> Tensor:
    """Where a thing would be whose image is there: ``b t 2``."""
    return torch.stack([2 * MIRROR - image[..., 0], image[..., 1]], dim=-1)


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
    for name in SHOWN:
        for ending in ("safetensors", "json"):
            shutil.copyfile(RUNS / f"{name}.{ending}", OUT / f"physics-{name}.{ending}")
    with replacing(OUT / "physics.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: result[key] for key in ("laws", "attributes", "scenery")}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
