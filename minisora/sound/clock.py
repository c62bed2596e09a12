"""When the frames of a file are shown: whole ticks of the file's own clock, and no drift."""

from __future__ import annotations

from fractions import Fraction


def timestamps(count: int, rate: Fraction, tick: Fraction) -> list[int]:
    """The times of ``count`` frames (or packets of sound) at ``rate`` a second, in ticks of ``tick`` seconds.

    Frame i is due at ``i / rate`` seconds, and gets the nearest tick (halves are rounded up). Each is rounded by
    itself: durations that are rounded and added up would drift.
    """
    return [int(Fraction(i) / (rate * tick) + Fraction(1, 2)) for i in range(count)]
