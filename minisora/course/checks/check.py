"""Instant feedback: ``check.patchify(patchify)`` prints what is right, or says in one line what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.compare import Raised, difference
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises import find_exercise

#: What a stub says: `build` puts it where the solution was, and a check knows it by its words.
WRITE_THIS = "write this, run the cell, then run the check below"
STUB = f'# YOUR CODE HERE\nraise NotImplementedError("{WRITE_THIS}")'


def examine(exercise: Exercise, solution: Solution) -> None:
    """Ask a solution everything.

    Raises: CheckFailed with the one cause: a known mistake if the answers are that mistake's, else the first case that
        goes wrong and how.
    """
    if not callable(solution):
        raise CheckFailed(f"✗ {exercise.name}: this is {solution!r}, not a function or class — pass the thing itself")
    answers = [_answer(case, solution, exercise.name) for case in exercise.cases]
    expected = [_expected(case, exercise) for case in exercise.cases]
    wrong = [_different(*each) for each in zip(exercise.cases, answers, expected, strict=True)]
    first = next((i for i, what in enumerate(wrong) if what), None)
    if first is None:
        return
    mistake = _diagnose(exercise, answers, first)
    asked = exercise.cases[first].says
    if mistake is not None:
        raise CheckFailed(f"✗ {exercise.name}: {mistake.says}\n  (seen on {asked})")
    raise CheckFailed(f"✗ {exercise.name}, asked for {asked}: your answer {wrong[first]}")


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


def _answer(case: Case, solution: Solution, name: str) -> object:
    try:
        return case.ask(solution)
    except NotImplementedError as error:
        if str(error) not in (WRITE_THIS, ""):  # PyTorch's, for a type of numbers that an operation does not take
            return Raised(error)
        raise CheckFailed(
            f"✗ {name} is still a stub: write its body where it says YOUR CODE HERE, run that cell, then run this "
            "check again (there are hints below)"
        ) from error
    except CheckFailed as error:  # from the case itself
        raise CheckFailed(f"✗ {name}, asked for {case.says}: {error}") from error
    except Exception as error:
        return Raised(error)


def _expected(case: Case, exercise: Exercise) -> object:
    if case.expected:
        return case.expected()
    right = _answer(case, exercise.reference, exercise.name)
    if isinstance(right, Raised) and not case.fails:
        raise CheckFailed(
            f"✗ {exercise.name}: the check itself cannot be run here, {right} — restart the kernel and run the page "
            "from its top, without torch.set_default_device or the like"
        )
    return right


def _different(case: Case, mine: object, right: object) -> str | None:
    return difference(mine, right, tolerance=case.tolerance)


def _diagnose(exercise: Exercise, answers: list[object], first: int) -> Mistake | None:
    """The mistake that answers everything as the learner does; failing that, the only one to do so where it matters."""
    alike: list[list[bool]] = []
    for mistake in exercise.mistakes:
        theirs = [_mistaken(case, mistake, exercise.name) for case in exercise.cases]
        alike.append([_same(*each) for each in zip(exercise.cases, answers, theirs, strict=True)])
    for mistake, same in zip(exercise.mistakes, alike, strict=True):
        if all(same):
            return mistake
    there = [mistake for mistake, same in zip(exercise.mistakes, alike, strict=True) if same[first]]
    return there[0] if len(there) == 1 else None


def _mistaken(case: Case, mistake: Mistake, name: str) -> object:
    try:
        return _answer(case, mistake.wrong, name)
    except CheckFailed as error:
        return Raised(error)


def _same(case: Case, mine: object, theirs: object) -> bool:
    if isinstance(mine, Raised) and isinstance(theirs, Raised):
        return type(mine.error) is type(theirs.error) and str(mine) == str(theirs)
    return difference(mine, theirs, tolerance=case.tolerance) is None
