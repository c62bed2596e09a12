"""Attacks leave a video a video, let gradients through, and do what they say."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from minisora.marks import attacks
from minisora.marks.learning import attacked_at_random, moved


@pytest.fixture
def video() -> Tensor:
    return torch.rand(2, 3, 3, 20, 28, generator=Generator().manual_seed(0)) * 1.6 - 0.8


def test_all_keep_the_range_and_let_gradients_through(video: Tensor) -> None:
    dice = Generator().manual_seed(1)
    for attack in (
        attacks.rounded,
        lambda v: attacks.noise(v, 0.1, generator=dice),
        lambda v: attacks.blur(v, 1.0),
        lambda v: attacks.rescaled(v, 0.5),
        lambda v: attacks.coarsened(v, 0.1),
        lambda v: attacks.brightened(v, add=0.1, contrast=0.8, colour=0.5),
    ):
        given = video.clone().requires_grad_()
        result = attack(given)
        assert result.shape == video.shape and result.abs().max() <= 1 and not torch.equal(result, video)
        result.square().sum().backward()
        assert given.grad is not None and given.grad.abs().sum() > 0


def test_nothing_is_done_where_nothing_was_asked_for(video: Tensor) -> None:
    assert torch.equal(attacks.rescaled(video, 1.0), video)
    assert torch.allclose(attacks.brightened(video), video, atol=1e-6)
    assert torch.allclose(attacks.coarsened(video, 1e-6, half_colour=False), video, atol=1e-3)
    assert torch.allclose(attacks.blur(torch.full_like(video, 0.3), 2.0), torch.full_like(video, 0.3), atol=1e-6)
    assert (attacks.rounded(video) - video).abs().max() <= 0.5 / 127.5 + 1e-6


def test_coarser_is_worse(video: Tensor) -> None:
    errors = [
        float((attacks.coarsened(video, step, half_colour=False) - video).square().mean()) for step in (0.01, 0.05, 0.2)
    ]
    assert errors == sorted(errors) and errors[0] < errors[-1] / 2


def test_windows_and_frames(video: Tensor) -> None:
    window = attacks.crop(video, 2, 3, 10, 12)
    assert torch.equal(window, video[..., 2:12, 3:15])
    with pytest.raises(ValueError):
        attacks.crop(video, 15, 0, 10, 12)
    assert attacks.cropped(video, 0.5, generator=Generator().manual_seed(0)).shape[3:] == (10, 14)
    assert attacks.frames_dropped(video, 0.99, generator=Generator().manual_seed(0)).shape[2] == 1
    assert attacks.frames_dropped(video, 0.4, generator=Generator().manual_seed(0)).shape[2] == 2


def test_a_moved_tile_begins_where_it_is_said_to() -> None:
    """Of frames that are bright where a tile of 16 begins, the window is bright at the shift, too, zoom or no zoom."""
    bright = torch.full((1, 3, 64, 64), -1.0)
    for row in range(0, 64, 16):
        for column in range(0, 64, 16):
            bright[..., row : row + 3, column : column + 3] = 1
    dice = Generator().manual_seed(3)
    for _ in range(20):
        window, (top, left) = moved(bright, 16, dice)
        rows, columns = (window.shape[2] // 2, window.shape[3] // 2)
        # the beginning that is nearest to the middle
        row, column = top + 16 * round((rows - top) / 16), left + 16 * round((columns - left) / 16)
        assert window[0, :, row - 1 : row + 4, column - 1 : column + 4].max() > 0.5


def test_random_attacks_keep_the_size_and_come_again(video: Tensor) -> None:
    frames = video[:, :, 0]
    for seed in range(12):
        once, again = (attacked_at_random(frames, Generator().manual_seed(seed)) for _ in range(2))
        assert once.shape == frames.shape and torch.equal(once, again)
