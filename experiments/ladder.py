"""Makes ``data/ladder`` from a training run: ``python experiments/ladder.py runs/micro-text-to-video``.

A run keeps its averaged weights after 50 steps, 100, 200, 400, ... in ``<run>/ladder``. For each of them, and for the
final weights, this samples the run's own prompts from the same noise, lets the judge score clips of one object, and
looks up the loss and the minutes. What is kept is small: latents (to be decoded with the shipped codec), one
``ladder.json``, and the weights of one early rung. Chapter 08 climbs the ladder; chapter 07 asks the early rung.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from minisora.checkpoint import latents_of, load_checkpoint, load_weights, settings_from, shipped_folder
from minisora.errors import UserError
from minisora.files import replacing
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.networks import load_codec
from minisora.training.preview import generate_latents
from minisora.training.score import judged_prompts
from minisora.velocities import Sampling
from minisora.worlds.vocabulary import WORDS

LADDER = Path(__file__).resolve().parents[1] / "data" / "ladder"
SEED = 0  #: Of the noise that every rung's clips begin from.
EARLY = 800  #: The rung nearest to so many steps is kept as weights.
FINAL = "text-to-video.safetensors"


def make_ladder(run: Path, out: Path, *, codec: Path, prompts: int = 32, watch: Any = print) -> Path:
    """Write the ladder of a run to ``out``. Returns: the path of its ``ladder.json``.

    Raises: UserError when the run has no rungs or was trained with another codec.
    """
    rungs = sorted((run / "ladder").glob("[0-9]*.safetensors"))
    if not rungs:
        raise UserError(f"{run / 'ladder'}: no weights there; a run of minisora train text-to-video keeps some")
    if (run / FINAL).exists():
        rungs.append(run / FINAL)
    else:
        watch(f"{run / FINAL} is not there yet: the ladder ends with the run's last rung")
    network, codec_card = load_codec(codec)
    latents_hash = latents_of(codec_card)
    network.requires_grad_(False)
    settings = json.loads((run / "settings.json").read_text())
    sampling = {"steps": settings["sampling_steps"], "guidance": settings["guidance"], "shift": settings["shift"]}
    history = read_history(run / "metrics.csv")
    judged = judged_prompts(network, prompts=prompts, sampling=Sampling(**sampling))
    clear(out)
    entries: list[dict[str, Any]] = []
    for path in rungs:
        started = time.monotonic()
        tensors, card = load_checkpoint(path, kind="text-to-video")
        if card.get("codec") != latents_hash:
            raise UserError(f"{path} was trained with another codec than {codec} — name the right one with --codec")
        dit = DiT(settings_from(DiTConfig, card["settings"], source=path)).eval().requires_grad_(False)
        load_weights(dit, tensors, source=path)
        dit.float()
        steps = card["steps"]
        if any(entry["steps"] == steps for entry in entries):
            continue
        tokenizer = Tokenizer(WORDS, max_text=dit.config.max_text)
        latents = generate_latents(dit, tokenizer, settings["prompts"], seed=SEED, **sampling)
        name = f"clips-{steps:07}.safetensors"
        save_file({"latents": latents.half().contiguous()}, out / name)
        (out / name).chmod(0o644)  # safetensors would let nobody else read it
        scores = judged(dit, steps)
        loss, minutes = near(history, steps)
        entries.append({"steps": steps, "minutes": minutes, "loss": loss, "scores": scores, "latents": name})
        watch(f"step {steps}: loss {loss:.3f}, {scores}, {time.monotonic() - started:.0f} s")
    early = min((path for path in rungs if path.stem.isdigit()), key=lambda p: abs(math.log(int(p.stem) / EARLY)))
    for path in (early, early.with_suffix(".json")):
        shutil.copyfile(path, out / path.name)
    about: dict[str, Any] = {
        "run": run.name,
        "codec": latents_hash,
        "batch": settings["batch"],
        "prompts": settings["prompts"],
        "seed": SEED,
        "sampling": sampling,
        "judged": prompts,
        "early": early.name,
        "rungs": entries,
        "curve": [[step, round(loss, 4)] for step, loss, _ in history],
    }
    with replacing(out / "ladder.json") as draft:
        draft.write_text(json.dumps(about, indent=1) + "\n")
    return out / "ladder.json"


def clear(out: Path) -> None:
    """Take away an earlier ladder, and nothing else."""
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("clips-[0-9]*.safetensors", "[0-9]*.safetensors", "[0-9]*.json", "ladder.json"):
        for path in out.glob(pattern):
            path.unlink()


def read_history(metrics: Path) -> list[tuple[int, float, float]]:
    """What a run logged: ``(step, mean loss since the step before, minutes)``."""
    found: dict[int, dict[str, float]] = {}
    with metrics.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["value"] and row["name"] in ("loss", "velocity", "seconds"):
                found.setdefault(int(row["step"]), {})[row["name"]] = float(row["value"])
    whole = {step: each for step, each in sorted(found.items()) if {"loss", "seconds"} <= each.keys()}
    return [(step, each.get("velocity", each["loss"]), each["seconds"] / 60) for step, each in whole.items()]


def near(history: list[tuple[int, float, float]], steps: int) -> tuple[float, float]:
    """The mean loss in the neighbourhood of a step (a tenth to either side, at least 20), and the minutes up to it."""
    if not history:
        return math.nan, math.nan
    closest = min(history, key=lambda row: abs(row[0] - steps))
    around = [loss for step, loss, _ in history if abs(step - steps) <= max(20, steps / 10)] or [closest[1]]
    return round(sum(around) / len(around), 4), round(closest[2], 1)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, help="the folder of a finished run, for example runs/micro-text-to-video")
    parser.add_argument("--codec", type=Path, default=shipped_folder() / "codec.safetensors", help="that it used")
    parser.add_argument("--prompts", type=int, default=32, help="that the judge scores; 32 unless given")
    parser.add_argument("--out", type=Path, default=LADDER, help="data/ladder unless given")
    options = parser.parse_args(arguments)
    try:
        print(make_ladder(options.run, options.out, codec=options.codec, prompts=options.prompts))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
