from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from minisora.hollow import hollow


@pytest.mark.parametrize("make", [lambda: nn.Linear(3, 4), lambda: nn.Embedding(3, 4), lambda: nn.Conv3d(3, 4, 3)])
def test_shapes_without_numbers_and_without_dice(make) -> None:
    state = torch.get_rng_state()
    with hollow():
        module = make()
    assert {p.device.type for p in module.parameters()} == {"meta"}
    assert [p.shape for p in module.parameters()] == [p.shape for p in make().parameters()]
    torch.set_rng_state(state)
    with hollow():
        make()
    assert torch.equal(torch.get_rng_state(), state)


LOAD = """
import sys
from minisora.pipeline import Pipeline
Pipeline.load().generate("a red ball", steps=1, seconds=0)
print("torch._dynamo" in sys.modules, "sympy" in sys.modules)
"""


def test_weights_are_read_and_used_without_the_compiler() -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
