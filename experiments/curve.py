"""The judge's score against the minutes of a run: ``python experiments/curve.py [RUN CODEC_RUN]``, else the starter's.

The runs are those of ``make train``; the minutes begin with those of its codec and its planner. The picture is
``data/samples/curve.png``. Needs the extra ``course``.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from minisora.course import plots

PICTURE = Path(__file__).resolve().parents[1] / "data" / "samples" / "curve.png"
KINDS = ("colour", "size", "motion", "shape", "everything")


def scores(run: Path, before: float) -> dict[str, list[tuple[float, float]]]:
    """For each kind of claim: minutes, ``before`` the run included, and the share of prompts that are right."""
    with (run / "metrics.csv").open(newline="") as file:
        rows = [(int(row["step"]), row["name"], float(row["value"])) for row in csv.DictReader(file)]
    clock = [(step, value) for step, name, value in rows if name == "seconds"]

    def minutes(step: int) -> float:
        return before + min(clock, key=lambda entry: abs(entry[0] - step))[1] / 60

    return {kind: [(minutes(step), value) for step, name, value in rows if name == kind] for kind in KINDS}


def main(run: Path, codec: Path) -> None:
    before = 0.0
    with plots.canvas(size=(7.2, 3.2)) as axes:
        for part, card in (("codec", codec / "codec.json"), ("planner", run / "planner.json")):
            if card.exists():
                end = before + json.loads(card.read_text())["seconds"] / 60
                axes.axvspan(before, end, facecolor="lightgrey", edgecolor="grey", alpha=0.5)
                axes.text((before + end) / 2, 0.5, part, rotation=90, ha="center", va="center")
                before = end
        for kind, points in scores(run, before).items():
            axes.plot(
                *zip((before, 0.0), *points, strict=True),
                "o-",
                label=kind,
                linewidth=3 if kind == "everything" else 1.2,
            )
        axes.set(xlabel="minutes of training on two cores", ylabel="share of prompts", xlim=(0, None), ylim=(0, 1.02))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        axes.figure.savefig(PICTURE, dpi=120)
    print(PICTURE)


if __name__ == "__main__":
    given = [Path(each) for each in sys.argv[1:]] or [Path("runs/starter-text-to-video"), Path("runs/starter-codec")]
    if missing := [path for path in given if not path.is_dir()]:
        sys.exit(f"error: {missing[0]}: no such run — train one with `make train`, or name a run and its codec's")
    main(*given)
