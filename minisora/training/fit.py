"""One training run: a module, its batches, and everything that watches over them, in Lightning's trainer."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import lightning
from torch import nn

from minisora.errors import UserError
from minisora.training.callbacks import AtDoublings, FiniteGuard, KeepState, Periodically, signals_kept
from minisora.training.data import Batches, BatchModule
from minisora.training.memory import keep_freed_memory
from minisora.training.modules import CodecModule, TransformerModule
from minisora.training.pace import Pace
from minisora.training.processes import others_told
from minisora.training.report import Report
from minisora.training.settings import RunSettings
from minisora.training.sharding import repeated_blocks
from minisora.training.state import newest_state, sweep_drafts
from minisora.training.strategies import place_of, strategy_for

#: Looks at the averaged network at a step, and may return scores to print and log.
Visit = Callable[[nn.Module, int], dict[str, float] | None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        step, seconds: how much was done, over all parts of the run.
        finished: whether the budget was spent; False when the user stopped it.
        weights: the exported file.
    """

    step: int
    seconds: float
    finished: bool
    weights: Path | None = None


def fit(
    module: CodecModule | TransformerModule,
    batches: Batches,
    settings: RunSettings,
    *,
    sample: Visit | None = None,
    evaluate: Visit | None = None,
    keep: Callable[[nn.Module, int], object] | None = None,
) -> Outcome:
    """Train until the budget is spent or the user stops the run; state, logs, and samples go to the run folder.

    ``keep`` sees the averaged network after 50 steps, 100, 200, and so on.

    Raises: NonFiniteLossError; UserError when the folder's state cannot be read, see also ``settle``.
    """
    place = place_of(settings.machine)
    settings.run.mkdir(parents=True, exist_ok=True)
    sweep_drafts(settings.run)
    state = newest_state(settings.run) if settings.resume else None
    pace = Pace(settings.budget, settings.schedule, agree_every=settings.log_every)
    report = Report(settings.run, pace, every=settings.log_every)
    keeper = KeepState(settings.run, minutes=settings.save_minutes, agree_every=settings.log_every)
    on_cpu = settings.machine.accelerator == "cpu"
    if on_cpu:
        keep_freed_memory()
    guard = FiniteGuard(settings.run, every=1 if on_cpu else settings.log_every)
    callbacks: list[lightning.Callback] = [guard, pace, report]
    if settings.machine.strategy == "fsdp":  # a network in pieces cannot be visited in one process
        sample = evaluate = None
    if sample is not None and settings.sample_minutes is not None:
        callbacks.append(Periodically(sample, report, minutes=settings.sample_minutes))
    if evaluate is not None and settings.evaluate_minutes is not None:
        callbacks.append(Periodically(evaluate, report, minutes=settings.evaluate_minutes))
    if keep is not None:
        callbacks.append(AtDoublings(keep))
    if settings.machine.compile:
        for block in repeated_blocks(module.network):
            block.compile(dynamic=True)
    with _quiet(), signals_kept(), others_told(), _compiler_missing_in_one_line():
        trainer = lightning.Trainer(
            accelerator=settings.machine.accelerator,
            devices=settings.machine.devices,
            strategy=strategy_for(settings.machine),
            precision=settings.machine.precision,
            max_epochs=-1,
            max_steps=settings.budget.steps or -1,
            callbacks=[*callbacks, keeper],
            plugins=[keeper.files, place],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
            default_root_dir=settings.run,
        )
        trainer.fit(module, BatchModule(batches), ckpt_path=state, weights_only=False)
    return Outcome(trainer.global_step, pace.elapsed, finished=not keeper.stopped)


@contextlib.contextmanager
def _compiler_missing_in_one_line() -> Iterator[None]:
    """Raises: UserError in place of what PyTorch's compiler raises: a dozen kinds, with a page of text."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
            raise
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise UserError(
            f"the network cannot be compiled here ({first[:150]}): install a C++ compiler, on GPUs also Triton,"
            " or leave --compile away"
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's advice, which does not apply here."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        for message in (".*does not have many workers.*", ".*LeafSpec.*", ".*in eval mode at the start.*"):
            warnings.filterwarnings("ignore", message=message)
        try:
            yield
        finally:
            logger.setLevel(level)
