"""Preprocessors for nbgrader: what people do to cells by accident costs nothing, and warnings are no mistakes.

``docs/nbgrader_config.py`` puts them into their places.
"""

from __future__ import annotations

import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade


class HealCells(NbGraderPreprocessor):
    """Give every cell nbgrader's metadata as they were handed out, once; put deleted checks back.

    A cell that is copied or split has its metadata twice. nbgrader empties one of the two, takes it for one of an old
    version, and marks nobody after that. Metadata that were edited or come from another notebook end the same way.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        ours = resources["nbgrader"]
        with Gradebook(ours["db_url"]) as book:
            heal(nb, metadata(source := book.find_notebook(ours["notebook"], ours["assignment"])), sources(source))
        return nb, resources


class OnlyErrorsCount(NbGraderPreprocessor):
    """Warnings of a check's cell become plain output: nbgrader gives no points where anything is on stderr."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        for output in cell.outputs if is_grade(cell) and cell.cell_type == "code" else ():
            if output.output_type == "stream":
                output.name = "stdout"
        return cell, resources


def metadata(notebook: Notebook) -> dict[str, dict[str, object]]:
    """nbgrader's metadata of each of its cells, by the cell's name there."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return {
        cell.name: {
            "schema_version": 3, "grade_id": cell.name, "grade": cell.name in points, "locked": cell.locked,
            "solution": cell.name in solutions, "task": False, "cell_type": cell.cell_type, "checksum": cell.checksum,
            **({"points": points[cell.name]} if cell.name in points else {}),
        }
        for cell in notebook.source_cells
    }  # fmt: skip


def sources(notebook: Notebook) -> dict[str, str]:
    """The text of each of nbgrader's cells."""
    return {cell.name: cell.source for cell in notebook.source_cells}


def heal(book: NotebookNode, known: dict[str, dict[str, object]], source: dict[str, str]) -> None:
    """Mend a notebook's cells in place: ``known`` has their metadata, ``source`` their text, both by name."""
    last: dict[str, NotebookNode] = {}
    for cell in book.cells:
        given = cell.metadata.pop("nbgrader", None)
        name = given.get("grade_id") if isinstance(given, dict) else None
        if isinstance(name, str) and name in known:
            last[name] = cell  # of several copies the last counts, as it does in Python
    for name, meta in known.items():
        if name not in last and meta["grade"]:
            last[name] = _put_back(book, name, source[name])
    for name, cell in last.items():
        cell.metadata["nbgrader"] = NotebookNode(known[name])


def _put_back(book: NotebookNode, name: str, source: str) -> NotebookNode:
    """A deleted check, after the last cell that defines what it checks; at the end where there is none."""
    exercise = name.removeprefix("check-")
    defines = re.compile(rf"^(?:async def|def|class)\s+{exercise}\b|^{exercise}\s*=(?!=|\s*use\()", re.MULTILINE)
    places = [i for i, cell in enumerate(book.cells) if cell.cell_type == "code" and defines.search(cell.source)]
    cell = new_code_cell(source)
    if book.nbformat_minor < 5:
        del cell["id"]
    book.cells.insert(places[-1] + 1 if places else len(book.cells), cell)
    return cell
