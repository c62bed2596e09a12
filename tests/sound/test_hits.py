"""Hits are where a path has a corner, and nowhere else."""

import math

import pytest
import torch

from minisora.errors import UserError
from minisora.sound import Hit, hits_of, impacts, sound_for, synthesise
from minisora.sound.hits import gravity_of, hits
from minisora.sound.measure import matched, moments, seen_hits, summary, within
from minisora.sound.scenery import FPS, bouncing, colliding
from minisora.worlds import Scene, SceneObject, render


def test_true_places_give_true_times():
    balls = bouncing(60, generator=torch.Generator().manual_seed(0), silent=0.0)
    for places, true in zip(balls.places[:, 0], balls.hits, strict=True):
        found = hits(places[:, 1], gravity=gravity_of(places[:, 1]))
        seen = [hit.time for hit in true if 1.5 / FPS <= hit.time <= 14.5 / FPS]
        pairs = matched(found, seen, window=0.02)
        assert (pairs.missed, pairs.false) == (0, 0) or len(found) > len(seen)
        assert all(abs(offset) < 1e-3 for offset in pairs.offsets)


@pytest.mark.parametrize("speed", [0.22, 0.32])
def test_an_orbit_is_silent(speed):
    turn = 2 * math.pi * speed * torch.arange(17) / 8
    places = torch.stack([0.2 * turn.cos(), 0.2 * turn.sin()], dim=1)
    assert impacts(places) == []


def test_a_wall_is_heard():
    x = 0.3 - (torch.arange(17) * 0.05 - 0.41).abs()
    (time,) = impacts(torch.stack([x, torch.zeros(17)], dim=1))
    assert time == pytest.approx(0.41 / 0.05 / 8, abs=1e-6)


def scene(motion, **numbers):
    return Scene((SceneObject("circle", "red", "medium", motion, **numbers),))


def test_a_drawn_clip_is_heard_when_it_should_be():
    speed, phase = 0.5, 0.3
    clip = render([scene("bounces", y=0.2, speed=speed, phase=phase)], frames=17, height=64, width=64)[0]
    (hit,) = hits_of(clip)
    assert hit.size == "medium" and hit.time == pytest.approx((1 - phase) / speed, abs=0.01)
    assert torch.equal(sound_for(clip), synthesise([hit], 17 / 8))


@pytest.mark.parametrize("motion", ["still", "right", "orbits", "spins", "grows"])
def test_what_hits_nothing_is_silent(motion):
    clip = render([scene(motion, speed=0.25)], frames=17, height=64, width=64)[0]
    assert not sound_for(clip).any()


def test_what_is_no_clip_is_refused():
    with pytest.raises(UserError, match="9 frames"):
        sound_for(torch.zeros(3, 5, 64, 64))


@pytest.mark.parametrize("kind", [bouncing, colliding])
def test_silhouettes_are_read_like_places(kind):
    balls = kind(20, generator=torch.Generator().manual_seed(1), silent=0.0)
    for found, true in zip(seen_hits(balls.silhouettes()), balls.hits, strict=True):
        assert matched(found, within(moments(true), 1.5 / 8, 14.5 / 8), window=0.03).missed == 0


def test_a_summary_counts():
    rows = [matched([0.5, 1.0], [0.51]), matched([], [0.3])]
    assert summary(rows) == {"median ms": 10.0, "90 % ms": 10.0, "found": 1, "missed": 1, "false": 1}


def test_hits_sort_by_time():
    assert sorted([Hit(2.0, "large"), Hit(1.0, "small")])[0].time == 1.0


def test_as_many_pairs_as_possible_even_where_fewer_are_nearer():
    found = matched([0.2, 0.34], [0.04, 0.34, 0.48], window=0.15)
    assert found.offsets == pytest.approx((-0.14, -0.14)) and (found.missed, found.false) == (1, 0)


def test_two_that_sound_at_once_are_one_moment():
    chord = [Hit(0.5, "small"), Hit(0.52, "large"), Hit(1.0, "small")]
    assert moments(chord) == pytest.approx([0.51, 1.0])
