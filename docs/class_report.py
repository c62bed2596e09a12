"""A table of points from the score cards of a class, and what most of it got wrong.

    python docs/class_report.py submitted > points.csv

The cards are those of `minisora check 02 notebook.ipynb --json`, in the folder or in folders inside it; a card's path
there, without its ending, is the learner's name. The table goes to the output, what most got wrong to the screen.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    """Write the table and the summary of the score cards in this folder."""
    cards = {
        path.relative_to(folder).with_suffix("").as_posix(): _read(path) for path in sorted(folder.rglob("*.json"))
    }
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # for names, on Windows
    exercises = next(([mark["exercise"] for mark in card["exercises"]] for card in cards.values() if card), [])
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["learner", "points", "of", *exercises])
    passed: Counter[str] = Counter()
    messages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for learner, card in cards.items():
        if card is None:
            table.writerow([learner, "unreadable"])
            continue
        table.writerow([learner, card["points"], card["of"], *(mark["points"] for mark in card["exercises"])])
        for mark in card["exercises"]:
            passed[mark["exercise"]] += mark["points"] > 0
            if not mark["points"]:
                messages[mark["exercise"]][" ".join(mark["says"].split())] += 1
    for exercise in exercises:
        others = messages[exercise]
        print(f"{exercise}: {passed[exercise]} of {passed[exercise] + others.total()} passed", file=sys.stderr)
        for message, times in others.most_common(3):
            print(f"    {times} x {message}", file=sys.stderr)


def _read(path: Path) -> dict[str, Any] | None:
    """A score card, or None if it is none: such as an empty one, since the notebook could not be read."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return card if isinstance(card, dict) and "exercises" in card else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
