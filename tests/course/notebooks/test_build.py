"""Where only texts differ, a chapter is written anew with the outputs that it has."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from minisora.course.notebooks import build, compose, form
from minisora.errors import UserError

SOURCE = compose.sources(["02"])[0]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source of a chapter beside its solved notebook, and room for the learners' one."""
    for folder in ("solutions", "chapters"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(compose, "CHAPTERS", tmp_path / "chapters")
    shutil.copy(compose.solution_path(SOURCE), tmp_path / "solutions")
    return Path(shutil.copy(SOURCE, tmp_path / "solutions"))


def test_texts_change_and_outputs_stay(copy: Path) -> None:
    text = copy.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("# # "))
    copy.write_text(text.replace(title, f"{title}, once more"), encoding="utf-8")
    before = nbformat.read(compose.solution_path(copy), as_version=4)
    build.build(copy, texts=True)
    after = nbformat.read(compose.solution_path(copy), as_version=4)
    assert "once more" in after.cells[0].source + after.cells[1].source
    outputs = [[cell.outputs for cell in book.cells if cell.cell_type == "code"] for book in (before, after)]
    assert outputs[0] == outputs[1] and any(outputs[0])
    assert build.stale(copy) == []


def test_code_that_changes_is_run(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr(compose, "run", lambda book, **options: ran.append(book))
    text = copy.read_text(encoding="utf-8")
    copy.write_text(text.replace("# %%\n", "# %%\nanother = 1\n", 1), encoding="utf-8")
    build.build(copy, texts=True)
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("# %%\n" + "a = 1\n" * 16, "16 lines of code in the cell of 'a = 1': at most 15"),
        ("# %%\na = 1\n\n" * 40, "cells: must be from 40 to 70"),
        ('# %% check="patchify"\ncheck(patchify)\n', "in this order"),
    ],
)
def test_a_chapter_out_of_its_form_is_refused_before_it_is_run(
    copy: Path, monkeypatch: pytest.MonkeyPatch, added: str, said: str
) -> None:
    ran = []
    monkeypatch.setattr(compose, "run", lambda book, **options: ran.append(book))
    copy.write_text(f"{copy.read_text(encoding='utf-8')}\n{added}", encoding="utf-8")
    with pytest.raises(UserError, match=said):
        build.build(copy)
    assert ran == []
    build.build(copy, profile="fast")  # while it is being written, it may be tried
    assert len(ran) == 1


@pytest.mark.parametrize("heading", form.HEADINGS)
def test_a_chapter_without_one_of_its_parts_is_not_in_its_form(heading: str) -> None:
    book = nbformat.read(compose.solution_path(SOURCE), as_version=4)
    assert form.faults(book) == []
    for cell in book.cells:
        cell.source = cell.source.replace(heading, "Another part")
    assert f"no heading {heading!r}" in form.faults(book)
