"""Pipelines with and without planner and finisher, and content that people might hand in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from minisora import Pipeline
from tests.conftest import planned

PROMPT = "a red circle moves right"


@pytest.fixture(scope="package")
def plain(weights: Path) -> Pipeline:
    return Pipeline.load(weights, device="cpu")


@pytest.fixture(scope="package", params=["alone", "planned"])
def pipeline(request: pytest.FixtureRequest, plain: Pipeline) -> Pipeline:
    return plain if request.param == "alone" else planned(plain)


def moving(frames: int = 17, height: int = 32, width: int = 48, *, seed: int = 0) -> Tensor:
    """Smooth colours that change, ``3 t h w`` in [-1, 1]."""
    coarse = torch.rand(1, 3, 3, 2, 3, generator=torch.Generator().manual_seed(seed))
    shape = (frames, height, width)
    return 1.8 * torch.nn.functional.interpolate(coarse, shape, mode="trilinear", align_corners=True)[0] - 0.9


class Seen:
    """The latents after the last step of each call, and the steps as they were counted."""

    def __init__(self) -> None:
        self.calls: list[Tensor] = []
        self.counted: list[tuple[int, int]] = []
        self.told: list[str] = []

    def watch(self, i: int, latents: Tensor) -> None:
        if i == 1:
            self.calls.append(latents)
        self.calls[-1] = latents

    def settings(self) -> dict[str, object]:
        return {"watch": self.watch, "progress": lambda *counts: self.counted.append(counts), "tell": self.told.append}


@pytest.fixture
def seen() -> Seen:
    return Seen()
