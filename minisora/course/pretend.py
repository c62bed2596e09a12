"""A GPU on paper: tensors with a device, a shape and a type, but no numbers, on a machine that has no GPU.

It answers one question: *is every tensor made where it is used?* Nothing is computed, so nothing is slow or large.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.overrides import TorchFunctionMode

_ATEN = torch.ops.aten
_INITIALISERS = (_ATEN.normal_.default, _ATEN.uniform_.default)


class PretendedGPU:
    """Within ``with PretendedGPU() as gpu:`` every tensor is pretended, and ``device="cuda"`` works anywhere.

    An operation on tensors of two devices raises RuntimeError as on a real GPU. Where Python asks a tensor for a number
    (``if mask.any():``) the answer is ``answer``.

    Attributes:
        places: how many answers of operations lie on each kind of device: "cpu", "cuda".
        asked: how often Python waited for the GPU to tell it a number.
    """

    def __init__(self, *, answer: bool = True) -> None:
        self.answer = answer
        self.places: dict[str, int] = {}
        self.asked = 0
        self._stack = ExitStack()

    def __enter__(self) -> PretendedGPU:
        self._stack.enter_context(_Devices(self))
        self._stack.enter_context(_Words(self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def forget(self) -> None:
        """Count from zero again."""
        self.places, self.asked = {}, 0

    def build(self, make: Callable[[], Any]) -> Any:
        """A network whose weights lie on the pretended GPU."""
        with torch.device("cuda"):
            return make().eval().requires_grad_(False)


class _Devices(FakeTensorMode):
    """PyTorch's own pretended tensors; what depends on numbers gets an answer, what fills in numbers does nothing."""

    def __init__(self, gpu: PretendedGPU) -> None:
        super().__init__()
        self.gpu = gpu

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _INITIALISERS:
            return args[0]
        if func is _ATEN._local_scalar_dense.default:
            self.gpu.asked += args[0].device.type == "cuda"
            return self.gpu.answer
        if func is _ATEN._unique2.default:
            self.gpu.asked += args[0].device.type == "cuda"  # how many there are is a number that Python is told
            with self:
                whole = torch.empty_like(args[0], dtype=torch.int64)
                return args[0].new_empty(2), whole, whole.new_empty(2)
        made = super().__torch_dispatch__(func, types, args, kwargs)
        for each in made if isinstance(made, tuple | list) else (made,):
            # A number without axes goes to a GPU with the call that uses it: PyTorch allows it anywhere.
            if isinstance(each, Tensor) and (each.ndim or each.device.type != "cpu"):
                self.gpu.places[each.device.type] = self.gpu.places.get(each.device.type, 0) + 1
        return made


class _Words(TorchFunctionMode):
    """Python's ways to index, move and ask, said in operations that need no driver."""

    def __init__(self, gpu: PretendedGPU) -> None:
        super().__init__()
        self.gpu = gpu

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is Tensor.__getitem__ and args[0].device.type == "cuda":
            return _indexed(*args)
        if func in (Tensor.__int__, Tensor.__float__, Tensor.item) and args[0].device.type == "cuda":
            self.gpu.asked += 1
            return int(self.gpu.answer)
        if func is Tensor.to:
            device, dtype = _target(*args[1:], **kwargs)
            if device is not None and device.type == "cuda":
                x, dtype = args[0], dtype or args[0].dtype
                stays = x.device.type == "cuda" and dtype == x.dtype
                return x if stays else torch.empty(x.shape, dtype=dtype, device=device)
        return func(*args, **kwargs)


def _target(
    *where: Any, device: Any = None, dtype: torch.dtype | None = None, **options: Any
) -> tuple[torch.device | None, torch.dtype | None]:
    """Device and type that the arguments of ``Tensor.to`` name."""
    del options
    for each in where:
        if isinstance(each, Tensor):
            device, dtype = each.device, each.dtype
        elif isinstance(each, torch.dtype):
            dtype = each
        elif isinstance(each, str | torch.device):
            device = each
    return (None if device is None else torch.device(device)), dtype


def _indexed(x: Tensor, index: Any) -> Tensor:
    """``x[index]`` for whole numbers, slices, ``None`` and ``...``, or for one tensor of whole numbers."""
    if isinstance(index, Tensor):
        return torch.ops.aten.index.Tensor(x, [index])
    parts = list(index) if isinstance(index, tuple) else [index]
    if any(isinstance(part, Tensor | list) for part in parts):
        raise NotImplementedError("a pretended GPU takes numbers, slices, None and ..., or one tensor, as an index")
    named = sum(part is not None and part is not Ellipsis for part in parts)
    place = parts.index(Ellipsis) if Ellipsis in parts else len(parts)
    parts[place : place + 1] = [slice(None)] * (x.ndim - named)
    axis = 0
    for part in parts:
        if part is None:
            x, axis = x.unsqueeze(axis), axis + 1
        elif isinstance(part, slice):
            start, stop, step = part.indices(x.shape[axis])
            x, axis = torch.ops.aten.slice.Tensor(x, axis, start, max(start, stop), step), axis + 1
        else:
            x = x.select(axis, part)
    return x
