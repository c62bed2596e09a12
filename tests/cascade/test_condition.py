import torch
from torch import Generator

from minisora.cascade import as_known, augmented, enlarged, motion_bucket, numbers, size_one
from minisora.model import patchify


def test_noise_on_a_condition_is_told():
    low, level = torch.ones(2, 3, 2, 4, 4), torch.tensor([0.0, 0.5])
    told = augmented(low, level, generator=Generator().manual_seed(0))
    assert told.shape == (2, 4, 2, 4, 4)
    assert torch.equal(told[0, :3], low[0]) and not told[0, 3].any() and bool((told[1, 3] == 0.5).all())
    assert abs(float(told[1, :3].mean()) - 0.5) < 0.2 and float(told[1, :3].std()) > 0.3


def test_a_noised_condition_is_of_size_one_at_any_level():
    low = torch.randn(5, 3, 4, 16, 16, generator=Generator().manual_seed(0))
    level = torch.tensor([0.0, 0.1, 0.35, 0.6, 1.0])
    told = augmented(low, level, generator=Generator().manual_seed(1))
    known = size_one(told)
    assert torch.equal(known[0], told[0]) and torch.equal(known[:, 3], told[:, 3])
    assert bool(((known[:, :3].flatten(1).std(1) - 1).abs() < 0.05).all())
    # A little noise hardly dims the clip: the share of it that stays is 0.994 at level 0.1, on the straight path 0.9.
    stays = (known[1, :3] * low[1]).mean() / low[1].square().mean()
    assert abs(float(stays) - 0.9 / (0.81 + 0.01) ** 0.5) < 0.02


def test_frames_and_pixels_are_repeated_and_none_is_later_than_its_time():
    low = torch.arange(3.0).view(1, 1, 3, 1, 1).expand(1, 1, 3, 2, 2)
    large = enlarged(low, (5, 4, 4))
    assert large[0, 0, :, 0, 0].tolist() == [0, 0, 1, 1, 2]
    pixels = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 1, 1, 2, 2)
    assert enlarged(pixels, (1, 4, 4))[0, 0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]


def test_what_is_known_lies_where_the_tokens_lie():
    clip = torch.randn(2, 4, 3, 8, 8, generator=Generator().manual_seed(0))
    assert torch.equal(patchify(as_known(clip, 4), 1), patchify(clip, 4))
    told = numbers(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), (3, 8, 8), 4)
    assert told.shape == (2, 2, 3, 2, 2) and bool((told[1, 0] == 3).all())


def test_a_frozen_clip_is_in_bucket_0_and_a_faster_one_higher():
    still = torch.zeros(1, 3, 4, 8, 8)
    moving = torch.zeros(2, 3, 4, 8, 8)
    for frame in range(4):
        moving[0, :, frame, :, frame] = 0.5
        moving[1, :, frame, :, 2 * frame] = 1.0
    assert motion_bucket(still).tolist() == [0]
    slow, fast = motion_bucket(moving).tolist()
    assert 0 < slow < fast <= 255
