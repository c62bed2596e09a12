from __future__ import annotations

import pytest
import torch
from torch import Generator

from minisora.evaluation.dimensions import (
    dynamic_degree,
    motion_smoothness,
    subject_consistency,
    temporal_flickering,
)
from minisora.evaluation.features import RandomFeatures, frame_vectors, places
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

MOVES = Scene((SceneObject("circle", "red", "medium", "right", x=-0.1, speed=0.2),))
STAYS = Scene((SceneObject("square", "blue", "large", "still", x=0.1, y=-0.05),))
CLIPS = render([MOVES, STAYS], frames=17, height=32, width=32)


def features(frames: int, seed: int = 0) -> RandomFeatures:
    return RandomFeatures((frames, 7, 7), count=12, generator=Generator().manual_seed(seed))


def test_features_of_single_frames_do_not_see_their_order_and_blocks_do():
    order = torch.randperm(17, generator=Generator().manual_seed(1))
    shuffled = CLIPS[:, :, order]
    assert torch.allclose(features(1)(CLIPS), features(1)(shuffled), atol=1e-6)
    assert (features(5)(CLIPS)[0] - features(5)(shuffled)[0]).abs().max() > 1e-3
    assert torch.allclose(features(5)(CLIPS)[1], features(5)(shuffled)[1], atol=1e-6)  # nothing moves there


def test_features_are_blind_to_plain_colour_and_the_same_in_batches():
    assert features(5)(torch.full((1, 3, 9, 16, 16), 0.7)).abs().max() < 1e-5
    assert torch.allclose(features(5)(CLIPS), features(5)(CLIPS, batch=1))
    assert features(1)(CLIPS).shape == (2, 12)


def test_places_are_those_of_the_scene():
    found = places(CLIPS)
    x, _, size = found.unbind(-1)
    assert found.shape == (2, 17, 3)
    assert x[1] == pytest.approx(torch.full((17,), 0.1), abs=0.02) and found[1, :, 1] == pytest.approx(
        torch.full((17,), -0.05), abs=0.02
    )
    assert (x[0].diff() > 0).all() and size[1].min() > size[0].max()
    assert places(torch.zeros(1, 3, 3, 8, 8)).abs().max() == 0


def test_frame_vectors_have_no_mean():
    vectors = frame_vectors(CLIPS, cells=4)
    assert vectors.shape == (2, 17, 48) and vectors.mean(-1).abs().max() < 1e-6


def test_dimensions_of_what_stays_and_what_moves():
    moves, stays = (torch.stack([d(CLIPS)[i] for d in DIMENSIONS]) for i in (0, 1))
    assert stays[:3] == pytest.approx(torch.ones(3), abs=1e-4) and float(stays[3]) == 0
    assert (moves[:3] < 0.9999).all() and float(moves[3]) == 1


DIMENSIONS = (subject_consistency, temporal_flickering, motion_smoothness, dynamic_degree)


def test_dimensions_by_hand():
    ramp = torch.linspace(-1, 1, 5)[None, None, :, None, None].expand(1, 3, 5, 4, 4)  # each step is 0.5
    assert temporal_flickering(ramp) == pytest.approx(0.75) and motion_smoothness(ramp) == pytest.approx(1)
    blink = torch.tensor([1.0, -1.0, 1.0, -1.0])[None, None, :, None, None].expand(1, 3, 4, 4, 4)
    assert temporal_flickering(blink) == pytest.approx(0) and motion_smoothness(blink) == pytest.approx(0)
    halves = torch.tensor([1.0, -1.0]).repeat_interleave(4).expand(1, 3, 3, 8, 8).clone()
    halves[:, :, 1:] *= -1  # opposite to the first frame, and the third like the second
    assert subject_consistency(halves) == pytest.approx(((-1 - 1) / 2 + (-1 + 1) / 2) / 2)


def test_dynamic_degree_looks_at_what_changes_most():
    clip = torch.zeros(1, 3, 2, 10, 10)
    clip[:, 0, 1, 0, :5] = 0.4  # five pixels of a hundred, by 0.2 of the range, in one colour
    assert dynamic_degree(clip, threshold=0.19) == 1 and dynamic_degree(clip, threshold=0.21) == 0
    assert dynamic_degree(clip, share=0.5, threshold=0.19) == 0
