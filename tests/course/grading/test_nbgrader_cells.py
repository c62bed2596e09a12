"""What nbgrader's preprocessors of the course mend, without a gradebook."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytest.importorskip("nbgrader")
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.nbgraderformat import MetadataValidator

from minisora.course.grading.nbgrader_cells import OnlyErrorsCount, heal


def of(name, **more):
    base = {"schema_version": 3, "grade_id": name, "grade": False, "locked": False, "solution": True, "task": False}
    return {**base, **more}


KNOWN = {"f": of("f"), "check-f": of("check-f", grade=True, locked=True, solution=False, points=2.0)}
SOURCE = {"f": "def f(x): pass", "check-f": "check.f(f)"}


def healed(*cells, minor=5):
    """Cells, each a source and its nbgrader metadata; what is left, with the name of each."""
    book = new_notebook(nbformat_minor=minor)
    for source, metadata in cells:
        cell = new_code_cell(source, metadata={} if metadata == "none" else {"nbgrader": metadata})
        if minor < 5:
            del cell["id"]
        book.cells.append(cell)
    heal(book, KNOWN, SOURCE)
    MetadataValidator().validate_nb(book)
    nbformat.validate(book)
    return [(cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")) for cell in book.cells]


def test_of_copies_the_last_counts():
    cells = [("f = 1", KNOWN["f"]), ("f = 2", KNOWN["f"]), ("check.f(f)", KNOWN["check-f"]), ("", KNOWN["check-f"])]
    assert healed(*cells) == [("f = 1", None), ("f = 2", "f"), ("check.f(f)", None), ("", "check-f")]


BROKEN = [{}, None, [], {"grade": True}, {"grade_id": ["f"]}, of("of-another-chapter"), of("g", schema_version=1)]


@pytest.mark.parametrize("metadata", BROKEN)
def test_metadata_that_nbgrader_would_stumble_over_go(metadata):
    assert ("x", None) in healed(("x", metadata))


def test_edited_metadata_become_what_they_were():
    book = new_notebook(cells=[new_code_cell("check.f(f)", metadata={"nbgrader": of("check-f", points=99)})])
    heal(book, KNOWN, SOURCE)
    assert book.cells[0].metadata["nbgrader"] == KNOWN["check-f"]


@pytest.mark.parametrize("minor", [0, 5])
def test_a_deleted_check_comes_back_behind_what_it_checks(minor):
    cells = [("def f(x):\n    pass", KNOWN["f"]), ("f = use(f=f)", "none"), ("f == 1", "none")]
    assert [source for source, _ in healed(*cells, minor=minor)] == [
        "def f(x):\n    pass", "check.f(f)", "f = use(f=f)", "f == 1",
    ]  # fmt: skip
    assert healed(("g = 1", "none"))[-1] == ("check.f(f)", "check-f")


def test_a_warning_is_no_mistake():
    metadata = {"nbgrader": KNOWN["check-f"]}
    cell = new_code_cell("check.f(f)", metadata=metadata, outputs=[new_output("stream", name="stderr", text="hm")])
    cell, _ = OnlyErrorsCount().preprocess_cell(cell, ResourcesDict(), 0)
    assert [output.name for output in cell.outputs] == ["stdout"]
