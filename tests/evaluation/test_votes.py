from __future__ import annotations

import pytest
from scipy.stats import binomtest

from minisora.evaluation.votes import pairs_needed, power, sign_test


@pytest.mark.parametrize(("wins", "n"), [(0, 0), (5, 10), (9, 10), (1, 10), (0, 6), (60, 100), (41, 100)])
def test_sign_test_equals_scipy(wins, n):
    expected = binomtest(wins, n).pvalue if n else 1.0
    assert sign_test(wins, n) == pytest.approx(expected)


def test_sign_test_refuses_more_wins_than_pairs():
    with pytest.raises(ValueError, match="from 0 to 3"):
        sign_test(4, 3)


def test_power_is_how_often_it_happens():
    assert power(1.0, 6) == 1 and power(1.0, 5) == 0  # 2 / 2^5 is above 0.05
    assert power(0.5, 40) <= 0.05
    by_hand = sum(binomtest(k, 20).pvalue <= 0.05 for k in range(21))
    assert 0 < power(0.7, 20) < power(0.9, 20) < 1 and by_hand > 0


def test_pairs_needed_is_the_first_that_is_enough():
    assert pairs_needed(1.0) == 6
    n = pairs_needed(0.75)
    assert n is not None and power(0.75, n) >= 0.8 > power(0.75, n - 1)
    assert pairs_needed(0.51, most=50) is None
