"""What was tried and what went wrong, said while it happens: whatever ends a run, that is known."""

from __future__ import annotations

import sys
import time
from collections import Counter

EVERY = 60.0  #: Seconds between two lines of progress.


class Tally:
    """Counts what a run under faults tries, and what goes wrong."""

    def __init__(self, name: str, *, every: float = EVERY) -> None:
        self.name, self.every = name, every
        self.tried, self.wrong = Counter[str](), Counter[str]()
        self.begin = self.said = time.monotonic()

    def count(self, what: str) -> None:
        """One more of these was tried; how many there are is said now and then."""
        self.tried[what] += 1
        if time.monotonic() - self.said >= self.every:
            self.said = time.monotonic()
            print(f"... {self.summary()}, now: {what}", file=sys.stderr, flush=True)

    def fault(self, what: str) -> None:
        """This went wrong: said at once, and when it goes wrong again only counted."""
        self.wrong[what] += 1
        if self.wrong[what] == 1:
            print(f"WRONG {what}", file=sys.stderr, flush=True)

    def summary(self) -> str:
        seconds = time.monotonic() - self.begin
        return f"{self.tried.total()} {self.name} in {seconds:.0f} s: {self.wrong.total()} went wrong"
