"""Networks that have shapes and no numbers yet: for weights that are about to be read, or only to be counted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

#: What initial weights are drawn with. The functions of ``nn.init`` hand on their tensor by its name.
DICE = (nn.init.normal_, nn.init.uniform_, nn.init.kaiming_uniform_, Tensor.normal_, Tensor.uniform_)


@contextlib.contextmanager
def hollow() -> Iterator[None]:
    """Modules that are built within are on the meta device, and nothing is drawn for them.

    There is nothing to fill in, and PyTorch would import its whole compiler to find that out: two seconds.
    """
    with torch.device("meta"), _NoDice():
        yield


class _NoDice(TorchFunctionMode):
    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = kwargs or {}
        if func in DICE:
            return args[0] if args else named["tensor"]
        return func(*args, **named)
