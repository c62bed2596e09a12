"""The codec that is shipped holds what is asked of one: drawn clips at 64x64 that no training has shown."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minisora.checkpoint import shipped_folder
from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.metrics import psnr
from minisora.evaluation.suite import SUITES
from minisora.networks import load_codec
from minisora.worlds.claims import claims_of
from minisora.worlds.render import render
from minisora.worlds.scene import Scene


@pytest.fixture(scope="module")
def held_out() -> tuple[list[Scene], Tensor, Tensor]:
    """Scenes, their clips, and the clips after a round trip."""
    scenes = [scene for scene in SUITES[1].draw()[:40] if isinstance(scene, Scene)]
    clips = render(scenes, frames=17, height=64, width=64)
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    with torch.no_grad():
        return scenes, clips, torch.cat([codec.decode(codec.encode(some)) for some in clips.split(8)])


def test_32_decibels(held_out: tuple[list[Scene], Tensor, Tensor]) -> None:
    _, clips, again = held_out
    assert again.shape == clips.shape
    assert float(psnr(again, clips).mean()) >= 32


def test_the_judge_finds_95_of_100_that_it_found_before(held_out: tuple[list[Scene], Tensor, Tensor]) -> None:
    scenes, clips, again = held_out
    before, after = (
        sum(judge(clip, claims_of(scene)).everything for scene, clip in zip(scenes, video, strict=True))
        for video in (clips, again)
    )
    assert before >= 39
    assert after >= 0.95 * before


def test_five_blocks_of_its_decoder_do_what_eight_do(held_out: tuple[list[Scene], Tensor, Tensor]) -> None:
    _, clips, again = held_out
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    five = codec.shortened(5)
    assert (codec.config.decoder_depth, five.config.decoder_depth, len(five.decoder.blocks)) == (8, 5, 5)
    assert len(codec.decoder.blocks) == 8
    with torch.no_grad():
        made, fewer = (each.decode(five.encode(clips[:8])) for each in (five, codec.shortened(4)))
        assert torch.equal(codec.decode(codec.encode(clips[:8])), again[:8])
    assert float(psnr(made, again[:8]).min()) >= 40 > float(psnr(fewer, again[:8]).mean())
    for wrong in (9, -1, "five"):
        with pytest.raises(UserError, match=f"{wrong} blocks of a decoder that has 8"):
            codec.shortened(wrong)  # type: ignore[arg-type]
