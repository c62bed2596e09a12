"""Relations are clear, two-sided, and seen."""

import pytest

from minisora.worlds.relations import relations
from minisora.worlds.scene import Scene, SceneObject


def scene(ax: float, ay: float, bx: float, by: float, phase: float = 0.0) -> Scene:
    ball = SceneObject("circle", "red", "small", "still", ax, ay)
    return Scene((ball, SceneObject("ring", "blue", "small", "blinks", bx, by, speed=1.0, phase=phase)))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((-0.3, 0.0, 0.3, 0.1), {("left of", 0, 1), ("right of", 1, 0)}),
        ((0.3, 0.0, -0.3, 0.1), {("right of", 0, 1), ("left of", 1, 0)}),
        ((0.1, -0.3, 0.0, 0.3), {("above", 0, 1), ("below", 1, 0)}),
        ((0.1, 0.3, 0.0, -0.3), {("below", 0, 1), ("above", 1, 0)}),
        ((0.0, 0.0, 0.1, 0.1), {("in front of", 1, 0)}),
    ],
)
def test_relations_of_two(at: tuple[float, float, float, float], expected: set):
    assert set(relations(scene(*at))) == expected


def test_nothing_is_said_of_what_does_not_show_yet():
    assert relations(scene(-0.3, 0.0, 0.3, 0.0, phase=0.6)) == []


def test_touching_corners_are_no_occlusion():
    slim = (
        SceneObject("diamond", "red", "large", "still", -0.22, 0.0),
        SceneObject("diamond", "blue", "large", "still", 0.22),
    )
    assert relations(Scene(slim)) == []  # their circles overlap, but diamonds are narrow


def test_one_object_has_no_relations():
    assert relations(Scene((SceneObject("star", "red", "small", "still"),))) == []
