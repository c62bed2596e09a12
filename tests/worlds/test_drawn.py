"""Both drawn worlds behind one face."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
import torch

from minisora.worlds import digits, drawn
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.drawn import DrawnWorld
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld

WORLDS: tuple[DrawnWorld, ...] = (ShapesWorld(motions=("still", "left")), DigitsWorld(counts=(0.5, 0.5), split="test"))
SIZE = {"frames": 5, "height": 32, "width": 48}


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(4)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: type(world).__name__)
def test_worlds_and_scenes_survive_json(world: DrawnWorld):
    assert drawn.world_from_dict(json.loads(json.dumps(asdict(world)))) == world
    for scene in world.sample(20, generator=generator()):
        assert drawn.scene_from_dict(json.loads(json.dumps(scene.to_dict()))) == scene


def test_each_kind_is_drawn_as_by_its_own_module():
    shapes, numbers = WORLDS[0].sample(3, generator=generator()), DigitsWorld().sample(3, generator=generator())
    assert torch.equal(drawn.draw(shapes, **SIZE), render(shapes, **SIZE))  # type: ignore[arg-type]
    assert torch.equal(drawn.draw(numbers, **SIZE), digits.render(numbers, **SIZE))


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: type(world).__name__)
def test_canonical_captions_say_all_that_can_be_said_of_the_objects(world: DrawnWorld):
    for scene in world.sample(100, generator=generator()):
        text = drawn.describe(scene, style="canonical", generator=generator())
        assert text == drawn.canonical(scene)
        if isinstance(scene, digits.DigitScene):
            assert parse(text).objects == digits.claims_of(scene).objects
        else:
            assert text == canonical(scene)


def test_other_styles_are_the_modules_own():
    (number,) = DigitsWorld(counts=(1.0,)).sample(1, generator=generator())
    for style in ("terse", "plain", "descriptive"):
        assert drawn.describe(number, style=style, generator=generator(), duration=1.0) == digits.caption(
            number, style=style, generator=generator(), duration=1.0
        )
