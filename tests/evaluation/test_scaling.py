from __future__ import annotations

import pytest
from torch import Generator

from minisora.evaluation.scaling import PowerLaw, bootstrap, fit_power_law

COMPUTE = [1.0, 2.0, 4.0, 8.0, 16.0]


def test_a_law_is_found_again_with_its_floor():
    law = PowerLaw(0.3, 2.0, 0.5)
    losses = [law(c) for c in COMPUTE]
    assert fit_power_law(COMPUTE, losses, floor=0.3) == pytest.approx(law, rel=1e-6)
    fitted = fit_power_law(COMPUTE, losses)
    assert fitted == pytest.approx(law, rel=0.05) and fitted(32.0) == pytest.approx(law(32.0), rel=0.005)


def test_without_a_floor_it_is_a_line_of_logarithms():
    assert fit_power_law([1, 10, 100], [8.0, 4.0, 2.0], floor=0.0) == pytest.approx((0.0, 8.0, 0.30103), rel=1e-4)


def test_too_few_points_and_a_floor_too_high_are_refused():
    with pytest.raises(ValueError, match="too few"):
        fit_power_law([1, 2], [2.0, 1.0])
    with pytest.raises(ValueError, match="below the least"):
        fit_power_law(COMPUTE, [5.0, 4.0, 3.0, 2.0, 1.0], floor=1.0)


def test_bootstrap_is_wide_where_points_scatter_and_narrow_where_they_do_not():
    law = PowerLaw(0.0, 2.0, 0.3)
    near = [law(c) for c in COMPUTE]
    far = [loss * wobble for loss, wobble in zip(near, (1.05, 0.96, 1.0, 1.04, 0.95), strict=True)]

    def spread(losses: list[float]) -> float:
        dice = Generator().manual_seed(0)
        exponents = sorted(each.exponent for each in bootstrap(COMPUTE, losses, rounds=60, generator=dice, floor=0.0))
        return exponents[-3] - exponents[2]

    assert spread(near) < 1e-6 and spread(far) > 0.02
