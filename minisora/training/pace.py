"""How long a run goes on, in steps or minutes, and what the learning rate is at every moment of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import lightning
from lightning import LightningModule, Trainer

from minisora.errors import UserError
from minisora.training.optim import learning_rate_factor, set_learning_rate


@dataclass(frozen=True)
class Budget:
    """A run ends after ``steps`` steps or ``minutes`` of wall-clock time, whichever comes first."""

    steps: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.steps is None and self.minutes is None:
            raise UserError("a run without an end: give a number of steps or of minutes")
        if (self.steps is not None and self.steps < 1) or (self.minutes is not None and self.minutes <= 0):
            raise UserError(f"a run of {self.steps} steps and {self.minutes} minutes: must be more than none")

    def progress(self, step: int, seconds: float) -> float:
        """The share of the run that is over when ``step`` steps have been done in ``seconds``."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(1.0, max(by_steps, by_time))


@dataclass(frozen=True)
class Schedule:
    """The learning rate: warm-up in steps, then constant, then a fall to 0 over the last share of the run."""

    warm_up: int = 100
    decay: float = 0.35
    shape: Literal["linear", "cosine"] = "linear"


class Pace(lightning.Callback):
    """Sets the learning rate before each step and stops the run when its budget is spent.

    With a budget in steps alone the rate is a pure function of the step; with one in minutes it follows the clock, so
    that the run ends with its learning rate at 0 however slow the machine is. Time counts over all resumed parts. With
    another budget than before the rate follows the new schedule once that is below it, and never rises again.
    """

    def __init__(self, budget: Budget, schedule: Schedule, *, agree_every: int = 20) -> None:
        self.budget, self.schedule, self.agree_every = budget, schedule, agree_every
        self.seconds = 0.0  #: spent before this part of the run
        self.progress = 0.0
        self.factor = 1.0  #: the share of the peak learning rate that the rate has come down to since the warm-up
        self._over = False  # whether an earlier part of the run has spent its budget
        self._started: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds of training over all parts of the run."""
        return self.seconds + (time.monotonic() - self._started if self._started is not None else 0.0)

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._started = time.monotonic()
        self._look(trainer, agreed=True)  # a run that is over already makes no further step
        if self._over and self.progress < 1:
            raise UserError(
                f"this run was over after step {trainer.global_step}, with its learning rate at 0: to go on from its"
                " weights, name them with --init and another folder with --run; --fresh begins anew"
            )

    def on_train_batch_start(self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int) -> None:
        step, schedule = trainer.global_step, self.schedule
        factor = learning_rate_factor(
            step, progress=self.progress, warm_up=schedule.warm_up, decay=schedule.decay, shape=schedule.shape
        )
        if step >= schedule.warm_up:
            self.factor = factor = min(factor, self.factor)
        for optimizer in trainer.optimizers:
            set_learning_rate(optimizer, factor)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self._look(trainer, agreed=trainer.global_step % self.agree_every == 0)

    def _look(self, trainer: Trainer, *, agreed: bool) -> None:
        """``agreed``: several processes, which must all see the same clock, may compare theirs now."""
        step = trainer.global_step
        if self.budget.minutes is None or trainer.world_size == 1:
            self.progress = self.budget.progress(step, self.elapsed)
        elif agreed:
            self.progress = trainer.strategy.broadcast(self.budget.progress(step, self.elapsed))
        if self.progress >= 1:
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        return {"seconds": self.elapsed, "factor": self.factor, "over": self.progress >= 1}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.seconds = state_dict["seconds"]
        self.factor, self._over = state_dict.get("factor", 1.0), state_dict.get("over", False)  # of an older version
