"""A true plan is read back as its scene; one that was spoiled is not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minisora.evaluation.suite import ONE_OBJECT
from minisora.worlds.claims import ObjectClaim
from minisora.worlds.digits import DigitsWorld, meets_wall
from minisora.worlds.plan import LAYOUT, PICTURES, PLACE, STEP, plan_of
from minisora.worlds.read_plan import read_plan
from minisora.worlds.scene import Scene
from minisora.worlds.vocabulary import DIGITS


@pytest.mark.parametrize("shape", [(5, 4, 4), (5, 3, 5), (9, 4, 4)])
def test_true_plans_are_read_back(shape: tuple[int, int, int]) -> None:
    frames, rows, columns = shape
    scenes = ONE_OBJECT.sample(
        60, generator=torch.Generator().manual_seed(0), duration=0.5 * (frames - 1), aspect=columns / rows
    )
    for scene, plan in zip(scenes, plan_of(scenes, shape, 0.5), strict=True):
        (obj,), planned = scene.objects, read_plan(plan)
        assert planned is not None
        assert planned == (obj.shape, obj.colour, obj.size, obj.motion, obj.motion)


def kept(plans: Tensor, scenes: list[Scene]) -> int:
    """Of how many scenes the plans say and do what is true."""
    claims = [ObjectClaim(obj.shape, obj.colour, obj.size, obj.motion) for (obj,) in (s.objects for s in scenes)]
    read = [read_plan(plan) for plan in plans]
    assert all(each is not None and each.word == claim.motion for each, claim in zip(read, claims, strict=True))
    return sum(each.keeps(claim) for each, claim in zip(read, claims, strict=True) if each)


def test_a_path_that_jumps_is_no_motion() -> None:
    scenes = ONE_OBJECT.sample(20, generator=torch.Generator().manual_seed(1))
    plans = plan_of(scenes, (5, 4, 4), 0.5)
    place, step = (sum(list(LAYOUT.values())[: list(LAYOUT).index(name)]) for name in ("place", "step"))
    last, there_and_back = step + PICTURES - 1, 1.0 * PLACE / STEP
    plans[:, place, 2] += 1.0
    rough = plans.clone()
    plans[:, last, 1] += there_and_back
    plans[:, last, 2] -= there_and_back
    assert kept(plans, scenes) <= 4
    assert kept(rough, scenes) >= 16  # steps that do not jump say that a place is only rough


def test_a_plan_without_an_object_says_nothing() -> None:
    assert read_plan(torch.zeros(39, 5, 4, 4)) is None
    (plan,) = plan_of(DigitsWorld(counts=(1.0,)).sample(1, generator=torch.Generator().manual_seed(0)), (5, 4, 4), 0.5)
    assert read_plan(plan) is not None
    plan[:, 2] = 0  # and of one latent frame only, as little
    assert read_plan(plan) is None


@pytest.mark.parametrize("shape", [(5, 4, 4), (5, 3, 5), (9, 4, 4)])
def test_digits_are_read_by_the_way_between_walls(shape: tuple[int, int, int]) -> None:
    """Most of them turn around at a wall, which no motion of a shape does."""
    frames, rows, columns = shape
    duration, aspect = 0.5 * (frames - 1), columns / rows
    dice = torch.Generator().manual_seed(0)
    scenes = DigitsWorld(counts=(1.0,)).sample(80, generator=dice, duration=duration, aspect=aspect)
    ways = [scene.objects[0] for scene in scenes]
    read = [read_plan(plan) for plan in plan_of(scenes, shape, 0.5)]
    assert sum(meets_wall(way, duration=duration, aspect=aspect) for way in ways) >= 20
    right = sum(
        each is not None and each.keeps(ObjectClaim(DIGITS[way.digit], way.colour, None, way.motion))
        for way, each in zip(ways, read, strict=True)
    )
    assert right >= 76, right
