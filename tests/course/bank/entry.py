"""A bank of solutions that people write: wrong ones with their cause in words, right ones in an unusual style.

It is written from the pages alone, without a look at the mistakes that the checks know. Each file ``cNN.py`` has a
``BANK``; ``python -m tests.course.bank.measure`` counts, and ``tests/course/test_bank.py`` holds the counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from minisora.course.checks.check import examine
from minisora.course.checks.exercise import CheckFailed, Solution
from minisora.course.exercises import find_exercise


@dataclass(frozen=True)
class Entry:
    """One solution.

    Attributes:
        exercise: whose it is.
        words: the cause, or the style of a right one.
        names: what the message must match to have named the cause; None for a right solution.
        make: gives the solution, a new one each time, so that none remembers an earlier check.
    """

    exercise: str
    words: str
    names: str | None
    make: Callable[[], Solution]

    def message(self) -> str | None:
        """What the check says to it: None if it passes."""
        try:
            examine(find_exercise(self.exercise), self.make())
        except CheckFailed as failed:
            return str(failed)
        return None

    def verdict(self) -> str:
        """ "right" for what has to pass and does; "named", "unhelpful", "accepted", or "refused" for the rest."""
        message = self.message()
        if self.names is None:
            return "right" if message is None else "refused"
        if message is None:
            return "accepted"
        return "named" if re.search(self.names, self._said(message), re.IGNORECASE) else "unhelpful"

    def _said(self, message: str) -> str:
        """What is said of the cause: neither the question nor numbers are credit. In a diagnosis it says which."""
        exercise = find_exercise(self.exercise)
        if not exercise.name.startswith("diagnose"):
            for case in exercise.cases:
                message = message.replace(case.says, "")
        for empty in (r"has the right shape, but.*", r"is [-+.\w]+, not [-+.\w]+", r"\(line \d+ of the cell: `.*?`\)"):
            message = re.sub(empty, "", message)
        return message.replace(exercise.name, "")


class Bank:
    """The entries of a chapter: ``wrong`` and ``right`` take a solution, or decorate it.

    A solution that keeps something between its calls is given as a function that makes it, with ``fresh=True``.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def wrong(self, exercise: str, cause: str, names: str, *, fresh: bool = False) -> Callable[[Solution], Solution]:
        """A wrong solution with its cause in words, and what a message that names it must match."""
        return self._entry(exercise, cause, names, fresh)

    def right(self, exercise: str, style: str, *, fresh: bool = False) -> Callable[[Solution], Solution]:
        """A right solution, and what is unusual about it."""
        return self._entry(exercise, style, None, fresh)

    def _entry(self, exercise: str, words: str, names: str | None, fresh: bool) -> Callable[[Solution], Solution]:
        def keep(solution: Solution) -> Solution:
            self.entries.append(Entry(exercise, words, names, solution if fresh else lambda: solution))
            return solution

        return keep
