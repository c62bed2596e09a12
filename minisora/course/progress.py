"""A progress bar with an estimate, for cells that take longer than a breath."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Iterable[T], says: str, *, total: int | None = None) -> Iterator[T]:
    """Go through ``items`` and show how far one is and how long it will take.

    It writes to stderr, which the build keeps out of stored notebooks.
    """
    yield from tqdm(items, desc=says, total=total, file=sys.stderr, mininterval=0.5, leave=False, dynamic_ncols=True)
