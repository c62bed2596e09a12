"""A table of points from the score cards of a class, and what most of it got wrong.

    python docs/class_report.py submitted/*.json > points.csv

The cards are those of `minisora check 02 notebook.ipynb --json`. The table goes to the output, what most got wrong to
the screen.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path


def main(paths: list[str]) -> None:
    """Write the table and the summary of these score cards."""
    table = csv.writer(sys.stdout, lineterminator="\n")
    passed: Counter[str] = Counter()
    messages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path in map(Path, paths):
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:  # empty, since the notebook could not be read
            table.writerow([path.stem, "unreadable"])
            continue
        table.writerow([path.stem, card["points"], card["of"], *(mark["points"] for mark in card["exercises"])])
        for mark in card["exercises"]:
            passed[mark["exercise"]] += mark["points"] > 0
            if not mark["points"]:
                messages[mark["exercise"]][" ".join(mark["says"].split())] += 1
    for exercise, right in passed.items():
        print(f"{exercise}: {right} of {right + messages[exercise].total()} passed", file=sys.stderr)
        for message, times in messages[exercise].most_common(3):
            print(f"    {times} x {message}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
