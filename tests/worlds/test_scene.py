"""Scenes are plain data, and the held-out tenth is fixed for good."""

import hashlib
import json

from minisora.worlds.motion import pack, unpack
from minisora.worlds.scene import COLOURS, HELD_OUT, MOTIONS, SHAPES, Scene, SceneObject, is_held_out

SCENE = Scene(
    (
        SceneObject("circle", "red", "small", "bounces", 0.25, 0.5, 0.75, 0.5),
        SceneObject("ring", "white", "large", "up-left", speed=0.25),
    ),
    "sky",
    "zooms in",
    0.125,
)


def test_a_scene_survives_json():
    assert Scene.from_dict(json.loads(json.dumps(SCENE.to_dict()))) == SCENE


def test_unpack_is_the_inverse_of_pack():
    alone = Scene((SceneObject("star", "cyan", "medium", "still"),))
    assert unpack(pack([SCENE, alone])) == [SCENE, alone]


def test_a_tenth_of_the_combinations_is_held_out():
    everything = [(c, s, m) for c in COLOURS for s in SHAPES for m in MOTIONS]
    assert len(everything) == 720
    assert len(HELD_OUT) == 72
    assert set(everything) >= HELD_OUT


def test_the_held_out_tenth_never_changes():
    listed = " ".join(sorted(",".join(combination) for combination in HELD_OUT))
    assert hashlib.sha256(listed.encode()).hexdigest().startswith("af89c85e65d85e81")


def test_every_colour_shape_and_motion_is_seen_in_training():
    seen = {(c, s, m) for c in COLOURS for s in SHAPES for m in MOTIONS} - HELD_OUT
    for place, words in enumerate((COLOURS, SHAPES, MOTIONS)):
        assert {combination[place] for combination in seen} == set(words)
    # ... and every pair too, so that only their combination is new.
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert len({(c[a], c[b]) for c in seen}) == (8, 6, 15)[a] * (8, 6, 15)[b]


def test_is_held_out_looks_at_colour_shape_and_motion():
    colour, shape, motion = min(HELD_OUT)
    assert is_held_out(SceneObject(shape, colour, "small", motion))  # type: ignore[arg-type]
    assert not all(is_held_out(SceneObject(shape, c, "small", motion)) for c in COLOURS)  # type: ignore[arg-type]
