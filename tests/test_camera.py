"""A camera shows a window of a larger clip, which moves as it is said."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch

from minisora import Pipeline, diffusion
from minisora.camera import canvas, filmed, margin
from minisora.errors import UserError
from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.reading import as_video
from minisora.worlds.render import render
from minisora.worlds.scene import CAMERAS, Camera, Scene, SceneObject

SIZE = (64, 64)
MOVING: tuple[Camera, ...] = CAMERAS[1:]


def test_no_more_is_painted_than_a_camera_may_show() -> None:
    assert [canvas(SIZE, camera) for camera in CAMERAS] == [SIZE, (64, 96), (64, 96), (80, 80), (80, 80)]
    assert canvas((48, 80), "pans left") == (48, 112) and margin((32, 48)) == 16
    with pytest.raises(UserError, match="camera 'flies': it can do static, pans left"):
        canvas(SIZE, "flies")  # type: ignore[arg-type]


def test_a_camera_that_rests_shows_what_there_is() -> None:
    clip = torch.rand(3, 5, *SIZE)
    assert torch.equal(filmed(clip, "static", SIZE), clip)


@pytest.mark.parametrize(("camera", "first", "last"), [("pans left", 16, 0), ("pans right", 16, 32)])
def test_a_pan_begins_in_the_middle_and_ends_at_an_edge(camera: Camera, first: int, last: int) -> None:
    clip = torch.rand(3, 17, *canvas(SIZE, camera))
    shown = filmed(clip, camera, SIZE)
    torch.testing.assert_close(shown[:, 0], clip[:, 0, :, first : first + 64], atol=1e-5, rtol=0)
    torch.testing.assert_close(shown[:, -1], clip[:, -1, :, last : last + 64], atol=1e-5, rtol=0)
    torch.testing.assert_close(shown[:, 8], clip[:, 8, :, (first + last) // 2 :][..., :64], atol=1e-5, rtol=0)


def test_zooming_out_is_zooming_in_the_other_way_round() -> None:
    clip = torch.rand(3, 9, 80, 80)
    into, out = filmed(clip, "zooms in", SIZE), filmed(clip.flip(1), "zooms out", SIZE).flip(1)
    torch.testing.assert_close(into, out)
    torch.testing.assert_close(into[:, -1], clip[:, -1, 8:72, 8:72], atol=1e-5, rtol=0)


@pytest.mark.parametrize("camera", ["pans left", "pans right"])
def test_the_judge_sees_the_pan_that_was_asked_for(camera: Camera) -> None:
    still = Scene((SceneObject("circle", "red", "small", "still"),), background="sky")
    large = render([still], frames=17, height=64, width=96)[0]
    seen = find_backdrop(as_video(filmed(large, camera, SIZE)))
    assert seen.camera == camera and seen.camera_speed == pytest.approx(0.125, abs=0.02)
    assert find_backdrop(as_video(large)).camera == "static"


def test_a_pipeline_films_what_it_paints(weights: Path) -> None:
    pipeline = Pipeline.load(weights, device="cpu")
    large = pipeline.generate("a red circle", seconds=0.5, size=(32, 64))
    clip = pipeline.generate("a red circle", seconds=0.5, size=(32, 32), camera="pans left")
    assert clip.shape == (3, 5, 32, 32) and clip.origin is not None and clip.origin.camera == "pans left"
    torch.testing.assert_close(clip.frames, filmed(large.frames, "pans left", (32, 32)), atol=1e-5, rtol=0)
    given = partial(diffusion.animate, first=torch.zeros(1, 4, 1, 4, 4))
    with pytest.raises(UserError, match="leave it out where a part is given"):
        pipeline.generate("a red circle", size=(32, 32), camera="zooms in", given=given)
