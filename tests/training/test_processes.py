"""What a launcher or an earlier job left in the environment neither silences a run nor ends it with a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lightning.pytorch.utilities import rank_zero_only

from minisora.errors import UserError
from minisora.training.fit import fit
from minisora.training.processes import FIRST, RANKS, others_told, settle
from minisora.training.settings import Machine, remember_settings
from minisora.training.state import LAST
from minisora.training.strategies import place_of

LEFT = {"RANK": "3", "LOCAL_RANK": "3", "WORLD_SIZE": "4", "MASTER_ADDR": "10.0.0.9", "MASTER_PORT": "1"}
BATCH_SCRIPT = {"SLURM_JOB_ID": "7", "SLURM_JOB_NAME": "train", "SLURM_NTASKS": "4", "SLURM_PROCID": "0"}
SRUN = {**BATCH_SCRIPT, "SLURM_STEP_NUM_TASKS": "4", "SLURM_STEP_NUM_NODES": "1", "SLURM_LOCALID": "2"}
TORCHRUN = {**LEFT, "TORCHELASTIC_RUN_ID": "none", "LOCAL_WORLD_SIZE": "4"}


@pytest.fixture(autouse=True)
def a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*RANKS, FIRST, "TORCHELASTIC_RUN_ID", *(name for name in os.environ if name.startswith("SLURM_"))]:
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    monkeypatch.setattr(rank_zero_only, "rank", 0)


def rank() -> int:
    """Which process Lightning believes this to be."""
    return getattr(rank_zero_only, "rank")  # noqa: B009 (a function's attribute)


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("left", [LEFT, {"RANK": "3"}, {"LOCAL_RANK": "1"}, {"RANK": ""}, BATCH_SCRIPT])
def test_a_run_of_one_process_writes_whatever_was_left(
    left: dict[str, str], tmp_path: Path, batches, tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, left)
    monkeypatch.setattr(rank_zero_only, "rank", 3)  # as Lightning takes it from the environment
    settings = tiny.settings(tmp_path, steps=1)
    place_of(settings.machine)
    remember_settings(settings, tiny.config)
    assert fit(tiny.module(), batches, settings).step == 1
    assert {"settings.json", LAST, "metrics.csv"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("devices", [1, 2])
@pytest.mark.parametrize(("env", "said"), [(SRUN, "SLURM started 4 tasks"), (TORCHRUN, "torchrun started 4 processes")])
def test_too_many_processes_are_named(
    env: dict[str, str], said: str, devices: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, env)
    with pytest.raises(
        UserError, match=f"^{said} for {devices} devices — start the command once .*: --devices 4 "
    ) as error:
        settle(devices)
    assert "\n" not in str(error.value)


def test_processes_that_a_launcher_started_know_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, TORCHRUN)
    place = place_of(Machine(devices=4, strategy="ddp"))
    assert (place.global_rank(), place.world_size(), rank()) == (3, 4, 3)
    monkeypatch.delenv("TORCHELASTIC_RUN_ID")
    set_all(monkeypatch, {**SRUN, "SLURM_NTASKS_PER_NODE": "4"})
    place = place_of(Machine(devices=4, strategy="ddp"))
    assert (place.world_size(), place.local_rank(), rank()) == (4, 2, 2)
    for name in ("SLURM_STEP_NUM_NODES", "SLURM_NTASKS_PER_NODE"):
        monkeypatch.setenv(name, "2")
        with pytest.raises(UserError, match="on one machine"):
            settle(4)


def test_the_first_process_starts_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, LEFT)
    assert not place_of(Machine(devices=2, strategy="ddp")).creates_processes_externally
    assert not set(RANKS) & os.environ.keys()
    set_all(monkeypatch, {"LOCAL_RANK": "0", "WORLD_SIZE": "2"})  # as Lightning does while it starts them
    assert not place_of(Machine(devices=2, strategy="ddp")).creates_processes_externally, "a second run starts its own"
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv(FIRST, str(os.getppid()))
    place = place_of(Machine(devices=2, strategy="ddp"))
    assert place.creates_processes_externally and rank() == 1


def test_what_a_run_told_its_processes_is_taken_away_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settle(2)
    with pytest.raises(KeyboardInterrupt), others_told():
        assert os.environ[FIRST] == str(os.getpid())
        set_all(monkeypatch, LEFT)
        raise KeyboardInterrupt
    assert not {*RANKS, FIRST} & os.environ.keys()
    set_all(monkeypatch, {**LEFT, FIRST: str(os.getppid())})
    with others_told():
        assert os.environ[FIRST] == str(os.getppid())
    assert LEFT.keys() <= os.environ.keys(), "not by one of the others, which are still asked for their places"


def test_a_run_that_never_began_tells_nobody_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ends before training must not make what is started after it take itself for one of its run."""
    set_all(monkeypatch, LEFT)
    settle(2)
    assert FIRST not in os.environ
