"""Sampled scenes fit their frame, their duration, and their half of the combinations."""

import collections

import pytest
import torch

from minisora.worlds.motion import pack, pose
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, COLOURS, MOTIONS, SHAPES, SIZES, Scene, is_held_out
from minisora.worlds.shapes import ShapesWorld


def scenes(n: int, world: ShapesWorld | None = None, seed: int = 0, **options: float) -> list[Scene]:
    return (world or ShapesWorld()).sample(n, generator=torch.Generator().manual_seed(seed), **options)


def test_the_generator_decides_everything():
    assert scenes(40) == scenes(40)
    assert scenes(40) != scenes(40, seed=1)


def test_exactly_as_many_scenes_as_asked_for():
    assert [len(scenes(n)) for n in (0, 1, 7)] == [0, 1, 7]


@pytest.mark.parametrize("held_out", [False, True])
def test_training_never_sees_what_is_held_out(held_out: bool):
    sampled = scenes(1500, ShapesWorld(held_out=held_out))
    assert {is_held_out(obj) for scene in sampled for obj in scene.objects} == {held_out}


def test_everything_occurs():
    sampled = scenes(1500)
    objects = [obj for scene in sampled for obj in scene.objects]
    assert {obj.shape for obj in objects} == set(SHAPES)
    assert {obj.colour for obj in objects} == set(COLOURS)
    assert {obj.size for obj in objects} == set(SIZES)
    assert {obj.motion for obj in objects} == set(MOTIONS)
    assert {scene.background for scene in sampled} == set(BACKGROUNDS)
    assert {scene.camera for scene in sampled} == set(CAMERAS)


def test_counts_and_shares_are_as_set():
    sampled = scenes(2000, ShapesWorld(counts=(0.5, 0.3, 0.2), moving_camera=0.25))
    counts = collections.Counter(len(scene.objects) for scene in sampled)
    for objects, share in ((1, 0.5), (2, 0.3), (3, 0.2)):
        assert counts[objects] / 2000 == pytest.approx(share, abs=0.04)
    moving = sum(scene.camera != "static" for scene in sampled) / 2000
    assert 0.1 < moving < 0.3  # a moving camera fits somewhat less often


def test_large_things_and_long_ways_are_as_frequent_as_small_and_short_ones():
    objects = [scene.objects[0] for scene in scenes(12_000, ShapesWorld(counts=(1.0,), moving_camera=0.0))]
    for kind, words in (("size", SIZES), ("motion", MOTIONS), ("shape", SHAPES)):
        counts = collections.Counter(getattr(obj, kind) for obj in objects)
        assert all(0.75 < counts[word] * len(words) / len(objects) < 1.25 for word in words), (kind, counts)
    large = [obj.motion for obj in objects if obj.size == "large"]
    for motion in ("left", "up", "grows", "bounces", "orbits"):
        assert large.count(motion) * len(MOTIONS) > 0.85 * len(large), motion


def test_a_motion_named_twice_is_shown_twice_as_often():
    world = ShapesWorld(counts=(1.0,), motions=("still", "spins", "spins"))
    scenes = world.sample(1200, generator=torch.Generator().manual_seed(8))
    spinning = sum(scene.objects[0].motion == "spins" for scene in scenes)
    assert spinning == pytest.approx(800, abs=60)  # nearly four standard deviations


def test_worlds_can_be_narrowed():
    sampled = scenes(100, ShapesWorld(motions=("left", "spins"), backgrounds=("navy",), moving_camera=0.0))
    assert {obj.motion for scene in sampled for obj in scene.objects} == {"left", "spins"}
    assert {scene.background for scene in sampled} == {"navy"}
    assert all(scene.camera == "static" and scene.camera_speed == 0 for scene in sampled)


@pytest.mark.parametrize(("duration", "aspect"), [(2.0, 1.0), (1.0, 1.0), (6.0, 1.0), (2.0, 16 / 9), (2.0, 0.6)])
def test_objects_stay_in_the_frame(duration: float, aspect: float):
    sampled = scenes(200, duration=duration, aspect=aspect)
    p = pose(pack(sampled), torch.linspace(0, duration, 60))
    half_width, half_height = max(aspect, 1) / 2, max(1 / aspect, 1) / 2
    shown = p.opacity.amax(-1) > 0
    assert (p.x.abs() + p.radius - half_width)[shown].max() < 0.05  # between the moments that are checked
    assert (p.y.abs() + p.radius - half_height)[shown].max() < 0.05


def test_objects_keep_apart_unless_one_is_meant_to_be_in_front():
    def gaps(occlusion: float) -> torch.Tensor:
        sampled = scenes(300, ShapesWorld(counts=(0.0, 1.0), occlusion=occlusion))
        p = pose(pack(sampled), torch.linspace(0, 2, 17))
        distance = torch.hypot(p.x[:, 0] - p.x[:, 1], p.y[:, 0] - p.y[:, 1])
        return (distance - p.radius[:, 0] - p.radius[:, 1]).amin(-1)

    assert gaps(0.0).min() > 0.015
    assert gaps(1.0).max() < 0


def test_objects_of_a_scene_can_be_told_apart():
    assert all(len({(o.colour, o.shape) for o in scene.objects}) == len(scene.objects) for scene in scenes(800))
    occluded = scenes(200, ShapesWorld(counts=(0.0, 1.0), occlusion=1.0))
    assert all(scene.objects[0].colour != scene.objects[1].colour for scene in occluded)
