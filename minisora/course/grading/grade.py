"""Marks for a learner's notebook: every exercise in a process of its own, within limits of time and memory.

The limits keep accidents (an endless loop, ``exit()``, a huge tensor) from costing more than their exercise. They are
no prison: run notebooks of people whom you do not trust in a container.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from minisora.course.checks.exercise import Exercise
from minisora.course.exercises import chapter_exercises
from minisora.course.notebooks.compose import CHAPTERS
from minisora.course.notebooks.extract import NotThere, extract
from minisora.course.notebooks.read import read_notebook
from minisora.errors import UserError
from minisora.processors import THREADS, quota, threads

#: An exercise computes with one thread: each of a large server's would cost it time, and memory that it reserves.
ONE_THREAD = {THREADS: "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True)
class Limits:
    """What an exercise may use: seconds of processor time, and memory."""

    seconds: int = 10
    gigabytes: float = 4.0

    @property
    def waiting(self) -> int:
        """Seconds of waiting: enough for a busy machine, or a share of a processor, and an end for what sleeps."""
        return round(60 + 2 * self.seconds / min(1.0, quota() or 1.0))


@dataclass(frozen=True)
class Mark:
    """Points of an exercise, and what its check said."""

    exercise: str
    points: int
    of: int
    says: str


def grade(
    number: str,
    notebook: Path | None = None,
    *,
    limits: Limits | None = None,
    workers: int | None = None,
    watch: Callable[[Mark, int], object] | None = None,
) -> tuple[Path, list[Mark]]:
    """The marks for all exercises of a chapter, and the notebook that they are for.

    Args:
        notebook: by default the chapter's own, in ``chapters/``.
        workers: exercises that are examined at once; two where there are two processors for them.
        watch: is told each mark as it is known, in order, and of how many.
    Raises: UserError when there is no such chapter or the notebook cannot be read.
    """
    exercises = chapter_exercises(number)
    path = notebook or _own_notebook(number.zfill(2))
    book = read_notebook(path)
    marks: list[Mark] = []
    with ThreadPoolExecutor(workers or min(2, threads())) as pool:
        for each in pool.map(partial(mark, book, limits=limits or Limits()), exercises):
            marks.append(each)
            if watch is not None:
                watch(each, len(exercises))
    return path, marks


def mark(book: NotebookNode, exercise: Exercise, *, limits: Limits) -> Mark:
    """The points for one exercise of a notebook."""
    try:
        source = extract(book, exercise.name)
    except NotThere as error:
        return Mark(exercise.name, 0, exercise.points, f"{error}")
    right, says = _examine_apart(exercise.name, source, limits)
    return Mark(exercise.name, exercise.points if right else 0, exercise.points, says)


def as_json(number: str, notebook: Path, marks: Sequence[Mark]) -> str:
    """A score card for programs."""
    total = {"points": sum(m.points for m in marks), "of": sum(m.of for m in marks)}
    card = {"chapter": number.zfill(2), "notebook": str(notebook), **total, "exercises": list(map(asdict, marks))}
    return json.dumps(card, indent=2)


def as_text(number: str, notebook: Path, marks: Sequence[Mark]) -> str:
    """A score card for people."""
    width = max(len(m.exercise) for m in marks)
    lines = [f"Chapter {number.zfill(2)} · {notebook}", ""]
    for m in marks:
        lines.append(f"{'✓' if m.points else '✗'} {m.exercise:{width}}  {m.points}/{m.of}")
        lines += [] if m.points else [f"    {line.strip()}" for line in m.says.splitlines()]
    return "\n".join([*lines, "", f"{sum(m.points for m in marks)} of {sum(m.of for m in marks)} points"])


def _examine_apart(name: str, source: str, limits: Limits) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        solution, verdict = Path(folder) / "solution.py", Path(folder) / "verdict.json"
        solution.write_text(source, encoding="utf-8")
        numbers = (str(limits.seconds), str(limits.gigabytes))
        module = "minisora.course.grading.examine_apart"
        command = [sys.executable, "-m", module, name, str(solution), str(verdict), *numbers]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, **ONE_THREAD},
        )  # fmt: skip
        assert process.stdout is not None
        try:
            if process.stdout.readline().strip() != b"ready":  # importing torch is on nobody's time
                raise UserError(f"{name} cannot be examined here: mark fewer at once, or see minisora doctor")
            process.wait(limits.waiting)
        except subprocess.TimeoutExpired:
            return False, f"is not done after {limits.waiting} seconds: does a loop never end?"
        finally:
            end_process(process)
        if verdict.exists():
            answer = json.loads(verdict.read_text(encoding="utf-8"))
            return answer["right"], answer["says"]
    if process.returncode == -getattr(signal, "SIGXCPU", 0):
        return False, f"is not done after {limits.seconds} seconds of computing: does a loop never end?"
    return False, f"ends the whole process (exit code {process.returncode}): does it call exit(), or crash Python?"


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Stop the process and what it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def _own_notebook(number: str) -> Path:
    found = sorted(CHAPTERS.glob(f"{number}_*.ipynb"))
    if not found:
        raise UserError(f"no notebook of chapter {number} in {CHAPTERS} — name the notebook to check")
    return found[0]
