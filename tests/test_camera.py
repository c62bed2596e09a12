"""A camera shows a window of a larger clip, which moves as it is said."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch

from minisora import Pipeline, diffusion
from minisora.camera import canvas, filmed, margin
from minisora.errors import UserError
from minisora.evaluation.ways import ways_in
from minisora.worlds.render import render
from minisora.worlds.scene import CAMERAS, Camera, Scene, SceneObject

SIZE = (64, 64)


def test_no_more_is_painted_than_a_camera_may_show() -> None:
    assert [canvas(SIZE, camera) for camera in CAMERAS] == [SIZE, (64, 80), (64, 80), (96, 96), (96, 96)]
    assert canvas((48, 80), "pans left") == (48, 96) and margin((32, 48)) == 16
    with pytest.raises(UserError, match="camera 'flies': it can do static, pans left"):
        canvas(SIZE, "flies")  # type: ignore[arg-type]


def test_a_camera_that_rests_shows_what_there_is() -> None:
    clip = torch.rand(3, 5, *SIZE)
    assert torch.equal(filmed(clip, "static", SIZE), clip)


@pytest.mark.parametrize(("camera", "first", "last"), [("pans left", 16, 0), ("pans right", 0, 16)])
def test_a_pan_goes_from_edge_to_edge(camera: Camera, first: int, last: int) -> None:
    clip = torch.rand(3, 17, *canvas(SIZE, camera))
    shown = filmed(clip, camera, SIZE)
    torch.testing.assert_close(shown[:, 0], clip[:, 0, :, first : first + 64], atol=1e-5, rtol=0)
    torch.testing.assert_close(shown[:, -1], clip[:, -1, :, last : last + 64], atol=1e-5, rtol=0)
    torch.testing.assert_close(shown[:, 8], clip[:, 8, :, (first + last) // 2 :][..., :64], atol=1e-5, rtol=0)


def test_zooming_out_is_zooming_in_the_other_way_round() -> None:
    clip = torch.rand(3, 9, 96, 96)
    into, out = filmed(clip, "zooms in", SIZE), filmed(clip.flip(1), "zooms out", SIZE).flip(1)
    torch.testing.assert_close(into, out)
    torch.testing.assert_close(into[:, -1], clip[:, -1, 16:80, 16:80], atol=1e-5, rtol=0)


def test_a_camera_never_looks_beyond_what_was_painted() -> None:
    size = (48, 80)
    for camera in CAMERAS[1:]:
        tall, wide = canvas(size, camera)
        down, across = torch.linspace(0, 1, tall)[:, None], torch.linspace(0, 1, wide)
        shown = filmed(torch.stack([down.expand(tall, wide), across.expand(tall, wide)] * 2)[:3, None], camera, size)
        for place in (shown[0, 0, :, 0], shown[1, 0, 0]):  # beyond, the last row or column is repeated
            assert (place.diff() > 0.5 / max(tall, wide)).all()


@pytest.mark.parametrize(
    ("camera", "right", "larger"),
    [("pans left", 0.25, 1.0), ("pans right", -0.25, 1.0), ("zooms in", 0.0, 1.5), ("zooms out", 0.0, 2 / 3)],
)
def test_what_stays_is_seen_to_move(camera: Camera, right: float, larger: float) -> None:
    still, (height, width) = SceneObject("circle", "red", "small", "still"), canvas(SIZE, camera)
    large = render([Scene((still,))], frames=17, height=height, width=width)[0]
    (way,) = ways_in(filmed(large, camera, SIZE))
    torch.testing.assert_close(way.x, torch.linspace(-right / 2, right / 2, 17), atol=0.01, rtol=0)
    assert float(way.radius[-1] / way.radius[0]) == pytest.approx(larger, rel=0.03)


def test_a_pipeline_films_what_it_paints(weights: Path) -> None:
    pipeline = Pipeline.load(weights, device="cpu")
    large = pipeline.generate("a red circle", seconds=0.5, size=(32, 48))
    clip = pipeline.generate("a red circle", seconds=0.5, size=(32, 32), camera="pans left")
    assert clip.shape == (3, 5, 32, 32) and clip.origin is not None and clip.origin.camera == "pans left"
    torch.testing.assert_close(clip.frames, filmed(large.frames, "pans left", (32, 32)), atol=1e-5, rtol=0)
    given = partial(diffusion.animate, first=torch.zeros(1, 4, 1, 4, 4))
    with pytest.raises(UserError, match="leave it out where a part is given"):
        pipeline.generate("a red circle", size=(32, 32), camera="zooms in", given=given)
