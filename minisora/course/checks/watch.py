"""A solution under watch: what it was given, what it returned, and whether it left what it was given as it was."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Solution


@dataclass
class Call:
    """One call of a solution, with copies of what it was given.

    Attributes:
        arguments, options: as they were before the call.
        layer: whose ``forward`` it was, if the solution is a class of layers, and what that layer was made of.
        answer: what was returned; ``returned`` is False as long as there is no answer.
    """

    arguments: tuple[object, ...]
    options: dict[str, object]
    layer: nn.Module | None = None
    made_of: tuple[tuple[object, ...], dict[str, object]] = ((), {})
    answer: object = None
    returned: bool = False


@dataclass
class Watch:
    """Watches a solution: ``ask`` is to be asked in its place.

    Attributes:
        calls: all calls since :meth:`forget`.
        changed: the names of arguments that were not left as they were, by the solution or by a function that it made.
    """

    solution: Solution
    calls: list[Call] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    _before: list[tuple[object, object]] = field(default_factory=list)

    @functools.cached_property
    def ask(self) -> Solution:
        """The solution, watched. A class of layers is watched in the ``forward`` of its objects, another one is not."""
        if isinstance(self.solution, type):
            return self._watched_layer(self.solution) if issubclass(self.solution, nn.Module) else self.solution

        def asked(*arguments: object, **options: object) -> object:
            return self._call(self.solution, Call(kept(arguments), kept(options)), arguments, options)

        try:
            return functools.wraps(self.solution)(asked)
        except (AttributeError, TypeError):  # an object without a place for it
            return asked

    def forward(self, layer: nn.Module, *arguments: object, **options: object) -> object:
        """Another call of a layer that the solution has made, unwatched."""
        return self.solution.forward(layer, *arguments, **options)  # type: ignore[attr-defined]

    def forget(self) -> None:
        """Start anew: no calls, nothing changed."""
        self.calls, self.changed, self._before = [], [], []

    def names(self, count: int) -> list[str]:
        """What the first ``count`` arguments are called."""
        return _names(self.solution, count, isinstance(self.solution, type))

    def restore(self) -> None:
        """Give changed tensors and lists their old content: the next solution is asked with the same ones."""
        for now, before in self._before:
            _restore(now, before)

    def _watched_layer(self, kind: type[nn.Module]) -> Solution:
        watch = self

        def made(layer: Any, *arguments: object, **options: object) -> None:
            kind.__init__(layer, *arguments, **options)
            layer.__dict__["_made_of"] = (kept(arguments), kept(options))

        def forward(layer: Any, *arguments: object, **options: object) -> object:
            call = Call(kept(arguments), kept(options), layer, layer.__dict__.get("_made_of", ((), {})))
            return watch._call(functools.partial(kind.forward, layer), call, arguments, options)

        return type(kind.__name__, (kind,), {"__init__": made, "forward": forward, "__module__": kind.__module__})

    def _call(
        self, solution: Solution, call: Call, arguments: tuple[object, ...], options: dict[str, object]
    ) -> object:
        self.calls.append(call)
        names = self.names(len(arguments))
        given = [(name, value) for name, value in zip(names, arguments, strict=False)] + list(options.items())
        before = [*call.arguments, *call.options.values()]
        pulled: list[tuple[str, object, object]] = []
        streams = [self._stream(name, value, pulled) for name, value in given]
        answer = solution(*streams[: len(arguments)], **dict(zip(options, streams[len(arguments) :], strict=True)))

        def look() -> None:
            then = [(name, now, old) for (name, now), old in zip(given, before, strict=True)]
            for name, now, old in [*then, *pulled]:
                if name not in self.changed and not _left_alone(now, old):
                    self.changed.append(name)
                    self._before.append((now, old))

        look()
        call.answer, call.returned = answer, True
        if callable(answer) and not isinstance(answer, type | Tensor | nn.Module):
            return self._made(answer)
        return _looked_after(answer, look) if isinstance(answer, Iterator) else answer

    def _made(self, made: Any) -> Solution:
        """A function that the solution has made and handed out: it must leave alone what it is given, too."""

        def asked(*arguments: object, **options: object) -> object:
            before = [*kept(arguments), *kept(options).values()]
            answer = made(*arguments, **options)
            names = [*_names(made, len(arguments), False), *options]
            for name, now, old in zip(names, [*arguments, *options.values()], before, strict=True):
                if name not in self.changed and not _left_alone(now, old):
                    self.changed.append(name)
                    self._before.append((now, old))
            return answer

        return asked

    @staticmethod
    def _stream(name: str, value: object, pulled: list[tuple[str, object, object]]) -> object:
        """A stream whose pieces are remembered as they come; anything else as it is."""
        if not isinstance(value, Iterator):
            return value

        def pieces() -> Iterator[object]:
            for piece in value:
                pulled.append((name, piece, kept(piece)))
                yield piece

        return pieces()


def _looked_after(answer: Iterator[object], look: Any) -> Iterator[object]:
    for each in answer:
        look()
        yield each
    look()


def fresh(call: Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call once more, in copies of their own; a generator of random numbers stands where it stood.

    Raises: TypeError for a stream, which cannot be had twice.
    """
    if any(isinstance(each, Iterator) for each in (*call.arguments, *call.options.values())):
        raise TypeError("a stream is gone when it has been read")
    return kept(call.arguments), kept(call.options)


def kept(value: Any) -> Any:
    """A copy of tensors, arrays, generators, lists, tuples and dicts; anything else is the same thing."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, torch.Generator):
        return value.clone_state()
    if type(value) is dict:
        return {key: kept(each) for key, each in value.items()}
    if type(value) in (tuple, list):
        return type(value)(kept(each) for each in value)
    return copy.copy(value) if type(value) is set else value


def _left_alone(now: Any, before: Any) -> bool:
    """Whether what a solution was given is still what it was: tensors, arrays, and whatever holds some of them."""
    if isinstance(now, Tensor):
        same = now.shape == before.shape and now.dtype == before.dtype
        return same and (now.is_meta or bool(((now == before) | (now != now)).all()))
    if isinstance(now, np.ndarray):
        return now.shape == before.shape and bool(np.all((now == before) | (now != now)))
    if type(now) in (tuple, list):
        return len(now) == len(before) and all(_left_alone(*each) for each in zip(now, before, strict=True))
    if type(now) is dict:
        return now.keys() == before.keys() and all(_left_alone(now[key], before[key]) for key in now)
    return isinstance(now, torch.Generator) or now is before or (type(now) is type(before) and bool(now == before))


def _restore(now: Any, before: Any) -> None:
    if isinstance(now, Tensor):
        with torch.no_grad():
            now.set_(before) if now.shape != before.shape else now.copy_(before)
    elif isinstance(now, np.ndarray):
        now[...] = before
    elif type(now) is list:
        now[:] = before
    elif type(now) in (dict, set):
        now.clear()
        now.update(before)


def _names(solution: Solution, count: int, is_class: bool) -> list[str]:
    """What the learner calls the arguments; by their number where that cannot be told."""
    try:
        asked = solution.forward if is_class else solution  # type: ignore[attr-defined]
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        names = [each.name for each in inspect.signature(asked).parameters.values() if each.kind in kinds]
    except (TypeError, ValueError):
        names = []
    names = names[1:] if is_class else names
    return [*names, *(f"argument {i + 1}" for i in range(len(names), count))][:count]
