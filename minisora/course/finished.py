"""The finished machine, for chapters that show what it does before they build it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import torch

from minisora.checkpoint import shipped_folder
from minisora.codec.autoencoder import Codec
from minisora.errors import UserError
from minisora.model import DiT, Tokenizer
from minisora.model.captioner import Captioner, CaptionerConfig
from minisora.networks import load_captioner, load_codec
from minisora.pipeline import Pipeline
from minisora.presets import MICRO, NANO, network
from minisora.worlds.vocabulary import WORDS


@cache
def finished_pipeline() -> Pipeline:
    """The pipeline with the shipped weights, loaded once; without them an untrained one, which says so."""
    try:
        return Pipeline.load()
    except UserError as error:
        print(f"({error}. An untrained model stands in: its clips are noise, but all shapes are right.)")
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        codec = Codec(NANO.codec)
    dit = DiT(NANO.dit, generator=generator)
    for layer in (dit.modulation, dit.patch_out):  # zero at first, so that no part would make a difference
        torch.nn.init.normal_(layer.weight, std=0.05, generator=generator)
    planner = DiT(
        network(replace(NANO, planner=MICRO.planner), "planner", channels=NANO.codec.channels), generator=generator
    )
    return Pipeline(codec, dit, Tokenizer(WORDS), planner=planner)


@cache
def finished_captioner() -> Captioner:
    """The shipped captioner, loaded once; without it, or beside another codec, an untrained one, which says so."""
    pipeline, codec = finished_pipeline(), shipped_folder() / "codec.safetensors"
    try:
        captioner, _ = load_captioner(
            codec.parents[1] / "ladder" / "captioner.safetensors", codec=codec, codec_card=load_codec(codec)[1]
        )
    except UserError as error:
        print(f"({error}. An untrained captioner stands in: what it says means nothing.)")
        config = CaptionerConfig(pipeline.codec.config.channels, len(pipeline.tokenizer), width=96, heads=3)
        captioner = Captioner(config, generator=torch.Generator().manual_seed(0))
        torch.nn.init.normal_(captioner.word_out.weight, std=0.1, generator=torch.Generator().manual_seed(1))
    return captioner.to(pipeline.device).eval()
