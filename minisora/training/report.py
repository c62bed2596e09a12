"""What a run says of itself: one line with an estimate of the time left, a CSV file, and TensorBoard's event files."""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning import LightningModule, Trainer
from PIL import Image
from torch import Tensor

from minisora.training.pace import Pace


class RunLog:
    """Scalars and pictures of one run: ``metrics.csv`` (step, name, value) and ``tensorboard/``.

    Opened again at an earlier step, it forgets what was logged after that step.
    """

    def __init__(self, run: Path, *, step: int = 0) -> None:
        run.mkdir(parents=True, exist_ok=True)
        self.path = run / "metrics.csv"
        kept = [row for row in _rows(self.path) if row["step"].isdecimal() and int(row["step"]) <= step]
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["step", "name", "value"])
            writer.writeheader()
            writer.writerows({key: row[key] for key in ("step", "name", "value")} for row in kept)
        try:
            from torch.utils.tensorboard import SummaryWriter  # is slow to import, and an extra

            self.events = SummaryWriter(str(run / "tensorboard"), purge_step=step + 1, flush_secs=30)
        except ImportError:
            self.events = None

    def scalars(self, step: int, values: dict[str, float]) -> None:
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerows([step, name, f"{value:.6g}"] for name, value in values.items())
        if self.events is not None:
            for name, value in values.items():
                self.events.add_scalar(name, value, step)

    def close(self) -> None:
        if self.events is not None:
            self.events.close()


def _rows(path: Path) -> list[dict[str, str]]:
    """What was logged before; rows that are none of ours are passed over."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8", errors="replace").splitlines()))
    except (OSError, csv.Error):
        return []
    return [row for row in rows if all(isinstance(row.get(name), str) for name in ("step", "name", "value"))]


class Report(lightning.Callback):
    """Averages what the module's steps return, and every ``every`` steps logs it and prints one line."""

    def __init__(self, run: Path, pace: Pace, *, every: int = 20) -> None:
        self.run, self.pace, self.every = run, pace, every
        self.run_log: RunLog | None = None
        self._sums: dict[str, Tensor | float] = {}
        self._counts: Counter[str] = Counter()  # of steps that returned a value of this name
        self._steps = 0
        self._since = 0.0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.is_global_zero:
            self.run_log = RunLog(self.run, step=trainer.global_step)
        self._restart()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        for name, value in outputs.items():
            value = value.detach() if isinstance(value, Tensor) else value
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] += 1
        self._steps += 1
        if trainer.global_step % self.every == 0 or self.pace.progress >= 1:
            self._write(trainer)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:  # after the last visitors
        if self.run_log is not None:
            self.run_log.close()
            if sys.stderr.isatty():
                print(file=sys.stderr)

    def _write(self, trainer: Trainer) -> None:
        each = (time.monotonic() - self._since) / self._steps
        means = {name: float(value) / self._counts[name] for name, value in self._sums.items()}
        if self.run_log is not None:
            rates = {f"rate{i}": g["lr"] for o in trainer.optimizers for i, g in enumerate(o.param_groups)}
            seconds = {"seconds_per_step": each, "seconds": self.pace.elapsed}
            self.run_log.scalars(trainer.global_step, means | rates | seconds)
            self._print(trainer.global_step, means, each)
        self._restart()

    def _print(self, step: int, means: dict[str, float], each: float) -> None:
        done, spent = self.pace.progress, self.pace.elapsed
        left = spent * (1 - done) / done if done > 0 else 0.0
        parts = "  ".join(f"{name} {value:.4g}" for name, value in means.items())
        line = f"step {step}  {done:4.0%}  {parts}  {each:.3f} s/step  {clock(spent)} spent, {clock(left)} left"
        tty = sys.stderr.isatty()
        print(f"\r{line}\x1b[K" if tty else line, end="" if tty else "\n", file=sys.stderr, flush=True)

    def _restart(self) -> None:
        self._sums, self._counts, self._steps, self._since = {}, Counter(), 0, time.monotonic()


def clock(seconds: float) -> str:
    """``75`` -> ``1:15``; ``3700`` -> ``1:01:40``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def save_filmstrip(clips: Tensor, path: Path, *, every: int = 2) -> None:
    """Clips ``b 3 t h w`` in [-1, 1] as one PNG: a row for each clip, with every so-maniest of its frames."""
    chosen = clips[:, :, ::every]
    rows = [torch.cat(list(clip.unbind(1)), dim=2) for clip in chosen]
    pixels = ((torch.cat(rows, dim=1) + 1) * 127.5).round().clamp(0, 255).byte()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy()).save(path)
