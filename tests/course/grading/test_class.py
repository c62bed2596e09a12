"""A class of twelve, marked by nbgrader: whatever is wrong with one costs nobody else, and nobody is skipped."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from minisora.course.grading.autograde import autograde_class
from minisora.course.notebooks import compose

pytest.importorskip("nbgrader")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="nbgrader does not run on Windows")

NAME = "02_spacetime_patches.ipynb"
CONFIG = compose.CHAPTERS.parent / "docs" / "nbgrader_config.py"
IMPORTS = """import torch
from torch import Tensor
from einops import rearrange
from minisora.course import begin, use
begin("02")"""
EATER = "def block_flops(*sizes):\n    return torch.empty(4 * 10**9).numel()"  # more than the limit, and costs nothing
FOR_EVER = "while True: pass  # for ever"
#: So that only the cell that loops waits for its limit, and a slow machine meets none.
PATIENCE = "c.Execute.timeout_func = lambda cell: 2 if 'for ever' in cell.source else 300\n"

#: learner -> points of 10 (None: no mark), and what is said about it.
CLASS = {
    "right": (10, ""),
    "untouched": (0, "patchify is still a stub"),
    "half done": (4, "coordinates is still a stub"),
    "copied": (10, ""),
    "deleted": (10, ""),
    "loops": (8, "unpatchify: its cell has not run to its end"),
    "eats memory": (8, "allocate memory" if Path("/proc/self/statm").exists() else ""),  # limited on Linux alone
    "syntax": (8, "packing_mask: its cell has not run to its end"),
    "kernel": (10, ""),
    "renamed": (10, ""),
    "empty": (None, "is empty, 0 bytes"),
    "mac": (None, "only macOS's companion file"),
}


def released():
    """Chapter 02, solved, without what lies between the exercises, so that it runs in seconds."""
    whole = nbformat.read(compose.solution_path(compose.sources(["02"])[0]), as_version=4)
    cells = [new_code_cell(IMPORTS, id="imports")]
    for cell in whole.cells:
        if "exercise" in cell.metadata or "check" in cell.metadata:
            cells.append(cell)
        if name := cell.metadata.get("check"):
            cells.append(new_code_cell(f"{name} = use({name}={name})", id=f"use-{name}"))
    return new_notebook(cells=cells, metadata=whole.metadata)


def handed_in(learner):
    """The learner's notebook."""
    book = released()
    where = {cell.metadata["exercise"]: i for i, cell in enumerate(book.cells) if "exercise" in cell.metadata}
    stubs = compose.learners_copy(book)
    match learner:
        case "untouched":
            return stubs
        case "half done":
            book.cells[where["coordinates"] :] = stubs.cells[where["coordinates"] :]
        case "copied":  # with its metadata, as JupyterLab copies and splits cells: one below itself, one to the end
            book.cells.append(nbformat.from_dict(book.cells[where["block_flops"]]))
            book.cells.insert(where["patchify"], nbformat.from_dict(stubs.cells[where["patchify"]]))
        case "deleted":
            book.cells = [cell for cell in book.cells if cell.metadata.get("check") != "coordinates"]
        case "loops":
            book.cells[where["unpatchify"]].source = FOR_EVER
        case "eats memory":
            book.cells[where["block_flops"]].source = EATER
        case "syntax":
            book.cells[where["packing_mask"]].source = "def packing_mask(segments:\n    return segments"
        case "kernel":
            book.metadata.kernelspec = {"display_name": "Video", "language": "python", "name": "my-own"}
    return book


def submit(folder, learner):
    """Put it where nbgrader would collect it, and beside it what macOS puts into every archive."""
    folder.mkdir(parents=True)
    (folder / f"._{NAME}").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    if learner == "empty":
        (folder / NAME).touch()
    elif learner != "mac":
        book = handed_in(learner)
        # Not nbformat.write, which would mend what it writes.
        name = NAME.replace(".", " (1).") if learner == "renamed" else NAME
        (folder / name).write_text(nbformat.writes(book), encoding="utf-8")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """learner -> result."""
    root = tmp_path_factory.mktemp("class")
    (root / "source" / "02").mkdir(parents=True)
    nbformat.write(released(), root / "source" / "02" / NAME)
    (root / "nbgrader_config.py").write_text(CONFIG.read_text(encoding="utf-8") + PATIENCE, encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    release = [sys.executable, "-m", "nbgrader", "generate_assignment", "02"]
    subprocess.run(release, cwd=root, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    for learner in CLASS:
        submit(root / "submitted" / learner / "02", learner)
    before = {path: path.read_bytes() for path in (root / "submitted").rglob("*.ipynb")}
    count, found = autograde_class("2", root)
    results = {result.learner: result for result in found}
    assert count == len(results) == len(CLASS)
    assert {path: path.read_bytes() for path in (root / "submitted").rglob("*.ipynb")} == before
    return results


@pytest.mark.parametrize("learner", CLASS)
def test_everybody_has_points_or_a_reason(results, learner):
    points, says = CLASS[learner]
    result = results[learner]
    if points is None:
        assert not result.marks and says in result.remark
        return
    assert sum(mark.points for mark in result.marks) == points and sum(mark.of for mark in result.marks) == 10
    assert says in " ".join(mark.says for mark in result.marks)
