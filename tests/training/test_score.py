from pathlib import Path

import pytest
import torch

from minisora import Clip, Pipeline
from minisora.model import DiT, DiTConfig
from minisora.networks import load_codec
from minisora.presets import VOCABULARY
from minisora.training import score
from minisora.worlds.caption import canonical
from minisora.worlds.plan import NUMBERS
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld


@pytest.mark.parametrize(("drawn", "expected"), [(True, 1.0), (False, 0.0)])
def test_what_is_drawn_from_the_prompts_is_right_and_black_is_wrong(
    monkeypatch: pytest.MonkeyPatch, drawn: bool, expected: float
) -> None:
    scenes = ShapesWorld(counts=(1.0,), moving_camera=0.0).sample(6, generator=score.generator_for(1, "prompts"))
    clips = render(scenes, frames=17, height=64, width=64)
    planners = []

    def generate(pipeline: Pipeline, texts: list[str], **_: object) -> list[Clip]:
        assert texts == [canonical(scene) for scene in scenes]
        planners.append(pipeline.planner)
        return [Clip.of(clip if drawn else torch.full_like(clip, -0.94), fps=8) for clip in clips]

    monkeypatch.setattr(Pipeline, "generate", generate)
    codec, _ = load_codec(Path(__file__).parents[2] / "data" / "checkpoints" / "codec.safetensors")
    sizes = {"width": 24, "depth": 1, "heads": 2, "text_width": 16, "text_depth": 1, "vocabulary": VOCABULARY}
    network, planner = DiT(DiTConfig(channels=24, **sizes)), DiT(DiTConfig(channels=NUMBERS, **sizes))
    assert score.judged_prompts(codec, prompts=6)(network, 0)["everything"] == expected
    assert score.judged_prompts(codec, prompts=6, planner=planner)(network, 0)["everything"] == expected
    assert planners == [None, planner]
