"""Scores along the way: the judge reads clips that the averaged network makes for prompts of one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import nn

from minisora.codec.autoencoder import Codec
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import DiT, Tokenizer
from minisora.pipeline import Pipeline
from minisora.training.seeds import generator_for
from minisora.velocities import Sampling
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS

#: How weights that paint without a plan are sampled.
USUAL = Sampling(steps=20, guidance=3.0, shift=3.0)


def judged_prompts(
    codec: Codec,
    *,
    planner: DiT | None = None,
    prompts: int = 32,
    world: ShapesWorld = ONE_OBJECT,
    seconds: float = 2.0,
    size: tuple[int, int] = (64, 64),
    sampling: Sampling = USUAL,
    seed: int = 1,
) -> Callable[[nn.Module, int], dict[str, float]]:
    """An ``evaluate`` for a run: the share of prompts whose colour, shape, size, motion, and all of it are right.

    The prompts, of one object in ``world``, and the noise are the same every time. ``planner`` plans the clips.
    """
    scenes = replace(world, counts=(1.0,), moving_camera=0.0).sample(prompts, generator=generator_for(seed, "prompts"))
    texts = [canonical(scene) for scene in scenes]

    def evaluate(network: nn.Module, step: int) -> dict[str, float]:
        assert isinstance(network, DiT)
        tokenizer = Tokenizer(WORDS, max_text=network.config.max_text)
        device = next(network.parameters()).device
        pipeline = Pipeline(codec, network, tokenizer, planner=planner, sampling=sampling, device=device)
        clips = pipeline.generate(texts, seconds=seconds, size=size, seed=seed)
        verdicts = [judge(clip.frames, parse(text)) for clip, text in zip(clips, texts, strict=True)]
        kinds = ("count", "colour", "shape", "size", "motion", "everything")
        return {kind: sum(getattr(v, kind) for v in verdicts) / len(verdicts) for kind in kinds}

    return evaluate
