"""Marks for a class: one learner after another, and whatever is wrong with one costs nobody else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import minisora
from minisora.course.grading.grade import Limits, Mark, as_json, as_text, grade
from minisora.course.grading.report import Result
from minisora.course.grading.submissions import Submission, find_submissions
from minisora.errors import UserError
from minisora.files import from_json, replacing


def mark_class(
    number: str, folder: Path, *, limits: Limits | None = None, workers: int = 2, cards: Path | None = None
) -> tuple[int, Iterator[Result]]:
    """How many learners there are in the folder, and their results as they become known.

    Args:
        workers: exercises that are examined at once.
        cards: a folder for score cards: a text for each learner, and what spares marking the same notebook again.
    Raises: UserError when there is no such folder or nobody in it.
    """

    def examined(submission: Submission) -> tuple[Mark, ...]:
        assert submission.notebook is not None
        known = _read_card(cards, submission) if cards else None
        if known is None:
            _, marks = grade(number, submission.notebook, limits=limits, workers=workers)
            known = tuple(marks)
        if cards:
            _write_card(cards, submission, number, known)
        return known

    submissions = find_submissions(folder, number.zfill(2))
    return len(submissions), (result(submission, examined) for submission in submissions)


def result(submission: Submission, examined: Callable[[Submission], tuple[Mark, ...]]) -> Result:
    """A learner's result: the marks, or in words why there are none."""
    if submission.notebook is None:
        return Result(submission.learner, (), submission.remark)
    try:
        return Result(submission.learner, examined(submission), submission.remark)
    except UserError as error:
        reason = str(error)
    except Exception as error:  # a notebook that breaks what reads it; the others have a right to their marks
        reason = f"{submission.notebook} cannot be read: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return Result(submission.learner, (), "; ".join(filter(None, [reason, submission.remark])))


def _card(cards: Path, learner: str) -> Path:
    return cards / f"{learner.replace('/', ' - ')}.json"


def _write_card(cards: Path, submission: Submission, number: str, marks: tuple[Mark, ...]) -> None:
    assert submission.notebook is not None
    card = {**json.loads(as_json(number, submission.notebook, marks)), "state": _state(submission.notebook)}
    path = _card(cards, submission.learner)
    for place, text in (
        (path, json.dumps(card, indent=2)),
        (path.with_suffix(".txt"), as_text(number, submission.notebook, marks) + "\n"),
    ):
        with replacing(place) as draft:
            draft.write_text(text, encoding="utf-8")


def _read_card(cards: Path, submission: Submission) -> tuple[Mark, ...] | None:
    """The marks of an earlier run for the same notebook, if there are any."""
    assert submission.notebook is not None
    try:
        card = from_json(_card(cards, submission.learner).read_text(encoding="utf-8"))
        same = card["state"] == _state(submission.notebook)
        return tuple(Mark(**mark) for mark in card["exercises"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _state(notebook: Path) -> str:
    """Tells whether a notebook, or what marks it, has changed."""
    return f"{minisora.__version__} {hashlib.sha256(notebook.read_bytes()).hexdigest()}"
