"""What runs on Apple's GPUs: every operation of training and sampling has a kernel there, seen without such a machine.

PyTorch ships the table from which its kernels are generated; it says for which devices an operation has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from minisora.codec.autoencoder import Codec
from minisora.model import DiT, Tokenizer
from minisora.pipeline import Pipeline
from minisora.training.data import LatentBatch, VideoBatch
from minisora.training.modules import PARTS, CodecModule, stratified_logit_normal
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.plan import NUMBERS
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS
from tests.conftest import CODEC, DIT

TABLE = resources.files("torchgen") / "packaged" / "ATen" / "native" / "native_functions.yaml"
#: Where an operation without a kernel of its own is put together from others that have one.
ANYWHERE = {"CompositeImplicitAutograd", "CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional"}
#: A choice that PyTorch makes on the CPU alone.
OF_THE_CPU = {"_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention_for_cpu_backward"}


class Operations(TorchDispatchMode):
    """Remembers which operations run, and which of them make what MPS does not have: numbers of 64 bits."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.wide: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        answer = func(*args, **(kwargs or {}))
        self.names.add(func.name())
        for each in answer if isinstance(answer, tuple | list) else [answer]:
            if isinstance(each, torch.Tensor) and each.dtype in (torch.float64, torch.complex128):
                self.wide.add(func.name())
        return answer


@pytest.fixture(scope="module")
def missing() -> Callable[[set[str]], set[str]]:
    """Those of some operations that have no kernel on MPS."""
    blocks = re.split(r"^- func: ", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    table = {block.split("(", 1)[0]: block for block in blocks}

    def has(name: str) -> bool:
        if (delegate := re.search(r"^  structured_delegate: (\S+)", table[name], flags=re.MULTILINE)) is not None:
            return has(delegate[1])
        keys = set(re.findall(r"\w+", " ".join(re.findall(r"^    ([\w, ]+):", table[name], flags=re.MULTILINE))))
        return not keys or bool(keys & {"MPS", *ANYWHERE})

    def lacking(names: set[str]) -> set[str]:
        ours = {name.removeprefix("aten::") for name in names if name.startswith("aten::")} - OF_THE_CPU
        assert len(ours) > 3, "nothing was watched"
        return {name for name in ours if not has(name)}

    return lacking


def watch_a_step(module: Any, batch: Any) -> Operations:
    module._trainer = SimpleNamespace(world_size=1, global_rank=0, precision="32-true")
    with Operations() as seen:
        module.training_step(batch, 0)["loss"].backward()
        module.configure_optimizers().step()
        module.ema.update(module.network)
    return seen


@pytest.mark.parametrize("part", PARTS)
def test_training_a_transformer(missing, part: str) -> None:
    config = {
        "planner": replace(DIT, channels=NUMBERS, patch=1, known=DIT.token_channels + 1),
        "writer": replace(DIT, channels=1),
        "text-to-video": replace(DIT, known=NUMBERS),
        "finisher": replace(DIT, known=NUMBERS),
    }[part]
    module = PARTS[part](DiT(config), Tokenizer(WORDS))
    world = DigitsWorld() if part == "writer" else ShapesWorld()
    scenes = world.sample(2, generator=torch.Generator().manual_seed(0))
    seen = watch_a_step(module, LatentBatch(0, torch.randn(2, DIT.channels, 3, 4, 4), ["a red circle", ""], scenes))
    assert (missing(seen.names), seen.wide) == (set(), set())


def test_training_the_codec(missing) -> None:
    seen = watch_a_step(CodecModule(Codec(CODEC)), VideoBatch(0, torch.rand(2, 3, 5, 16, 16)))
    assert (missing(seen.names), seen.wide) == (set(), set())


def test_making_a_clip(missing) -> None:
    pipeline = Pipeline(Codec(CODEC), DiT(DIT), Tokenizer(WORDS), device="cpu")
    with Operations() as seen:
        pipeline.generate("a red circle", seconds=1, size=(32, 32), steps=2)
    assert (missing(seen.names), seen.wide) == (set(), set())


def test_an_operation_without_a_kernel_is_found(missing) -> None:
    with Operations() as seen:
        torch.special.ndtri(torch.rand(3) + 1 - 1).add(1).mul(2)
    assert missing(seen.names) == {"special_ndtri"}


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (1.1, 1.3)])
def test_times_are_the_quantiles_of_a_logit_normal(mean: float, std: float) -> None:
    generators = [torch.Generator().manual_seed(3) for _ in range(2)]
    times = stratified_logit_normal(64, generators[0], mean=mean, std=std)
    offset = torch.rand(64, generator=generators[1])
    quantile = ((torch.randperm(64, generator=generators[1]) + offset) / 64).double().clamp(1e-4, 1 - 1e-4)
    exact = torch.sigmoid(mean + std * torch.special.ndtri(quantile))
    torch.testing.assert_close(times.double(), exact, atol=1e-5, rtol=0)
