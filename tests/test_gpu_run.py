"""The GPU plan is resumable: a call that runs out of time leaves the rest for the next one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from experiments.gpu_run import BEGUN, RUN, WEIGHTS, Stage, go, stages

#: Goes on where it was stopped: writes one more line of three whenever it is called, and sleeps after the second.
COUNTS = """
import sys, time
from pathlib import Path
path = Path(sys.argv[1])
lines = len(path.read_text().splitlines()) if path.exists() else 0
while lines < 3:
    path.open("a").write("line\\n"); lines += 1
    try:
        time.sleep(60 if lines == 2 else 0)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_a_call_goes_on_where_the_one_before_was_stopped(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    plan = [Stage(path.name, [sys.executable, "-c", COUNTS, str(path)]) for path in (first, second)]
    assert not go(plan, tmp_path / "done", seconds=3)
    assert len(first.read_text().splitlines()) == 2 and not second.exists()
    second.write_text("line\nline\n")
    assert go(plan, tmp_path / "done", seconds=60)
    assert [len(path.read_text().splitlines()) for path in (first, second)] == [3, 3]
    first.unlink()
    assert go(plan, tmp_path / "done", seconds=0) and not first.exists()  # what is done is not done again


def test_a_command_that_fails_ends_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="3"):
        go([Stage("fails", [sys.executable, "-c", "raise SystemExit(3)"])], tmp_path / "done", seconds=60)
    assert not (tmp_path / "done").exists()


def test_the_plan_trains_each_part_and_fits_into_three_calls() -> None:
    names, minutes = [], 0.0
    for stage in stages():
        if "--minutes" in stage.command:
            names.append(stage.command[stage.command.index("--part") + 1])
            minutes += float(stage.command[stage.command.index("--minutes") + 1])
            assert str(RUN) in stage.command and "bf16-mixed" in stage.command
    assert tuple(names) == WEIGHTS and minutes <= 20
    assert BEGUN.exists()
