"""Clips: range, shape, the same picture at every resolution, colours where the objects are, speed."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.worlds.motion import pack, pose
from minisora.worlds.render import DISTANCE, PALETTE, render
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, COLOURS, SHAPES, Background, Colour, Scene, SceneObject, Shape
from minisora.worlds.shapes import ShapesWorld


def sampled(n: int = 12, **options: float) -> list[Scene]:
    return ShapesWorld(moving_camera=0.5).sample(n, generator=torch.Generator().manual_seed(0), **options)


def still(shape: Shape = "circle", colour: Colour = "red", background: Background = "black", **options: float) -> Scene:
    return Scene((SceneObject(shape, colour, "medium", "still", **options),), background)


@pytest.mark.parametrize(("frames", "height", "width"), [(17, 64, 64), (1, 32, 32), (5, 48, 80), (9, 72, 40)])
def test_shape_type_and_range(frames: int, height: int, width: int):
    clips = render(sampled(4, aspect=width / height), frames=frames, height=height, width=width)
    assert clips.shape == (4, 3, frames, height, width)
    assert clips.dtype == torch.float32
    assert clips.min() >= -1 and clips.max() <= 1
    assert clips.std() > 0.1


def test_the_same_scene_gives_the_same_clip_in_any_company():
    scenes = sampled(5)
    together = render(scenes, frames=5, height=32, width=32)
    alone = torch.cat([render([scene], frames=5, height=32, width=32) for scene in scenes])
    torch.testing.assert_close(together, alone)


def test_resolution_does_not_matter():
    scenes = sampled(16)
    small = render(scenes, frames=3, height=64, width=64, fps=2)
    large = render(scenes, frames=3, height=128, width=128, fps=2)
    pooled = F.avg_pool2d(large.transpose(1, 2).flatten(0, 1), 2).unflatten(0, (16, 3)).transpose(1, 2)
    assert (pooled - small).abs().mean() < 0.004
    assert ((pooled - small).abs() > 0.2).float().mean() < 1e-3  # the tips of stars


def test_duration_and_rate_do_not_matter():
    scenes = sampled(6)
    slow, fast = (render(scenes, frames=n, height=32, width=32, fps=fps) for n, fps in ((5, 4), (9, 8)))
    torch.testing.assert_close(slow, fast[:, :, ::2])
    longer = render(scenes, frames=13, height=32, width=32)
    torch.testing.assert_close(longer[:, :, :9], fast)


def test_a_wider_frame_shows_the_same_middle():
    scenes = sampled(6)
    square, wide = (render(scenes, frames=2, height=32, width=width) for width in (32, 48))
    torch.testing.assert_close(wide[..., 8:40], square, atol=1e-5, rtol=0)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_objects_are_where_their_pose_says(shape: Shape, background: Background):
    scene = still(shape, "yellow", background, x=0.2, y=-0.15)
    away = still(shape, "yellow", background, x=9.0)
    clip, without = render([scene, away], frames=1, height=64, width=64)[:, :, 0]
    changed = (clip - without).abs().sum(0) > 0.1
    rows, columns = changed.nonzero().float().T + 0.5
    assert (columns.max() + columns.min()) / 128 - 0.5 == pytest.approx(0.2, abs=0.02)
    assert rows.mean() / 64 - 0.5 == pytest.approx(-0.15, abs=0.03)
    radius = pose(pack([scene]), torch.zeros(1)).radius.item()
    reach = torch.hypot(rows / 64 - 0.35, columns / 64 - 0.7).max()
    assert 0.85 * radius < reach < 1.11 * radius + 1 / 64


def test_later_objects_stand_in_front():
    red = SceneObject("square", "red", "large", "still")
    blue = SceneObject("square", "blue", "small", "still")
    front, back = render([Scene((red, blue)), Scene((blue, red))], frames=1, height=32, width=32)[:, :, 0, 16, 16]
    assert front[2] > front[0] and back[0] > back[2]


@pytest.mark.parametrize("colour", COLOURS)
def test_an_object_has_its_colour(colour: Colour):
    clip = render([still("square", colour)], frames=1, height=64, width=64)[0, :, 0]
    inside = clip[:, 26:38, 26:38].mean((1, 2)) / 2 + 0.5
    nearest = min(PALETTE, key=lambda name: float((torch.tensor(PALETTE[name]) - inside).norm()))
    assert nearest == colour


def test_shapes_are_different_pictures():
    clips = render([still(shape) for shape in SHAPES], frames=1, height=64, width=64).flatten(1)
    apart = torch.cdist(clips, clips) + 1e3 * torch.eye(len(SHAPES))
    assert apart.min() > 6


@pytest.mark.parametrize("shape", SHAPES)
def test_signed_distances_are_negative_inside_and_grow_outside_at_unit_speed(shape: Shape):
    axis = torch.linspace(-2, 2, 401)
    v, u = torch.meshgrid(axis, axis, indexing="ij")
    distance = DISTANCE[shape](u, v)
    assert (distance[torch.hypot(u, v) > 1.12] > 0).all()
    assert (distance < 0).any()
    slope = torch.hypot(*torch.gradient(distance, spacing=0.01))[2:-2, 2:-2]
    assert slope.quantile(0.97) < 1.02


def test_shapes_are_symmetrical_and_about_equally_large():
    axis = torch.linspace(-1.2, 1.2, 241)
    v, u = torch.meshgrid(axis, axis, indexing="ij")
    for shape in SHAPES:
        distance = DISTANCE[shape](u, v)
        torch.testing.assert_close(distance, distance.flip(1), atol=1e-4, rtol=0)
        assert 0.2 < (distance < 0).float().mean() * 2.4**2 / torch.pi < 0.95, shape


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_camera_shows_on_every_background(background: Background):
    nothing = SceneObject("circle", "red", "small", "still", x=9.0)
    scenes = [Scene((nothing,), background, camera, 0.2 * (camera != "static")) for camera in CAMERAS]
    clips = render(scenes, frames=2, height=32, width=32, fps=0.5)
    for camera, clip in zip(CAMERAS, clips, strict=True):
        moved = float((clip[:, 0] - clip[:, 1]).abs().mean())
        assert (moved == 0) == (camera == "static")
    assert _apart(clips[:, :, 1]) > 0.2


def _apart(pictures: Tensor) -> float:
    distances = torch.cdist(pictures.flatten(1), pictures.flatten(1))
    return float((distances + 1e3 * torch.eye(len(distances))).min())
