"""The reader of digits against clips of which everything is known."""

from __future__ import annotations

import pytest
import torch

from minisora.errors import UserError
from minisora.evaluation.handwriting import classifier, drawn_scans, read_digit
from minisora.evaluation.judge import judge
from minisora.worlds import digits
from minisora.worlds.claims import parse
from minisora.worlds.digits import Digit, DigitScene, DigitsWorld, split_indices
from minisora.worlds.scene import DIRECTION, Motion


def drawn(n: int = 60, *, aspect: float = 1.0) -> tuple[list[DigitScene], torch.Tensor]:
    world = DigitsWorld(counts=(1.0,), split="test")
    scenes = world.sample(n, generator=torch.Generator().manual_seed(11), aspect=aspect)
    return scenes, digits.render(scenes, frames=17, height=64, width=round(64 * aspect))


def said(scene: DigitScene) -> tuple[str | None, ...]:
    (claim,) = digits.claims_of(scene).objects
    return claim.shape, claim.colour, claim.motion


def test_the_classifier_knows_the_scans_that_it_was_not_taught():
    pictures, names = drawn_scans("test", copies=1, seed=5)
    assert len(names) == len(split_indices("test"))
    assert (classifier().predict(pictures) == names).mean() > 0.98


@pytest.mark.parametrize("aspect", [1.0, 1.5])
def test_what_was_drawn_is_read(aspect: float):
    scenes, clips = drawn(aspect=aspect)
    verdicts = [judge(clip, digits.claims_of(scene)) for scene, clip in zip(scenes, clips, strict=True)]
    for kind, least in {"count": 1.0, "colour": 1.0, "motion": 0.98, "shape": 0.95, "everything": 0.95}.items():
        assert sum(getattr(verdict, kind) for verdict in verdicts) >= least * len(verdicts), kind
    for scene, verdict in zip(scenes, verdicts, strict=True):
        (seen,), (digit,) = verdict.reading.objects, scene.objects
        assert (seen.x[0] - digit.x).abs() < 0.1 and (seen.y[0] - digit.y).abs() < 0.1


def test_a_claim_of_something_else_does_not_hold():
    scenes, clips = drawn(20)
    for scene, clip, other in zip(scenes, clips, scenes[1:] + scenes[:1], strict=True):
        if judge(clip, digits.claims_of(scene)).everything:
            verdict = judge(clip, digits.claims_of(other))
            same = [a == b for a, b in zip(said(scene), said(other), strict=True)]
            assert [verdict.shape, verdict.colour, verdict.motion] == same
            assert verdict.everything == all(same)


@pytest.mark.parametrize("motion", [*DIRECTION])
def test_a_wall_changes_the_way_but_not_how_it_set_off(motion: Motion):
    along = DIRECTION[motion]
    digit = Digit(3, int(split_indices("test")[0]), "white", motion, -0.1 * along[0], -0.1 * along[1], 0.45, 0.5)
    assert digits.meets_wall(digit)
    clip = digits.render([DigitScene((digit,))], frames=17, height=64, width=64)[0]
    assert [seen.motion for seen in read_digit(clip).objects] == [motion]


def test_nothing_two_and_a_change_of_mind():
    scenes, clips = drawn(20)
    assert read_digit(torch.full((3, 17, 64, 64), -1.0)).objects == ()
    two = DigitScene(tuple(Digit(0, 0, "white", "still", x, 0.0, 0.4, 0.0) for x in (-0.28, 0.28)))
    assert len(read_digit(digits.render([two], frames=17, height=64, width=64)[0]).objects) == 2
    other = next(i for i, scene in enumerate(scenes) if said(scene)[0] != said(scenes[0])[0])
    spliced = torch.cat([clips[0][:, :9], clips[other][:, 9:]], 1)
    assert [seen.shape for seen in read_digit(spliced).objects] == [None]
    flashing = clips[0].clone()
    flashing[:, ::2] = -1.0
    assert read_digit(flashing).objects == ()


def test_noise_has_no_digit():
    noise = torch.rand((3, 17, 64, 64), generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert read_digit(noise).objects == ()


def test_shapes_are_no_digits_and_digits_no_shapes():
    _, clips = drawn(4)
    for clip in clips:
        assert not judge(clip, parse("a red circle moves left")).everything
    assert not judge(clips[0], parse("a red circle and a handwritten three")).everything


def test_what_is_no_clip_is_refused():
    with pytest.raises(UserError, match="48 pixels"):
        read_digit(torch.zeros(3, 17, 32, 32))
