"""Every chapter: its form, that both notebooks follow from the source, and the three states of its exercises."""

import ast
import os
import re
import subprocess
import sys

import nbformat
import pytest

from minisora.course.checks.check import STUB, examine
from minisora.course.notebooks import compose, form
from minisora.course.notebooks.build import LARGEST, stale
from minisora.course.notebooks.extract import extract

GROUP = pytest.mark.xdist_group  # a chapter takes long: each may run in a process of its own
SOURCES = [pytest.param(source, id=source.stem, marks=GROUP(source.stem)) for source in compose.sources()]
pytestmark = pytest.mark.parametrize("source", SOURCES)


def read(path):
    return nbformat.read(path, as_version=4)


def solution_lines(cell):
    """The lines of a cell that learners are to write themselves, as far as they are long enough to be recognised."""
    body = cell.source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    return [line.strip() for line in body.splitlines() if len(line.strip()) > 24]


def test_both_notebooks_follow_from_the_source(source):
    assert stale(source) == [], "run: make chapters"


def test_form(source):
    assert form.faults(read(compose.solution_path(source))) == []


def test_the_solution_is_complete_and_small(source):
    path = compose.solution_path(source)
    book = read(path)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert compose.errors(book) == {} and "widgets" not in book.metadata
    assert path.stat().st_size <= LARGEST and compose.learners_path(source).stat().st_size <= LARGEST


def test_pictures_have_alt_texts(source):
    for cell in read(compose.solution_path(source)).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert "image/png" not in data, f"draw with minisora.course.plots, which ask for an alt text: {cell.source}"
            assert all(
                re.search(r'alt="[^"]{8,}"', tag) for tag in re.findall(r"<img[^>]*>", data.get("text/html", ""))
            )


def with_pictures(book):
    """The ids of the cells that show pictures."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    return {cell.id for cell in code for each in cell.outputs if "<img" in each.get("data", {}).get("text/html", "")}


def test_a_picture_comes_before_much_code(source):
    book = read(compose.solution_path(source))
    first = next(i for i, cell in enumerate(book.cells) if cell.id in with_pictures(book))
    code = [
        line for cell in book.cells[: first + 1] if cell.cell_type == "code" for line in form.code_lines(cell.source)
    ]
    assert len(code) <= 36


def test_no_solution_leaks(source):
    solution = read(compose.solution_path(source))
    told = compose.learners_path(source).read_text(encoding="utf-8")
    hints = "".join(cell.source for cell in solution.cells if "hints" in cell.metadata)
    for cell in solution.cells:
        for line in solution_lines(cell) if "exercise" in cell.metadata else []:
            assert line in hints or line.replace('"', '\\"') not in told, line


def test_a_stub_differs_from_its_solution_only_in_the_body(source):
    solution, copy = read(compose.solution_path(source)), read(compose.learners_path(source))
    for right, stub in zip(solution.cells, copy.cells, strict=True):
        assert right.id == stub.id
        if "exercise" not in right.metadata:
            assert right.source == stub.source
            continue
        assert all(line in stub.source for line in (line.strip() for line in STUB.splitlines()))
        (right_part,) = ast.parse(right.source).body
        assert isinstance(right_part, ast.FunctionDef | ast.ClassDef)
        assert right_part.name == right.metadata["exercise"] and ast.get_docstring(right_part)
        assert outside(right.source, "### BEGIN SOLUTION", "### END SOLUTION") == outside(
            stub.source, *STUB.split("\n")
        )


def outside(text, begin, end):
    """A text without what lies from ``begin`` to ``end``, these lines included."""
    kept, inside = [], False
    for line in text.splitlines():
        inside = inside or begin in line
        kept += [] if inside else [line]
        inside = inside and end not in line
    return kept


def test_a_marker_finds_each_solution_and_what_it_needs(source):
    book = read(compose.solution_path(source))
    for exercise in compose.exercises_of(book):
        page: dict = {"__name__": "__main__"}
        exec(extract(book, exercise.name), page)
        examine(exercise, page[exercise.name])


def test_state_1_stubs_fail_at_exactly_their_checks(source, tmp_path):
    book = read(compose.learners_path(source))
    shipped = with_pictures(book)
    compose.run(book, folder=tmp_path, profile="fast", go_on=False)  # as with *Run All*: an error elsewhere ends it
    assert shipped <= with_pictures(book)
    checks = {cell.id for cell in book.cells if "check" in cell.metadata}
    errors = compose.errors(book)
    assert errors.keys() == checks, errors
    assert all(kind == "CheckFailed" and "YOUR CODE HERE" in message for kind, message in errors.values())


def test_state_2_the_solution_runs_as_stored(source):
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider"]
    command += ["-p", "no:xdist", "-o", "addopts=", str(compose.solution_path(source))]
    environment = {**os.environ, "MINISORA_PROFILE": "fast"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_state_3_with_the_packages_parts_the_same_cells_pass(source, tmp_path):
    book = compose.with_references(compose.compose(source))
    compose.run(book, folder=tmp_path, profile="fast", go_on=True)
    assert compose.errors(book) == {}
