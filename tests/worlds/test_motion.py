"""What each motion and each camera does, in the numbers of ``pose``."""

import math

import pytest
import torch

from minisora.worlds.motion import BOUNCE_HEIGHT, ORBIT_RADIUS, Pose, pack, pose
from minisora.worlds.scene import DIRECTION, MOTIONS, RADIUS, SIZES, Camera, Motion, Scene, SceneObject, Size

TIMES = torch.linspace(0, 2, 33)


def track(motion: Motion, *, speed: float = 0.5, phase: float = 0.0, camera: Camera = "static") -> Pose:
    """Pose of one object at (0.1, -0.05) over two seconds, each ``f``."""
    obj = SceneObject("star", "red", "medium", motion, 0.1, -0.05, speed, phase)
    return Pose(*(values[0, 0] for values in pose(pack([Scene((obj,), camera=camera, camera_speed=0.2)]), TIMES)))


@pytest.mark.parametrize("motion", DIRECTION)
def test_straight_motions_go_at_their_speed_in_their_direction(motion: Motion):
    p = track(motion)
    dx, dy = DIRECTION[motion]
    assert math.isclose(math.hypot(dx, dy), 1)
    torch.testing.assert_close(p.x, 0.1 + dx * 0.5 * TIMES)
    torch.testing.assert_close(p.y, -0.05 + dy * 0.5 * TIMES)
    assert ("left" in motion) == (dx < 0) and ("up" in motion) == (dy < 0)  # y points down


@pytest.mark.parametrize("motion", [m for m in MOTIONS if m not in (*DIRECTION, "bounces", "orbits")])
def test_the_others_stay_in_their_place(motion: Motion):
    p = track(motion)
    assert torch.equal(p.x, torch.full_like(TIMES, 0.1)) and torch.equal(p.y, torch.full_like(TIMES, -0.05))


def test_bounces_touch_the_floor_once_a_cycle():
    p = track("bounces", speed=1.0)
    assert torch.equal(p.x, torch.full_like(TIMES, 0.1))
    torch.testing.assert_close(p.y[[0, 16, 32]], torch.tensor([-0.05] * 3))
    torch.testing.assert_close(p.y[[8, 24]], torch.tensor([-0.05 - BOUNCE_HEIGHT] * 2))
    assert p.y.max() <= -0.05 + 1e-6


def test_orbits_are_circles_clockwise_on_the_screen():
    p = track("orbits", speed=0.5)
    torch.testing.assert_close(torch.hypot(p.x - 0.1, p.y + 0.05), torch.full_like(TIMES, ORBIT_RADIUS))
    assert p.y[1] > p.y[0]  # from the rightmost point downwards
    torch.testing.assert_close(p.x[-1], p.x[0])


def test_phase_shifts_a_cycle():
    torch.testing.assert_close(track("bounces", speed=1.0, phase=0.5).y[0], torch.tensor(-0.05 - BOUNCE_HEIGHT))
    assert track("blinks", speed=1.0, phase=0.5).opacity[0] == 0


def test_spins_turn_clockwise_and_nothing_else_turns():
    p = track("spins", speed=0.5)
    torch.testing.assert_close(p.angle, math.pi * TIMES)
    assert all(not track(motion).angle.any() for motion in MOTIONS if motion != "spins")


def test_growth_is_exponential():
    radius = RADIUS["medium"]
    torch.testing.assert_close(track("grows").radius, radius * torch.exp(0.5 * TIMES))
    torch.testing.assert_close(track("shrinks").radius, radius * torch.exp(-0.5 * TIMES))
    assert track("still").radius.unique().numel() == 1


def test_blinks_show_half_of_the_time():
    p = track("blinks", speed=1.0)
    assert p.opacity[:-1].mean() == 0.5
    assert all(track(motion).opacity.min() == 1 for motion in MOTIONS if motion != "blinks")


@pytest.mark.parametrize("size", SIZES)
def test_sizes(size: Size):
    obj = SceneObject("star", "red", size, "still")
    assert pose(pack([Scene((obj,))]), TIMES[:1]).radius.item() == pytest.approx(RADIUS[size])


def test_sizes_are_far_apart_even_after_growing():
    small, medium, large = (RADIUS[size] for size in SIZES)
    assert medium / small > 1.4 and large / medium > 1.4


def test_a_panning_camera_moves_everything_the_other_way():
    torch.testing.assert_close(track("still", camera="pans left").x, 0.1 + 0.2 * TIMES)
    torch.testing.assert_close(track("still", camera="pans right").x, 0.1 - 0.2 * TIMES)
    assert torch.equal(track("still", camera="pans right").radius, track("still").radius)


def test_a_zooming_camera_scales_places_and_sizes():
    for p, sign in ((track("still", camera="zooms in"), 1), (track("still", camera="zooms out"), -1)):
        zoom = torch.exp(sign * 0.2 * TIMES)
        torch.testing.assert_close(p.radius, RADIUS["medium"] * zoom)
        torch.testing.assert_close(p.x, 0.1 * zoom)


def test_empty_slots_do_not_show():
    two = Scene((SceneObject("star", "red", "small", "still"), SceneObject("ring", "blue", "small", "still")))
    one = Scene((SceneObject("star", "red", "small", "still"),))
    assert pose(pack([two, one]), TIMES).opacity[:, :, 0].tolist() == [[1, 1], [1, 0]]
