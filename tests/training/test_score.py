from pathlib import Path

import pytest
import torch

from minisora.training import score
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld


@pytest.mark.parametrize(("drawn", "expected"), [(True, 1.0), (False, 0.0)])
def test_what_is_drawn_from_the_prompts_is_right_and_black_is_wrong(
    monkeypatch: pytest.MonkeyPatch, drawn: bool, expected: float
) -> None:
    scenes = ShapesWorld(counts=(1.0,), moving_camera=0.0).sample(6, generator=score.generator_for(1, "prompts"))
    clips = render(scenes, frames=17, height=64, width=64)
    monkeypatch.setattr(score, "decode", lambda *_: clips if drawn else torch.full_like(clips, -0.94))
    from minisora.model import DiT, DiTConfig
    from minisora.networks import load_codec
    from minisora.presets import VOCABULARY

    codec, _ = load_codec(Path(__file__).parents[2] / "data" / "checkpoints" / "codec.safetensors")
    sizes = {"width": 24, "depth": 1, "heads": 2, "text_width": 16, "text_depth": 1}
    network = DiT(DiTConfig(channels=24, vocabulary=VOCABULARY, **sizes))
    scores = score.judged_prompts(codec, prompts=6, steps=1)(network, 0)
    assert scores["everything"] == expected
