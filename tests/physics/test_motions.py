import pymunk
import pytest
import torch
from torch import Generator

from minisora.physics.bodies import collision as collide
from minisora.physics.bodies import disc, new_space, pendulum, simulate
from minisora.physics.motions import (
    FAST,
    GRAVITY,
    KNOWN,
    SLOW,
    Speeds,
    parabola,
    parabola_path,
    uniform_motion,
    uniform_path,
)
from minisora.physics.things import FRAMES, HEIGHT, WIDTH


def dice(seed=0):
    return Generator().manual_seed(seed)


def test_speeds_come_from_all_intervals_and_from_nothing_between():
    found = Speeds(((0.4, 0.8), (2.0, 2.8))).sample(4000, dice())
    low, high = found <= 0.8, found >= 2.0
    assert bool((low | high).all()) and found.min() >= 0.4 and found.max() <= 2.8
    assert abs(float(low.float().mean()) - 1 / 3) < 0.03  # as likely as wide


def test_a_body_without_forces_moves_uniformly():
    space = new_space()
    body = disc(space, (3.0, 5.0), (1.25, -0.5), 2.0)
    path = uniform_path(torch.tensor([[3.0, 5.0]]), torch.tensor([[1.25, -0.5]]))
    torch.testing.assert_close(simulate(space, [body], FRAMES), path, atol=1e-4, rtol=0)


def test_a_falling_body_draws_a_parabola():
    space = new_space(GRAVITY)
    body = disc(space, (3.0, 5.0), (1.25, -0.5), 2.0)
    path = parabola_path(torch.tensor([[3.0, 5.0]]), torch.tensor([[1.25, -0.5]]))
    # Small steps of a simulation are late by half a step's fall.
    torch.testing.assert_close(simulate(space, [body], FRAMES), path, atol=0.06, rtol=0)


def test_an_elastic_collision_is_the_formulas():
    things = collide(20, KNOWN, generator=dice())
    a, b = (things.radius[:, i] ** 2 for i in (0, 1))  # masses
    x = things.places[..., 0]
    v, w = (x[:, i, 1] - x[:, i, 0] for i in (0, 1))
    after_v, after_w = (x[:, i, -1] - x[:, i, -2] for i in (0, 1))
    torch.testing.assert_close(after_v, ((a - b) * v + 2 * b * w) / (a + b), atol=0.03, rtol=0)
    torch.testing.assert_close(after_w, ((b - a) * w + 2 * a * v) / (a + b), atol=0.03, rtol=0)


def test_a_pendulum_keeps_its_length_and_its_energy():
    things = pendulum(10, KNOWN, generator=dice())
    bob = things.places[:, -1]
    length = (bob - torch.tensor((16.0, 1.5))).norm(dim=-1)
    assert float((length.amax(1) - length.amin(1)).max()) < 0.05
    speed = (bob[:, 1:] - bob[:, :-1]).norm(dim=-1)
    assert float(speed.max()) < 1.85 and float(speed.amax(1).min()) > 0.7


@pytest.mark.parametrize("law", [uniform_motion, parabola, pendulum])
@pytest.mark.parametrize("speeds", [SLOW, KNOWN, FAST])
def test_things_stay_in_the_picture(law, speeds):
    things = law(50, speeds, generator=dice())
    places = things.places[:, -1]
    assert places.shape == (50, FRAMES, 2)
    assert places.min() >= 1 and places[..., 0].max() <= WIDTH - 1 and places[..., 1].max() <= HEIGHT - 1


def test_pymunk_is_the_version_that_the_course_was_tried_with():
    assert pymunk.version.startswith("7.3")
