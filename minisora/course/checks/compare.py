"""Is this answer the right one, and if not, what is the first thing that differs?"""

from __future__ import annotations

import math
import traceback
from dataclasses import dataclass
from types import NoneType

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Raised:
    """An answer that is an exception."""

    error: Exception

    @property
    def kind(self) -> type:
        """The first built-in class of the exception, since a learner need not know the package's own."""
        return next(base for base in type(self.error).__mro__ if base.__module__ == "builtins")

    def __str__(self) -> str:
        return f"{type(self.error).__name__}: {first_line(self.error)}"

    def where(self) -> str:
        """The line of the learner's own code that raised it."""
        own = [f for f in traceback.extract_tb(self.error.__traceback__) if "minisora" not in f.filename and f.line]
        own = [f for f in own if "site-packages" not in f.filename]
        return f" (line {own[-1].lineno} of the cell: `{own[-1].line}`)" if own else ""


def first_line(error: Exception) -> str:
    """An exception's message, shortened to what fits on a line."""
    return " ".join(str(error).split())[:200] or "no message"


def copied(value: object) -> object:
    """The same answer with tensors of its own."""
    if isinstance(value, Tensor):
        return value.clone()
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    if isinstance(value, tuple | list) and type(value) in (tuple, list):
        return type(value)(copied(each) for each in value)
    return value


def difference(mine: object, right: object, *, tolerance: float) -> str | None:
    """What is wrong with ``mine``, as the end of the sentence "your answer ..."; None if it is right."""
    if isinstance(right, Raised) or isinstance(mine, Raised):
        return _different_errors(mine, right)
    if isinstance(mine, np.generic) or (
        isinstance(mine, Tensor) and mine.numel() == 1 and isinstance(right, int | float)
    ):
        mine = mine.item()  # a number is a number
    if isinstance(right, Tensor):
        return _different_tensors(mine, right, tolerance)
    if isinstance(right, dict):
        return _different_dicts(mine, right, tolerance)
    if isinstance(right, tuple | list):
        return _different_sequences(mine, right, tolerance)
    if isinstance(right, bool | str | NoneType):
        return None if type(mine) is type(right) and mine == right else f"is {_shown(mine)}, not {right!r}"
    if isinstance(right, int | float):
        return _different_numbers(mine, right, tolerance)
    return None if mine == right else f"is {_shown(mine)}, not {_shown(right)}"


def _different_errors(mine: object, right: object) -> str | None:
    if isinstance(mine, Raised) and isinstance(right, Raised):
        fits = issubclass(type(mine.error), right.kind)
        return None if fits else f"is a {type(mine.error).__name__}, not a {right.kind.__name__}"
    if isinstance(mine, Raised):
        return f"is an error, {mine}{mine.where()}"
    assert isinstance(right, Raised)
    return f"is {_shown(mine)}, but this cannot work: raise a {right.kind.__name__} that says why"


def _different_tensors(mine: object, right: Tensor, tolerance: float) -> str | None:
    if not isinstance(mine, Tensor):
        return f"is {_shown(mine)}, not a tensor{_to_a_tensor(mine, right)}"
    if mine.shape != right.shape:
        return f"has the shape {tuple(mine.shape)}, not {tuple(right.shape)}"
    if mine.dtype != right.dtype:
        kinds = f"holds {_kind(mine)}, not {_kind(right)}"
        if mine.is_floating_point() and right.is_floating_point():
            return f"{kinds}: make no new tensors of another kind (torch.tensor(x.item()) also cuts the graph)"
        return f"{kinds}: a comparison gives booleans by itself" if right.dtype == torch.bool else kinds
    if mine.device != right.device:
        return f"lies on {mine.device}, not on {right.device}: make tensors where those that you are given are"
    if not mine.is_floating_point():
        wrong = mine != right
    else:
        if bool(mine.isnan().any()) and not bool(right.isnan().any()):
            return "holds NaN (not a number): look for 0/0, or the root or logarithm of something negative"
        wrong = ~torch.isclose(mine, right, atol=tolerance, rtol=tolerance, equal_nan=True)
    if not bool(wrong.any()):
        return None
    place = tuple(wrong.nonzero()[0].tolist())
    share = f"{int(wrong.sum())} of {wrong.numel()} numbers differ; "
    at = f"at {list(place)} it is" if place else "it is"
    return (
        f"has the right shape, but {share if place else ''}{at} {mine[place].item():.5g}, not {right[place].item():.5g}"
    )


def _to_a_tensor(mine: object, right: Tensor) -> str:
    """What to do about an answer that should be a tensor."""
    if isinstance(mine, np.ndarray):
        return ": end with torch.from_numpy(...), or stay with tensors"
    if isinstance(mine, tuple | list):
        return ": torch.stack(...) makes one of a list of tensors, torch.tensor(...) of a list of numbers"
    if isinstance(mine, int | float) and right.is_floating_point():
        return ": .item() and float(...) cut it off the graph, so that nothing can be trained with it"
    return ""


def _different_dicts(mine: object, right: dict, tolerance: float) -> str | None:
    if not isinstance(mine, dict) or mine.keys() != right.keys():
        return f"is {_shown(mine)}, not a dict with the keys {', '.join(map(repr, right))}"
    parts = ((key, difference(mine[key], value, tolerance=tolerance)) for key, value in right.items())
    return next((f"under {key!r} {part}" for key, part in parts if part), None)


def _different_sequences(mine: object, right: tuple | list, tolerance: float) -> str | None:
    if not isinstance(mine, tuple | list) or len(mine) != len(right):
        return f"is {_shown(mine)}, not {len(right)} values"
    parts = ((i, difference(m, r, tolerance=tolerance)) for i, (m, r) in enumerate(zip(mine, right, strict=True)))
    return next((f"in its part {i + 1} {part}" for i, part in parts if part), None)


def _different_numbers(mine: object, right: float, tolerance: float) -> str | None:
    if isinstance(mine, bool) or not isinstance(mine, int | float):
        return f"is {_shown(mine)}, not a number"
    close = math.isclose(mine, right, rel_tol=tolerance, abs_tol=tolerance) or (math.isnan(mine) and math.isnan(right))
    return None if close else f"is {mine:.6g}, not {right:.6g}"


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _shown(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if value is None:
        return "None (is there a `return`?)"
    if isinstance(value, dict | tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"{value!r}"[:60]
