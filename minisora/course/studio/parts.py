"""What panels are put together of: buttons, boxes, and texts that say numbers."""

from __future__ import annotations

import re
from typing import Any

import ipywidgets

from minisora.errors import UserError


def whole(name: str, text: str, *, advice: str) -> int:
    """The whole number that a field says. Raises: UserError when it says something else."""
    if not re.fullmatch(r"\s*[+-]?\d{1,30}\s*", text):
        raise UserError(f"{name} {text.strip()[:20]!r}: must be a whole number — try {advice}")
    return int(text)


def number(name: str, text: str, *, advice: str) -> float:
    """The number that a field says. Raises: UserError when it says something else."""
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", text):
        point = text.strip().replace(",", ".", 1)
        better = point if re.fullmatch(r"\d+\.\d+", point) else advice
        raise UserError(f"{name} {text.strip()[:20]!r}: must be a number — try {better[:20]}")
    return float(text)


def button(description: str, tooltip: str) -> ipywidgets.Button:
    """A button with a name and a sentence about it."""
    return ipywidgets.Button(description=description, tooltip=tooltip)


def box(kind: Any, name: str, *children: ipywidgets.Widget) -> Any:
    """Children in a box that the style sheet calls by a name."""
    made = kind(children)
    made.add_class(name)
    return made
