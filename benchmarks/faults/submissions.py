"""A class whose notebooks are as learners hand them in, through ``minisora class``: each gets marks, or a reason."""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path

from benchmarks.faults.tally import Tally
from minisora.course.grading.classroom import mark_class
from minisora.course.grading.grade import Limits
from minisora.course.grading.report import Result

RIGHT = "from einops import rearrange\ndef patchify(latents, patch=2):\n"
RIGHT += '    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)'
NAME = "02_spacetime_patches.ipynb"

#: What is in the cell, whether it is right, and a word of what is said (of a right one: nothing).
KINDS: dict[str, tuple[str, bool, str]] = {
    "right": (RIGHT, True, "right"),
    "left empty": ("def patchify(latents, patch=2):\n    raise NotImplementedError", False, ""),
    "cell deleted": ("", False, "no cell defines"),
    "wrong order": (RIGHT.replace("(c p q)", "(p q c)"), False, ""),
    "no tensor": ("def patchify(latents, patch=2):\n    return None", False, ""),
    "syntax error": ("def patchify(latents, patch=2:\n    return latents", False, ""),
    "loops for ever": ("def patchify(latents, patch=2):\n    while True: pass", False, "never end"),
    "sleeps": ("import time\ndef patchify(latents, patch=2):\n    time.sleep(10**6)", False, ""),
    "eats memory": ("import torch\ndef patchify(latents, patch=2):\n    return torch.ones(10**11)", False, "memory"),
    "ends Python": ("import os\ndef patchify(latents, patch=2):\n    os._exit(0)", False, "whole process"),
    "calls exit": ("exit()\ndef patchify(latents, patch=2):\n    return latents", False, ""),
    "crashes": ("import ctypes\ndef patchify(latents, patch=2):\n    ctypes.string_at(0)", False, "whole process"),
    "recursion": ("def patchify(latents, patch=2):\n    return patchify(latents, patch)", False, ""),
    "prints much": ("def patchify(latents, patch=2):\n    print('x' * 10**7)\n    return latents", False, ""),
    "starts threads": (
        "import threading\nfor _ in range(50): threading.Thread(target=lambda: 0).start()\n" + RIGHT,
        True,
        "right",
    ),
    "leaves files": (
        RIGHT.replace("\n    return", "\n    open('x', 'w').write('x' * 10**6)\n    return"),
        True,
        "right",
    ),
    "the package's own": ("from minisora.model.patches import patchify", False, ""),
    "twice": ("def patchify(latents, patch=2):\n    return latents\n" + RIGHT, True, "right"),
    "in a magic cell": ("%%time\n" + RIGHT, True, "right"),
}
BROKEN = '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": []}], "metadata": {}, "nbformat": 4, '
BROKEN += '"nbformat_minor": 5}'
#: Files for which nobody can be marked: what they are called, what is in them, and a word of the reason.
FILES = {
    "empty file": (NAME, "", "is empty"),
    "half a file": (NAME, '{"cells": [{"cell_type": "co', "is no notebook"),
    "no notebook": (NAME, "{}", "is no notebook"),
    "a list": (NAME, "[1, 2]", "is no notebook"),
    "a broken cell": (NAME, BROKEN, "cell 1 has no source"),
    "a PDF": ("answers.pdf", "%PDF-1.4", "no notebook of chapter 02"),
    "macOS's companion": (f"._{NAME}", "\0\5\x16\7", "companion"),
    "nothing": (None, "", "handed in nothing"),
}


def run(count: int, tally: Tally) -> None:
    """Count the submissions of each kind, and note who was marked wrongly, or not at all."""
    dice = random.Random(0)
    kinds = [*KINDS, *FILES]
    with tempfile.TemporaryDirectory() as name:
        submitted, cards = Path(name, "submitted"), Path(name, "cards")
        learners = {f"{i:04}": kinds[i] if i < len(kinds) else dice.choice(kinds) for i in range(count)}
        for learner, kind in learners.items():
            (submitted / learner).mkdir(parents=True)
            file, content = (NAME, _notebook(KINDS[kind][0])) if kind in KINDS else FILES[kind][:2]
            if file is not None:
                (submitted / learner / file).write_text(content, encoding="utf-8")

        def marked() -> dict[str, Result]:
            _, results = mark_class("02", submitted, limits=Limits(seconds=3), workers=1, cards=cards)
            found = {}
            for result in results:
                tally.count(learners.get(result.learner, "somebody else"))
                if (what := _judged(learners[result.learner], result)) is not None:
                    tally.fault(f"{learners[result.learner]}: {what}")
                found[result.learner] = result
            return found

        first = marked()
        if first.keys() != learners.keys():
            tally.fault(f"{len(first)} of {count} learners have a result")
        begin, tried = time.monotonic(), tally.tried.copy()
        if marked() != first:
            tally.fault("other marks from the cards of the first call")
        tally.tried = tried
        print(f"the same class again, from its cards: {time.monotonic() - begin:.1f} s")


def _judged(kind: str, result: Result) -> str | None:
    if kind in FILES:
        right = not result.marks and FILES[kind][2] in result.remark
        return None if right else f"{len(result.marks)} marks, {result.remark[:120]!r}"
    marks = {mark.exercise: mark for mark in result.marks}
    if "patchify" not in marks:
        return f"no marks: {result.remark[:120]!r}"
    mark, (_, right, word) = marks["patchify"], KINDS[kind]
    if bool(mark.points) != right or word not in mark.says:
        return f"{mark.points} points, {mark.says[:120]!r}"
    return None if all(not other.points for name, other in marks.items() if name != "patchify") else "others' points"


def _notebook(source: str) -> str:
    cell = {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}, "outputs": [], "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
