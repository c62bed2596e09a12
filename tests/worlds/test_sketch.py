"""A sketch shows, in few pixels, what the drawn clip shows in many."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from minisora.worlds import digits
from minisora.worlds.digits import DigitScene, DigitsWorld
from minisora.worlds.plan import NUMBERS, plan_of, track_of
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.sketch import STRENGTH, TOLD, pictures, told, told_of

SHAPE, SECONDS = (5, 4, 4), 0.5
ONE = ShapesWorld(counts=(1.0,), motions=("bounces", "orbits", "spins", "blinks", "up", "grows"), moving_camera=0.0)


def silhouettes(scenes: list[Scene], height: int = 64, width: int = 64) -> Tensor:
    """What is covered in drawn clips, as shares of 4x4 pixels: white things on black, beside no things."""
    white = [
        replace(s, background="black", objects=tuple(replace(o, colour="white") for o in s.objects)) for s in scenes
    ]
    bright = (render(white, frames=17, height=height, width=width).mean(1) + 1) / 2
    return F.avg_pool2d((bright > 0.3).float(), 4)


@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (3, 5)])
def test_a_sketch_is_the_small_silhouette_of_the_clip(rows: int, columns: int) -> None:
    scenes = ONE.sample(40, generator=Generator().manual_seed(1))
    found = pictures(told_of(scenes, (5, rows, columns), SECONDS)[:, NUMBERS:])
    true = silhouettes(scenes, 16 * rows, 16 * columns)
    assert found.shape == true.shape
    assert float((found - true).abs().mean()) < 0.02 and float(true.mean()) > 0.03
    overlap = torch.minimum(found, true).sum() / torch.maximum(found, true).sum()
    assert float(overlap) > 0.85
    assert float(torch.minimum(found, true.roll(1, 0)).sum() / torch.maximum(found, true.roll(1, 0)).sum()) < 0.4


def test_a_sketch_shows_what_has_turned() -> None:
    def turning(speed: float) -> Tensor:
        thing = SceneObject("square", "red", "large", "spins", speed=speed)
        return told_of([Scene((thing,))], SHAPE, SECONDS)[0, NUMBERS:]

    slow, fast = turning(0.12), turning(0.2)
    assert torch.equal(slow[:, 0], fast[:, 0])  # all begin upright
    assert float((slow - fast)[:, -1].abs().max()) > 0.3 * STRENGTH


def test_the_plan_comes_first() -> None:
    scenes = ONE.sample(3, generator=Generator().manual_seed(2))
    both = told_of(scenes, SHAPE, SECONDS)
    assert both.shape == (3, TOLD, *SHAPE) and torch.equal(both[:, :NUMBERS], plan_of(scenes, SHAPE, SECONDS))


@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (3, 5)])
def test_a_sketched_digit_is_the_small_picture_of_its_ink(rows: int, columns: int) -> None:
    aspect = columns / rows
    scenes = DigitsWorld().sample(20, generator=Generator().manual_seed(2), aspect=aspect)
    white = [DigitScene(tuple(replace(digit, colour="white") for digit in scene.objects)) for scene in scenes]
    found = pictures(told_of(scenes, (5, rows, columns), SECONDS)[:, NUMBERS:])
    ink = (digits.render(white, frames=17, height=16 * rows, width=16 * columns).amax(1) + 1) / 2
    true = F.avg_pool2d(ink / ink.amax(), 4)
    assert found.shape == true.shape and float(true.mean()) > 0.05
    assert float((found - true).abs().mean()) < 0.003  # one digit over another one is a little less than their maximum
    assert float((found - true.roll(1, 0)).abs().mean()) > 0.05


def test_a_digit_that_nobody_has_written_is_not_sketched() -> None:
    now, then = track_of(DigitsWorld().sample(3, generator=Generator().manual_seed(2)), SHAPE, SECONDS)
    blank = told(now._replace(ink=0 * now.ink), then, SHAPE)
    assert not blank[:, NUMBERS:].any() and blank[:, :NUMBERS].any()


def test_several_things_are_in_one_sketch() -> None:
    left, right = (SceneObject("circle", "red", "small", "still", x=x) for x in (-0.25, 0.25))
    one, other, both = (
        told_of([Scene(each)], SHAPE, SECONDS)[:, NUMBERS:] for each in ((left,), (right,), (left, right))
    )
    torch.testing.assert_close(both, one + other)
