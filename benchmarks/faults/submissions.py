"""Notebooks as learners hand them in, through ``minisora check``: each gets its marks, whatever is in it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.faults.tally import Tally

RIGHT = "from einops import rearrange\ndef patchify(latents, patch=2):\n"
RIGHT += '    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)'

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
#: Files that are no notebooks, and a word of what is said.
FILES = {"empty file": "", "half a file": '{"cells": [{"cell_type": "co', "no notebook": "{}", "a list": "[1, 2]"}


def run(count: int, tally: Tally) -> None:
    """Count the submissions of each kind, and note which were marked wrongly, or not at all."""
    dice = random.Random(0)
    kinds = [*KINDS, *FILES]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            kind = kinds[number] if number < len(kinds) else dice.choice(kinds)
            path = Path(folder) / f"{number}.ipynb"
            path.write_text(FILES[kind] if kind in FILES else _notebook(KINDS[kind][0]), encoding="utf-8")
            command = [sys.executable, "-m", "minisora", "check", "02", str(path), "--json", "--seconds", "3"]
            tally.count(kind)
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            except subprocess.TimeoutExpired:
                tally.fault(f"{kind}: no answer in 600 s")
                continue
            if (what := _judged(kind, done)) is not None:
                tally.fault(f"{kind}: {what}")


def _judged(kind: str, done: subprocess.CompletedProcess[str]) -> str | None:
    if "Traceback" in done.stderr:
        return f"traceback: {done.stderr.strip().splitlines()[-1]}"
    if kind in FILES:
        lines = done.stderr.strip().splitlines()
        return None if done.returncode == 2 and len(lines) == 1 else f"exit code {done.returncode}, {len(lines)} lines"
    try:
        marks = {mark["exercise"]: mark for mark in json.loads(done.stdout)["exercises"]}
    except (ValueError, LookupError):
        return f"no marks: {done.stderr.strip()[-120:]}"
    mark, (_, right, word) = marks["patchify"], KINDS[kind]
    if bool(mark["points"]) != right or word not in mark["says"]:
        return f"{mark['points']} points, {mark['says'][:120]!r}"
    return None if all(not other["points"] for name, other in marks.items() if name != "patchify") else "others' points"


def _notebook(source: str) -> str:
    cell = {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}, "outputs": [], "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
