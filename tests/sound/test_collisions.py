"""Two things that run into each other: by chapter 16's laws, and heard when they touch, not when they pass."""

from dataclasses import replace

import pymunk
import pytest
import torch

from minisora.physics.bodies import STEPS, collision, disc, new_space
from minisora.physics.motions import KNOWN
from minisora.physics.things import draw
from minisora.sound import hits_of
from minisora.sound.hits import collisions, impacts
from minisora.sound.measure import matched, moments, seen_hits, summary, within
from minisora.sound.scenery import CLEAR, FPS, bouncing, colliding, radii_of
from minisora.worlds import Scene, SceneObject, render

SEEN = (1.5 / FPS, 14.5 / FPS)  #: Two frames on either side.


def pairs(n, seed=0, **options):
    clips = colliding(n, generator=torch.Generator().manual_seed(seed), **options)
    apart = clips.places[:, 1] - clips.places[:, 0]
    return clips, radii_of(clips.size), apart.norm(dim=-1)


def by_pymunk(places, radius, pull):
    """The rest of a clip, from its first two frames on: two discs that draw each other with one force."""
    space, force = new_space(), pull * (radius.square().prod() / radius.square().sum()).item()
    toward = (places[1, 0] - places[0, 0]) / (places[1, 0] - places[0, 0]).norm()
    bodies = []
    for k, sign in ((0, 1), (1, -1)):
        speed = places[k, 1] - places[k, 0] - sign * force / radius[k].square() / 2 * toward
        bodies.append(disc(space, tuple(places[k, 0].tolist()), tuple(speed.tolist()), radius[k].item()))
    found = torch.empty_like(places)
    for frame in range(places.shape[1]):
        found[:, frame] = torch.tensor([tuple(body.position) for body in bodies])
        for _ in range(STEPS):
            for body, sign in zip(bodies, (1, -1), strict=True):
                body.force = pymunk.Vec2d(*(sign * force * toward).tolist())
            space.step(1 / STEPS)
    return found


def test_the_clips_are_those_of_rigid_bodies():
    clips, radius, distance = pairs(40, silent=0.0)
    late = [i for i, hits in enumerate(clips.hits) if hits and hits[0].time > 0.5]
    assert len(late) >= 10
    for i in late:
        pull = -distance[i].diff(n=2)[0].item()
        # A hit falls into one of 40 steps of a frame, so that things are off by a step's way after it.
        assert torch.allclose(
            by_pymunk(clips.places[i].double(), radius[i].double(), pull).float(), clips.places[i], atol=0.012
        )


def test_momentum_is_kept_so_that_the_middle_hears_nothing():
    clips, radius, distance = pairs(60, silent=0.0)
    mass = radius.square()[:, :, None, None]
    middle = (mass * clips.places).sum(1) / mass.sum(1)
    assert torch.allclose(middle, middle[:, :1].expand_as(middle), atol=1e-6)
    assert all(impacts(each) == [] for each in middle)
    for apart, hits in zip(distance, clips.hits, strict=True):
        found = matched(collisions(apart), within(moments(hits), *SEEN), window=0.01)
        assert (found.missed, found.false) == (0, 0) and all(abs(offset) < 1e-3 for offset in found.offsets)


def test_they_stay_in_the_picture_and_touch_only_when_they_are_heard():
    for silent in (0.0, 1.0):
        clips, radius, distance = pairs(100, silent=silent)
        assert (clips.places.abs() + radius[..., None, None]).max() <= 0.5 + 1e-5
        assert (distance >= radius.sum(1, keepdim=True) + silent * CLEAR - 1e-5).all()
        assert bool(silent) == all(hits == [] for hits in clips.hits)
    assert all(found == [] for found in seen_hits(clips.silhouettes()))
    assert all(collisions(apart) == [] for apart in distance)


def test_both_are_heard_and_equal_ones_once():
    clips, _, _ = pairs(60, silent=0.0)
    for size, hits in zip(clips.size, clips.hits, strict=True):
        assert len(hits) == len(moments(hits)) * len(size.unique())


@pytest.mark.parametrize("kind", [bouncing, colliding])
def test_the_sound_of_another_clip_is_mostly_off(kind):
    clips = kind(100, generator=torch.Generator().manual_seed(3), silent=0.0)
    seen, true = seen_hits(clips.silhouettes()), [within(moments(hits), *SEEN) for hits in clips.hits]
    own, other = (
        summary([matched(a, b) for a, b in zip(heard, true, strict=True)]) for heard in (seen, seen[1:] + seen[:1])
    )
    assert own["found"] > 100 and own["missed"] < 0.05 * own["found"]
    # A window of 300 ms in the 1.6 seconds that can be seen, with one or two hits in each.
    assert other["found"] < 0.35 * own["found"] and other["median ms"] > 8 * own["median ms"]


def test_chapter_16_collides_and_is_heard():
    small = collision(12, KNOWN, generator=torch.Generator().manual_seed(1), frames=17)
    apart = (small.places[:, 0] - small.places[:, 1]).norm(dim=-1)
    when = (
        (apart[:, 0] - small.radius.sum(1)) / (apart[:, 0] - apart[:, 1]) / FPS
    )  # what they had to go, at their speed
    clips = draw(replace(small, places=4 * small.places, radius=4 * small.radius), height=64, width=128)
    for clip, time in zip(clips, when.tolist(), strict=True):
        assert [hit.time for hit in hits_of(clip)] == pytest.approx([time, time], abs=0.02)


@pytest.mark.parametrize("lane", [0.0, 0.1, 0.3])
def test_two_that_pass_are_silent(lane):
    one = SceneObject("circle", "red", "small", "right", x=-0.25, y=-lane / 2, speed=0.25)
    other = SceneObject("square", "yellow", "small", "left", x=0.25, y=lane / 2, speed=0.25)
    assert hits_of(render([Scene((one, other))], frames=17, height=64, width=64)[0]) == []


def test_both_are_heard_in_pictures_however_little_one_of_them_turns():
    clips, radius, _ = pairs(16, seed=5, silent=0.0)
    things = collision(16, KNOWN, generator=torch.Generator().manual_seed(1), frames=17)
    videos = draw(replace(things, places=64 * (clips.places + 0.5), radius=64 * radius), height=64, width=64)
    true = [within(moments(hits), *SEEN) for hits in clips.hits]
    heard = [hits_of(video) for video in videos]
    found = [matched(within(moments(hits), *SEEN), times) for hits, times in zip(heard, true, strict=True)]
    assert sum(len(each.offsets) for each in found) >= 15 and sum(each.missed + each.false for each in found) <= 1
    both = [len(hits) >= 2 * len(times) for hits, times in zip(heard, true, strict=True)]
    assert sum(both) >= 15  # by the corners of their own ways fewer would be
