"""The settings of a training run: plain numbers, saved beside the run's state."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from lightning.pytorch.utilities import rank_zero_only

from minisora.diffusion.given import GivenMix
from minisora.errors import UserError
from minisora.files import from_json, reason, replacing
from minisora.training.modules import Optimisation
from minisora.training.pace import Budget, Schedule
from minisora.training.state import states
from minisora.worlds.shapes import ShapesWorld

#: The transformers that make a clip together: one plans it, one writes its digits, one paints it, and one finishes what
#: is nearly painted.
Part = Literal["planner", "writer", "text-to-video", "finisher"]


@dataclass(frozen=True)
class Machine:
    """Where a run happens: ``devices`` processes, each with an accelerator of this kind (or the CPU).

    ``compile`` compiles the network's repeated blocks, which takes half a minute and pays after some more.
    """

    accelerator: str = "cpu"
    devices: int = 1
    strategy: Literal["auto", "ddp", "fsdp"] = "auto"
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    compile: bool = False


@dataclass(frozen=True)
class RunSettings:
    """What every kind of training has.

    Attributes:
        run: folder for the state, logs, samples, and the exported weights.
        budget: when it ends.
        batch: clips of a batch over all processes.
        save_minutes, sample_minutes, evaluate_minutes: how often the state is saved, a filmstrip drawn, and the
            network scored; None for never.
        resume: go on with the run that the folder holds, if there is one.
    """

    run: Path
    budget: Budget
    batch: int = 32
    seed: int = 0
    optimisation: Optimisation = field(default_factory=Optimisation)
    schedule: Schedule = field(default_factory=Schedule)
    machine: Machine = field(default_factory=Machine)
    log_every: int = 20
    save_minutes: float = 2.0
    sample_minutes: float | None = 5.0
    evaluate_minutes: float | None = None
    resume: bool = True


@dataclass(frozen=True)
class CodecSettings(RunSettings):
    """Training of a codec on freshly drawn clips; see ``VideoBatches`` for the fields that it shares with it.

    Attributes:
        kl_weight, flicker_weight: see ``codec_loss``.
        decoder_only: leave the encoder, and so the latents, as they are: transformers trained on them still fit.
    """

    batch: int = 16
    frames: int = 17
    height: int = 64
    width: int = 64
    image_share: float = 0.1
    digits_share: float = 0.0
    kl_weight: float = 1e-4
    flicker_weight: float = 0.0
    decoder_only: bool = False
    world: ShapesWorld = field(default_factory=ShapesWorld)


@dataclass(frozen=True)
class TextToVideoSettings(RunSettings):
    """Training of a transformer on encoded clips; see ``LatentBatches`` for the fields that it shares with it.

    Attributes:
        mix: how often what is given.
        part: which of the transformers it is; see ``PARTS`` in ``modules.py``.
        time_mean, time_std, time_range: centre and width of the logit-normal times, and where they end.
        prompts: are drawn as filmstrips along the way.
        guidance, sampling_steps, shift: with which the filmstrips are drawn.
    """

    part: Part = "text-to-video"
    caption_dropout: float = 0.1
    image_share: float = 0.3
    image_batch: int = 3
    short_share: float = 0.05
    styles: tuple[float, float, float, float] = (0.4, 0.25, 0.25, 0.1)
    mix: GivenMix = field(default_factory=GivenMix)
    time_mean: float = 1.1
    time_std: float = 1.3
    time_range: tuple[float, float] = (0.0, 1.0)
    prompts: tuple[str, ...] = (
        "a red circle moves right",
        "a small blue square bounces",
        "a large yellow star spins",
        "a white ring moves up",
    )
    guidance: float = 3.0
    sampling_steps: int = 20
    shift: float = 3.0


#: What may differ between the parts of one run: when it ends, where it runs, and how often it speaks.
CHANGEABLE = frozenset(
    {"run", "budget", "machine", "log_every", "resume"}
    | {"save_minutes", "sample_minutes", "evaluate_minutes", "prompts", "guidance", "sampling_steps", "shift"}
)


def settings_held(run: Path) -> dict[str, Any] | None:
    """The settings of the run that this folder can go on with; None if it holds no such run.

    Raises: UserError when it holds one whose settings cannot be read.
    """
    path = run / "settings.json"
    if not (path.exists() and states(run)):
        return None
    try:
        held = from_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(path, reason(error)) from error
    if not isinstance(held, dict) or not isinstance(held.get("machine", {}), dict):
        raise _damaged(path, "these are none of ours")
    return held


def _damaged(path: Path, why: str) -> UserError:
    return UserError(f"{path}: the settings of the run there are damaged ({why}); --fresh begins anew")


def precision_held(run: Path, accelerator: str) -> str | None:
    """That of the run that this folder can go on with, so that a run does not change it on the way.

    None if there is no such run, or if it ran on another kind of accelerator.
    """
    machine = (settings_held(run) or {}).get("machine", {})
    return machine.get("precision") if machine.get("accelerator") == accelerator else None


@rank_zero_only
def remember_settings(settings: RunSettings, network: Any, **more: Any) -> None:
    """Write the settings into the run folder; if it holds some, see that this is the same run.

    Args:
        network: its configuration.
        more: what else must not change, such as the data.
    Raises: UserError naming the first setting that differs.
    """
    mine = json.loads(json.dumps({"network": asdict(network), **asdict(settings), **more}, default=str))
    if not settings.resume:
        for path in states(settings.run):  # an old state must not look like one of the new run
            path.unlink()
    elif (theirs := settings_held(settings.run)) is not None:
        fixed = (theirs.keys() & mine.keys()) - CHANGEABLE  # an older version may have remembered less
        old, new = ({name: values[name] for name in fixed} for values in (theirs, mine))
        if difference := _first_difference(old, new):
            raise UserError(f"{settings.run}: holds a run with {difference}; take the same settings or another folder")
        _same_kind_of_state(settings, theirs.get("machine", {}).get("strategy", "auto"))
    with replacing(settings.run / "settings.json") as draft:
        draft.write_text(json.dumps(mine, indent=1))


def _same_kind_of_state(settings: RunSettings, held: str) -> None:
    """Raises: UserError when only one of both parts of a run is sharded: neither reads the other's optimiser."""
    mine = settings.machine.strategy
    if (held == "fsdp") != (mine == "fsdp"):
        raise UserError(
            f"{settings.run}: holds a run with strategy {held}, whose state strategy {mine} cannot read:"
            f" take --strategy {held}, or go on from its weights (--init) in another folder"
        )


def _first_difference(theirs: Any, mine: Any, name: str = "") -> str | None:
    """Where two values of JSON differ first, in words: ``optimisation.ema = 0.999, not 0.99``."""
    if isinstance(theirs, dict) and isinstance(mine, dict):
        pairs = [(key, theirs.get(key), mine.get(key)) for key in sorted(theirs.keys() | mine.keys())]
    elif isinstance(theirs, list) and isinstance(mine, list) and len(theirs) == len(mine):
        pairs = [(str(i), *pair) for i, pair in enumerate(zip(theirs, mine, strict=True))]
    else:
        return None if theirs == mine else f"{name} = {theirs}, not {mine}"
    differences = (_first_difference(a, b, f"{name}.{key}" if name else key) for key, a, b in pairs)
    return next((difference for difference in differences if difference), None)
