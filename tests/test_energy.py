"""Energy is an interval that is computed from what it says, and grows with what it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from minisora.energy import Assumed, Interval, Training, meter, of_processor, of_training
from minisora.training.at_scale import Cluster


def test_an_hour_of_a_core_of_ten_watts() -> None:
    assumed = Assumed(Interval(10, 10), Interval(1, 1.5), Interval(100, 100))
    used = of_processor(3600, assumed)
    assert used.kilowatt_hours.low == pytest.approx(0.01) and used.kilowatt_hours.high == pytest.approx(0.015)
    assert used.grams.low == pytest.approx(1.0) and used.grams.high == pytest.approx(1.5)
    twice = of_processor(7200, assumed)
    assert twice.grams.high == pytest.approx(2 * used.grams.high)


def test_it_is_never_a_single_number() -> None:
    for used in (of_processor(1), of_training(Training())):
        assert used.kilowatt_hours.low < used.kilowatt_hours.high and used.grams.low < used.grams.high


def test_a_large_training_by_hand() -> None:
    one = Interval(1, 1)
    training = Training(one.times(1e9), one.times(1e4), one.times(1e8), teraflops=1000.0)
    assert training.flops.low == pytest.approx(6e21)
    hours = 6e21 / (1000e12 * 0.4) / 3600
    used = of_training(training, Assumed(grams=Interval(100, 200)), Cluster(watts=700))
    assert used.kilowatt_hours.high == pytest.approx(hours * 0.7)
    assert (used.grams.low, used.grams.high) == pytest.approx((hours * 70, hours * 140))


def test_what_is_no_interval() -> None:
    for low, high in ((2, 1), (-1, 1)):
        with pytest.raises(ValueError):
            Interval(low, high)
    with pytest.raises(ValueError):
        of_processor(-1)


def test_the_meter_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert meter(tmp_path) is None
    packages = [tmp_path / f"intel-rapl:{place}" for place in range(2)]
    for package in packages:
        package.mkdir()
        (package / "energy_uj").write_text("1500000\n")
    assert meter(tmp_path) == pytest.approx(3.0)
    (packages[1] / "energy_uj").write_text("nonsense")
    assert meter(tmp_path) is None
