"""The form that every chapter has: how long it is, how long its cells are, and the parts that none goes without."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from minisora.course.notebooks.compose import exercises_of

FEWEST, MOST = 40, 70  #: Cells of a chapter.
LONGEST = 15  #: Lines of code in a cell, without remarks and empty ones.
EXERCISES, COMPARED = 4, 3  #: At least so many exercises, and cells whose output is compared.
WORDS, QUESTIONS = 5, 3  #: Just so many.
HEADINGS = ("In the real systems", "Break it", "Recap", "Five words", "Test yourself")


def code_lines(source: str) -> list[str]:
    """The lines of a cell that are neither empty nor remarks."""
    return [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def faults(book: NotebookNode) -> list[str]:
    """What of a chapter, composed from its source, is not in the form; nothing has to be run to know it."""
    found = []
    if not FEWEST <= len(book.cells) <= MOST:
        found.append(f"{len(book.cells)} cells: must be from {FEWEST} to {MOST}")
    for cell in book.cells:
        if cell.cell_type == "code" and len(lines := code_lines(cell.source)) > LONGEST:
            found.append(f"{len(lines)} lines of code in the cell of {lines[0].strip()!r}: at most {LONGEST}")
    exercises = [exercise.name for exercise in exercises_of(book)]
    if len(exercises) < EXERCISES:
        found.append(f"{len(exercises)} exercises: at least {EXERCISES}")
    checks = [cell.metadata["check"] for cell in book.cells if "check" in cell.metadata]
    if checks != exercises:
        found.append(f"checks of {', '.join(checks)}: must be those of {', '.join(exercises)}, in this order")
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    parts = {heading: _part(text, heading) for heading in HEADINGS}
    found += [f"no heading {heading!r}" for heading, part in parts.items() if part is None]
    if (count := len(re.findall(r"^- \*\*", parts["Five words"] or "", re.MULTILINE))) != WORDS:
        found.append(f"{count} of the five words")
    if (count := (parts["Test yourself"] or "").count("<summary>Answer")) != QUESTIONS:
        found.append(f"{count} answers under 'Test yourself': must be {QUESTIONS}")
    if "arxiv.org" not in (parts["In the real systems"] or ""):
        found.append("no paper (arxiv.org) under 'In the real systems'")
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    if not any("explore(" in source for source in code):
        found.append("nothing to explore")
    if (count := sum(source.startswith("# NBVAL_CHECK_OUTPUT") for source in code)) < COMPARED:
        found.append(f"{count} cells with NBVAL_CHECK_OUTPUT: at least {COMPARED}")
    return found


def _part(text: str, heading: str) -> str | None:
    """What stands under the first heading with these words, up to the next heading; None without such a heading."""
    match = re.search(rf"^#+ [^\n]*{heading}[^\n]*$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    return match[1] if match else None
