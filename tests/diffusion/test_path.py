"""Curves, their derivatives, and the conversions between what a network may predict."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path, path_from_betas, shift_time

PATHS = [STRAIGHT, COSINE, DDPM_LINEAR, EDM]
every_path = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@every_path
def test_runs_from_the_clip_to_noise(path: Path):
    t = torch.linspace(0, 1, 101, dtype=torch.float64)
    assert path.alpha(t)[0] == 1 and path.sigma(t)[0] == 0
    assert (path.sigma(t).diff() > 0).all() and (path.alpha(t).diff() <= 0).all()
    assert (path.log_snr(t).diff() < 0).all()
    assert path.log_snr(t[:1]).isposinf().all()


@every_path
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_at_time_0_the_clip_is_seen_whatever_the_network_says(path: Path, dtype: torch.dtype):
    x, answer = torch.randn(2, 8, generator=torch.Generator().manual_seed(0), dtype=dtype)
    start = torch.zeros((), dtype=dtype)
    assert torch.equal(path.add_noise(x, answer, start), x)
    torch.testing.assert_close(path.to_x0(answer, x, start), x)
    assert path.to_eps(answer, x, start).isfinite().all()


@pytest.mark.parametrize("path", [STRAIGHT, COSINE], ids=lambda path: path.name)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ends_in_nothing_but_noise(path: Path, dtype: torch.dtype):
    end = torch.ones(1, dtype=dtype)
    assert path.alpha(end) == 0 and path.sigma(end) == 1
    assert path.log_snr(end).isneginf().all()


@pytest.mark.parametrize("path", [COSINE, DDPM_LINEAR], ids=lambda path: path.name)
def test_variance_is_preserved(path: Path):
    t = torch.linspace(0, 1, 77, dtype=torch.float64)
    torch.testing.assert_close(path.alpha(t) ** 2 + path.sigma(t) ** 2, torch.ones_like(t))


@every_path
def test_derivatives_are_the_derivatives(path: Path):
    t = torch.linspace(0.0123, 0.9877, 50, dtype=torch.float64).requires_grad_()  # beside the knots of DDPM
    for curve, derivative in ((path.alpha, path.dalpha), (path.sigma, path.dsigma)):
        value = curve(t)
        if value.requires_grad:
            (expected,) = torch.autograd.grad(value.sum(), t)
        else:
            expected = torch.zeros_like(t)  # a constant
        torch.testing.assert_close(derivative(t).detach(), expected)


@every_path
@settings(max_examples=50, deadline=None)
@given(t=st.floats(0.01, 0.99), seed=st.integers(0, 2**31))
def test_every_prediction_says_the_same(path: Path, t: float, seed: int):
    x0, eps = torch.randn(2, 8, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    time = torch.tensor(t, dtype=torch.float64)
    x, velocity = path.add_noise(x0, eps, time), path.velocity(x0, eps, time)

    torch.testing.assert_close(path.to_x0(velocity, x, time), x0, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(path.to_eps(velocity, x, time), eps, rtol=1e-9, atol=1e-9)
    v = path.to_v(velocity, x, time)
    torch.testing.assert_close(v, path.alpha(time) * eps - path.sigma(time) * x0, rtol=1e-9, atol=1e-7)
    for back in (path.from_x0(x0, x, time), path.from_eps(eps, x, time), path.from_v(v, x, time)):
        torch.testing.assert_close(back, velocity, rtol=1e-7, atol=1e-7)


@every_path
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_round_trips_of_any_prediction_with_a_time_for_each_token(path: Path, seed: int):
    """Nothing has to be consistent here: whatever a network answers survives the way there and back."""
    generator = torch.Generator().manual_seed(seed)
    x, answer = torch.randn(2, 2, 3, 4, 2, 2, generator=generator, dtype=torch.float64)
    t = 0.05 + 0.9 * torch.rand(2, 1, 4, 2, 2, generator=generator, dtype=torch.float64)
    for there, back in ((path.to_x0, path.from_x0), (path.to_eps, path.from_eps), (path.to_v, path.from_v)):
        torch.testing.assert_close(back(there(answer, x, t), x, t), answer, rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(there(back(answer, x, t), x, t), answer, rtol=1e-6, atol=1e-6)


def test_straight_path_in_one_line():
    x0, eps, t = column(0.3, -1.0), column(1.0, 2.0), column(0.25, 0.5)
    velocity = STRAIGHT.velocity(x0, eps, t)
    torch.testing.assert_close(velocity, eps - x0)
    x = STRAIGHT.add_noise(x0, eps, t)
    torch.testing.assert_close(STRAIGHT.to_x0(velocity, x, t), x - t * velocity)
    torch.testing.assert_close(STRAIGHT.to_eps(velocity, x, t), x + (1 - t) * velocity)


def test_betas_give_the_product_at_the_knots_and_a_constant_rate_between():
    path = path_from_betas("three steps", column(0.1, 0.5, 0.2))
    knots = torch.arange(4, dtype=torch.float64) / 3
    torch.testing.assert_close(path.alpha(knots) ** 2, column(1.0, 0.9, 0.45, 0.36))
    between = path.alpha(torch.linspace(1 / 3 + 1e-9, 2 / 3, 9, dtype=torch.float64)).log()
    torch.testing.assert_close(between.diff(), between.diff()[:1].expand(8), rtol=1e-6, atol=0.0)


@settings(max_examples=50, deadline=None)
@given(t=st.floats(0.001, 0.999), shift=st.floats(0.1, 10))
def test_shift_lowers_the_log_snr_of_the_straight_path_by_a_constant(t: float, shift: float):
    time = column(t)
    moved = shift_time(time, shift)
    expected = STRAIGHT.log_snr(time) - 2 * column(shift).log()
    torch.testing.assert_close(STRAIGHT.log_snr(moved), expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(shift_time(moved, 1 / shift), time)
