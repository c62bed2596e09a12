"""The model card and the data card, from the weights' cards and their scores: ``python docs/cards.py`` writes both.

Source: Mitchell et al. 2019, Model Cards for Model Reporting (1810.03993); Gebru et al. 2021, Datasheets for Datasets
(1803.09010).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import safetensors

from minisora.checkpoint import worlds_of
from minisora.energy import Assumed, of_processor

ROOT = Path(__file__).resolve().parents[1]
CORES = 2  #: Of the machine that the weights were trained on, at most.
NOTE = "<!-- Written by docs/cards.py out of data/: change it there, and run `python docs/cards.py`. -->"


def cards() -> dict[str, dict[str, Any]]:
    """Those of the shipped weights by their names; the student's are in a folder of their own."""
    folder = ROOT / "data" / "checkpoints"
    paths = [*sorted(folder.glob("*.json")), *sorted(folder.glob("*/*.json"))]
    return {
        path.relative_to(folder).with_suffix("").as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in paths
    }


def parameters(name: str) -> int:
    with safetensors.safe_open(ROOT / "data" / "checkpoints" / f"{name}.safetensors", framework="np") as file:
        total = 0
        for key in file.keys():  # noqa: SIM118 (not a mapping)
            size = 1
            for side in file.get_slice(key).get_shape():
                size *= side
            total += size
    return total


def runs_of(card: dict[str, Any]) -> dict[str, float]:
    """A run and all those that it went on from: the seconds of each, by the hash of what it made."""
    before = runs_of(card["init"]) if "init" in card else {}
    return {**before, card["sha256"]: float(card.get("seconds", 0))}


def model_card() -> str:
    scores = json.loads((ROOT / "data" / "scores.json").read_text(encoding="utf-8"))
    lines = [NOTE, "", "# Model card", "", "## Model details", "", "| weights | numbers | minutes of training |"]
    lines.append("|---|---|---|")
    runs: dict[str, float] = {}
    for name, card in cards().items():
        runs |= runs_of(card)
        lines.append(f"| {name} | {parameters(name) / 1e6:.2f} million | {sum(runs_of(card).values()) / 60:.0f} |")
    total = sum(runs.values())
    used, assumed = of_processor(total * CORES), Assumed()
    lines += [
        "",
        "A latent video diffusion transformer with its codec, its planner, its writer of digits, students that need"
        " few calls, and a watermark; Apache 2.0.",
        "Minutes are those of each run and of all that it went on from, as the cards have them.",
        "",
        "## Intended use",
        "",
        "For learning how such models are made. Not for deceiving anybody, and no source of facts about the world.",
        "",
        "## Metrics, evaluation data, and results",
        "",
        "A judge reads each clip back: the share in which all that the sentence says is true, with its 95 % interval"
        " (Wilson). Beside the model stand its ceilings, drawn clips and drawn clips through the codec.",
        "",
        "| prompts | clips by | all right | interval |",
        "|---|---|---|---|",
    ]
    for row in scores["rows"]:
        if "everything" in row["scores"]:
            right = row["scores"]["everything"]
            share = f"{right['right']} of {right['of']}"
            lines.append(f"| {row['suite']} | {row['source']} | {share} | {right['low']:.2f} to {right['high']:.2f} |")
    lines += [
        "",
        "## Training data",
        "",
        "Clips that a program drew: see the [data card](data_card.md).",
        "",
        "## Energy",
        "",
        f"An estimate, not a measurement: {total / 3600:.1f} hours on {CORES} cores at most, with {assumed.watts} W"
        f" a busy core, a PUE of {assumed.overhead} and {assumed.grams} g of CO2 a kWh, are"
        f" {used.kilowatt_hours} kWh and {used.grams} g of CO2. Runs that came to nothing are not in it.",
        "",
        "## Limits and ethics",
        "",
        "It has seen neither people nor places nor any real video; words that it does not know are refused. What it"
        " cannot do says [results](results.md). Clips can be signed and marked ([provenance](provenance.md)).",
        "",
    ]
    return "\n".join(lines)


def data_card() -> str:
    lines = [NOTE, "", "# Data card", "", "## Motivation", ""]
    lines += ["To learn from clips of which everything is known: each is drawn from a scene, which also writes its"]
    lines += ["sentence. Nothing was collected, and nobody is shown.", "", "## Composition", ""]
    lines += ["| weights | clips | frames x height x width | counts of objects | held out |", "|---|---|---|---|---|"]
    for name, card in cards().items():
        sets = card.get("data") if isinstance(card.get("data"), list) else []
        for each, world in zip(sets or [], worlds_of(card), strict=False):
            size = f"{each['frames']} x {each['height']} x {each['width']}"
            counts = ", ".join(f"{share:g}" for share in world.get("counts", []))
            out = "no" if world.get("held_out") is False else "not said"
            lines.append(f"| {name} | {each['clips']} | {size} | {counts} | {out} |")
    lines += [
        "",
        "## Collection, preprocessing, labelling",
        "",
        "`minisora.worlds` draws shapes, and digits out of scikit-learn's scans of handwriting; the seed and the"
        " world on each card draw the same clips again. Sentences are written by the program that drew the scene.",
        "",
        "## Uses, distribution, maintenance",
        "",
        "For this package and its course. No clips are distributed, they are drawn where they are needed.",
        "",
        "## What is not in it",
        "",
        "Real footage, people, text, sound, and any third dimension.",
        "",
    ]
    return "\n".join(lines)


PAGES = {"model_card.md": model_card, "data_card.md": data_card}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
