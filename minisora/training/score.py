"""Scores along the way: the judge reads clips that the averaged network makes for prompts of one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import nn

from minisora.codec.autoencoder import Codec
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import DiT, Tokenizer
from minisora.training.preview import decode, generate_latents
from minisora.training.seeds import generator_for
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS


def judged_prompts(
    codec: Codec,
    *,
    prompts: int = 32,
    world: ShapesWorld = ONE_OBJECT,
    shape: tuple[int, int, int] = (5, 8, 8),
    seconds_per_latent_frame: float = 0.5,
    steps: int = 20,
    guidance: float = 3.0,
    shift: float = 3.0,
    seed: int = 1,
) -> Callable[[nn.Module, int], dict[str, float]]:
    """An ``evaluate`` for a run: the share of prompts whose colour, shape, size, motion, and all of it are right.

    The prompts, of one object in ``world``, and the noise are the same every time.
    """
    scenes = replace(world, counts=(1.0,), moving_camera=0.0).sample(prompts, generator=generator_for(seed, "prompts"))
    texts = [canonical(scene) for scene in scenes]

    def evaluate(network: nn.Module, step: int) -> dict[str, float]:
        assert isinstance(network, DiT)
        tokenizer = Tokenizer(WORDS, max_text=network.config.max_text)
        latents = generate_latents(
            network,
            tokenizer,
            texts,
            shape=shape,
            seconds_per_latent_frame=seconds_per_latent_frame,
            steps=steps,
            guidance=guidance,
            shift=shift,
            seed=seed,
        )
        verdicts = [
            judge(clip, parse(text))
            for clip, text in zip(decode(codec.to(latents.device), latents), texts, strict=True)
        ]
        kinds = ("count", "colour", "shape", "size", "motion", "everything")
        return {kind: sum(getattr(v, kind) for v in verdicts) / len(verdicts) for kind in kinds}

    return evaluate
