"""Networks so small that a clip takes milliseconds: what their weights know does not matter here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from minisora.checkpoint import latents_of, load_checkpoint, save_checkpoint
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.model import DiT, DiTConfig
from minisora.model.captioner import Captioner, CaptionerConfig
from minisora.pipeline import Pipeline
from minisora.presets import VOCABULARY
from minisora.worlds.plan import NUMBERS

FINISHER = "finisher"
CODEC = CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=1)
DIT = DiTConfig(
    channels=4, width=16, depth=1, heads=1, text_width=8, text_depth=1, text_heads=1, vocabulary=VOCABULARY,
    known=NUMBERS,
)  # fmt: skip
PLANNER = DiTConfig(
    channels=NUMBERS, width=16, depth=1, heads=1, text_width=8, text_depth=1, text_heads=1, vocabulary=VOCABULARY,
    patch=1, known=DIT.token_channels + 1,
)  # fmt: skip
CLIPS = {"frames": 5, "height": 16, "width": 16, "fps": 8.0}


def pipeline_in(folder: Path) -> Pipeline:
    """A codec, a painter, a planner and a finisher, written to the folder and read again."""
    save_checkpoint(folder, "codec", Codec(CODEC).state_dict(), {"kind": "codec", "settings": asdict(CODEC)})
    for name, config in (("text-to-video", DIT), ("planner", PLANNER), (FINISHER, DIT)):
        card = {"kind": name, "settings": asdict(config), "data": [CLIPS], "sampling": {"steps": 2, "plan_steps": 2}}
        save_checkpoint(folder, name, DiT(config).state_dict(), card)
    return Pipeline.load(folder, device="cpu")


def captioner(folder: Path) -> Path:
    """A captioner beside the codec of the folder."""
    _, card = load_checkpoint(folder / "codec.safetensors")
    config = CaptionerConfig(channels=4, width=16, depth=1, heads=1, vocabulary=VOCABULARY)
    about = {"kind": "captioner", "settings": asdict(config), "codec": latents_of(card)}
    return save_checkpoint(folder, "captioner", Captioner(config).state_dict(), about)
