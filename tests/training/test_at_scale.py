from __future__ import annotations

import pytest

from minisora.training.at_scale import Cluster, at_scale, traffic
from minisora.training.estimate import Estimate, Work, estimate

WORK = Work(10**9, 9 * 10**8, 6e12, 1e9, 0.0, 1e8, 0.0)


def spread(devices: int, *, steps: int = 100) -> Estimate:
    return estimate(WORK, batch=devices, teraflops=100.0, devices=devices, strategy="fsdp", fused=True, steps=steps)


def test_traffic_of_two_and_of_many():
    assert traffic(1000, 1, "ddp") == traffic(1000, 1, "fsdp") == 0
    assert traffic(1000, 2, "ddp") == 2 * 4 * 500 and traffic(1000, 2, "fsdp") == 3 * 4 * 500
    assert traffic(1000, 4096, "fsdp", width=2) == pytest.approx(6000, rel=1e-3)


def test_time_is_that_of_the_slower_of_arithmetic_and_network():
    fast, slow = (at_scale(spread(64), Cluster(bandwidth=b)) for b in (1e13, 1e9))
    assert fast.seconds == fast.arithmetic > fast.communication and slow.seconds == slow.communication > slow.arithmetic
    assert "bound by arithmetic" in str(fast) and "bound by the network" in str(slow)


def test_cost_and_energy_are_devices_times_hours():
    run = at_scale(spread(64), Cluster(watts=500, dollars=2))
    assert run.hours == pytest.approx(100 * run.seconds / 3600)
    assert run.dollars == pytest.approx(128 * run.hours) and run.kilowatt_hours == pytest.approx(32 * run.hours)
    twice = at_scale(spread(64, steps=200), Cluster(watts=500, dollars=2))
    assert twice.dollars == pytest.approx(2 * run.dollars)


def test_what_does_not_fit_is_said():
    assert "DOES NOT FIT" in str(at_scale(spread(2), Cluster(memory=1e9)))
    assert at_scale(spread(1024), Cluster(memory=10e9)).fits
