"""Where a training runs, for how long, and what that costs: what the options of ``minisora train`` say of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from minisora.errors import UserError

if TYPE_CHECKING:
    from minisora.presets import Preset
    from minisora.training.estimate import Work
    from minisora.training.pace import Budget
    from minisora.training.settings import Machine, RunSettings

#: What a data-centre GPU does in bfloat16, for estimates of runs on devices that are not here.
GPU_TERAFLOPS = 400.0
#: How many times faster a processor's bfloat16 products must be to be chosen; the rest of a step gains little.
BFLOAT16_GAIN = 1.5


def machine_of(
    preset: Preset,
    accelerator: str,
    devices: int,
    strategy: str | None,
    precision: str | None,
    compile: bool,
    going_on: Path | None,
    *,
    dry_run: bool,
) -> Machine:
    """Where to train: CUDA if there is any, else the CPU, unless said otherwise; a run keeps its precision.

    Raises: UserError for what there is not; a dry run may be of a machine that is elsewhere.
    """
    from minisora.networks import pick_device
    from minisora.training.settings import Machine, precision_held

    kind = accelerator
    if accelerator == "auto" or not dry_run:
        kind = pick_device(None if accelerator == "auto" else accelerator).type
    elif accelerator not in ("cpu", "cuda", "mps"):
        raise UserError(f"accelerator {accelerator!r}: must be auto, cpu, cuda or mps")
    chosen = strategy or (preset.strategy if positive("devices", devices) != 1 else "auto")
    if chosen not in ("auto", "ddp", "fsdp"):
        raise UserError(f"strategy {chosen!r}: must be auto, ddp or fsdp")
    precision = precision or (precision_held(going_on, kind) if going_on is not None else None)
    precision = precision or (cpu_precision() if kind == "cpu" else preset.precision)
    if precision not in ("32-true", "bf16-mixed"):
        raise UserError(f"precision {precision!r}: must be 32-true or bf16-mixed")
    return Machine(accelerator=kind, devices=devices, strategy=chosen, precision=precision, compile=compile)


def cpu_precision() -> Literal["32-true", "bf16-mixed"]:
    """Bfloat16 where this processor multiplies such matrices clearly faster; elsewhere float32.

    That it has the instructions is not enough: with them a Zen 5 was four times as fast, and an Intel Xeon slower.
    """
    import torch

    from minisora.training.estimate import measure_teraflops

    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    if not (able.get("avx512_bf16") or able.get("amx_bf16")):
        return "32-true"
    gain = measure_teraflops("cpu", precision="bf16-mixed") / measure_teraflops("cpu", precision="32-true")
    return "bf16-mixed" if gain > BFLOAT16_GAIN else "32-true"


def budget(steps: int | None, minutes: float | None, preset_minutes: float) -> Budget:
    """So many steps or minutes, whichever are over first; if neither is given, the preset's minutes."""
    from minisora.training.pace import Budget

    return Budget(steps=steps, minutes=preset_minutes if steps is None and minutes is None else minutes)


def positive(name: str, value: int | None) -> int | None:
    """Raises: UserError when it is given and less than 1."""
    if value is not None and value < 1:
        raise UserError(f"{name} {value}: must be at least 1")
    return value


def print_estimate(title: str, work: Work, settings: RunSettings, *, disk: float = 0.0) -> None:
    """For `--dry-run`: the speed of a device that is here is measured, that of one elsewhere assumed."""
    import torch

    from minisora.training.at_scale import at_scale
    from minisora.training.estimate import estimate, measure_teraflops

    machine, here = settings.machine, settings.machine.accelerator
    there = here == "cpu" or (torch.cuda if here == "cuda" else torch.mps).is_available()
    teraflops = measure_teraflops(here, precision=machine.precision) if there else GPU_TERAFLOPS
    if here == "cpu":
        teraflops /= machine.devices  # processes share its cores
    known = "measured" if there else "assumed: no such device here"
    print(f"{title} on {machine.devices} x {here} of {teraflops:.3g} TFLOP/s each ({known}), {machine.precision}")
    costs = estimate(
        work,
        batch=settings.batch,
        teraflops=teraflops,
        devices=machine.devices,
        strategy=machine.strategy,
        precision=machine.precision,
        fused=here != "cpu",
        steps=settings.budget.steps,
        minutes=settings.budget.minutes,
        disk=disk,
    )
    print(costs)
    if here == "cuda" and machine.devices > 1:
        print(at_scale(costs))
