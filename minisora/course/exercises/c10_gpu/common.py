"""What several exercises of the chapter use."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import CheckFailed
from minisora.model.dit import DiT

#: Words in the names of PyTorch's operations, by the kind of work.
KINDS = {
    "attention": ("scaled_dot", "flash", "efficient_attention"),
    "matrix products": ("mm", "linear"),
    "copies": ("copy", "cat", "clone", "contiguous"),
    "element by element": ("mul", "add", "gelu", "silu", "norm", "mean", "pow", "square", "sqrt", "embedding"),
}


def kind_of(name: str) -> str:
    """To which of ``KINDS`` an operation belongs, by its name, or "others"."""
    return next((kind for kind, words in KINDS.items() if any(word in name for word in words)), "others")


def largest_tensor(network: nn.Module, work: Callable[[], Tensor]) -> tuple[Tensor, int]:
    """What ``work`` returns, and how many numbers the largest tensor has that a layer of the network hands on."""
    largest = 0

    def look(module: object, inputs: object, output: object) -> None:
        nonlocal largest
        parts = output if isinstance(output, tuple) else (output,)
        largest = max(largest, *(part.numel() if isinstance(part, Tensor) else 0 for part in parts), 0)

    hooks = [layer.register_forward_hook(look) for layer in network.modules()]
    try:
        result = work()
        return result, largest
    finally:
        for hook in hooks:
            hook.remove()


def as_velocity(made: Any) -> Any:
    """What a wrapper has made. Raises: CheckFailed if it is no function."""
    if not callable(made):
        raise CheckFailed(
            "it returns no function: define one that takes (x, t) inside, and return it without calling it"
        )
    return made


class _LazyBlocks(nn.Module):
    """Blocks that compute in every second call; in between they change the tokens by as much as the last time."""

    def __init__(self, blocks: list[nn.Module]) -> None:
        super().__init__()
        self.blocks, self.calls = nn.ModuleList(blocks), 0
        self.change = torch.zeros(())

    def forward(self, x: Tensor, *context: Any) -> Tensor:
        if self.calls % 2 == 0:
            after = x
            for block in self.blocks:
                after = block(after, *context)
            self.change = after - x
        self.calls += 1
        return x + self.change


def with_lazy_middle(dit: DiT, *, first: int, last: int) -> DiT:
    """A copy whose blocks rest in every second call, but for so many at the beginning and at the end."""
    copy = deepcopy(dit)
    blocks, end = list(copy.blocks), len(copy.blocks) - last
    copy.blocks = nn.ModuleList([*blocks[:first], _LazyBlocks(blocks[first:end]), *blocks[end:]])
    return copy
