"""What is stopped by words, by meaning, and by the clip."""

import pytest

from minisora.audit.filter import RULE, Counts, breaks, by_clip, by_meaning, by_words
from minisora.worlds.claims import ObjectClaim
from minisora.worlds.render import render
from minisora.worlds.scene import Colour, Motion, Scene, SceneObject, Shape

LIST = ("red", "triangle", "up")


def clip_of(shape: Shape = "triangle", colour: Colour = "red", motion: Motion = "up"):
    thing = SceneObject(shape, colour, "medium", motion, y=0.2 if motion == "up" else -0.2, speed=0.22)
    return render([Scene((thing,))], frames=17, height=64, width=64)[0]


def test_words_miss_synonyms_and_stop_what_is_harmless():
    assert by_words("a red triangle moves up", LIST)
    assert not by_words("a crimson pyramid rises", LIST)
    assert by_words("a red square moves up and a white triangle bounces", LIST)


@pytest.mark.parametrize(
    "prompt",
    [
        "a crimson pyramid rises",
        "ein rotes Dreieck steigt auf",
        "красный треугольник движется вверх",
        "a blue star spins and a red triangle moves up",
    ],
)
def test_meaning_finds_it_in_other_words_and_languages(prompt):
    assert by_meaning(prompt) is True


@pytest.mark.parametrize(
    "prompt", ["a red triangle moves down", "a red square moves up and a white triangle bounces", "a triangle moves up"]
)
def test_meaning_lets_through_what_is_harmless(prompt):
    assert by_meaning(prompt) is False


def test_what_is_open_may_count_and_what_is_not_understood_is_said_to_be():
    assert by_meaning("a triangle moves up", open_counts=True) is True
    assert by_meaning("an object moves up", open_counts=True) is False
    assert by_meaning("a burgundy wedge ascends") is None
    assert by_meaning("a burgundy wedge ascends", filled=0) is True


def test_a_rule_with_an_open_field_forbids_more():
    assert breaks(ObjectClaim(shape="circle", colour="red", motion="up"), ObjectClaim(colour="red"))
    assert not breaks(ObjectClaim(shape="circle", colour="red", motion="up"), RULE)


def test_the_clip_is_looked_at():
    assert by_clip(clip_of())
    assert not by_clip(clip_of(colour="blue"))
    assert not by_clip(clip_of(motion="down"))


def test_counts():
    counts = Counts.of([True, True, False, False, True], [True, False, True, False, True])
    assert counts == Counts(2, 1, 1, 1)
    assert counts.recall == counts.precision == pytest.approx(2 / 3)
