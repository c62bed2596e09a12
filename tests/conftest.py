"""What several tests need: tiny weights, random but whole, written as real ones are."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from minisora.checkpoint import save_checkpoint, sha256
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.model import DiT, DiTConfig
from minisora.pipeline import Pipeline
from minisora.presets import VOCABULARY
from minisora.worlds.plan import NUMBERS
from tests.terminal import Terminal

CODEC = CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=1)
DIT = DiTConfig(
    channels=4, width=32, depth=1, heads=2, text_width=16, text_depth=1, text_heads=2, vocabulary=VOCABULARY
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file run in one process, as they share what is costly to make, unless they name a group themselves."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``codec.safetensors`` and ``text-to-video.safetensors``; not to be changed."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    codec, dit = Codec(CODEC), DiT(DIT)
    for layer in (dit.modulation, dit.patch_out):  # all zero at first: no prompt would make a difference
        torch.nn.init.normal_(layer.weight, std=0.2)
    path = save_checkpoint(
        folder, "codec", codec.state_dict(), {"kind": "codec", "preset": "tiny", "settings": asdict(CODEC)}
    )
    card = {
        "kind": "text-to-video",
        "preset": "tiny",
        "settings": asdict(DIT),
        "codec": sha256(path),
        "data": [{"fps": 8.0}],
        "sampling": {"steps": 3, "guidance": 2.0, "shift": 1.0},
    }
    save_checkpoint(folder, "text-to-video", dit.state_dict(), card)
    return folder


def planned(pipeline: Pipeline) -> Pipeline:
    """The same pipeline, told a plan by a tiny planner and finished by a tiny finisher, in which nothing is 0."""
    torch.manual_seed(0)
    parts = [
        replace(DIT, channels=NUMBERS, patch=1, known=DIT.token_channels + 1),
        replace(DIT, known=NUMBERS),
    ]
    painter, planner, finisher = (DiT(config) for config in (replace(DIT, known=NUMBERS), *parts))
    for network in (planner, finisher):
        torch.nn.init.normal_(network.patch_out.weight, std=0.1)
        torch.nn.init.normal_(network.modulation.weight, std=0.2)
    painter.load_state_dict(pipeline.dit.state_dict(), strict=False)
    for network in (painter, planner, finisher):
        torch.nn.init.normal_(network.known_in.weight, std=0.5)  # type: ignore[union-attr]
    return Pipeline(
        pipeline.codec,
        painter,
        pipeline.tokenizer,
        planner=planner,
        finisher=finisher,
        sampling=pipeline.sampling,
        card=pipeline.card,
        device="cpu",
    )


@pytest.fixture
def terminal(
    capsys: pytest.CaptureFixture[str], weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys, weights)
