"""What watches over a run: whole states on disk at every moment, a guard against NaN, and visitors."""

from __future__ import annotations

import contextlib
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import lightning
import numpy as np
import torch
from lightning import LightningModule, Trainer
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.training.report import Report
from minisora.training.sharding import whole
from minisora.training.state import LAST, AtomicCheckpointIO

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def signals_kept() -> Iterator[None]:
    """Puts back, at its end, what Ctrl-C and SIGTERM do."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                signal.signal(number, handler)


class KeepState(lightning.Callback):
    """Saves the run's state every so many minutes, when asked to stop (Ctrl-C, SIGTERM), and at the end.

    A full disk costs a warning, not the run: the last good state stays. The states of the global random number
    generators are part of the state and are put back just before the first resumed step.
    """

    def __init__(self, run: Path, *, minutes: float = 2.0, agree_every: int = 20) -> None:
        self.path, self.minutes, self.agree_every = run / LAST, minutes, agree_every
        self.files = AtomicCheckpointIO()  #: a plugin for the trainer
        self.stopped = False  #: whether a signal ended the run
        self._signalled = False
        self._saved_at, self._saved_step = 0.0, -1
        self._random: dict[str, Any] | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._saved_at, self._saved_step = time.monotonic(), trainer.global_step
        if threading.current_thread() is threading.main_thread():  # no other may
            for number in STOP_SIGNALS:
                signal.signal(number, self._on_signal)

    def on_train_batch_start(self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int) -> None:
        if self._random is not None:
            _restore_random(self._random)
            self._random = None

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        due = time.monotonic() - self._saved_at >= 60 * self.minutes
        asked = self._signalled
        if trainer.world_size > 1:  # all processes must save and stop at the same step
            if trainer.global_step % self.agree_every:
                return
            due = trainer.strategy.reduce_boolean_decision(due, all=False)
            asked = trainer.strategy.reduce_boolean_decision(asked, all=False)
        if asked:
            self.stopped = trainer.should_stop = True
        if due or asked:
            self._save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.world_size == 1 and self.files.failure is not None:
            self._saved_step = -1  # perhaps there is room by now
        self._save(trainer)

    def state_dict(self) -> dict[str, Any]:
        return {"random": _random_state()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._random = state_dict["random"]

    def _save(self, trainer: Trainer) -> None:
        if trainer.global_step == self._saved_step:
            return
        self._saved_at = time.monotonic()
        trainer.save_checkpoint(self.path, weights_only=False)
        self._saved_step = trainer.global_step  # or tried to: only the first process knows, and all must do the same
        if self.files.failure is not None:
            print(f"\nstep {trainer.global_step}: the state is not saved, {self.files.failure}", file=sys.stderr)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._signalled and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signalled = True
        print("\nstopping after this step (once more to stop at once)", file=sys.stderr)


class NonFiniteLossError(UserError):
    """The loss or its gradient is not a number any more."""


class FiniteGuard(lightning.Callback):
    """Ends the run when a loss or gradient is not finite, and never lets a state be saved after one.

    Looking waits for the device. So on an accelerator it is done every ``every`` steps and before a state is saved;
    with ``every=1`` a bad gradient does not even reach the weights.
    """

    def __init__(self, run: Path, *, every: int = 1) -> None:
        self.run, self.every = run, every
        self._fine: Tensor | None = None  # whether all were finite since the last look; on the device

    def on_before_backward(self, trainer: Trainer, pl_module: LightningModule, loss: Tensor) -> None:
        self._see(trainer, "loss", loss.detach())

    def on_before_optimizer_step(self, trainer: Trainer, pl_module: LightningModule, optimizer: Any) -> None:
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if gradients:
            self._see(trainer, "gradient", whole(torch.nn.utils.get_total_norm(gradients)))

    def on_save_checkpoint(self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]) -> None:
        self._look(trainer, "a loss or gradient was not finite")

    def _see(self, trainer: Trainer, name: str, value: Tensor) -> None:
        self._fine = value.isfinite() if self._fine is None else self._fine & value.isfinite()
        if trainer.global_step % self.every == 0:
            now = bool(value.isfinite())
            self._look(trainer, "a loss or gradient was not finite" if now else f"the {name} is {float(value)}")

    def _look(self, trainer: Trainer, says: str) -> None:
        if self._fine is not None and not bool(self._fine):
            there = (self.run / LAST).exists()
            saved = f"the last good state is {self.run / LAST}" if there else "no state was saved before"
            raise NonFiniteLossError(f"step {trainer.global_step}: {says}; {saved}; try a lower learning rate")
        self._fine = None


class Periodically(lightning.Callback):
    """Every so many minutes, and when the budget is spent, the first process shows the averaged network to ``visit``.

    ``visit(network, step)`` may return numbers, which are logged and printed. What it draws at random must come from
    generators of its own, so that a run with visitors equals one without.
    """

    def __init__(
        self, visit: Callable[[nn.Module, int], dict[str, float] | None], report: Report, *, minutes: float
    ) -> None:
        self.visit, self.report, self.minutes = visit, report, minutes
        self._last = 0.0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._last = time.monotonic()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if time.monotonic() - self._last >= 60 * self.minutes and not trainer.should_stop:
            self._call(trainer, pl_module)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if self.report.pace.progress >= 1:  # who stops a run does not want to wait
            self._call(trainer, pl_module)

    def _call(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.is_global_zero:
            with torch.no_grad():
                values = self.visit(pl_module.ema.model, trainer.global_step)  # type: ignore[union-attr]
            if values:
                print(
                    f"\nstep {trainer.global_step}  " + "  ".join(f"{k} {v:.3g}" for k, v in values.items()),
                    file=sys.stderr,
                )
                if self.report.run_log is not None:
                    self.report.run_log.scalars(trainer.global_step, values)
        self._last = time.monotonic()


class AtDoublings(lightning.Callback):
    """After ``first`` steps, twice as many, and so on, every process shows the averaged network to ``visit``."""

    def __init__(self, visit: Callable[[nn.Module, int], object], *, first: int = 50) -> None:
        self.visit, self.first = visit, first

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        times, rest = divmod(trainer.global_step, self.first)
        if rest == 0 and times.bit_count() == 1:
            with torch.no_grad():
                self.visit(pl_module.ema.model, trainer.global_step)  # type: ignore[union-attr, arg-type]


def _random_state() -> dict[str, Any]:
    kind, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": (kind, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),  # tensors and plain values only
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def _restore_random(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, np.asarray(keys, dtype=np.uint32), *rest))
    torch.set_rng_state(state["torch"])
    if state["cuda"] and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
