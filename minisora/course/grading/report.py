"""What a class has got: a table of points, and what most of it got wrong."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from minisora.course.checks.exercise import Exercise
from minisora.course.grading.grade import Mark


@dataclass(frozen=True)
class Result:
    """What a learner has got.

    Attributes:
        marks: none if the notebook could not be marked.
        remark: why it could not, or what else the teacher should know.
    """

    learner: str
    marks: tuple[Mark, ...]
    remark: str = ""


def table(results: Sequence[Result], exercises: Sequence[Exercise]) -> str:
    """Rows for a spreadsheet: learner, points, of how many, points of each exercise, remark; no points, no mark."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["learner", "points", "of", *(each.name for each in exercises), "remark"])
    for result in results:
        points = {mark.exercise: mark.points for mark in result.marks}
        total = sum(points.values()) if points else ""
        of = sum(each.points for each in exercises)
        rows.writerow([result.learner, total, of, *(points.get(each.name, "") for each in exercises), result.remark])
    return text.getvalue()


def line(result: Result) -> str:
    """A learner's result for people."""
    if not result.marks:
        return f"{result.learner}: not marked, {result.remark}"
    points, of = sum(mark.points for mark in result.marks), sum(mark.of for mark in result.marks)
    return f"{result.learner}: {points} of {of}" + (f" ({result.remark})" if result.remark else "")


def summary(results: Sequence[Result], exercises: Sequence[Exercise]) -> str:
    """What the class should hear next time, and who has no mark and why."""
    marked = [result for result in results if result.marks]
    messages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for mark in (mark for result in marked for mark in result.marks if not mark.points):
        messages[mark.exercise][" ".join(mark.says.split())] += 1
    lines: list[str] = []
    for name in (each.name for each in exercises):
        others = messages[name]
        lines.append(f"{name}: {len(marked) - others.total()} of {len(marked)} passed")
        lines += [f"    {times} x {message}" for message, times in others.most_common(3)]
    lines.append(f"{len(marked)} of {len(results)} marked")
    lines += [f"    {line(result)}" for result in results if not result.marks]
    return "\n".join(lines)
