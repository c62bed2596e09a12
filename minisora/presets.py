"""Sizes that go well together, from a laptop's minute to a room of GPUs. Everything but these numbers is shared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import repeat
from typing import Literal

from minisora.codec.autoencoder import CodecConfig
from minisora.errors import UserError
from minisora.model.dit import DiTConfig
from minisora.worlds.plan import NUMBERS
from minisora.worlds.scene import DIRECTION, MOTIONS, Motion
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.sketch import TOLD
from minisora.worlds.vocabulary import WORDS

VOCABULARY = len(WORDS) + 2  #: Words, padding, and the begin token.

#: Motions that change much within the four pictures of one latent are learnt last.
HARD_MOTIONS: tuple[Motion, ...] = ("bounces", "orbits", "spins", "blinks")
#: And these last of all: they alone show a shape at other angles, and a thing that comes and goes.
LATEST_MOTIONS: tuple[Motion, ...] = (*repeat("spins", 6), *repeat("blinks", 4))
#: The codec has to hold whatever happens; what moves fastest is the hardest to keep, and shown three times as often.
CODEC_WORLD = ShapesWorld(
    counts=(0.4, 0.35, 0.25), motions=(*MOTIONS, "bounces", "orbits", "bounces", "orbits"), moving_camera=0.25
)
#: The transformer first has to learn to do one thing right. The hard motions are shown more often than others: half of
#: all things spin or blink.
WORLD = ShapesWorld(
    counts=(0.5, 0.48, 0.02),
    motions=(*MOTIONS, *HARD_MOTIONS, "bounces", *LATEST_MOTIONS),
    moving_camera=0.03,
)
#: All shapes, colours and sizes, but one thing at a time that stands still or moves straight on, before a plain ground.
STARTER_WORLD = ShapesWorld(
    counts=(1.0,),
    motions=("still", *DIRECTION),
    backgrounds=("black", "grey", "navy"),
    moving_camera=0.0,
    occlusion=0.0,
)


@dataclass(frozen=True)
class Preset:
    """A codec and a transformer of matching sizes, and how they are trained.

    Attributes:
        name, about: what it is called and good for.
        codec, dit: the sizes of the networks.
        planner: that of the transformer that plans a clip before it is painted; None where none does.
        codec_world, world: the scenes that the codec and the transformer are trained on.
        digits: share of the codec's batches that show handwritten digits, and how many clips of them the
            transformer sees beside ``clips``, as a share of those.
        frames, height, width: the clips that both are trained on.
        other_sizes: whether the transformer also sees some clips that are wider, taller, longer, and larger.
        clips: how many are drawn and encoded for the transformer.
        image_share: share of the transformer's batches that are single pictures, which teach what things look like.
        codec_batch, batch, planner_batch: clips of a batch over all processes.
        codec_minutes, minutes: how long training takes, on the machine that the preset is for.
        planner_minutes: that of the planner; None for as long as the transformer that paints.
        writer_minutes: that of the writer of digits.
        muon_lr, adam_lr: peak learning rates.
        devices, strategy: how many GPUs it is meant for, and whether several replicate ("ddp") or shard ("fsdp") it.
        precision: of the arithmetic off the CPU.
    """

    name: str
    about: str
    codec: CodecConfig
    dit: DiTConfig
    planner: DiTConfig | None = None
    codec_world: ShapesWorld = CODEC_WORLD
    world: ShapesWorld = WORLD
    digits: float = 0.2
    frames: int = 17
    height: int = 64
    width: int = 64
    other_sizes: bool = True
    clips: int = 40_000
    image_share: float = 0.2
    codec_batch: int = 8
    batch: int = 32
    planner_batch: int = 16
    codec_minutes: float = 20.0
    planner_minutes: float | None = None
    writer_minutes: float = 3.0
    minutes: float = 90.0
    muon_lr: float = 0.02
    adam_lr: float = 1e-3
    devices: int = 1
    strategy: Literal["ddp", "fsdp"] = "ddp"
    precision: Literal["32-true", "bf16-mixed"] = "32-true"


#: A plan has few numbers: a small network learns it, and soon.
PLANNER = DiTConfig(
    channels=24, width=128, depth=6, heads=2, text_width=64, text_depth=1, vocabulary=VOCABULARY, text_heads=2
)
#: So has a handwriting, of 8x8 numbers; it is the same small thing for all presets.
WRITER = DiTConfig(
    channels=1, width=64, depth=3, heads=2, text_width=32, text_depth=1, vocabulary=VOCABULARY, text_heads=2
)
NANO = Preset(
    name="nano",
    about="about 1M parameters: for tests and first steps, minutes on a laptop",
    codec=CodecConfig(channels=16, width=64, encoder_depth=2, decoder_depth=3),
    dit=DiTConfig(
        channels=16,
        width=128,
        depth=4,
        heads=2,
        text_width=64,
        text_depth=1,
        vocabulary=VOCABULARY,
        text_heads=2,
    ),
    clips=4_000,
    codec_minutes=10,
    minutes=20,
)
STARTER = replace(
    NANO,
    name="starter",
    about="about 1.5M parameters, and as many that plan: one thing that moves straight on, 12 minutes on a laptop",
    dit=replace(NANO.dit, depth=6),
    planner=PLANNER,
    codec_world=STARTER_WORLD,
    world=STARTER_WORLD,
    digits=0.0,
    other_sizes=False,
    clips=6_400,
    image_share=0.3,
    batch=16,
    codec_minutes=2.5,
    planner_minutes=3,
    minutes=5.5,
)
MICRO = Preset(
    name="micro",
    about="about 6M parameters: the weights in the repository, hours on a laptop",
    codec=CodecConfig(channels=24, width=128, encoder_depth=3, decoder_depth=8),
    dit=DiTConfig(channels=24, width=256, depth=6, heads=4, text_width=128, text_depth=2, vocabulary=VOCABULARY),
    planner=PLANNER,
    digits=0.3,
)
SMALL = Preset(
    name="small",
    about="about 33M parameters: a night on a small GPU",
    codec=CodecConfig(channels=32, width=256, encoder_depth=4, decoder_depth=6),
    dit=DiTConfig(channels=32, width=512, depth=9, heads=8, text_width=256, text_depth=2, vocabulary=VOCABULARY),
    planner=MICRO.dit,
    height=128,
    width=128,
    clips=100_000,
    codec_batch=32,
    batch=64,
    codec_minutes=240,
    minutes=480,
    precision="bf16-mixed",
)
BASE = Preset(
    name="base",
    about="about 130M parameters: a day on a data-centre GPU",
    codec=CodecConfig(channels=48, width=384, encoder_depth=4, decoder_depth=8),
    dit=DiTConfig(channels=48, width=768, depth=16, heads=12, text_width=384, text_depth=4, vocabulary=VOCABULARY),
    planner=SMALL.dit,
    frames=33,
    height=128,
    width=128,
    clips=400_000,
    codec_batch=16,
    batch=64,
    codec_minutes=720,
    minutes=1440,
    muon_lr=0.015,
    adam_lr=6e-4,
    precision="bf16-mixed",
)
LARGE = Preset(
    name="large",
    about="about 700M parameters: days on eight data-centre GPUs, sharded",
    codec=CodecConfig(channels=48, width=512, encoder_depth=6, decoder_depth=10),
    dit=DiTConfig(channels=48, width=1536, depth=22, heads=16, text_width=768, text_depth=6, vocabulary=VOCABULARY),
    planner=BASE.dit,
    frames=65,
    height=256,
    width=256,
    clips=200_000,
    codec_batch=64,
    batch=128,
    codec_minutes=1440,
    minutes=5760,
    muon_lr=0.01,
    adam_lr=3e-4,
    devices=8,
    strategy="fsdp",
    precision="bf16-mixed",
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in (NANO, STARTER, MICRO, SMALL, BASE, LARGE)}


def preset_named(name: str) -> Preset:
    """The preset of this name.

    Raises: UserError naming those that there are.
    """
    if name not in PRESETS:
        raise UserError(f"unknown preset {name!r}: try {', '.join(PRESETS)}")
    return PRESETS[name]


def network(preset: Preset, part: str, *, channels: int) -> DiTConfig:
    """The sizes of one of the preset's transformers, for latents of so many ``channels``.

    A finisher is as large as what paints, since it begins with its weights.

    Raises: UserError for the planner of a preset that plans nothing, and the writer of one that plans no digits.
    """
    painter = replace(preset.dit, channels=channels, known=0 if preset.planner is None else TOLD)
    if part not in ("planner", "writer"):
        return painter
    if preset.planner is None:
        planning = ", ".join(name for name, each in PRESETS.items() if each.planner is not None)
        raise UserError(f"preset {preset.name} paints without a plan — {planning} have a planner")
    if part == "planner":
        return replace(preset.planner, channels=NUMBERS, patch=1, known=painter.token_channels + 1)
    if not preset.digits:
        raise UserError(f"preset {preset.name} shows no digits: there is nothing to write")
    return WRITER
