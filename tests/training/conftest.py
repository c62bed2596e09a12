"""Tiny things to train: everything a run needs, in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.training.data import LatentBatches
from minisora.training.fit import fit
from minisora.training.latents import ClipSet, LatentCache, encode_clips
from minisora.training.modules import Optimisation, TextToVideoModule
from minisora.training.pace import Budget, Schedule
from minisora.training.settings import TextToVideoSettings
from minisora.worlds.vocabulary import WORDS


class PoolingCodec(nn.Module):
    """Latents are averages of blocks: a stand-in with the geometry of the codec."""

    def __init__(self, gain: float = 2.0) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(gain))
        self.encoded = 0

    def encode(self, video: Tensor) -> Tensor:
        self.encoded += len(video)
        first = video[:, :, :1].expand(-1, -1, 3, -1, -1)
        return self.gain * nn.functional.avg_pool3d(torch.cat([first, video], dim=2), (4, 8, 8))


@pytest.fixture(scope="session")
def clip_set() -> ClipSet:
    return ClipSet(clips=70, frames=9, height=32, width=32)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, clip_set: ClipSet) -> LatentCache:
    return encode_clips(tmp_path_factory.mktemp("latents"), codec=PoolingCodec(), clip_set=clip_set)


@pytest.fixture
def batches(cache: LatentCache) -> LatentBatches:
    return LatentBatches([cache], batch=4)


class Tiny:
    """Makes tiny modules and settings."""

    config = DiTConfig(
        channels=3, width=12, depth=1, heads=1, text_width=8, text_depth=1, text_heads=1, vocabulary=len(WORDS) + 2
    )

    def module(self, *, seed: int = 0, **options) -> TextToVideoModule:
        torch.manual_seed(seed)
        return TextToVideoModule(DiT(self.config), Tokenizer(WORDS), Optimisation(), **options)

    def settings(self, run: Path, *, steps: int = 12, **options) -> TextToVideoSettings:
        plain = TextToVideoSettings(
            run=run, budget=Budget(steps=steps), batch=4, schedule=Schedule(warm_up=3), log_every=5, save_minutes=0
        )
        return replace(plain, **options)


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    return Tiny()


@pytest.fixture(scope="session")
def uninterrupted(cache: LatentCache, tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """What a module is after its twelve steps."""
    module = tiny.module()
    fit(module, LatentBatches([cache], batch=4), tiny.settings(tmp_path_factory.mktemp("run")))
    return module.state_dict()


@pytest.fixture
def pooling_codec() -> type[PoolingCodec]:
    return PoolingCodec
