from dataclasses import replace

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from minisora.model import DiT, coordinates
from minisora.model.flops import flops, parameters


@pytest.mark.parametrize(("width", "depth", "text_depth", "frames", "words"), [(48, 3, 2, 3, 7), (96, 1, 0, 1, 1)])
def test_flops_are_torchs(config, width, depth, text_depth, frames, words):
    config = replace(config, width=width, depth=depth, text_depth=text_depth)
    model, ids = DiT(config), torch.ones(1, words, dtype=torch.long)
    coords = coordinates(frames, 4, 6, 0.5)
    # The counter knows attention on the CPU only where it is done by plain matrix products.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        model(torch.randn(1, len(coords), 12), torch.rand(1, 1), model.prepare(coords, model.encode_text(ids)))
    assert flops(config, len(coords), words) == counter.get_total_flops()


@pytest.mark.parametrize("depth", [1, 4])
def test_parameters_are_counted(config, depth):
    config = replace(config, depth=depth, text_depth=depth, width=96, mlp_ratio=3)
    with torch.device("meta"):
        model = DiT(config)
    assert parameters(config) == sum(parameter.numel() for parameter in model.parameters())
