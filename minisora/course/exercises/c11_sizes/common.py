"""What several exercises of the chapter use."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Case, CheckFailed, Solution


def refused(says: str, ask: Callable[[Solution], object]) -> Case:
    """A case that is to end with a ValueError, in whatever words."""

    def asked(f: Solution) -> str:
        try:
            ask(f)
        except (NotImplementedError, CheckFailed):
            raise
        except ValueError:
            return "ValueError"
        except Exception as error:
            return type(error).__name__
        return "no error"

    return Case(says, asked, lambda: "ValueError")
