import pytest
import torch
from torch import Generator

from minisora.physics.attributes import ATTRIBUTES, PAIRS, parted, read, together
from minisora.physics.measure import agreement, centroids, velocity_error, weights
from minisora.physics.motions import FAST, KNOWN, SLOW, Speeds, uniform_motion
from minisora.physics.scenery import (
    APPROACH,
    GROUND,
    MIRROR,
    QUICKLY,
    SLOWLY,
    behind_a_wall,
    mirrored,
    shadow_of,
    shadowed,
)
from minisora.physics.things import BLUE, FRAMES, HEIGHT, RED, STRIP, WIDTH, discs, draw


def dice(seed=0):
    return Generator().manual_seed(seed)


def test_a_disc_has_its_area_and_its_middle_to_a_fraction_of_a_pixel():
    places = torch.tensor([[[[10.3, 7.8]]]])
    clip = draw(discs(places, torch.tensor([[3.0]]), RED))
    assert clip.shape == (1, 3, 1, HEIGHT, WIDTH) and float(clip.min()) >= -1 and float(clip.max()) <= 1
    ink = (clip[0, 0] + 1) / 2
    assert abs(float(ink.sum()) - torch.pi * 9) < 0.8
    torch.testing.assert_close(centroids(clip)[0, 0], torch.tensor([10.3, 7.8]), atol=0.06, rtol=0)


def test_colours_are_told_apart_and_grey_weighs_nothing():
    places = torch.tensor([[[[8.0, 8.0]], [[22.0, 6.0]], [[16.0, 12.0]]]])
    clip = draw(discs(places, torch.full((1, 3), 2.0), RED, BLUE, (0.3, 0.3, 0.3)))
    torch.testing.assert_close(centroids(clip, 0)[0, 0], torch.tensor([8.0, 8.0]), atol=0.02, rtol=0)
    torch.testing.assert_close(centroids(clip, 2)[0, 0], torch.tensor([22.0, 6.0]), atol=0.02, rtol=0)
    assert bool(centroids(clip, 1).isnan().all())  # nothing is green


def test_the_floor_of_the_velocity_error_is_small():
    things = uniform_motion(50, KNOWN, generator=dice())
    assert 0 < velocity_error(centroids(draw(things)), things.places[:, 0]) < 0.03


def test_wrong_in_the_same_way_is_agreement():
    places = torch.arange(FRAMES)[None, :, None] * torch.tensor([1.0, 0.0]) + torch.rand(30, 1, 2, generator=dice())
    error = torch.randn(30, FRAMES, 2, generator=dice(1))
    apart, related = agreement(places + error, places + error, places)
    assert apart == 0 and related == pytest.approx(1, abs=1e-4)
    apart, related = agreement(places + error, places + torch.randn(30, FRAMES, 2, generator=dice(2)), places)
    assert apart > 0.8 and abs(related) < 0.2


def test_an_image_is_as_far_behind_the_mirror_as_its_thing_before_it():
    for speeds in (APPROACH, QUICKLY, SLOWLY):
        things = mirrored(30, speeds, generator=dice())
        thing, image = things.places[:, 0], things.places[:, 1]
        torch.testing.assert_close(MIRROR - thing[..., 0], image[..., 0] - MIRROR)
        assert torch.equal(thing[..., 1], image[..., 1]) and float(thing[..., 0].max()) < MIRROR - 2
        assert draw(things, height=STRIP).shape == (30, 3, FRAMES, STRIP, WIDTH)


def test_a_shadow_lies_on_the_ground_and_meets_its_thing_there():
    torch.testing.assert_close(shadow_of(torch.tensor([7.0, GROUND])), torch.tensor([7.0, GROUND]))
    for speeds in (SLOW, KNOWN, FAST):
        things = shadowed(60, speeds, generator=dice())
        shadow, thing = things.places[:, 0], things.places[:, 1]
        assert bool((shadow[..., 1] == GROUND).all())
        assert bool((thing[..., 1] < GROUND - 3).all())  # they never touch
        assert float(thing.min()) > 0 and float(shadow[..., 0].max()) < WIDTH - 0.5
        clips = draw(things)
        apart, _ = agreement(centroids(clips, 2), shadow_of(centroids(clips, 0)), shadow)
        assert apart < 0.03


def test_a_wall_hides_a_thing_and_gives_it_back():
    clips = draw(behind_a_wall(40, Speeds(((2.0, 2.1),)), generator=dice(), wall=(8.0, 8.1)), height=STRIP)
    ink = (weights(clips, 0) + weights(clips, 2)).sum((2, 3))
    assert bool((ink.amin(1) < 0.2 * ink[:, 0]).all()) and float((ink[:, -1] / ink[:, 0]).mean()) > 0.8


@pytest.mark.parametrize("pair", PAIRS)
def test_attributes_are_read_back(pair):
    things, first = parted(60, pair, generator=dice())
    clips = draw(things, height=STRIP)
    for name, value in zip(pair, (first, 1 - first), strict=True):
        assert float((read(clips, name, since=6) == value).float().mean()) == 1
    same = draw(together(60, pair, generator=dice()), height=STRIP)
    assert torch.equal(*(read(same, name, since=6) for name in pair))


def test_all_pairs_of_attributes_are_there():
    assert len(PAIRS) == 6 and {name for pair in PAIRS for name in pair} == set(ATTRIBUTES)
