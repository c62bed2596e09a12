"""`minisora evaluate`."""

from __future__ import annotations


def evaluate() -> None:
    """Measure the weights on fixed prompts and seeds, beside their floors."""
    raise NotImplementedError
