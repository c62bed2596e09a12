"""What a clip is made anew into goes the ways of what is seen in it: measured on the shipped weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minisora import Pipeline, edits
from minisora.edits.restyle import ways_of
from minisora.evaluation.ways import ways_in
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

RED = SceneObject("circle", "red", "medium", "right", x=-0.25, y=0.1, speed=0.25)
BLUE = SceneObject("star", "blue", "small", "still", x=0.3, y=-0.3)


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    return Pipeline.load(device="cpu")


def clip_of(*things: SceneObject) -> Tensor:
    return render([Scene(things)], frames=17, height=64, width=64)[0]


def test_another_colour_goes_the_same_way(shipped: Pipeline) -> None:
    clip = clip_of(RED)
    (mine,) = ways_in(edits.restyle(shipped, clip, "a medium green circle moves right", 0.9, seed=0).frames)
    (asked,) = ways_in(clip)
    assert 64 * torch.hypot(mine.x - asked.x, mine.y - asked.y).max() < 2.5
    assert (mine.radius / asked.radius).log().abs().max() < 0.2


def test_ways_are_those_of_as_many_things_as_are_named_from_left_to_right(shipped: Pipeline) -> None:
    clip = clip_of(BLUE, RED)
    ways = ways_of(shipped, clip, "a green circle and a white star")
    assert ways is not None and [way.motion for way in ways] == ["right", "still"]
    assert ways_of(shipped, clip, "a green circle") is None
    assert ways_of(shipped, clip[..., :32], "a green circle") is None  # too small to be read
    single = ways_of(shipped, clip_of(BLUE)[:, :1], "a white star")  # of a picture, too
    assert single is not None and abs(float(single[0].x[0]) - 0.3) < 0.02
