"""How much energy does a clip take, the shipped training, and one of Sora's size? ``python experiments/energy.py``

The clip's processor time is measured, the training's is on its card; all else is assumed (``minisora/energy.py``).
"""

from __future__ import annotations

import json
import time
from typing import Any

from minisora.checkpoint import shipped_folder
from minisora.energy import Training, meter, of_processor, of_training
from minisora.pipeline import Pipeline

CORES = 2  #: Of the machine that the shipped weights were trained on, at most.


def seconds_of(card: dict[str, Any]) -> float:
    """Of a run and of all those that it went on from."""
    return float(card.get("seconds", 0)) + (seconds_of(card["init"]) if "init" in card else 0.0)


def main() -> None:
    pipeline = Pipeline.load(device="cpu")
    pipeline.generate("a red circle moves right", seed=0)  # the first waits for what later ones have
    begin, joules = time.process_time(), meter()
    pipeline.generate("a red circle moves right", seed=1)
    seconds, after = time.process_time() - begin, meter()
    print(f"one clip: {seconds:.1f} s of processor time: {of_processor(seconds)}")
    print("  the meter " + ("cannot be read" if joules is None or after is None else f"says {after - joules:.0f} J"))
    total = 0.0
    for path in sorted(shipped_folder().glob("*.json")):
        hours = seconds_of(json.loads(path.read_text(encoding="utf-8"))) / 3600
        total += hours
        print(f"{path.stem}: {hours:.2f} h")
    print(f"the shipped weights: {total:.1f} h on {CORES} cores at most: {of_processor(3600 * total * CORES)}")
    sora = of_training(Training())
    print(f"of Sora's size: {Training().flops} FLOP: {sora.kilowatt_hours} kWh, {sora.grams.times(1e-6)} t of CO2")


if __name__ == "__main__":
    main()
