"""A detector learns the cheapest difference between what it is shown, and nothing where there is none."""

import torch
from torch import Generator

from minisora.audit import Detector, roc_auc, scores, train_detector
from minisora.audit.detector import treated


def clips(n, seed, grain=0.0):
    dice = Generator().manual_seed(seed)
    small = torch.rand(n, 3, 2, 8, 8, generator=dice) - 0.5
    video = torch.nn.functional.interpolate(small, (2, 32, 32), mode="trilinear")
    return video + grain * torch.randn(video.shape, generator=dice)


def test_it_finds_a_grain_in_new_clips_and_is_at_the_floor_without_one():
    made, true = clips(24, 1, grain=0.03), clips(24, 2)
    detector, seconds = train_detector(made, true, seed=0, steps=60, batch=16)
    assert seconds > 0
    new = scores(detector, clips(24, 4))
    assert roc_auc(scores(detector, clips(24, 3, grain=0.03)), new) > 0.95
    assert 0.3 < roc_auc(scores(detector, clips(24, 5)), new) < 0.7


def test_scores_are_means_over_frames():
    detector = Detector(generator=Generator().manual_seed(0))
    video = clips(3, 6)
    frames = detector(video.transpose(1, 2).flatten(0, 1)).view(3, 2).mean(1)
    assert torch.allclose(scores(detector, video), frames, atol=1e-6)


def test_treated_frames_keep_shape_and_range_and_are_rounded():
    frames = treated(clips(4, 7)[:, :, 0], Generator().manual_seed(1))
    assert frames.shape == (4, 3, 32, 32) and frames.abs().max() <= 1
    levels = (frames + 1) * 127.5
    assert torch.allclose(levels, levels.round(), atol=1e-3)
