"""An exercise: one definition serves the learner's feedback, the package's tests and the grader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

#: A learner's function or class, or the package's.
Solution = Callable[..., Any]


class CheckFailed(AssertionError):
    """A check says no. The message names one cause and what to do next; notebooks show it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Case:
    """One question that is put to a solution.

    Attributes:
        says: the question in words, as it stands in a message: "an image of 4x6".
        ask: puts it to a solution and returns what is compared: tensors, numbers, strings, and tuples, lists or dicts
            of them. Whatever it raises is an answer too.
        expected: what mathematics says the answer is; by default, what the package's own part answers.
        tolerance: absolute and relative, for floating-point numbers.
        fails: whether the right answer is an error.
    """

    says: str
    ask: Callable[[Solution], object]
    expected: Callable[[], object] | None = None
    tolerance: float = 1e-5
    fails: bool = False


@dataclass(frozen=True)
class Mistake:
    """A wrong solution that people really write, and what to tell them.

    A solution that answers like ``wrong`` gets ``says``: the one cause, and what to do next.
    """

    name: str
    wrong: Solution
    says: str


@dataclass(frozen=True)
class Exercise:
    """A part of the machine that the learner writes.

    Attributes:
        name: of the function or class, in the notebook as in the package; unique in the course.
        reference: the package's own.
        cases: what it is asked. They must tell the mistakes from the reference and from each other.
        mistakes: at least four.
        alternatives: right answers that are written differently.
        hints: from a nudge to nearly everything; folded away under the check.
        becomes: the file of the package that has the finished part.
        minutes, difficulty (1 to 3), points: for the card and for the marks.
        trains: whether networks are trained through it, so that gradients have to flow where the reference's do, in
            the precision of what it is given. Not so for tables, for what is measured once, and for samplers.
    """

    name: str
    reference: Solution
    cases: tuple[Case, ...]
    mistakes: tuple[Mistake, ...]
    alternatives: tuple[Solution, ...]
    hints: tuple[str, ...]
    becomes: str
    minutes: int = 10
    difficulty: int = 1
    points: int = 2
    trains: bool = True


def call(says: str, *arguments: object, expected: Callable[[], object] | None = None, tolerance: float = 1e-5) -> Case:
    """The commonest case: what does the solution return for these arguments?"""
    from minisora.course.checks.compare import copied

    return Case(says, lambda solution: solution(*map(copied, arguments)), expected, tolerance=tolerance)


@dataclass(frozen=True)
class Finding:
    """What somebody found; a message must not give the right one away."""

    said: object
    right: str

    def __repr__(self) -> str:
        return "the one that fits" if self.said == self.right else repr(self.said)


def each_once(said: Callable[[Solution], Sequence[object]]) -> Case:
    """A case of such an exercise, where each word is the right one at most once."""

    def ask(solution: Solution) -> int:
        words = list(said(solution))
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise CheckFailed(f"{twice!r} comes {words.count(twice)} times, but each of them is to blame once at most")
        return len(words)

    return Case("all of them", ask)


def finding(says: str, said: Callable[[Solution], object], right: str, choices: Sequence[str]) -> Case:
    """A case of an exercise that asks for one of several words: what has the solution ``said``?"""

    def ask(solution: Solution) -> object:
        answer = said(solution)
        if answer not in choices:
            raise CheckFailed(f"{answer!r} is none of the choices; they are {', '.join(map(repr, choices))}")
        return Finding(answer, right)

    return Case(says, ask, expected=lambda: Finding(right, right))
