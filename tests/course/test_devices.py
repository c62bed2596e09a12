"""The table of devices: a row is measured, stored in place of the device's old one, and read again."""

from dataclasses import replace

from minisora.course.devices import measure, measure_bandwidth, store, stored
from minisora.pipeline import Pipeline


def test_a_row_is_measured_and_kept(weights, tmp_path):
    path = tmp_path / "devices.json"
    assert stored(path) == []
    row = measure(Pipeline.load(weights, device="cpu"), rows=2, repeats=1)
    assert row.tokens == 80 and 0 < row.call < row.call16 and row.decode > 0
    store(row, path)
    store(replace(row, device="another"), path)
    store(replace(row, call=1.0), path)
    assert {each.device: each.call for each in stored(path)} == {row.device: 1.0, "another": row.call}


def test_bandwidth_is_of_the_order_of_memories():
    assert 0.1 < measure_bandwidth(megabytes=8) < 10_000
