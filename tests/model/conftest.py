import pytest
import torch
from torch import nn

from minisora.model import DiT, DiTConfig

CONFIG = DiTConfig(channels=3, width=48, depth=3, heads=4, text_width=32, text_depth=2, vocabulary=20, text_heads=2)


@pytest.fixture
def config() -> DiTConfig:
    return CONFIG


@pytest.fixture
def model() -> DiT:
    """A small model whose zeros are random numbers, as if it had been trained."""
    torch.manual_seed(0)
    model = DiT(CONFIG)
    for parameter in model.parameters():
        if not parameter.any():
            nn.init.normal_(parameter, std=0.2)
    return model.eval()
