"""How a preset is trained: what is shared by all sizes, said once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from minisora.diffusion.given import GivenMix
from minisora.errors import UserError
from minisora.presets import Preset
from minisora.training.latents import ClipSet
from minisora.training.modules import Optimisation
from minisora.training.pace import Budget, Schedule
from minisora.training.settings import CodecSettings, Machine, Part, TextToVideoSettings
from minisora.velocities import HAND_OVER, Sampling
from minisora.worlds.digits import DigitsWorld

#: Mostly whole clips from nothing; now and then a part is given, so that the same weights animate, extend and loop.
MIX = GivenMix(whole=0.88, first=0.04, prefix=0.03, suffix=0.02, ends=0.02, scattered=0.01)
#: A student paints whole clips only.
WHOLE = GivenMix(whole=1, first=0, prefix=0, suffix=0, ends=0, scattered=0)
KL_WEIGHT = 2e-4
#: How weights that paint by a plan are sampled: what is settled by the plan needs few calls, and little guidance.
PLANNED = Sampling(steps=6, guidance=2.0, shift=2.0, plan_steps=6, plan_guidance=2.0, plan_tries=12)
#: Centre of each one's times. A plan has no details, but its places are to be exact, and that is settled late.
TIME_MEANS: dict[Part, float] = {"planner": 0.5, "writer": 0.0, "text-to-video": 1.1, "finisher": 0.0}
#: Where each is used, and a little more, since weights may be sampled with another hand-over.
TIME_RANGES: dict[Part, tuple[float, float]] = {
    "planner": (0.0, 1.0),
    "writer": (0.0, 1.0),
    "text-to-video": (0.0, 1.0),
    "finisher": (0.0, HAND_OVER + 0.1),
}
#: Handwritings of a batch: they are small.
WRITER_BATCH = 128
#: Share of the planner's batches, and of a student's, that are single pictures, in which little is to be learnt.
PICTURE_PLANS = 0.05
#: Of a student's times: of two steps the second begins at 0.6.
FEW_SHIFT = 1.5


def codec_settings(preset: Preset, run: Path, budget: Budget, machine: Machine) -> CodecSettings:
    """Training of the preset's codec."""
    return CodecSettings(
        run=run,
        budget=budget,
        machine=machine,
        batch=preset.codec_batch,
        frames=preset.frames,
        height=preset.height,
        width=preset.width,
        digits_share=preset.digits,
        kl_weight=KL_WEIGHT,
        world=preset.codec_world,
        optimisation=Optimisation(muon_lr=preset.muon_lr, adam_lr=preset.adam_lr),
    )


def text_to_video_settings(
    preset: Preset, run: Path, budget: Budget, machine: Machine, *, part: Part = "text-to-video"
) -> TextToVideoSettings:
    """Training of one of the preset's transformers, on the clips of :func:`clip_sets`."""
    return TextToVideoSettings(
        run=run,
        budget=budget,
        machine=machine,
        part=part,
        batch={"planner": preset.planner_batch, "writer": WRITER_BATCH}.get(part, preset.batch),
        image_share=PICTURE_PLANS if part == "planner" else preset.image_share,
        time_mean=TIME_MEANS[part],
        time_range=TIME_RANGES[part],
        mix=MIX,
        schedule=Schedule(decay=0.2),
        optimisation=Optimisation(muon_lr=preset.muon_lr, adam_lr=preset.adam_lr),
    )


def student_settings(settings: TextToVideoSettings) -> TextToVideoSettings:
    """Of a student: its targets are hardly noisy, so that half of a batch is enough. What paints makes whole clips."""
    mix = settings.mix if settings.part == "planner" else WHOLE
    return replace(settings, batch=max(1, settings.batch // 2), image_share=PICTURE_PLANS, mix=mix)


def student_sampling(teacher: Sampling, steps: int) -> Sampling:
    """How a student is sampled that learnt to do in so many steps what its teacher does: the guidance is in it."""
    alone = replace(teacher, guidance=1.0, plan_guidance=1.0, write_guidance=1.0, straight=True)
    return replace(alone, steps=steps, plan_steps=steps, write_steps=steps, shift=FEW_SHIFT)


def part_named(name: str) -> Part:
    """The transformer of this name.

    Raises: UserError naming those that there are.
    """
    for part in TIME_MEANS:
        if part == name:
            return part
    raise UserError(f"part {name!r}: must be {', '.join(TIME_MEANS)}")


def clip_sets(preset: Preset, *, clips: int | None = None, part: Part = "text-to-video") -> list[ClipSet]:
    """What a transformer sees: clips of the preset's size, and with most presets some of other sizes and of digits.

    Args:
        clips: how many of the first kind, the preset's number unless given; the others are shares of it.
        part: which transformer; a writer sees digits only.
    """
    clips = clips or preset.clips
    frames, height, width = preset.frames, preset.height, preset.width
    usual = ClipSet(clips=clips, frames=frames, height=height, width=width, world=preset.world)
    less, more = 0.75, 1.25

    def share(part: float) -> int:
        return max(1, round(clips * part))

    sets = [usual]
    if preset.other_sizes:
        sets += [
            replace(usual, clips=share(0.05), height=_near(height * less), width=_near(width * more), seed=1),
            replace(usual, clips=share(0.05), height=_near(height * more), width=_near(width * less), seed=2),
            replace(usual, clips=share(0.05), frames=2 * (frames - 1) + 1, seed=3),
            replace(usual, clips=share(0.03), height=_near(height * 1.5), width=_near(width * 1.5), seed=4),
        ]
    if preset.digits:
        sets.append(replace(usual, clips=share(preset.digits), world=DigitsWorld(counts=(0.9, 0.1)), seed=5))
    return [each for each in sets if isinstance(each.world, DigitsWorld)] if part == "writer" else sets


def _near(pixels: float) -> int:
    """A multiple of 16: fits the codec's blocks and any preset's patches."""
    return max(16, round(pixels / 16) * 16)
