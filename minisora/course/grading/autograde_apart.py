"""The process in which `autograde` lets nbgrader mark one learner after another, within a limit of memory.

Starting nbgrader takes seconds, so the process stays; it reads a request a line and answers each with a line.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import AutogradeApp
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory

from minisora.course.grading.examine_apart import limit_memory

#: Address space that PyTorch and the chapters take without doing anything, in GB.
ITSELF = 4.0

STAGED = "staged"  #: Where the notebooks lie under the names that nbgrader expects.


class Marking(Autograde):
    """nbgrader's own, which remembers why it failed."""

    reason = ""

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.reason = _reason(error)
            raise


def main(number: str, gigabytes: str) -> None:
    """Answer requests on standard input until it ends: first of all which notebooks there are."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what nbgrader prints is for its log
    app = AutogradeApp()
    app.initialize([number])
    NbGrader.start(app)
    course = app.coursedir
    assert isinstance(course, CourseDirectory)
    course.submitted_directory = STAGED
    course.assignment_id = number
    limit_memory(ITSELF + float(gigabytes))
    _say(answers, {"notebooks": _released(course, number)})
    for request in map(json.loads, sys.stdin):
        try:
            answer = mark(app, course, request["learner"], again=request["again"])
        except Exception as error:
            answer = {"reason": _reason(error)}
        _say(answers, answer)


def mark(app: AutogradeApp, course: CourseDirectory, learner: str, *, again: bool) -> dict[str, Any]:
    """Let nbgrader mark what a learner has handed in. Returns: the marks, or the reason why there are none."""
    course.student_id = learner
    marking = Marking(coursedir=course, parent=app)
    marking.force = again
    try:
        marking.start()
    except NbGraderException as error:
        return {"reason": marking.reason or " ".join(str(error).split())}
    folder = Path(course.format_path(course.autograded_directory, learner, course.assignment_id))
    says = {name: text for path in folder.glob("*.ipynb") for name, text in _complaints(path).items()}
    with _gradebook(course) as book:
        grades = [
            g for notebook in book.find_submission(course.assignment_id, learner).notebooks for g in notebook.grades
        ]
        return {"marks": [[g.name, _whole(g.score), _whole(g.max_score), says.get(g.name, "")] for g in grades]}


def _complaints(path: Path) -> dict[str, str]:
    """What the failed checks in a marked notebook say, by nbgrader's name of their cells."""
    found: dict[str, str] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and "nbgrader" in cell.metadata:
                found[cell.metadata["nbgrader"]["grade_id"]] = output.evalue or output.ename
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, DeadKernelError):
        return "its kernel died: does it call exit(), or take all the memory?"
    if isinstance(error, CellTimeoutError):
        return "its output never ends: does it print in a loop?"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _released(course: CourseDirectory, number: str) -> list[str]:
    """The chapter's notebooks that nbgrader knows."""
    with _gradebook(course) as book:
        try:
            return [notebook.name for notebook in book.find_assignment(number).notebooks]
        except MissingEntry:
            return []


def _gradebook(course: CourseDirectory) -> Gradebook:
    return Gradebook(course.db_url, course.course_id)


def _whole(points: float) -> float:
    return int(points) if points == int(points) else round(points, 2)


def _say(answers: IO[str], what: dict[str, Any]) -> None:
    print(json.dumps(what), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
