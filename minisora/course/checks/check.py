"""Instant feedback: ``check.patchify(patchify)`` prints what is right, or says in one line what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from minisora.course import profile
from minisora.course.checks import guards
from minisora.course.checks.ask import NO_CELL, WRITE_THIS, Marked, Sitting, expected, sit
from minisora.course.checks.diagnose import restless, what_is_wrong
from minisora.course.checks.exercise import CheckFailed, Exercise, Solution
from minisora.course.checks.guards import same_dice
from minisora.course.checks.time_limit import NotDone, Patience, within
from minisora.course.checks.watch import Watch
from minisora.course.exercises import find_exercise

STUB = f'# YOUR CODE HERE\nraise NotImplementedError("{WRITE_THIS}")'
#: How long a solution may take for all answers; right ones take a tenth of it.
PATIENCE = Patience(computing=10, waiting=80)

T = TypeVar("T")
#: Solutions that came to no end, by their ids: `use` does not run them again.
_endless: dict[int, Solution] = {}


def examine(exercise: Exercise, solution: Solution) -> None:
    """Ask a solution everything, and everything once more.

    Raises: CheckFailed with the one cause: that it changes what it is given; of wrong answers, what is wrong with them
        (see ``diagnose``); of right ones, what else a part of the machine needs (see ``guards``).
    """
    if not callable(solution):
        raise CheckFailed(f"✗ {exercise.name}: this is {solution!r}, not a function or class — pass the thing itself")
    with same_dice():
        watch = Watch(solution)
        sittings: list[Sitting] = []

        def ask() -> None:
            for case in exercise.cases:
                sittings.append(sit(case, exercise, watch))

        _in_time(exercise, solution, ask, asked=lambda: f", asked for {exercise.cases[len(sittings)].says}")
        paper = [
            Marked(case, sitting, expected(case, exercise))
            for case, sitting in zip(exercise.cases, sittings, strict=True)
        ]
        says = _in_time(exercise, solution, lambda: restless(exercise, paper, watch))
        if any(each.wrong for each in paper):
            raise CheckFailed(what_is_wrong(exercise, paper, says))
        calls = [call for sitting in sittings for call in sitting.calls[:2]]
        says = says or _in_time(exercise, solution, lambda: guards.cause(exercise, calls, watch))
        if says:
            raise CheckFailed(f"✗ {exercise.name}: {says}")


def passes(exercise: Exercise, solution: Solution) -> bool:
    """Whether a solution answers everything right."""
    try:
        examine(exercise, solution)
    except CheckFailed:
        return False
    return True


def refuse_ours(exercise: Exercise, solution: object) -> None:
    """Raises: CheckFailed when the solution is the package's own, as `use` and `reference` hand it out: no marks."""
    if solution is exercise.reference or str(getattr(solution, "__module__", "")).startswith("minisora"):
        raise CheckFailed(f"✗ {exercise.name}: this is the package's own part — write yours")


class Checks:
    """Every exercise's check under the exercise's name."""

    def __getattr__(self, name: str) -> Callable[[Solution], None]:
        if name.startswith("_"):
            raise AttributeError(name)
        exercise = find_exercise(name)

        def check(solution: Solution) -> None:
            try:
                examine(exercise, solution)
            except KeyboardInterrupt:
                raise CheckFailed(f"✗ {name}: stopped before it was done: does a loop never end?") from None
            if profile.FOR_MARKS:
                refuse_ours(exercise, solution)
            print(f"✓ {name}: all answers are right")

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
    if id(solution) in _endless:
        why = f"Your {name} came to no end in its check, and is not run again"
    elif passes(exercise, solution):
        return solution
    else:
        why = f"Your {name} does not pass its check yet"
    print(f"{why}: from here on this page uses the package's own.")
    return exercise.reference


def no_cell(name: str) -> Solution:
    """What an exercise's name stands for until its cell has run: a page goes on where a cell stops with an error."""

    def missing(*arguments: object, **options: object) -> object:
        raise NotImplementedError(NO_CELL)

    missing.__name__ = missing.__qualname__ = name
    return missing


def _in_time(exercise: Exercise, solution: Solution, work: Callable[[], T], *, asked: Callable[[], str] = str) -> T:
    """What the learner's code is asked for, if it comes to an end. Raises: CheckFailed if it does not."""
    try:
        done = within(PATIENCE, work)
    except NotDone as error:
        _endless[id(solution)] = solution
        says = f"is not done after {error}: does a loop never end?"
    except KeyboardInterrupt:
        _endless[id(solution)] = solution
        raise
    except SystemExit:
        says = "it calls exit(), which would end the notebook — return instead"
    else:
        _endless.pop(id(solution), None)
        return done
    raise CheckFailed(f"✗ {exercise.name}{asked()}: {says}")
