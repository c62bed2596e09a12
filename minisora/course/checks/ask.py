"""Putting a question to a solution: its answer, the calls that it took, and whether it left its arguments alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from minisora.course.checks.compare import Raised, difference
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Solution
from minisora.course.checks.watch import Call, Watch, kept

#: What a stub says: `build` puts it where the solution was, and a check knows it by its words.
WRITE_THIS = "write this, run the cell, then run the check below"
#: What a name says whose exercise's cell has not run.
NO_CELL = "its cell has not run to its end: run it, mend it if it stops with an error, then run this check"
#: What is said of a solution that changes what it is given.
CHANGED = (
    "it changes `{name}`, which it is given: others go on using it. Use operations that return a new one (no "
    "`x += ...`, no `x[...] = ...`, no `x.mul_(...)` on an argument), or work on a copy, such as `x.clone()`"
)


@dataclass(frozen=True)
class Sitting:
    """A question that was put to a solution: its answer, and the calls that it took."""

    answer: object
    calls: list[Call]


@dataclass(frozen=True)
class Marked:
    """A question, what a solution answered, and the right answer."""

    case: Case
    sitting: Sitting
    right: object

    @property
    def answer(self) -> object:
        """What the solution answered."""
        return self.sitting.answer

    @cached_property
    def wrong(self) -> str | None:
        """What is wrong with the answer, as the end of the sentence "your answer ..."; None if nothing is."""
        return difference(self.answer, self.right, tolerance=self.case.tolerance)


def sit(case: Case, exercise: Exercise, watch: Watch) -> Sitting:
    """Ask a solution under watch. Raises: CheckFailed if it changes what the reference leaves alone."""
    watch.forget()
    said = answer(case, watch.ask, exercise.name)
    if watch.changed:
        right = Watch(exercise.reference)
        with suppress(Exception):
            case.ask(right.ask)
        changed = [name for name in watch.changed if name not in right.changed]
        if changed:
            watch.restore()
            raise CheckFailed(f"✗ {exercise.name}: {CHANGED.format(name=changed[0])}\n  (seen on {case.says})")
    return Sitting(kept(said), list(watch.calls))


def answer(case: Case, solution: Solution, name: str) -> object:
    """What a solution answers; an error is an answer too. Raises: CheckFailed for a stub, or from the case itself."""
    try:
        return case.ask(solution)
    except NotImplementedError as error:
        if str(error) == NO_CELL:
            raise CheckFailed(f"✗ {name}: {NO_CELL}") from error
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


def expected(case: Case, exercise: Exercise) -> object:
    """The right answer. Raises: CheckFailed if there is none, so that no check passes because it could not be run."""
    if case.expected:
        return case.expected()
    right = answer(case, exercise.reference, exercise.name)
    if isinstance(right, Raised) and not case.fails:
        raise CheckFailed(
            f"✗ {exercise.name}: the check itself cannot be run here, {right} — restart the kernel and run the page "
            "from its top, without torch.set_default_device or the like"
        )
    return right


def same(case: Case, mine: object, theirs: object) -> bool:
    """Whether two answers are the same, as closely as the case compares."""
    if isinstance(mine, Raised) and isinstance(theirs, Raised):
        return type(mine.error) is type(theirs.error) and str(mine) == str(theirs)
    return difference(mine, theirs, tolerance=case.tolerance) is None
