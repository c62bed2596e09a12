from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import Generator

from minisora.evaluation.frechet import at_infinity, between_halves, frechet_distance, polynomial_mmd


def drawn(n: int, d: int, seed: int) -> torch.Tensor:
    dice = Generator().manual_seed(seed)
    return torch.randn(n, d, generator=dice) @ torch.randn(d, d, generator=dice) + torch.randn(d, generator=dice)


@pytest.mark.parametrize(("n", "m", "d"), [(50, 60, 4), (200, 90, 16), (12, 9, 16)])  # the last ones are singular
def test_frechet_equals_scipys_matrix_root(n, m, d):
    a, b = drawn(n, d, 1), drawn(m, d, 2)
    A, B = np.cov(a.double().numpy().T), np.cov(b.double().numpy().T)
    root = np.real(sqrtm(A @ B + 1e-12 * np.eye(d)))
    apart = (a.double().mean(0) - b.double().mean(0)).square().sum()
    expected = float(apart) + np.trace(A + B - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-4)


def test_frechet_of_numbers_is_a_closed_form():
    a = torch.tensor([[0.0], [2.0]])  # mean 1, variance 2
    b = torch.tensor([[4.0], [10.0]])  # mean 7, variance 18
    assert frechet_distance(a, b) == pytest.approx(6**2 + (18**0.5 - 2**0.5) ** 2)


def test_frechet_is_a_distance():
    a, b = drawn(40, 5, 3), drawn(50, 5, 4)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a)) and frechet_distance(a, b) > 0
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a + 3) == pytest.approx(5 * 9, rel=1e-5)


def test_frechet_refuses_what_has_no_covariance():
    with pytest.raises(ValueError, match="n d and m d"):
        frechet_distance(torch.zeros(1, 4), torch.zeros(3, 4))
    with pytest.raises(ValueError, match="n d and m d"):
        frechet_distance(torch.zeros(5, 4), torch.zeros(5, 3))


def test_halves_of_one_set_are_apart_by_a_bias_that_shrinks_with_size_and_mmds_does_not():
    features, dice = torch.randn(2048, 8, generator=Generator().manual_seed(0)), Generator().manual_seed(1)
    sizes = (64, 256, 1024)
    found = [
        float(between_halves(features, n, frechet_distance, rounds=20, generator=dice).double().mean()) for n in sizes
    ]
    assert found[0] > 2.5 * found[1] > 0 and found[1] > 2.5 * found[2] > 0
    assert abs(at_infinity(sizes[:2], found[:2])) < 0.1 * found[1]
    mmd = between_halves(features, 64, polynomial_mmd, rounds=200, generator=dice)
    assert abs(float(mmd.mean())) < 4 * float(mmd.std()) / 200**0.5


def test_at_infinity_finds_the_end_of_a_line():
    assert at_infinity([10, 20, 50], [3 + 7 / n for n in (10, 20, 50)]) == pytest.approx(3)
    with pytest.raises(ValueError, match="two different"):
        at_infinity([10, 10], [1.0, 2.0])


def test_mmd_of_two_kinds_is_above_zero():
    a, b = torch.randn(200, 4, generator=Generator().manual_seed(0)), torch.randn(200, 4) * 2
    assert polynomial_mmd(a, b) > 0.5
    points = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.0], [3.0]])  # by hand: k(x, y) = (xy + 1)^3
    assert polynomial_mmd(*points) == pytest.approx(27 + 1 - 2 * (1 + 64 + 1 + 343) / 4)
