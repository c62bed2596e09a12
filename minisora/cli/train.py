"""`minisora train codec` and `minisora train text-to-video`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minisora.cli.machine import budget, machine_of, positive, print_estimate
from minisora.errors import UserError

if TYPE_CHECKING:
    from minisora.checkpoint import Card
    from minisora.presets import Preset
    from minisora.training.footage import Footage
    from minisora.training.modules import Optimisation
    from minisora.training.run import Outcome
    from minisora.training.settings import TextToVideoSettings

train = typer.Typer(help="Train the codec, then the text-to-video transformer on its latents.", no_args_is_help=True)

PresetName = Annotated[str, typer.Option("--preset", help="nano, starter, micro, small, base, or large.")]
Run = Annotated[Path | None, typer.Option(help="Folder of the run.", show_default="runs/PRESET-KIND")]
Minutes = Annotated[float | None, typer.Option(help="End after so many minutes.", show_default="the preset's")]
Steps = Annotated[int | None, typer.Option(help="End after so many steps, however long they take.")]
Batch = Annotated[int | None, typer.Option(help="Clips of a batch, over all devices.", show_default="the preset's")]
Seed = Annotated[int, typer.Option(help="Of weights, batches and noise.")]
Accelerator = Annotated[str, typer.Option(help="auto (CUDA if there is any, else the CPU), cpu, cuda, or mps.")]
Devices = Annotated[int, typer.Option(help="Processes, each with an accelerator of its own.")]
Strategy = Annotated[str | None, typer.Option(help="Over several: ddp or fsdp.", show_default="the preset's")]
Precision = Annotated[
    str | None, typer.Option(help="32-true or bf16-mixed.", show_default="the run's, else the fastest")
]
Compile = Annotated[bool, typer.Option("--compile", help="Compile the repeated blocks: slow to start, faster after.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin anew instead of going on with what the folder holds.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print parameters, FLOPs, memory, and estimated time.")]
CodecPath = Annotated[
    Path | None, typer.Option(help="Weights of the codec.", show_default="runs/PRESET-codec, else the shipped ones")
]
Init = Annotated[Path | None, typer.Option(help="Begin with these weights, not random ones.", show_default="none")]
DecoderOnly = Annotated[
    bool, typer.Option("--decoder-only", help="Leave the encoder of --init, and so its latents, as it is.")
]
Flicker = Annotated[
    float, typer.Option(help="Price of errors that change from frame to frame, beside those of a single frame: 0.3.")
]
Rate = Annotated[float, typer.Option(help="Times the preset's peak learning rates; below 1 for --init.")]
TimeMean = Annotated[
    float | None, typer.Option(help="Centre of the noise levels: higher is noisier.", show_default="the recipe's")
]
Clips = Annotated[int | None, typer.Option(help="How many are drawn and encoded.", show_default="the preset's")]
Rebuild = Annotated[
    bool, typer.Option("--rebuild", help="Encode the clips anew if those there are of another codec or of other clips.")
]
PartName = Annotated[
    str,
    typer.Option(
        help="Which transformer: planner, writer (of digits), text-to-video (which paints), or finisher (which goes on"
        " from it: --init)."
    ),
]
TeacherFolder = Annotated[
    Path | None,
    typer.Option("--teacher", help="Learn to do in --few steps what the weights in this folder do in many."),
]
Few = Annotated[int, typer.Option(help="With --teacher: the student's steps.")]
Videos = Annotated[
    Path | None, typer.Option(help="Train on the videos of this folder, not on drawn clips.", show_default="none")
]
PerVideo = Annotated[int, typer.Option("--clips-per-video", help="With --videos: at most so many of each.")]
ScoreMinutes = Annotated[float | None, typer.Option(help="Let the judge score clips every so many minutes.")]


@train.command("codec")
def train_codec(
    preset_name: PresetName = "micro",
    run: Run = None,
    videos: Videos = None,
    clips_per_video: PerVideo = 8,
    init: Init = None,
    decoder_only: DecoderOnly = False,
    flicker: Flicker = 0.0,
    rate: Rate = 1.0,
    minutes: Minutes = None,
    steps: Steps = None,
    batch: Batch = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
    devices: Devices = 1,
    strategy: Strategy = None,
    precision: Precision = None,
    compile: Compile = False,
    fresh: Fresh = False,
    dry_run: DryRun = False,
) -> None:
    """Train the codec on freshly drawn clips, or on your own videos. Ctrl-C stops; the same command goes on."""
    from minisora.presets import preset_named
    from minisora.training.processes import settle

    settle(positive("devices", devices) or 1)  # before Lightning is imported
    from minisora.recipe import codec_settings
    from minisora.request import check_range

    preset = preset_named(preset_name)
    run = run or Path("runs") / f"{preset.name}-codec"
    settings = codec_settings(
        preset,
        run,
        budget(steps, minutes, preset.codec_minutes),
        machine_of(preset, accelerator, devices, strategy, precision, compile, None if fresh else run, dry_run=dry_run),
    )
    settings = replace(settings, seed=seed, resume=not fresh, batch=positive("batch", batch) or settings.batch)
    settings = replace(settings, optimisation=at_rate(settings.optimisation, rate), decoder_only=decoder_only)
    check_range("flicker", flicker, low=0, high=10, advice="0.3")
    settings = replace(settings, flicker_weight=flicker)
    if dry_run:
        from minisora.training.estimate import codec_work

        work = codec_work(preset.codec, frames=preset.frames, height=preset.height, width=preset.width)
        return print_estimate(f"codec of preset {preset.name}", work, settings)
    from minisora.checkpoint import latents_of, load_checkpoint
    from minisora.training import run as runs

    start, origin = load_checkpoint(init, kind="codec") if init is not None else (None, {})
    card = {"preset": preset.name, **({"init": begun(origin)} if origin else {})}
    if origin and decoder_only:
        card["latents"] = latents_of(origin)
    footage = own_footage(preset, videos, clips_per_video, run.parent) if videos is not None else None
    outcome = runs.train_codec(settings, preset.codec, footage=footage, start=start, card=card)
    return report(outcome, footage)


@train.command("text-to-video")
def train_text_to_video(
    preset_name: PresetName = "micro",
    run: Run = None,
    videos: Videos = None,
    clips_per_video: PerVideo = 8,
    codec: CodecPath = None,
    init: Init = None,
    rate: Rate = 1.0,
    time_mean: TimeMean = None,
    clips: Clips = None,
    minutes: Minutes = None,
    steps: Steps = None,
    batch: Batch = None,
    seed: Seed = 0,
    accelerator: Accelerator = "auto",
    devices: Devices = 1,
    strategy: Strategy = None,
    precision: Precision = None,
    compile: Compile = False,
    fresh: Fresh = False,
    rebuild: Rebuild = False,
    part: PartName = "text-to-video",
    teacher: TeacherFolder = None,
    few: Few = 4,
    score_minutes: ScoreMinutes = None,
    dry_run: DryRun = False,
) -> None:
    """Train the transformer on clips, drawn or your own, encoded once. Ctrl-C stops; the same command goes on."""
    from minisora.presets import preset_named
    from minisora.training.processes import settle

    settle(positive("devices", devices) or 1)  # before Lightning is imported
    from minisora.presets import network
    from minisora.recipe import (
        PLANNED,
        clip_sets,
        part_named,
        student_sampling,
        student_settings,
        text_to_video_settings,
    )

    preset, which = preset_named(preset_name), part_named(part)
    usual = {"planner": preset.planner_minutes, "writer": preset.writer_minutes}.get(which) or preset.minutes
    folder = run or Path("runs") / f"{preset.name}-{'text-to-video' if teacher is None else 'student'}"
    run = folder if which == "text-to-video" else folder / which
    settings = text_to_video_settings(
        preset,
        run,
        budget(steps, minutes, usual),
        machine_of(preset, accelerator, devices, strategy, precision, compile, None if fresh else run, dry_run=dry_run),
        part=which,
    )
    if teacher is not None:
        init = init or teacher / f"{which}.safetensors"
        settings = student_settings(settings)
    settings = replace(settings, seed=seed, resume=not fresh, batch=positive("batch", batch) or settings.batch)
    settings = replace(settings, optimisation=at_rate(settings.optimisation, rate))
    settings = replace(settings, evaluate_minutes=score_minutes)
    if time_mean is not None:
        settings = at_times(settings, time_mean)
    positive("few", few)
    sets = clip_sets(preset, clips=positive("clips", clips), part=which)
    if videos is not None and (clips or score_minutes or teacher or which != "text-to-video"):
        option = "--clips" if clips else "--score-minutes" if score_minutes else f"--part {which}"
        option = "--teacher" if teacher else option
        raise UserError(f"{option} is for drawn clips: leave it out with --videos")
    c = preset.codec
    shape = 1 + (preset.frames - 1) // c.temporal, preset.height // c.spatial, preset.width // c.spatial
    if dry_run:
        from minisora.training.estimate import text_to_video_work
        from minisora.writing import SHAPE

        numbers = sum(s.clips * s.frames * s.height * s.width for s in sets) * 3 / c.block * c.channels
        seen = SHAPE[1:] if which == "writer" else shape
        work = text_to_video_work(network(preset, which, channels=c.channels), seen)
        return print_estimate(f"transformer of preset {preset.name}", work, settings, disk=2.0 * numbers)
    from minisora.checkpoint import latents_of, load_checkpoint, shipped_folder
    from minisora.networks import load_codec, load_transformer
    from minisora.training import run as runs
    from minisora.training.score import USUAL, judged_prompts
    from minisora.worlds.render import FPS

    trained = Path("runs") / f"{preset.name}-codec" / "codec.safetensors"
    chosen = codec or (trained if trained.exists() else shipped_folder() / "codec.safetensors")
    print(f"codec: {chosen}", file=sys.stderr)
    encoder, codec_card = load_codec(chosen)
    latents = latents_of(codec_card)
    begins = ("finisher", "text-to-video") if which == "finisher" else (which,)
    start, origin = load_checkpoint(init, kind=begins) if init is not None else (None, {})
    if origin.get("codec", latents) != latents:
        raise UserError(f"{init} was trained with another codec than {chosen}: name its codec with --codec")
    footage, words, taught_by = None, words_of_start(origin, init), None
    if videos is not None:
        footage = own_footage(preset, videos, clips_per_video, folder.parent, most_words=preset.dit.max_text)
        if not footage.prompts:
            raise UserError(f"{videos}: no video has a caption — write what clip.mp4 shows into clip.txt beside it")
        words = [*words, *(word for word in footage.words if word not in words)]
    planner, beside = None, folder / "planner.safetensors"
    if which == "text-to-video" and videos is None and preset.planner is not None:
        if beside.exists():
            planner, _ = load_transformer(beside, "planner", codec=chosen, codec_card=codec_card)
        else:
            print(f"no {beside}: clips are painted without a plan until there is one (--part planner)", file=sys.stderr)
    sampling = USUAL if preset.planner is None or videos is not None else PLANNED
    judged = judged_prompts(
        encoder,
        planner=planner,
        world=preset.world,
        seconds=(preset.frames - 1) / FPS,
        size=(preset.height, preset.width),
        sampling=sampling,
    )
    card: Card = {"preset": preset.name, "codec": latents, **({"init": begun(origin)} if origin else {})}
    if which == "text-to-video":
        card["sampling"] = asdict(sampling)
    if teacher is not None:
        from minisora.pipeline import Pipeline
        from minisora.training.teacher import teacher_for

        teaching = Pipeline.load(teacher, codec=chosen)
        sampling = student_sampling(teaching.sampling, few)
        card |= {"teacher": teaching.card["hashes"], "sampling": asdict(sampling)}
        taught_by = teacher_for(which, teaching, few, shift=sampling.shift)
    outcome = runs.train_text_to_video(
        settings,
        replace(network(preset, which, channels=encoder.config.channels), vocabulary=len(words) + 2),
        footage=footage,
        words=words,
        codec=encoder,
        clip_sets=sets,
        cache=folder.parent / "latents",
        folder=folder,
        rebuild=rebuild,
        start=start,
        teacher=taught_by,
        card=card,
        evaluate=judged if score_minutes is not None else None,
    )
    return report(outcome, footage)


def own_footage(preset: Preset, videos: Path, clips_per_video: int, runs: Path, *, most_words: int = 10_000) -> Footage:
    """A folder's videos, cut to the preset's clips; the cuts are kept beside the runs.

    Raises: UserError when none can be used.
    """
    from minisora.training.footage import cut_videos, progress
    from minisora.worlds.folder import FolderWorld

    world = FolderWorld(
        videos,
        frames=preset.frames,
        height=preset.height,
        width=preset.width,
        clips_per_video=positive("clips per video", clips_per_video) or 1,
    )
    return cut_videos(world, runs / "footage", most_words=most_words, watch=progress("cutting videos"))


def words_of_start(origin: Card, init: Path | None) -> Sequence[str]:
    """The words that the weights to begin with know; without such weights, those of this version."""
    from minisora.networks import words_on
    from minisora.worlds.vocabulary import WORDS

    if init is None or not origin:
        return WORDS
    return words_on(origin, int(origin["settings"]["vocabulary"]) - 2, source=init)


def at_rate(optimisation: Optimisation, rate: float) -> Optimisation:
    """With ``rate`` times the peak learning rates.

    Raises: UserError unless the rate is above 0 and at most 10.
    """
    if not 0 < rate <= 10:
        raise UserError(f"rate {rate:g}: must be above 0 and at most 10 — 1 is the preset's own")
    return replace(optimisation, muon_lr=rate * optimisation.muon_lr, adam_lr=rate * optimisation.adam_lr)


def at_times(settings: TextToVideoSettings, mean: float) -> TextToVideoSettings:
    """With logit-normal times around ``sigmoid(mean)``.

    Raises: UserError unless the mean is between -4 and 4, beyond which nearly all clips are noise, or none.
    """
    if not -4 <= mean <= 4:
        raise UserError(f"time mean {mean:g}: must be from -4 to 4 — the recipe's own is {settings.time_mean:g}")
    return replace(settings, time_mean=mean)


def begun(card: Card) -> Card:
    """What the card of new weights keeps of those that they began with."""
    return {key: card[key] for key in ("sha256", "command", "steps", "seconds", "init") if key in card}


def report(outcome: Outcome, footage: Footage | None) -> None:
    """Say where the weights are, and which videos were of no use; a run that was stopped ends with exit code 130."""
    if footage is not None:
        print(footage.summary, file=sys.stderr)
    if outcome.weights is not None:
        print(outcome.weights)
    if not outcome.finished:
        print(f"stopped after step {outcome.step}; the same command goes on", file=sys.stderr)
        raise typer.Exit(130)
