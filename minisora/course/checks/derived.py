"""Mistakes that can be made in any function, derived from the right one: an argument ignored, two of them swapped."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations
from typing import Any

from torch import Tensor

from minisora.course.checks.exercise import Mistake, Solution
from minisora.diffusion.path import STRAIGHT, Path

Change = Callable[[dict[str, Any]], None]


def derived(reference: Solution) -> Iterator[Mistake]:
    """The reference with one thing wrong in how it takes its arguments. None for classes."""
    if isinstance(reference, type):
        return
    try:
        signature = inspect.signature(reference)
    except (TypeError, ValueError):
        return
    parameters = list(signature.parameters.values())
    for each in parameters:
        if each.default is not inspect.Parameter.empty:
            yield _wrong(
                reference,
                lambda given, name=each.name, value=each.default: given.update({name: value}),
                f"`{each.name}` changes nothing: your answer is the one for {each.name}={_shown(each.default)}, "
                "whatever is asked for. Use the argument",
                name="default",
            )
    for each in parameters:
        yield from _alone(reference, each.name)
    for one, other in combinations(parameters, 2):
        if _kind(one) == _kind(other):
            yield _wrong(
                reference,
                lambda given, a=one.name, b=other.name: given.update({a: given[b], b: given[a]}),
                f"`{one.name}` and `{other.name}` are swapped: your answer is the right one if each stood in the "
                "other's place",
            )
            for kept, lost in ((one.name, other.name), (other.name, one.name)):
                yield _wrong(
                    reference,
                    lambda given, a=kept, b=lost: given.update({b: given[a]}),
                    f"`{lost}` is never used: `{kept}` stands in its place as well",
                )


def _alone(reference: Solution, name: str) -> Iterator[Mistake]:
    def zero(given: dict[str, Any]) -> None:
        given[name] = _number(given[name]) * 0

    def one(given: dict[str, Any]) -> None:
        given[name] = _number(given[name]) * 0 + 1

    def negative(given: dict[str, Any]) -> None:
        given[name] = -_number(given[name])

    def first(given: dict[str, Any]) -> None:
        value = given[name]
        if not isinstance(value, Tensor) or not value.ndim or len(value) < 2:
            raise _NotSo
        given[name] = value[:1].expand_as(value)

    def straight(given: dict[str, Any]) -> None:
        if not isinstance(given[name], Path):
            raise _NotSo
        given[name] = STRAIGHT

    def rest(given: dict[str, Any]) -> None:
        given[name] = 1 - _number(given[name])

    yield _wrong(reference, zero, f"`{name}` is left out: your answer is the one for {name} = 0. Where does it belong?")
    yield _wrong(
        reference, one, f"`{name}` is left out: your answer is the one for {name} = 1. What is multiplied with it?"
    )
    yield _wrong(reference, negative, f"`{name}` has the wrong sign: plus where minus belongs, or the other way round")
    yield _wrong(
        reference,
        first,
        f"the first entry of `{name}` stands for all of them: along its first axis each has its own (each clip, each "
        "row), so use the whole tensor",
    )
    yield _wrong(
        reference,
        straight,
        "your answer is the one of the straight path, whatever the path is: ask the path for its shares and rates",
    )

    def rounded(given: dict[str, Any]) -> None:
        if not isinstance(given[name], float):
            raise _NotSo
        given[name] = float(round(given[name]))

    yield _wrong(reference, rounded, f"`{name}` is rounded to a whole number, and need not be one")
    yield _wrong(
        reference, rest, f"`{name}` is turned round: your answer is the one for 1 - {name}. Which end is which?"
    )


class _NotSo(Exception):
    """This mistake cannot be made with these arguments, which are answered rightly."""


def _wrong(reference: Solution, change: Change, says: str, *, name: str = "derived") -> Mistake:
    signature = inspect.signature(reference)

    def wrong(*arguments: Any, **options: Any) -> Any:
        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        with suppress(_NotSo):
            change(bound.arguments)
        return reference(*bound.args, **bound.kwargs)

    return Mistake(name, wrong, says)


def _number(value: Any) -> Any:
    """A number or a tensor of numbers, which one can calculate with."""
    if (isinstance(value, Tensor) and value.is_floating_point()) or isinstance(value, float):
        return value
    raise _NotSo


def _kind(parameter: inspect.Parameter) -> object:
    return parameter.annotation if parameter.annotation is not inspect.Parameter.empty else parameter.name


def _shown(value: object) -> str:
    if isinstance(value, Path):
        return value.name.upper()
    return repr(value) if isinstance(value, int | float | str | bool | None) else "its default"
