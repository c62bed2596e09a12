"""`minisora train codec` and `minisora train text-to-video`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from minisora.presets import Preset
    from minisora.training.pace import Budget
    from minisora.training.run import Outcome
    from minisora.training.settings import Machine

train = typer.Typer(help="Train the codec, then the text-to-video transformer on its latents.", no_args_is_help=True)

PresetName = Annotated[str, typer.Option("--preset", help="nano, micro, small, base, or large.")]
Run = Annotated[Path | None, typer.Option(help="Folder of the run.", show_default="runs/PRESET-KIND")]
Minutes = Annotated[float | None, typer.Option(help="End after so many minutes.", show_default="the preset's")]
Steps = Annotated[int | None, typer.Option(help="End after so many steps, however long they take.")]
Batch = Annotated[int | None, typer.Option(help="Clips of a batch, over all devices.", show_default="the preset's")]
Seed = Annotated[int, typer.Option(help="Of weights, batches and noise.")]
Accelerator = Annotated[str, typer.Option(help="auto (CUDA if there is any, else the CPU), cpu, cuda, or mps.")]
Devices = Annotated[int, typer.Option(help="Processes, each with an accelerator of its own.")]
Strategy = Annotated[str | None, typer.Option(help="Over several: ddp or fsdp.", show_default="the preset's")]
Compile = Annotated[bool, typer.Option("--compile", help="Compile the repeated block: slow to start, faster after.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Do not go on with what the folder holds; it must be new.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print parameters, FLOPs, memory, and estimated time.")]
CodecPath = Annotated[Path | None, typer.Option(help="Weights of the codec.", show_default="the shipped ones")]
Clips = Annotated[int | None, typer.Option(help="How many are drawn and encoded.", show_default="the preset's")]
ScoreMinutes = Annotated[float | None, typer.Option(help="Let the judge score clips every so many minutes.")]


@train.command("codec")
def train_codec(
    preset_name: PresetName = "micro",
    run: Run = None,
    minutes: Minutes = None,
    steps: Steps = None,
    batch: Batch = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
    devices: Devices = 1,
    strategy: Strategy = None,
    compile: Compile = False,
    fresh: Fresh = False,
    dry_run: DryRun = False,
) -> None:
    """Train the codec on freshly drawn clips. Ctrl-C stops; the same command goes on."""
    from minisora.presets import preset_named
    from minisora.training import run as runs
    from minisora.training.modules import Optimisation
    from minisora.training.settings import CodecSettings

    preset = preset_named(preset_name)
    machine = machine_of(preset, accelerator, devices, strategy, compile)
    settings = CodecSettings(
        run=run or Path("runs") / f"{preset.name}-codec",
        budget=budget(steps, minutes, preset.codec_minutes),
        batch=batch or preset.codec_batch,
        frames=preset.frames,
        height=preset.height,
        width=preset.width,
        seed=seed,
        optimisation=Optimisation(muon_lr=preset.muon_lr, adam_lr=preset.adam_lr),
        machine=machine,
        resume=not fresh,
    )
    if dry_run:
        return
    report(runs.train_codec(settings, preset.codec, card={"preset": preset.name}))


@train.command("text-to-video")
def train_text_to_video(
    preset_name: PresetName = "micro",
    run: Run = None,
    codec: CodecPath = None,
    clips: Clips = None,
    minutes: Minutes = None,
    steps: Steps = None,
    batch: Batch = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
    devices: Devices = 1,
    strategy: Strategy = None,
    compile: Compile = False,
    fresh: Fresh = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Encode the clips anew.")] = False,
    score_minutes: ScoreMinutes = None,
    dry_run: DryRun = False,
) -> None:
    """Train the transformer on clips that the codec encodes once. Ctrl-C stops; the same command goes on."""
    from dataclasses import replace

    from minisora.checkpoint import shipped_folder
    from minisora.pipeline import load_codec
    from minisora.presets import preset_named
    from minisora.training import run as runs
    from minisora.training.latents import ClipSet
    from minisora.training.modules import Optimisation
    from minisora.training.settings import TextToVideoSettings

    preset = preset_named(preset_name)
    machine = machine_of(preset, accelerator, devices, strategy, compile)
    clip_set = ClipSet(clips=clips or preset.clips, frames=preset.frames, height=preset.height, width=preset.width)
    settings = TextToVideoSettings(
        run=run or Path("runs") / f"{preset.name}-text-to-video",
        budget=budget(steps, minutes, preset.minutes),
        batch=batch or preset.batch,
        seed=seed,
        optimisation=Optimisation(muon_lr=preset.muon_lr, adam_lr=preset.adam_lr),
        machine=machine,
        evaluate_minutes=score_minutes,
        resume=not fresh,
    )
    if dry_run:
        return
    network, codec_hash = load_codec(codec or shipped_folder() / "codec.safetensors")
    evaluate = None
    if score_minutes is not None:
        from minisora.training.score import judged_prompts

        evaluate = judged_prompts(network)
    report(
        runs.train_text_to_video(
            settings,
            replace(preset.dit, channels=network.config.channels),
            codec=network,
            clip_sets=[clip_set],
            rebuild=rebuild,
            card={"preset": preset.name, "codec": codec_hash},
            evaluate=evaluate,
        )
    )


def machine_of(preset: Preset, accelerator: str, devices: int, strategy: str | None, compile: bool) -> Machine:
    """Where to train: CUDA if there is any, else the CPU, unless said otherwise; half precision only off the CPU.

    Raises: UserError for what there is not.
    """
    from minisora.errors import UserError
    from minisora.pipeline import pick_device
    from minisora.training.settings import Machine

    kind = pick_device(None if accelerator == "auto" else accelerator).type
    if devices < 1:
        raise UserError(f"devices {devices}: must be at least 1")
    chosen = strategy or (preset.strategy if devices > 1 else "auto")
    if chosen not in ("auto", "ddp", "fsdp"):
        raise UserError(f"strategy {chosen!r}: must be auto, ddp or fsdp")
    return Machine(
        accelerator=kind,
        devices=devices,
        strategy=chosen,
        precision="bf16-mixed" if preset.precision == "bf16-mixed" and kind != "cpu" else "32-true",
        compile=compile,
    )


def budget(steps: int | None, minutes: float | None, preset_minutes: float) -> Budget:
    """So many steps or minutes, whichever are over first; if neither is given, the preset's minutes."""
    from minisora.training.pace import Budget

    return Budget(steps=steps, minutes=preset_minutes if steps is None and minutes is None else minutes)


def report(outcome: Outcome) -> None:
    """Say where the weights are; a run that was stopped ends with exit code 130, as Ctrl-C does everywhere."""
    print(outcome.weights)
    if not outcome.finished:
        print(f"stopped after step {outcome.step}; the same command goes on", file=sys.stderr)
        raise typer.Exit(130)
