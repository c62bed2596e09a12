"""Instant feedback: ``check.patchify(patchify)`` prints what is right, or says in one line what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks import guards
from minisora.course.checks.ask import WRITE_THIS, Marked, expected, sit
from minisora.course.checks.diagnose import restless, what_is_wrong
from minisora.course.checks.exercise import CheckFailed, Exercise, Solution
from minisora.course.checks.guards import same_dice
from minisora.course.checks.watch import Watch
from minisora.course.exercises import find_exercise

STUB = f'# YOUR CODE HERE\nraise NotImplementedError("{WRITE_THIS}")'


def examine(exercise: Exercise, solution: Solution) -> None:
    """Ask a solution everything, and everything once more.

    Raises: CheckFailed with the one cause: that it changes what it is given; of wrong answers, what is wrong with them
        (see ``diagnose``); of right ones, what else a part of the machine needs (see ``guards``).
    """
    if not callable(solution):
        raise CheckFailed(f"✗ {exercise.name}: this is {solution!r}, not a function or class — pass the thing itself")
    with same_dice():
        watch = Watch(solution)
        sittings = [sit(case, exercise, watch) for case in exercise.cases]
        paper = [
            Marked(case, sitting, expected(case, exercise))
            for case, sitting in zip(exercise.cases, sittings, strict=True)
        ]
        says = restless(exercise, paper, watch)
        if any(each.wrong for each in paper):
            raise CheckFailed(what_is_wrong(exercise, paper, says))
        calls = [call for sitting in sittings for call in sitting.calls[:2]]
        says = says or guards.cause(exercise, calls, watch)
        if says:
            raise CheckFailed(f"✗ {exercise.name}: {says}")


def passes(exercise: Exercise, solution: Solution) -> bool:
    """Whether a solution answers everything right."""
    try:
        examine(exercise, solution)
    except CheckFailed:
        return False
    return True


class Checks:
    """Every exercise's check under the exercise's name."""

    def __getattr__(self, name: str) -> Callable[[Solution], None]:
        if name.startswith("_"):
            raise AttributeError(name)
        exercise = find_exercise(name)

        def check(solution: Solution) -> None:
            examine(exercise, solution)
            print(f"✓ {name}: all {len(exercise.cases)} answers are right")

        return check


check = Checks()


def reference(name: str) -> Solution:
    """The package's own part of this name."""
    return find_exercise(name).reference


def use(**mine: Solution) -> Solution:
    """The learner's part if it passes its check, else the package's, with a note: ``f = use(patchify=f)``.

    So a chapter goes on, whatever is still unwritten.
    """
    ((name, solution),) = mine.items()
    exercise = find_exercise(name)
    if passes(exercise, solution):
        return solution
    print(f"Your {name} does not pass its check yet: from here on this page uses the package's own.")
    return exercise.reference
