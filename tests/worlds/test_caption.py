"""Captions are varied, short enough, and reproducible; that they are true is in test_claims.py."""

import itertools
import time

import pytest
import torch

from minisora.worlds.caption import LONGEST, STYLES, Style, canonical, caption
from minisora.worlds.scene import MOTIONS, Scene, SceneObject
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import split

BALL = SceneObject("circle", "red", "small", "up-left", speed=0.2)
BOX = SceneObject("square", "blue", "large", "bounces", x=0.2, speed=0.8)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_canonical_is_plain_and_complete():
    assert canonical(Scene((BALL,))) == "a small red circle moves up and to the left"
    assert (
        canonical(Scene((BALL, BOX))) == "a small red circle moves up and to the left and a large blue square bounces"
    )
    three = Scene((BALL, BOX, SceneObject("star", "orange", "medium", "still")), "grey", "zooms in", 0.2)
    assert canonical(three, background=True, camera=True) == (
        "a small red circle moves up and to the left, a large blue square bounces and a medium orange star stays still "
        "on a grey background while the camera zooms in"
    )
    assert canonical(Scene((BALL,), "sky"), background=True).endswith("under a cloudy sky")


@pytest.mark.parametrize("style", STYLES)
def test_the_same_generator_gives_the_same_captions(style: Style):
    scenes = ShapesWorld().sample(50, generator=generator())
    first, second = generator(1), generator(1)
    texts = [caption(scene, style=style, generator=first) for scene in scenes]
    assert texts == [caption(scene, style=style, generator=second) for scene in scenes]
    assert texts != [caption(scene, style=style, generator=generator(2)) for scene in scenes]


@pytest.mark.parametrize("style", STYLES)
def test_one_scene_is_said_in_many_ways(style: Style):
    dice = generator()
    assert len({caption(Scene((BALL, BOX)), style=style, generator=dice) for _ in range(200)}) > 150


def test_captions_are_short_enough_for_the_model():
    dice = generator()
    world = ShapesWorld(counts=(0.0, 0.2, 0.8), moving_camera=1.0)
    scenes = world.sample(400, generator=dice)
    lengths = [len(split(caption(s, style="descriptive", generator=dice))) for s in scenes for _ in range(3)]
    assert max(lengths) <= LONGEST


def test_the_styles_differ_in_what_they_say():
    dice = generator()
    scenes = ShapesWorld(counts=(1.0,)).sample(500, generator=dice)
    texts = {style: [caption(s, style=style, generator=dice) for s in scenes] for style in STYLES}
    words = {style: sum(len(split(t)) for t in texts[style]) / 500 for style in STYLES}
    assert words["terse"] < words["plain"] < words["descriptive"]
    assert all(t[0].isupper() and t.endswith(".") for t in texts["descriptive"])
    assert all(t == t.lower() and not t.endswith(".") for t in texts["terse"] + texts["plain"])


def test_sizes_are_said_about_as_often_as_promised():
    dice = generator()
    scenes = ShapesWorld(counts=(1.0,)).sample(1000, generator=dice)
    for style in ("terse", "plain"):
        sizes = {"small", "tiny", "little", "medium", "large", "big", "huge", "giant"}
        said = sum(bool(sizes & set(split(caption(s, style=style, generator=dice)))) for s in scenes)
        assert 630 < said < 770


def test_all_motions_have_words_in_all_styles():
    dice = generator()
    for motion in MOTIONS:
        scene = Scene((SceneObject("circle", "red", "small", motion, speed=0.3),))
        for style in STYLES:
            assert len({caption(scene, style=style, generator=dice) for _ in range(30)}) > 5


def test_articles_agree():
    dice = generator()
    scenes = ShapesWorld().sample(300, generator=dice)
    for text in (caption(s, style="descriptive", generator=dice) for s in scenes):
        words = split(text)
        for article, word in itertools.pairwise(words):
            if article in ("a", "an"):
                assert (article == "an") == (word[0] in "aeiou"), text


def test_captions_are_fast():
    dice = generator()
    scenes = ShapesWorld().sample(300, generator=dice)
    begin = time.process_time()
    for style in STYLES:
        for scene in scenes:
            caption(scene, style=style, generator=dice)
    assert 3 * len(scenes) / (time.process_time() - begin) > 2500  # 15,000 a second when nothing else runs
