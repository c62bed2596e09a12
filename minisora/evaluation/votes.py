"""People against people's taste: which of two clips is better, and how many pairs until one may conclude."""

from __future__ import annotations

from math import comb


def sign_test(wins: int, n: int) -> float:
    """How likely so uneven a result is, either way, if both sides are equally good: the exact two-sided p-value.

    Args:
        wins: of one side, of ``n`` pairs; ties are left out beforehand.
    Raises: ValueError unless ``0 <= wins <= n``.
    """
    if not 0 <= wins <= n:
        raise ValueError(f"{wins} wins of {n}: must be from 0 to {n}")
    tail = sum(comb(n, k) for k in range(max(wins, n - wins), n + 1)) / 2**n
    return min(1.0, 2 * tail)


def power(share: float, n: int, *, level: float = 0.05) -> float:
    """How often ``n`` pairs end with a p-value of ``level`` at most, if one side wins a ``share`` of them."""
    return sum(
        comb(n, wins) * share**wins * (1 - share) ** (n - wins) for wins in range(n + 1) if sign_test(wins, n) <= level
    )


def pairs_needed(share: float, *, level: float = 0.05, wanted: float = 0.8, most: int = 1000) -> int | None:
    """The fewest pairs with which such a ``share`` is noticed as often as ``wanted``; None if ``most`` are too few."""
    return next((n for n in range(1, most + 1) if power(share, n, level=level) >= wanted), None)
