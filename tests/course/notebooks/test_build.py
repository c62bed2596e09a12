"""Where only texts differ, a chapter is written anew with the outputs that it has."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from minisora.course.notebooks import build, compose

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
