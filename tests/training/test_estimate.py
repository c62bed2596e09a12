from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.model import DiT, DiTConfig, video_velocity
from minisora.presets import PRESETS
from minisora.training.estimate import (
    CAPTION,
    amount,
    codec_work,
    estimate,
    measure_teraflops,
    newton_schulz_flops,
    text_to_video_work,
)
from minisora.training.optim import hidden_matrices, orthogonalise

DIT = DiTConfig(channels=8, width=64, depth=4, heads=2, text_width=16, text_depth=1, text_heads=2, vocabulary=50)


def test_activations_are_those_that_torch_keeps() -> None:
    torch.manual_seed(0)
    dit = DiT(DIT)
    weights = {p.untyped_storage().data_ptr() for p in dit.parameters()}
    kept: dict[int, tuple[int, torch.Tensor]] = {}

    def count(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = (tensor.untyped_storage().nbytes() // 4, tensor)
        return tensor

    velocity = video_velocity(dit, torch.full((1, CAPTION), 5), (5, 8, 8))
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        velocity(torch.randn(1, 8, 5, 8, 8), torch.rand(1, 1, 1, 1, 1)).square().mean()
    counted = sum(numbers for numbers, _ in kept.values())
    work = text_to_video_work(DIT, (5, 8, 8))
    assert work.activations + work.scores == pytest.approx(counted, rel=0.15)


def test_codec_work_is_that_of_the_real_one() -> None:
    config = CodecConfig(channels=8, width=16, encoder_depth=1, decoder_depth=2)
    codec = Codec(config)
    with FlopCounterMode(display=False) as counter:
        codec.decode_raw(codec.encode_distribution(torch.zeros(1, 3, 5, 16, 16))[0])
    work = codec_work(config, frames=5, height=16, width=16)
    assert work.flops == 3 * counter.get_total_flops()
    assert work.parameters == sum(p.numel() for p in codec.parameters())
    assert work.muon_parameters == sum(p.numel() for p in hidden_matrices(codec))
    assert 0 < work.activations < 3e6


def test_newton_schulz_flops_are_those_that_torch_counts() -> None:
    matrices = [torch.nn.Parameter(torch.randn(shape)) for shape in ((8, 32), (32, 8), (16, 16))]
    with FlopCounterMode(display=False) as counter:
        for matrix in matrices:
            orthogonalise(matrix.detach()[None])
    assert newton_schulz_flops(matrices) == counter.get_total_flops()


def test_devices_share_the_work_and_sharding_the_memory() -> None:
    work = text_to_video_work(DIT, (5, 8, 8))
    alone = estimate(work, batch=32, teraflops=1.0, minutes=10)
    double = estimate(work, batch=32, teraflops=1.0, minutes=10, devices=2, strategy="ddp")
    shards = estimate(work, batch=32, teraflops=1.0, minutes=10, devices=2, strategy="fsdp")
    assert double.steps > 1.5 * alone.steps and double.weights == alone.weights
    assert shards.weights == alone.weights / 2 and shards.memory < double.memory
    assert double.activations == alone.activations / 2
    assert estimate(work, batch=32, teraflops=1.0, minutes=10, fused=True).activations < alone.activations
    assert estimate(work, batch=32, teraflops=2.0, steps=7).steps == 7
    fast = estimate(replace(work, update_flops=0.0), batch=32, teraflops=2.0, steps=7)
    assert fast.seconds_per_step == pytest.approx(32 * work.flops / 2e12 / 0.4)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_every_preset_can_be_estimated(preset) -> None:
    shape = (1 + (preset.frames - 1) // 4, preset.height // 8, preset.width // 8)
    text = str(estimate(text_to_video_work(preset.dit, shape), batch=preset.batch, teraflops=100.0, minutes=60))
    assert [line.split()[0] for line in text.splitlines()] == ["parameters", "a", "memory", "time"]


def test_amounts_and_the_measured_peak() -> None:
    assert [amount(value) for value in (7, 3_350_200, 2e12)] == ["7 ", "3.35 M", "2 T"]
    assert 1e-4 < measure_teraflops() < 1e3
