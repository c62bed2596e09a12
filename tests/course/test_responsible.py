"""What chapter 17 says of clips to those who cannot see them, and what happens to a file's pixels on their way."""

import pytest
import torch

from minisora.course import plots
from minisora.course.responsible import ratios_chart, told
from minisora.worlds.render import render
from minisora.worlds.scene import COLOURS, Scene, SceneObject


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("ground", ["black", "grey", "navy"])
def test_a_clip_is_told_by_its_colour_and_its_way(colour, ground):
    thing = SceneObject("circle", colour, "medium", "up", x=-0.25, y=0.3, speed=0.3)
    (clip,) = render([Scene((thing,), background=ground)], frames=17, height=64, width=64)
    first, last = told(clip).split(", ")
    assert first == f"something {colour} under and left of the middle at first"
    assert last == f"something {colour} over and left of the middle at last"


def test_what_stays_in_the_middle_is_said_to():
    thing = SceneObject("square", "red", "large", "still")
    (clip,) = render([Scene((thing,))], frames=5, height=64, width=64)
    assert told(clip) == "something red in the middle at first, something red in the middle at last"


def test_where_nothing_is_nothing_is_told():
    assert told(torch.zeros(3, 2, 64, 64)) == "nothing at first, nothing at last"


def test_rows_of_clips_say_each_what_is_in_them():
    clip = torch.zeros(3, 5, 8, 12)
    picture = plots.strips({"a": clip, "b": clip}, alt={"a": "one thing", "b": "another thing"}, moving=False)
    assert 'alt="filmstrip of a: one thing"' in picture.html and 'alt="filmstrip of b: another thing"' in picture.html
    assert picture.alt == "a: one thing; b: another thing"


def test_a_chart_is_told_in_numbers():
    ratios = {"samples": [0.1, 0.2, 0.3], "true clips": [1.0, 1.2, 1.4]}
    alt = ratios_chart({"20": {"ratios": ratios}, "200": {"ratios": ratios}}, ("samples", "true clips", "samples")).alt
    assert "of 20 clips samples 0.20, true clips 1.20" in alt
