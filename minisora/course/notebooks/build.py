"""``python -m minisora.course.notebooks.build [02 ...]``: run the solutions and write both notebooks of each chapter.

With ``--stale`` only the chapters whose cells differ from their source; with ``--texts`` nothing is run where only
texts differ, and the outputs stay; with ``--fast`` on the fast profile, to try a chapter (its outputs are not to be
committed).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from minisora.course.notebooks import compose, form
from minisora.errors import UserError
from minisora.files import replacing

LARGEST = 1_500_000  #: Bytes of a notebook with its outputs.


def build(source: Path, *, profile: str = "full", texts: bool = False) -> str:
    """Write a chapter's two notebooks. Returns: what it took, in a line.

    ``texts``: where no code cell differs from the solution that is there, keep its outputs and run nothing.

    Raises: UserError when a cell fails or the result is too large; and, before anything is run, where a chapter is not
        in its form, which on the fast profile it need not be yet.
    """
    begin = time.monotonic()
    book = compose.compose(source)
    if profile != "fast" and (faults := form.faults(book)):
        raise UserError(f"{source.name}: {'; '.join(faults)}")
    if not (texts and _keep_outputs(book, compose.solution_path(source))):
        compose.run(book, folder=source.parent, profile=profile, go_on=True)
    for id_, (kind, message) in compose.errors(book).items():
        raise UserError(f"{source.name}, cell {id_}: {kind}: {message}")
    compose.clean(book)
    size = len(nbformat.writes(book).encode())  # the learners' copy is smaller
    if size > LARGEST:
        raise UserError(f"{source.stem}: {size} bytes, at most {LARGEST} — smaller clips, fewer frames or colours")
    write(book, compose.solution_path(source))
    write(compose.learners_copy(book), compose.learners_path(source))
    return f"{source.stem}: {len(book.cells)} cells, {time.monotonic() - begin:.0f} s, {size / 1e6:.2f} MB"


def _keep_outputs(book: NotebookNode, path: Path) -> bool:
    """Take the outputs of the notebook at ``path`` if its code cells are the same; returns whether they are."""
    if not path.exists():
        return False
    code, before = (
        [cell for cell in each.cells if cell.cell_type == "code"] for each in (book, nbformat.read(path, as_version=4))
    )
    if [(cell.id, cell.source) for cell in code] != [(cell.id, cell.source) for cell in before]:
        return False
    for cell, old in zip(code, before, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def write(book: NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all."""
    nbformat.validate(book)
    text = nbformat.writes(book) + "\n"
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def stale(source: Path) -> list[str]:
    """What does not follow from the source any more: "solution", "chapter", or nothing."""
    new, solution, copy = compose.compose(source), compose.solution_path(source), compose.learners_path(source)
    found = []
    if not solution.exists() or _cells(nbformat.read(solution, as_version=4)) != _cells(new):
        found.append("solution")
    if not copy.exists() or _cells(nbformat.read(copy, as_version=4)) != _cells(compose.learners_copy(new)):
        found.append("chapter")
    return found


def main(arguments: list[str] | None = None) -> int:
    prog = "python -m minisora.course.notebooks.build"
    parser = argparse.ArgumentParser(prog=prog, description=(__doc__ or "").split("\n")[0])
    parser.add_argument("chapter", nargs="*", help="numbers; all chapters when none is given")
    parser.add_argument("--stale", action="store_true", help="only what differs from its source")
    parser.add_argument("--texts", action="store_true", help="keep the outputs where only texts differ")
    parser.add_argument("--fast", action="store_true", help="with the fast profile, to try a chapter")
    options = parser.parse_args(arguments)
    try:
        for source in compose.sources(options.chapter):
            if not options.stale or stale(source):
                print(build(source, profile="fast" if options.fast else "full", texts=options.texts), flush=True)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _cells(book: NotebookNode) -> list[tuple[str, str, str, object]]:
    return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in book.cells]


if __name__ == "__main__":
    sys.exit(main())
