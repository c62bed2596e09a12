"""The runs under faults say what they have found whatever ends them."""

from __future__ import annotations

import os
import signal

import pytest

from benchmarks.faults import __main__ as faults
from benchmarks.faults import kills
from benchmarks.faults.tally import Tally


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_what_was_found_is_said_at_once_and_again_in_the_end(
    end: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def run(count: int, tally: Tally) -> None:
        tally.every = 0.0
        for number in range(count):
            tally.count("training")
            if number % 2:
                tally.fault("other weights")
            seen.append(capsys.readouterr().err)
        os.kill(os.getpid(), end)
        raise AssertionError("it was not interrupted")

    monkeypatch.setattr(kills, "run", run)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert faults.main(["kills", "4"]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [line.count("WRONG other weights") for line in seen] == [0, 1, 0, 0]  # the second time it is only counted
    assert seen[3].startswith("... 4 kills in 0 s: 1 went wrong, now: training")
    assert capsys.readouterr().out.splitlines() == [
        "      4 training",
        "WRONG 2 x other weights",
        "4 kills in 0 s: 2 went wrong",
    ]


def test_progress_is_said_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally("inputs")
    for _ in range(100):
        tally.count("slug")
    assert capsys.readouterr().err == "" and tally.summary().startswith("100 inputs in 0 s: 0 went wrong")


@pytest.mark.parametrize("arguments", [[], ["kittens"], ["inputs", "many"], ["kills", "-3"]])
def test_what_cannot_be_run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m benchmarks.faults inputs|kills|submissions [COUNT]\n"
