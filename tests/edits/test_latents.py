"""What a clip ends with is nearly the same latents whatever came before it: measured on the shipped codec."""

from __future__ import annotations

from types import SimpleNamespace

import torch

from minisora.checkpoint import shipped_folder
from minisora.edits.latents import as_beginning, as_ending, most_beginning, most_ending
from minisora.networks import load_codec
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld


def test_a_still_past_stands_for_the_true_one() -> None:
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    pipeline = SimpleNamespace(codec=codec.eval(), device=torch.device("cpu"))
    scenes = ShapesWorld().sample(8, generator=torch.Generator().manual_seed(0))
    for clip in render(scenes, frames=33, height=64, width=64):
        with torch.no_grad():
            true = codec.encode(clip[None])
        given = as_ending(pipeline, clip[:, 17:], 4)  # type: ignore[arg-type]
        errors = (given - true[:, :, 5:]).square().mean((0, 1, 3, 4)).sqrt() / true.std()
        assert errors[0] < 0.03 and errors[1] < 0.01 and errors[3] < 1e-4
        begins = as_beginning(pipeline, clip, 3)  # type: ignore[arg-type]
        with torch.no_grad():
            assert torch.equal(begins, codec.encode(clip[None, :, 24:]))


def test_no_more_is_given_than_there_is() -> None:
    pipeline = SimpleNamespace(codec=SimpleNamespace(config=SimpleNamespace(temporal=4)))
    assert [most_beginning(pipeline, n, 2) for n in (1, 4, 5, 8, 9, 90)] == [1, 1, 2, 2, 3, 3]  # type: ignore[arg-type]
    assert [most_ending(pipeline, n, 2) for n in (1, 4, 7, 8, 90)] == [1, 1, 1, 2, 2]  # type: ignore[arg-type]
    assert most_beginning(pipeline, 9, 0) == most_ending(pipeline, 9, 0) == 1  # type: ignore[arg-type]
