"""What stands at a place of a tree, if it is what should stand there: texts, numbers, words of a list."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar, cast

from minisora.errors import UserError
from minisora.film.tree import Place, Tree
from minisora.spelling import slips

Value = TypeVar("Value")


def mapping(tree: Tree, place: Place, data: Any, keys: Sequence[str], what: str) -> dict[str, Any]:
    """Keys with values, none but these keys. Raises: UserError with its line for anything else."""
    if not isinstance(data, dict):
        raise tree.error(place, f"{what} {shown(data)}: must have keys — {', '.join(keys)}")
    for key in data:
        if key not in keys:
            near = slips(str(key), keys, n=1)
            way = f"try {near[0]}" if near else f"there are {', '.join(keys)}"
            raise tree.error((*place, str(key)), f"{what} has no key {shown(key)}: {way}")
    return data


def line(tree: Tree, place: Place, value: Any) -> str:
    """A text, its spaces single. Raises: UserError with its line for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)  # a film may be called 1984
    if not isinstance(value, str):
        raise tree.error(place, f"{place[-1]} {shown(value)}: must be a text — put it in quotes")
    return " ".join(value.split())


def number(tree: Tree, place: Place, value: Any, low: float, high: float, unit: str = "") -> float:
    """A number within its limits. Raises: UserError with its line for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise tree.error(place, f"{place[-1]} {shown(value)}: must be a number from {low:g} to {high:g}{unit}")
    if not low <= value <= high:
        near = low if value < low else high
        raise tree.error(place, f"{place[-1]} {value:g}: must be from {low:g} to {high:g}{unit} — try {near:g}")
    return float(value)


def whole(tree: Tree, place: Place, value: Any, low: int, high: int) -> int:
    """A whole number within its limits. Raises: UserError with its line for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise tree.error(place, f"{place[-1]} {shown(value)}: must be a whole number from {low} to {high}")
    return value


def word(tree: Tree, place: Place, value: Any, words: Sequence[Value], name: str) -> Value:
    """One of some words. Raises: UserError that names the nearest for anything else."""
    if value not in words:
        near = slips(str(value).lower(), cast(Collection[str], words), n=1)
        way = f"try {near[0]}" if near else f"there are {', '.join(map(str, words))}"
        raise tree.error(place, f"{name} {shown(value)}: {way}")
    return cast(Value, value)


def told(tree: Tree, place: Place, ask: Callable[[], Value]) -> Value:
    """What ``ask`` says; its errors get file and line."""
    try:
        return ask()
    except UserError as error:
        raise tree.error(place, str(error)) from error


def shown(value: Any) -> str:
    """A value in a message, however long it is."""
    return repr(value)[:60]
