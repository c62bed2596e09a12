"""`minisora class` and `minisora autograde`: marks for everybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from minisora.course.grading.report import Result

Chapter = Annotated[str, typer.Argument(help="Number of the chapter, such as 02.")]
Gigabytes = Annotated[float, typer.Option(min=0.1, help="Memory that an exercise or a notebook may take.")]


def mark_class(
    chapter: Chapter,
    folder: Annotated[Path, typer.Argument(help="With a notebook or a folder for each learner.")],
    cards: Annotated[
        Path | None,
        typer.Option(help="A folder for each learner's score card; what has not changed is not marked again."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Exercises that are examined at once.")] = 2,
    seconds: Annotated[int, typer.Option(min=1, help="Processor time that an exercise may take.")] = 10,
    gigabytes: Gigabytes = 4.0,
) -> None:
    """Examine everybody's notebooks and print a table of points (exit code 1 if somebody has none)."""
    from minisora.course.grading import classroom
    from minisora.course.grading.grade import Limits

    limits = Limits(seconds=seconds, gigabytes=gigabytes)
    _report(chapter, *classroom.mark_class(chapter, folder, limits=limits, workers=workers, cards=cards))


def autograde(
    chapter: Chapter,
    folder: Annotated[Path, typer.Argument(help="nbgrader's, of the class.")] = Path(),
    again: Annotated[bool, typer.Option("--again", help="Those too whose notebook has its mark already.")] = False,
    minutes: Annotated[float, typer.Option(min=0.1, help="Time that a notebook may take.")] = 10.0,
    gigabytes: Gigabytes = 4.0,
) -> None:
    """Let nbgrader mark everybody, whoever fails, and print a table of points (exit code 1 if somebody has none)."""
    import nbgrader  # noqa: F401  # says which package is missing

    from minisora.course.grading.autograde import NotebookLimits, autograde_class

    limits = NotebookLimits(minutes=minutes, gigabytes=gigabytes)
    _report(chapter, *autograde_class(chapter, folder, limits=limits, again=again))


def _report(chapter: str, count: int, results: Iterator[Result]) -> None:
    """Each result on the screen as it comes; at the end, or when it is interrupted, the table and the summary."""
    from minisora.course.exercises import chapter_exercises
    from minisora.course.grading import report

    exercises = chapter_exercises(chapter)
    known: list[Result] = []
    try:
        for result in results:
            known.append(result)
            print(f"[{len(known)}/{count}] {report.line(result)}", file=sys.stderr, flush=True)
    finally:
        if known:
            print(report.table(known, exercises), end="", flush=True)
            print(report.summary(known, exercises), file=sys.stderr)
    raise typer.Exit(0 if all(result.marks for result in known) else 1)
