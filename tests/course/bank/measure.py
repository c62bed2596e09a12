"""Count, chapter by chapter, what the checks say to the bank: ``python -m tests.course.bank.measure [06 07 ...]``.

With ``--all`` every message is printed, else those of entries that did not get what they should.
"""

from __future__ import annotations

import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

from tests.course.bank.entry import Bank, Entry


def chapters() -> dict[str, list[Entry]]:
    """The entries of every chapter that has a bank, by its number."""
    found: dict[str, list[Entry]] = {}
    for file in sorted(Path(__file__).parent.glob("c[0-9][0-9]*.py")):
        bank: Bank = import_module(f"tests.course.bank.{file.stem}").BANK
        found.setdefault(file.stem[1:3], []).extend(bank.entries)
    return found


def main(arguments: list[str]) -> None:
    wanted, everything = [each for each in arguments if each.isdigit()], "--all" in arguments
    whole: Counter[str] = Counter()
    for chapter, entries in chapters().items():
        if wanted and chapter not in wanted:
            continue
        counts: Counter[str] = Counter()
        for entry in entries:
            verdict = entry.verdict()
            counts[verdict] += 1
            if everything or verdict not in ("named", "right"):
                print(f"{verdict.upper()} {entry.exercise}: {entry.words}\n    {entry.message()}")
        print(chapter, _line(counts))
        whole += counts
    print("all", _line(whole))


def _line(counts: Counter[str]) -> str:
    wrong = counts["named"] + counts["unhelpful"] + counts["accepted"]
    right = counts["right"] + counts["refused"]
    return (
        f"{wrong} wrong: {counts['named']} named, {counts['unhelpful']} unhelpful, {counts['accepted']} accepted; "
        f"{right} right: {counts['refused']} refused"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
