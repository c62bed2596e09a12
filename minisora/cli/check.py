"""`minisora check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    chapter: Annotated[str, typer.Argument(help="Number of the chapter, such as 02.")],
    notebook: Annotated[
        Path | None, typer.Argument(help="The learner's notebook.", show_default="the one in chapters/")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    seconds: Annotated[int, typer.Option(min=1, help="Processor time that an exercise may take.")] = 10,
    gigabytes: Annotated[float, typer.Option(min=0.1, help="Memory that an exercise may take.")] = 4.0,
) -> None:
    """Examine the exercises in a notebook and print a score card (exit code 1 unless all are right)."""
    from rich.console import Console
    from rich.progress import Progress

    from minisora.course.grading import grade

    limits = grade.Limits(seconds=seconds, gigabytes=gigabytes)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("checking", total=None)

        def watch(mark: grade.Mark, of: int) -> None:
            progress.update(task, description=f"checked {mark.exercise}", total=of, advance=1)

        path, marks = grade.grade(chapter, notebook, limits=limits, watch=watch)
    print((grade.as_json if as_json else grade.as_text)(chapter, path, marks))
    raise typer.Exit(0 if all(mark.points for mark in marks) else 1)
