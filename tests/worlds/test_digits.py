"""Handwriting: scans of two halves that never mix, paths that bounce, captions that are true."""

import json
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from minisora.worlds import digits
from minisora.worlds.caption import STYLES, Style
from minisora.worlds.claims import ObjectClaim, parse
from minisora.worlds.digits import Digit, DigitScene, DigitsWorld, Split
from minisora.worlds.scene import DIRECTION
from minisora.worlds.vocabulary import DIGITS, KNOWN, split


def sampled(n: int, seed: int = 0, world: DigitsWorld | None = None, **options: float) -> list[DigitScene]:
    return (world or DigitsWorld()).sample(n, generator=torch.Generator().manual_seed(seed), **options)


def seven(**changes) -> DigitScene:
    scan = int((digits.scans()[1] == 7).nonzero()[0])
    plain = Digit(7, scan, "white", "left", x=0.1, y=0.0, size=0.4, speed=0.3)
    return DigitScene((replace(plain, **changes),))


def middle(clip: torch.Tensor) -> torch.Tensor:
    """Where the ink is: ``f 2`` (x, y) in sides."""
    ink = clip.sum(0) + 3
    height, width = ink.shape[1:]
    x, y = ((torch.arange(n) + 0.5 - n / 2) / min(height, width) for n in (width, height))
    total = ink.sum((1, 2))
    return torch.stack([(ink.sum(1) * x).sum(1) / total, (ink.sum(2) * y).sum(1) / total], 1)


def test_the_splits_part_all_scans_for_good():
    train, test = digits.split_indices("train"), digits.split_indices("test")
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(1797))
    assert len(test) == 364
    assert test[:5].tolist() == [0, 10, 18, 25, 27]
    assert digits.scans()[1][test].bincount().min() > 20  # all digits are in both


@pytest.mark.parametrize("half", ["train", "test"])
def test_scenes_show_only_scans_of_their_split(half: Split):
    allowed = set(digits.split_indices(half).tolist())
    labels = digits.scans()[1]
    for scene in sampled(300, world=DigitsWorld(split=half)):
        assert all(obj.scan in allowed and labels[obj.scan] == obj.digit for obj in scene.objects)


def test_no_scan_is_in_both_splits_by_being_there_twice():
    pixels = digits.scans()[0].flatten(1)
    train, test = pixels[digits.split_indices("train")], pixels[digits.split_indices("test")]
    assert torch.cdist(test, train).min() > 0


def test_a_scene_is_plain_data_and_the_generator_decides_it():
    assert sampled(20) == sampled(20) != sampled(20, seed=1)
    scene = sampled(1)[0]
    assert DigitScene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene


@pytest.mark.parametrize(("frames", "height", "width"), [(17, 64, 64), (1, 32, 32), (5, 48, 96)])
def test_clips(frames: int, height: int, width: int):
    clips = digits.render(sampled(6, aspect=width / height), frames=frames, height=height, width=width)
    assert clips.shape == (6, 3, frames, height, width) and clips.dtype == torch.float32
    assert clips.min() == -1 and 0 < clips.max() <= 1
    assert (clips.amax((1, 3, 4)) > 0).all()  # there is ink in every frame


def test_resolution_does_not_matter():
    scenes = sampled(8)
    small = digits.render(scenes, frames=2, height=64, width=64)
    large = digits.render(scenes, frames=2, height=128, width=128)
    pooled = F.avg_pool2d(large.transpose(1, 2).flatten(0, 1), 2).unflatten(0, (8, 2)).transpose(1, 2)
    assert (pooled - small).abs().mean() < 0.01


@pytest.mark.parametrize("motion", DIRECTION)
def test_digits_move_straight_until_a_wall(motion):
    clip = digits.render([seven(motion=motion, x=0.0)], frames=5, height=64, width=64)[0]
    path = middle(clip)
    expected = 0.3 * 4 / 8 * torch.tensor(DIRECTION[motion])
    torch.testing.assert_close(path[-1] - path[0], expected, atol=0.01, rtol=0)


def test_walls_turn_them_around():
    path = middle(digits.render([seven(speed=0.4)], frames=17, height=64, width=64)[0])[:, 0]
    turn = int(path.argmin())
    assert 6 <= turn <= 10  # 0.4 sides of room at 0.4 sides a second: after a second
    assert path[0] > path[turn] < path[-1]
    assert not digits.meets_wall(seven().objects[0], duration=1.0)
    assert digits.meets_wall(seven().objects[0], duration=2.0)
    assert not digits.meets_wall(seven().objects[0], duration=2.0, aspect=2.0)


def test_they_never_leave_the_frame():
    clips = digits.render(sampled(60), frames=41, height=32, width=32)
    border = torch.cat([clips[..., 0, :], clips[..., -1, :], clips[..., :, 0], clips[..., :, -1]], -1)
    assert (border > -0.9).float().mean() < 0.02  # scans may touch the wall, and no more
    assert (clips.amax((1, 3, 4)) > 0).all()


def test_a_colour_is_the_colour_of_the_ink():
    clip = digits.render([seven(colour="red")], frames=1, height=64, width=64)[0, :, 0]
    assert clip[0].max() > 0.5 and clip[1].max() < -0.7


@pytest.mark.parametrize("style", STYLES)
def test_captions_are_true_and_read_back(style: Style):
    dice = torch.Generator().manual_seed(1)
    for scene in sampled(400):
        text = digits.caption(scene, style=style, generator=dice)
        assert set(split(text)) <= KNOWN
        said, true = parse(text), digits.claims_of(scene)
        assert len(said.objects) == len(true.objects)
        for claim in said.objects:
            assert any(_agrees(claim, fact) for fact in true.objects), text
        assert ("off" in split(text)) <= any(digits.meets_wall(obj) for obj in scene.objects)
        assert said.background in (None, "black")


def _agrees(claim: ObjectClaim, fact: ObjectClaim) -> bool:
    colour = claim.colour in (None, fact.colour)
    return colour and (claim.shape, claim.motion) == (fact.shape, fact.motion)


def test_all_ten_digits_have_captions_in_words_and_figures():
    dice = torch.Generator().manual_seed(0)
    words = {w for s in sampled(300) for w in split(digits.caption(s, style="plain", generator=dice))}
    assert words >= {*DIGITS, *"0123456789", "handwritten", "digit", "number", "off", "walls", "edge"}
