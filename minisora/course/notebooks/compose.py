"""One source, several notebooks: the solution, the learner's copy, and the one with the package's own parts.

``solutions/NN_name.py`` is jupytext's percent format. Two kinds of cells are marked: ``# %% exercise="patchify"`` holds
the learner's function with its solution between ``### BEGIN SOLUTION`` and ``### END SOLUTION``, and
``# %% check="patchify"`` the call of its check. Card, hints, points and nbgrader's metadata follow from the exercise;
``{card}`` in the text above it says where the card belongs.
"""

from __future__ import annotations

import hashlib
import os
import re
from copy import deepcopy
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from minisora.course.checks.check import STUB
from minisora.course.checks.exercise import Exercise
from minisora.course.exercises import find_exercise
from minisora.course.living import WIDGET_MIME
from minisora.doctor import CHECKOUT
from minisora.errors import UserError

SOLUTIONS, CHAPTERS = CHECKOUT / "solutions", CHECKOUT / "chapters"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
#: JupyterLab goes on after such a cell, whatever it raises: *Run All* on an unsolved page reaches its end.
GOES_ON = "raises-exception"
#: nbval would go on there too, and take a failed check for a right one, if it did not compare what the check says.
COMPARED = "nbval-check-output"
CARD = "{card}"  #: Stands in the text above an exercise where its card belongs; without it, at the top.
STARS = ("★☆☆", "★★☆", "★★★")


def sources(numbers: list[str] | None = None) -> list[Path]:
    """The chapters' sources in order, all or some: ``["02", "4"]``.

    Raises: UserError when there is no such chapter.
    """
    found = {path.name[:2]: path for path in sorted(SOLUTIONS.glob("[0-9][0-9]_*.py"))}
    wanted = list(found) if not numbers else [number.zfill(2) for number in numbers]
    for number in wanted:
        if number not in found:
            raise UserError(f"no chapter {number!r} in {SOLUTIONS}: there are {', '.join(found) or 'none'}")
    return [found[number] for number in wanted]


def compose(source: Path) -> NotebookNode:
    """The solution notebook of a source, not yet run: cards and hints written, cells marked for nbgrader."""
    number = source.name[:2]
    book = jupytext.read(source, fmt="py:percent")
    book.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    cells: list[NotebookNode] = []
    count = 0
    for cell in book.cells:
        exercise = find_exercise(cell.metadata["exercise"]) if "exercise" in cell.metadata else None
        if exercise is not None:
            count += 1
            if not cells or cells[-1].cell_type != "markdown":
                raise UserError(f"{source.name}: exercise {exercise.name} needs a text above it that says what to do")
            head = card(exercise, f"{int(number)}.{count}")
            text = cells[-1].source
            cells[-1].source = text.replace(CARD, head) if CARD in text else f"{head}\n\n{text}"
            cell.metadata["nbgrader"] = _nbgrader(exercise.name, grade=False)
            cell.metadata["tags"] = [GOES_ON]
        cells.append(cell)
        if "check" in cell.metadata:
            checked = find_exercise(cell.metadata["check"])
            # Whatever the page has called `check` by now, this is the course's.
            cell.source = f"from minisora.course import check\n\n{cell.source}"
            cell.metadata["nbgrader"] = _nbgrader(f"check-{checked.name}", grade=True, points=checked.points)
            cell.metadata["tags"] = [GOES_ON, COMPARED]
            cells.append(new_markdown_cell(hints(checked), metadata={"hints": checked.name}))
    book.cells = cells
    _name_cells(book, number)
    return book


def card(exercise: Exercise, label: str) -> str:
    """The head of an exercise: what it is called, how hard, how long, and what it becomes."""
    points = f"{exercise.points} point" + ("s" if exercise.points != 1 else "")
    facts = f"{STARS[exercise.difficulty - 1]} · about {exercise.minutes} minutes · {points}"
    return f"### ✏️ Exercise {label} · `{exercise.name}`\n\n{facts} · becomes `{exercise.becomes}`"


def hints(exercise: Exercise) -> str:
    """The hints of an exercise, each folded away."""
    folded = (
        f"<details><summary>Hint {i} of {len(exercise.hints)}</summary>\n\n{hint}\n\n</details>"
        for i, hint in enumerate(exercise.hints, start=1)
    )
    return "\n\n".join(folded)


def learners_copy(solution: NotebookNode) -> NotebookNode:
    """Stubs for solutions, and of the outputs the pictures: printed numbers would answer the page's questions."""
    from nbconvert.exporters.exporter import ResourcesDict
    from nbgrader.preprocessors import ClearSolutions

    book, _ = ClearSolutions(code_stub={"python": STUB}).preprocess(deepcopy(solution), ResourcesDict())
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [output for output in cell.outputs if _is_picture(output)]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = None
    return book


def with_references(solution: NotebookNode) -> NotebookNode:
    """The package's own part in place of each exercise's."""
    book = deepcopy(solution)
    for cell in book.cells:
        if name := cell.metadata.get("exercise"):
            cell.source = f'from minisora.course import reference\n\n{name} = reference("{name}")'
    return book


def run(book: NotebookNode, *, folder: Path, profile: str = "full", go_on: bool = False, minutes: float = 10) -> None:
    """Execute a notebook in place, in a kernel of its own.

    Args:
        go_on: after errors too, which are then in the outputs.
    Raises: nbclient's errors.
    """
    client = NotebookClient(
        book,
        timeout=round(60 * minutes),
        kernel_name="python3",
        allow_errors=go_on,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, "MINISORA_PROFILE": profile})


def clean(book: NotebookNode) -> None:
    """Take out what does not belong in a file: widget state (GitHub calls it invalid) and progress bars."""
    book.metadata.pop("widgets", None)
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = [
            output
            for output in cell.outputs
            if WIDGET_MIME not in output.get("data", {}) and output.get("name") != "stderr"
        ]


def errors(book: NotebookNode) -> dict[str, tuple[str, str]]:
    """Cells that failed, by id: the kind of error and its message."""
    outputs = ((cell.id, output) for cell in book.cells if cell.cell_type == "code" for output in cell.outputs)
    return {id_: (output.ename, output.evalue) for id_, output in outputs if output.output_type == "error"}


def solution_path(source: Path) -> Path:
    """The executed solution of a source."""
    return source.with_suffix(".ipynb")


def learners_path(source: Path) -> Path:
    """The learner's copy of a source."""
    return CHAPTERS / source.with_suffix(".ipynb").name


def exercises_of(book: NotebookNode) -> list[Exercise]:
    """The exercises of a notebook, in the order of the page."""
    return [find_exercise(cell.metadata["exercise"]) for cell in book.cells if "exercise" in cell.metadata]


def _nbgrader(grade_id: str, *, grade: bool, points: int | None = None) -> dict[str, object]:
    base = {"schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": not grade, "locked": grade}
    return {**base, "task": False, **({"points": points} if grade else {})}


def _name_cells(book: NotebookNode, number: str) -> None:
    """Ids that follow from what the cells hold, so that building twice gives the same file."""
    seen: dict[str, int] = {}
    for cell in book.cells:
        named = cell.metadata.get("nbgrader", {}).get("grade_id")
        digest = named or hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        again = "" if seen[digest] == 1 else f"-{seen[digest]}"
        cell.id = re.sub(r"[^a-zA-Z0-9-_]", "-", f"c{number}-{digest}{again}")[:64]


def _is_picture(output: NotebookNode) -> bool:
    data = output.get("data", {})
    return "image/png" in data or "<img" in str(data.get("text/html", ""))
