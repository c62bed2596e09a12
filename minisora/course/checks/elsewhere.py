"""Tensors that pretend to lie on another device, with their numbers: whatever is made elsewhere does not fit to them.

PyTorch's own pretended tensors (``pretend.py``) need a second to be loaded, and have no numbers to ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

#: What ``x.device`` says of them.
ELSEWHERE = torch.device("meta")
_HERE = torch.device("cpu")
#: Between two devices these are allowed, or look at nothing but a shape.
_SHAPED_LIKE = ("type_as", "expand_as", "view_as", "reshape_as", "zeros_like", "ones_like", "full_like", "empty_like")
_MAY_MIX = frozenset(("to", "copy_", "__getitem__", "__setitem__", "as_tensor", "tensor", "new_tensor", *_SHAPED_LIKE))
#: With these numbers leave the device on purpose, and nothing can be said of what is made of them.
_LEAVE = frozenset(["item", "tolist", "numpy", "cpu", "__array__", "__float__", "__int__", "__index__", "__bool__"])


class TwoDevices(RuntimeError):
    """An operation on tensors of two devices."""


class Elsewhere(Tensor):
    """A tensor that pretends to lie on another device."""

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]


def moved(x: Tensor) -> Tensor:
    """A copy that pretends to lie on another device."""
    return x.detach().clone().as_subclass(Elsewhere)


class OtherDevice(TorchFunctionMode):
    """Within it, moved tensors stay there, and meet no others.

    Attributes:
        left: whether numbers were taken from the other device by hand.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        tensors = list(_tensors([*args, *kwargs.values()]))
        there = [each for each in tensors if isinstance(each, Elsewhere)]
        if getattr(func, "__self__", None) is Tensor.device:
            return ELSEWHERE if there else _HERE
        if there and name in _LEAVE:
            self.left = True
            return func(*args, **kwargs)
        if there and name not in _MAY_MIX and any(x.ndim and not isinstance(x, Elsewhere) for x in tensors):
            raise TwoDevices(name)
        named = any(each == ELSEWHERE for each in (*args, *kwargs.values()) if isinstance(each, torch.device | str))
        made = func(*map(_here, args), **{key: _here(value) for key, value in kwargs.items()})
        if name.endswith("_") and not name.endswith("__"):
            return args[0]  # in place: where it was
        follows = there and (name != "__getitem__" or isinstance(args[0], Elsewhere))
        return _tagged(made) if named or follows else made


def _here(value: Any) -> Any:
    return _HERE if isinstance(value, torch.device) and value == ELSEWHERE else value


def _tensors(values: Any) -> Iterator[Tensor]:
    for each in values:
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, tuple | list):
            yield from _tensors(each)


def _tagged(made: Any) -> Any:
    if isinstance(made, Tensor):
        return made.as_subclass(Elsewhere)
    if isinstance(made, tuple | list):
        parts = [_tagged(each) for each in made]
        return type(made)(parts) if not hasattr(made, "_fields") else type(made)(*parts)
    return made
