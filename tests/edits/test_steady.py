"""What flickers stands still, what moves moves on: equal to a reference, turned as the ring is turned."""

from __future__ import annotations

import torch
from scipy.optimize import lsq_linear
from torch import Generator, Tensor

from minisora.edits.steady import steadied

FRAMES, STRENGTH = 13, 0.05


def ring(seed: int = 0) -> Tensor:
    """Things that come and go before what flickers, ``3 t h w``."""
    source = Generator().manual_seed(seed)
    there = (torch.rand(3, 3, 4, 5, generator=source) > 0.5).float().repeat_interleave(5, dim=1)[:, :FRAMES]
    return there + 0.03 * torch.randn(there.shape, generator=source)


def test_as_a_solver_of_bounded_least_squares_finds_it() -> None:
    clip = ring()
    # Of each pixel y = x + D^T z, where z within the strength makes |y|^2 least (the dual of total variation).
    transposed = torch.eye(FRAMES) - torch.eye(FRAMES).roll(1, dims=0)
    pixels = clip.permute(0, 2, 3, 1).reshape(-1, FRAMES)
    found = steadied(clip, strength=STRENGTH).permute(0, 2, 3, 1).reshape(-1, FRAMES)
    assert (found - pixels).abs().max() > 0.02
    for pixel, steady in zip(pixels, found, strict=True):
        z = lsq_linear(transposed.double().numpy(), -pixel.double().numpy(), bounds=(-STRENGTH, STRENGTH)).x
        torch.testing.assert_close(steady, pixel + transposed @ torch.tensor(z).float(), atol=1e-3, rtol=0)


def test_a_ring_has_no_beginning() -> None:
    clip = ring()
    for frames in (1, 5):
        turned = steadied(clip.roll(frames, dims=1))
        torch.testing.assert_close(turned, steadied(clip).roll(frames, dims=1), atol=1e-6, rtol=0)


def test_flicker_goes_and_what_arrives_arrives() -> None:
    source = Generator().manual_seed(1)
    still = 0.01 * torch.randn(3, 16, 4, 4, generator=source)
    arriving = still.clone()
    arriving[:, 8:] += 0.8
    before, after = ((x.roll(-1, dims=1) - x).abs().mean() for x in (still, steadied(still)))
    assert after < 0.1 * before
    # A step within a ring has two edges: each plateau of 8 frames moves by strength / 4.
    steps = steadied(arriving).mean((0, 2, 3))
    assert torch.allclose(steps[9:15] - steps[1:7], torch.tensor(0.8 - 0.5 * 0.035), atol=5e-3)
    # And as much light as there was.
    torch.testing.assert_close(steadied(arriving).mean(1), arriving.mean(1), atol=1e-5, rtol=0)


def test_what_is_given_stays() -> None:
    clip = ring(2)
    free = torch.ones(FRAMES, dtype=torch.bool)
    free[3:7] = False
    steady = steadied(clip, free)
    assert torch.equal(steady[:, 3:7], clip[:, 3:7])
    assert not torch.allclose(steady[:, 7:], clip[:, 7:], atol=1e-3)
    assert torch.equal(steadied(clip, strength=0.0), clip)
