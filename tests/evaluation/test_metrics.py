from __future__ import annotations

import pytest
import torch
from scipy.stats import binomtest

from minisora.evaluation.metrics import flicker, psnr, wilson


def test_psnr_of_a_known_error():
    a = torch.zeros(2, 3, 5, 8, 8)
    b = a.clone()
    b[0] += 0.2
    assert torch.allclose(psnr(a, b)[0], torch.tensor(20.0), atol=1e-4)
    assert psnr(a, b)[1] == torch.inf


@pytest.mark.parametrize(("right", "of"), [(0, 10), (5, 10), (10, 10), (97, 100)])
def test_wilson_equals_scipy(right, of):
    expected = binomtest(right, of).proportion_ci(0.95, method="wilson")
    assert wilson(right, of) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_wilson_of_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_flicker_is_zero_for_even_changes():
    ramp = torch.linspace(-1, 1, 9)[None, None, :, None, None].expand(1, 3, 9, 4, 4)
    assert flicker(ramp) == pytest.approx(0, abs=1e-6)
    blink = torch.tensor([1.0, -1.0] * 4)[None, None, :, None, None].expand(1, 3, 8, 4, 4)
    assert flicker(blink) == pytest.approx(4)
