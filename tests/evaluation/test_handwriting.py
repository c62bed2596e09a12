"""The reader of digits against clips of which everything is known."""

from __future__ import annotations

import pytest
import torch

from minisora.errors import UserError
from minisora.evaluation.handwriting import ReadDigit, classifier, drawn_scans, judge_digit, read_digit
from minisora.worlds import digits
from minisora.worlds.claims import ObjectClaim
from minisora.worlds.digits import Digit, DigitScene, DigitsWorld, split_indices
from minisora.worlds.scene import DIRECTION, Motion


def drawn(n: int = 60, *, aspect: float = 1.0) -> tuple[list[DigitScene], torch.Tensor]:
    world = DigitsWorld(counts=(1.0,), split="test")
    scenes = world.sample(n, generator=torch.Generator().manual_seed(11), aspect=aspect)
    return scenes, digits.render(scenes, frames=17, height=64, width=round(64 * aspect))


def claim(scene: DigitScene) -> ObjectClaim:
    return digits.claims_of(scene).objects[0]


def test_the_classifier_knows_the_scans_that_it_was_not_taught():
    pictures, names = drawn_scans("test", copies=1, seed=5)
    assert len(names) == len(split_indices("test"))
    assert (classifier().predict(pictures) == names).mean() > 0.98


@pytest.mark.parametrize("aspect", [1.0, 1.5])
def test_what_was_drawn_is_read(aspect: float):
    marks = [judge_digit(clip, claim(scene)) for scene, clip in zip(*drawn(aspect=aspect), strict=True)]
    for kind, least in {"count": 1.0, "colour": 1.0, "motion": 0.98, "shape": 0.95, "everything": 0.95}.items():
        assert sum(mark[kind] for mark in marks) >= least * len(marks), kind


def test_a_claim_of_something_else_does_not_hold():
    scenes, clips = drawn(20)
    for scene, clip, other in zip(scenes, clips, scenes[1:] + scenes[:1], strict=True):
        true, false, marks = claim(scene), claim(other), judge_digit(clip, claim(other))
        if not judge_digit(clip, true)["everything"]:
            continue
        assert marks["shape"] == (true.shape == false.shape)
        assert marks["colour"] == (true.colour == false.colour)
        assert marks["motion"] == (true.motion == false.motion)
        assert marks["everything"] == (true == false)


@pytest.mark.parametrize("motion", [*DIRECTION])
def test_a_wall_changes_the_way_but_not_how_it_set_off(motion: Motion):
    along = DIRECTION[motion]
    digit = Digit(3, int(split_indices("test")[0]), "white", motion, -0.1 * along[0], -0.1 * along[1], 0.45, 0.5)
    assert digits.meets_wall(digit)
    clip = digits.render([DigitScene((digit,))], frames=17, height=64, width=64)[0]
    assert read_digit(clip).motion == motion


def test_nothing_two_and_a_change_of_mind():
    scenes, clips = drawn(20)
    assert read_digit(torch.full((3, 17, 64, 64), -1.0)) == ReadDigit(0, None, None, None)
    two = DigitScene(tuple(Digit(0, 0, "white", "still", x, 0.0, 0.4, 0.0) for x in (-0.28, 0.28)))
    assert read_digit(digits.render([two], frames=17, height=64, width=64)[0]).count == 2
    other = next(i for i, scene in enumerate(scenes) if claim(scene).shape != claim(scenes[0]).shape)
    spliced = torch.cat([clips[0][:, :9], clips[other][:, 9:]], 1)
    assert read_digit(spliced).digit is None
    flashing = clips[0].clone()
    flashing[:, ::2] = -1.0
    assert read_digit(flashing).count == 0


def test_noise_and_static_have_no_digit():
    noise = torch.rand((3, 17, 64, 64), generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert not judge_digit(noise, ObjectClaim("three", "red", None, "left"))["everything"]
    assert read_digit(noise).count == 0


def test_what_is_no_clip_is_refused():
    with pytest.raises(UserError, match="48 pixels"):
        read_digit(torch.zeros(3, 17, 32, 32))
