from __future__ import annotations

import csv
import errno
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import minisora
from minisora.errors import UserError
from minisora.training.callbacks import AtDoublings, FiniteGuard, NonFiniteLossError
from minisora.training.data import LatentBatch, LatentBatches, Share
from minisora.training.fit import fit
from minisora.training.pace import Budget
from minisora.training.report import Report
from minisora.training.settings import Machine, remember_settings
from minisora.training.state import LAST, PREVIOUS, newest_state


class Before:
    """Batches that do something when the given step's batch is made."""

    def __init__(self, batches: LatentBatches, step: int, action: Callable[[], object]) -> None:
        self.batches, self.step, self.action = batches, step, action

    def __call__(self, step: int, share: Share) -> LatentBatch:
        if step == self.step:
            self.action()
        return self.batches(step, share)


def assert_equal_states(module: torch.nn.Module, expected: dict[str, torch.Tensor]) -> None:
    state = module.state_dict()
    assert state.keys() == expected.keys()
    assert [name for name in state if not torch.equal(state[name], expected[name])] == []


def test_a_stopped_run_goes_on_bit_for_bit(tmp_path: Path, batches, tiny, uninterrupted) -> None:
    first = tiny.module()
    stop = Before(batches, 6, lambda: os.kill(os.getpid(), signal.SIGINT))
    outcome = fit(first, stop, tiny.settings(tmp_path, save_minutes=60))  # type: ignore[arg-type]
    assert not outcome.finished and 5 <= outcome.step <= 7
    second = tiny.module(seed=1)  # everything must come from the state
    torch.rand(7)
    outcome = fit(second, batches, tiny.settings(tmp_path, save_minutes=60))
    assert outcome.finished and outcome.step == 12
    assert_equal_states(second, uninterrupted)


def test_signal_handlers_are_put_back(tmp_path: Path, batches, tiny) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    fit(tiny.module(), batches, tiny.settings(tmp_path, steps=1))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


ROOT = Path(minisora.__file__).parents[1]
KILLED = """
import os, pathlib, pickle, signal, sys, torch
module, batches, settings = pickle.load(open(sys.argv[1], "rb"))
from minisora.training.fit import fit
save, calls = torch.save, 0
def dies_half_way(state, file):
    global calls
    calls += 1
    if calls == 6:
        file.write(b"half a state")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    save(state, file)
torch.save = dies_half_way
fit(module, batches, settings)
"""


def test_kill_9_while_saving_leaves_a_state_to_go_on_from(tmp_path: Path, batches, tiny, uninterrupted) -> None:
    run, job = tmp_path / "run", tmp_path / "job.pickle"
    job.write_bytes(pickle.dumps((tiny.module(), batches, tiny.settings(run))))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(job)], cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list(run.glob(".last-*")) and newest_state(run) == run / LAST
    module = tiny.module(seed=1)
    assert fit(module, batches, tiny.settings(run)).step == 12
    assert not list(run.glob(".last-*"))
    assert_equal_states(module, uninterrupted)


def test_a_full_disk_costs_a_warning_and_no_state(
    tmp_path: Path, batches, tiny, uninterrupted, monkeypatch, capsys
) -> None:
    save, calls = torch.save, []

    def full(state, file) -> None:
        calls.append(file)
        if len(calls) > 4:
            file.write(b"part of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(state, file)

    monkeypatch.setattr(torch, "save", full)
    fit(tiny.module(), batches, tiny.settings(tmp_path))
    assert len(calls) > 8 and "no space left" in capsys.readouterr().err
    monkeypatch.undo()
    assert sorted(path.name for path in tmp_path.glob("*.ckpt")) == [LAST, PREVIOUS]
    assert not list(tmp_path.glob(".last-*"))
    assert torch.load(tmp_path / LAST, weights_only=False)["global_step"] == 4
    module = tiny.module(seed=1)
    fit(module, batches, tiny.settings(tmp_path))
    assert_equal_states(module, uninterrupted)


def test_a_damaged_state_falls_back_to_the_one_before(tmp_path: Path, batches, tiny, uninterrupted) -> None:
    fit(tiny.module(), batches, tiny.settings(tmp_path, steps=12))
    whole = (tmp_path / LAST).read_bytes()
    (tmp_path / LAST).write_bytes(whole[: len(whole) // 2])
    assert newest_state(tmp_path) == tmp_path / PREVIOUS
    module = tiny.module(seed=1)
    fit(module, batches, tiny.settings(tmp_path))
    assert_equal_states(module, uninterrupted)
    (tmp_path / LAST).write_bytes(b"")
    (tmp_path / PREVIOUS).write_bytes(b"")
    with pytest.raises(UserError, match="no training state"):
        newest_state(tmp_path)
    assert newest_state(tmp_path / "nowhere") is None


@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_a_non_finite_loss_ends_the_run_before_it_reaches_the_weights(tmp_path: Path, batches, tiny, where) -> None:
    module = tiny.module()

    def poison() -> None:
        if where == "gradient":
            module.network.patch_out.bias.register_hook(lambda gradient: gradient * torch.inf)
        else:
            module.noise = lambda step: torch.Generator().manual_seed(0)  # type: ignore[method-assign]
            module.network.patch_out.register_forward_hook(lambda *_: _[2] * torch.nan)

    with pytest.raises(NonFiniteLossError, match=rf"step \d: the {where} is .*last good state is .*{LAST}") as caught:
        fit(module, Before(batches, 6, poison), tiny.settings(tmp_path))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value) and isinstance(caught.value, UserError)
    state = torch.load(tmp_path / LAST, weights_only=False)["state_dict"]
    assert all(value.isfinite().all() for value in state.values())
    assert all(parameter.isfinite().all() for parameter in module.parameters())


def test_on_an_accelerator_no_state_is_saved_after_a_loss_that_is_not_finite(tmp_path: Path) -> None:
    """There the guard looks every so many steps only, and a state may be due between two looks."""
    guard, trainer = FiniteGuard(tmp_path, every=20), SimpleNamespace(global_step=21)
    good, bad = torch.tensor(1.0), torch.tensor(torch.nan)
    guard.on_before_backward(trainer, None, good)  # type: ignore[arg-type]
    guard.on_save_checkpoint(trainer, None, {})  # type: ignore[arg-type]
    guard.on_before_backward(trainer, None, bad)  # type: ignore[arg-type]
    guard.on_before_backward(trainer, None, good)  # type: ignore[arg-type]
    with pytest.raises(NonFiniteLossError, match="step 21: a loss or gradient was not finite; no state was saved"):
        guard.on_save_checkpoint(trainer, None, {})  # type: ignore[arg-type]
    trainer.global_step = 40
    with pytest.raises(NonFiniteLossError, match="step 40: a loss or gradient was not finite"):
        guard.on_before_backward(trainer, None, good)  # type: ignore[arg-type]


def test_one_small_batch_is_learnt(tmp_path: Path, batches, tiny) -> None:
    class Always(Before):
        def __call__(self, step: int, share: Share) -> LatentBatch:
            return replace(self.batches, image_share=0.0, short_share=0.0)(0, share)._replace(step=0)

    same = Always(batches, -1, lambda: None)
    fit(tiny.module(), same, tiny.settings(tmp_path, steps=150, log_every=10, save_minutes=60))  # type: ignore[arg-type]
    with (tmp_path / "metrics.csv").open() as file:
        losses = [float(row["value"]) for row in csv.DictReader(file) if row["name"] == "loss"]
    assert losses[-1] < 0.6 * losses[0]


def test_metrics_are_written_once_over_all_parts(tmp_path: Path, batches, tiny) -> None:
    fit(tiny.module(), batches, tiny.settings(tmp_path, steps=20))
    (tmp_path / LAST).unlink()  # the state before it is of an earlier step
    fit(tiny.module(), batches, tiny.settings(tmp_path, steps=20))
    with (tmp_path / "metrics.csv").open() as file:
        steps = [int(row["step"]) for row in csv.DictReader(file) if row["name"] == "loss"]
    assert steps == [5, 10, 15, 20]
    assert list((tmp_path / "tensorboard").iterdir())


def test_a_budget_in_minutes_ends_with_the_rate_at_zero(tmp_path: Path, batches, tiny) -> None:
    settings = tiny.settings(tmp_path, budget=Budget(minutes=0.02), log_every=1, save_minutes=60)
    outcome = fit(tiny.module(), batches, settings)
    assert outcome.finished and 1.1 < outcome.seconds < 3
    with (tmp_path / "metrics.csv").open() as file:
        rates = [float(row["value"]) for row in csv.DictReader(file) if row["name"] == "rate0"]
    assert max(rates) > 0.015 and rates[-1] < 0.004


def test_a_run_that_is_over_makes_no_further_step_when_it_is_called_again(tmp_path: Path, batches, tiny) -> None:
    settings = tiny.settings(tmp_path, budget=Budget(minutes=0.01), save_minutes=60)
    first, second = tiny.module(), tiny.module(seed=1)
    done = fit(first, batches, settings)
    again = fit(second, batches, settings)
    assert again.finished and again.step == done.step >= 1
    assert_equal_states(second, first.state_dict())


def test_a_run_is_visited_and_not_disturbed(tmp_path: Path, batches, tiny, uninterrupted) -> None:
    seen = []

    def visit(network: torch.nn.Module, step: int) -> dict[str, float]:
        assert not network.training
        seen.append(step)
        return {"score": 0.5}

    module = tiny.module()
    fit(
        module, batches, tiny.settings(tmp_path, sample_minutes=0.0, evaluate_minutes=0.0), sample=visit, evaluate=visit
    )
    assert len(seen) >= 12 and seen[-1] == 12
    assert_equal_states(module, uninterrupted)
    assert "score" in (tmp_path / "metrics.csv").read_text()


def test_the_ladder_stands_at_doublings(tmp_path: Path, batches, tiny) -> None:
    seen = []
    callback = AtDoublings(lambda network, step: seen.append((step, network.training)), first=3)
    module = tiny.module()
    for step in range(1, 30):
        callback.on_train_batch_end(SimpleNamespace(global_step=step), module, None, None, step)  # type: ignore[arg-type]
    assert seen == [(3, False), (6, False), (12, False), (24, False)]


def test_settings_are_remembered_and_compared(tmp_path: Path, batches, tiny) -> None:
    settings = tiny.settings(tmp_path, steps=2)
    remember_settings(settings, tiny.config)
    fit(tiny.module(), batches, settings)
    assert json.loads((tmp_path / "settings.json").read_text())["batch"] == 4
    remember_settings(tiny.settings(tmp_path, steps=30, log_every=7), tiny.config)
    with pytest.raises(UserError, match=r"batch = 4, not 8"):
        remember_settings(tiny.settings(tmp_path, batch=8), tiny.config)
    with pytest.raises(UserError, match=r"network"):
        remember_settings(settings, replace(tiny.config, depth=2))
    assert newest_state(tmp_path) is not None
    remember_settings(tiny.settings(tmp_path, batch=8, resume=False), tiny.config)
    assert newest_state(tmp_path) is None, "or the old run's weights would go on with the new run's settings"


def test_a_run_goes_on_with_its_own_clips_and_codec_only(tmp_path: Path, batches, tiny) -> None:
    settings = tiny.settings(tmp_path, steps=1)
    data = {"data": [{"clips": 20, "world": {"counts": [1.0]}}], "latents": "one codec"}
    remember_settings(settings, tiny.config, **data)
    fit(tiny.module(), batches, settings)
    remember_settings(settings, tiny.config, **data)
    for wrong, said in (
        ({**data, "latents": "another"}, "latents = one codec, not another"),
        ({**data, "data": [{"clips": 20, "world": {"counts": [0.5]}}]}, "data.0.world.counts.0 = 1.0, not 0.5"),
        ({**data, "data": []}, "data = "),
    ):
        with pytest.raises(UserError, match=said):
            remember_settings(settings, tiny.config, **wrong)


def test_values_that_some_steps_do_not_return_are_averaged_over_the_others(tmp_path: Path) -> None:
    pace = SimpleNamespace(progress=0.5, elapsed=1.0)
    report = Report(tmp_path, pace, every=2)  # type: ignore[arg-type]
    trainer = SimpleNamespace(global_step=0, is_global_zero=True, optimizers=[])
    report.on_train_start(trainer, None)  # type: ignore[arg-type]
    for step, outputs in enumerate([{"loss": 1.0, "scene": torch.tensor(0.5)}, {"loss": 2.0}], start=1):
        trainer.global_step = step
        report.on_train_batch_end(trainer, None, outputs, None, step)  # type: ignore[arg-type]
    report.teardown(trainer, None, "fit")  # type: ignore[arg-type]
    with (tmp_path / "metrics.csv").open() as file:
        values = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}
    assert (values["loss"], values["scene"]) == (1.5, 0.5)


@pytest.mark.parametrize("budget", [{}, {"steps": 0}, {"minutes": -1.0}])
def test_a_budget_must_be_something(budget) -> None:
    with pytest.raises(UserError):
        Budget(**budget)


def rates_of(run: Path) -> list[float]:
    with (run / "metrics.csv").open() as file:
        return [float(row["value"]) for row in csv.DictReader(file) if row["name"] == "rate0"]


def test_a_run_that_is_over_is_not_made_longer(tmp_path: Path, batches, tiny) -> None:
    fit(tiny.module(), batches, tiny.settings(tmp_path, steps=6))
    before = (tmp_path / LAST).read_bytes()
    with pytest.raises(UserError, match=r"was over after step 6.*--init.*--fresh") as error:
        fit(tiny.module(), batches, tiny.settings(tmp_path, steps=12))
    assert "\n" not in str(error.value)
    assert (tmp_path / LAST).read_bytes() == before
    again = fit(tiny.module(), batches, tiny.settings(tmp_path, steps=6))
    assert again.finished and again.step == 6


def test_a_longer_budget_on_the_way_does_not_raise_the_rate_again(tmp_path: Path, batches, tiny) -> None:
    settings = tiny.settings(tmp_path, steps=12, log_every=1, save_minutes=60)
    settings = replace(settings, schedule=replace(settings.schedule, decay=0.8))
    stop = Before(batches, 8, lambda: os.kill(os.getpid(), signal.SIGINT))
    assert not fit(tiny.module(), stop, settings).finished  # type: ignore[arg-type]
    outcome = fit(tiny.module(), batches, replace(settings, budget=Budget(steps=40)))
    assert outcome.finished and outcome.step == 40
    rates = rates_of(tmp_path)[3:]  # after the warm-up
    assert rates == sorted(rates, reverse=True), "it rose"
    assert rates[0] > rates[5] > rates[-1] and rates[-1] < 0.002


@pytest.mark.parametrize(("held", "asked"), [("auto", "fsdp"), ("ddp", "fsdp"), ("fsdp", "auto"), ("auto", "ddp")])
def test_a_sharded_run_and_one_that_is_not_do_not_go_on_with_each_other(tmp_path: Path, tiny, held, asked) -> None:
    settings = tiny.settings(tmp_path, machine=Machine(strategy=held))
    remember_settings(settings, tiny.config)
    (tmp_path / LAST).write_bytes(b"a state")
    other = replace(settings, machine=Machine(strategy=asked))
    if "fsdp" not in (held, asked):
        return remember_settings(other, tiny.config)
    said = f"holds a run with strategy {held}, whose state strategy {asked} cannot read: take --strategy {held}, or "
    with pytest.raises(UserError, match=said):
        remember_settings(other, tiny.config)
    assert json.loads((tmp_path / "settings.json").read_text())["machine"]["strategy"] == held
    return remember_settings(replace(other, resume=False), tiny.config)


def test_a_missing_compiler_is_one_line(tmp_path: Path, batches, tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", ("/nowhere/c++",))
    monkeypatch.setattr("torch._inductor.config.force_disable_caches", True)
    machine = Machine(compile=True)
    with pytest.raises(
        UserError, match=r"^the network cannot be compiled here \(.*\): install .* leave --compile away"
    ):
        fit(tiny.module(), batches, tiny.settings(tmp_path, machine=machine))
    assert not list(tmp_path.glob("*.ckpt"))
