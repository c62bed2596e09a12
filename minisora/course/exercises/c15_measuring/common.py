"""What several exercises of the chapter use."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Solution


def number(answer: object) -> float:
    """One number, as whatever it came."""
    if isinstance(answer, Tensor) and answer.numel() == 1:
        return float(answer)
    if isinstance(answer, bool) or not hasattr(answer, "__float__"):
        raise CheckFailed("return one number")
    return float(answer)  # type: ignore[arg-type]


def asked(
    says: str, ask: Callable[[Solution], object], expected: float | None = None, *, tolerance: float = 1e-5
) -> Case:
    """A case whose answer is one number."""
    known = None if expected is None else lambda: float(expected)
    return Case(says, lambda f: number(ask(f)), known, tolerance=tolerance)
