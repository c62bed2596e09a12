"""Public functions, given sentences, numbers, sizes, clips and paths that are none."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st

from benchmarks.faults.small import captioner, pipeline_in
from benchmarks.faults.strategies import Target, clips, foreign, numbers, prompts, small
from minisora import edits
from minisora.checkpoint import load_checkpoint
from minisora.cli.edits import parse_region
from minisora.cli.generate import parse_path
from minisora.cli.making import parse_size
from minisora.diffusion import time_grid
from minisora.diffusion.sampler import karras_grid
from minisora.directing import along, paced
from minisora.evaluation.judge import judge
from minisora.files import slug
from minisora.language import translate, upsample
from minisora.model import Tokenizer
from minisora.model.captioner import say
from minisora.networks import load_captioner
from minisora.pipeline import Pipeline
from minisora.presets import preset_named
from minisora.request import check_prompt, check_sampling, latent_shape
from minisora.training.pace import Budget
from minisora.video import save_video
from minisora.worlds.claims import parse
from minisora.worlds.vocabulary import WORDS

RED = "a red circle moves right"
pairs = st.lists(st.tuples(numbers, numbers) | st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=4)
words = st.one_of(st.just(RED), prompts)


def functions(folder: Path) -> dict[str, Target]:
    """A strategy of arguments for each function, and what is done with them."""
    torch.manual_seed(0)
    pipeline = pipeline_in(folder / "making")
    return {**_sentences(), **_numbers(folder), **_making(pipeline), **_powers(pipeline, folder)}


def _sentences() -> dict[str, Target]:
    return {
        "check_prompt": (prompts | foreign, lambda text: check_prompt(text, most=64)),
        "check_prompt with own words": (prompts, lambda text: check_prompt(text, most=64, also=["snow", "☃"])),
        "translate": (foreign, translate),
        "upsample": (prompts | foreign, lambda text: upsample(text, torch.Generator().manual_seed(0))),
        "claims.parse": (prompts, parse),
        "Tokenizer.encode": (prompts, lambda text: Tokenizer(WORDS).encode([text])),
        "parse_size": (st.text(max_size=30), parse_size),
        "parse_path": (
            st.text(max_size=30) | pairs.map(lambda path: " ".join(f"{x},{y}" for x, y in path)),
            lambda text: along(parse_path(text)),
        ),
        "parse_region": (
            st.text(max_size=30) | st.lists(small, max_size=5).map(lambda v: ",".join(map(str, v))),
            parse_region,
        ),
        "slug": (st.text(max_size=200), slug),
        "preset_named": (st.text(max_size=20), preset_named),
    }


def _numbers(folder: Path) -> dict[str, Target]:
    shapes = st.lists(st.integers(0, 5), min_size=0, max_size=5)
    values = st.sampled_from([0.0, 3.0, -9.0, math.nan, math.inf])
    endings = st.sampled_from(["mp4", "webm", "gif", "png", "avi", ""])
    return {
        "latent_shape": (
            st.tuples(numbers, st.tuples(numbers, numbers)),
            lambda v: latent_shape(v[0], v[1], fps=8, temporal=4, spatial=8, patch=2),
        ),
        "check_sampling": (
            st.tuples(numbers, numbers, st.lists(numbers, max_size=2)),
            lambda v: check_sampling(steps=v[0], guidance=v[1], seeds=v[2]),
        ),
        "save_video": (
            st.tuples(shapes, values, endings, numbers),
            lambda v: save_video(torch.full(v[0], v[1]), folder / f"made.{v[2]}", fps=v[3]),
        ),
        "time_grid": (st.tuples(st.integers(-3, 99), numbers), lambda v: time_grid(v[0], shift=v[1])),
        "karras_grid": (st.integers(-3, 99), karras_grid),
        "Budget": (st.tuples(small, numbers), lambda v: Budget(steps=v[0], minutes=v[1])),
    }


def _making(pipeline: Pipeline) -> dict[str, Target]:
    size = st.tuples(st.just(16), small)

    def generate(asked: tuple[Any, ...]) -> object:
        prompt, seconds, size, steps, guidance, seed = asked
        return pipeline.generate(prompt, seconds=seconds, size=size, steps=steps, guidance=guidance, seed=seed)

    def directed(asked: tuple[Any, ...]) -> object:
        path, thing, pace, prompt = asked
        direct = along(path, thing=thing) if path is not None else None
        return pipeline.generate(prompt, seconds=0.5, size=(16, 32), pace=pace, direct=direct)

    return {
        "Pipeline.generate": (
            st.tuples(prompts, st.one_of(st.just(0), numbers), size, small, numbers, small),
            generate,
        ),
        "along and pace": (st.tuples(st.none() | pairs, small, numbers | st.floats(0.2, 3.2), words), directed),
        "paced": (
            numbers,
            lambda v: pipeline.generate(RED, seconds=0.5, size=(16, 16), direct=paced(v)),
        ),
    }


def _powers(pipeline: Pipeline, folder: Path) -> dict[str, Target]:
    picture = torch.zeros(3, 5, 16, 16)
    says = captioner(folder / "making")
    _, card = load_checkpoint(folder / "making" / "codec.safetensors")
    captions, _ = load_captioner(says, codec=folder / "making" / "codec.safetensors", codec_card=card)
    seconds = st.sampled_from([0, 0.25, 0.5, 1]) | numbers
    given = st.just(picture) | clips
    rectangles = st.lists(st.tuples(*[st.integers(-1, 20) | numbers] * 4), max_size=3) | st.tuples(*[small] * 4)
    quiet: Any = {"tell": str}
    return {
        "animate": (
            st.tuples(given, words, seconds, seconds),
            lambda v: edits.animate(pipeline, v[0], v[1], v[2], at=v[3], **quiet),
        ),
        "extend": (
            st.tuples(given, words, seconds, seconds, seconds),
            lambda v: edits.extend(pipeline, v[0], v[1], v[2], before=v[3], context=v[4], **quiet),
        ),
        "loop": (
            st.tuples(st.none() | given, words, seconds, seconds),
            lambda v: edits.loop(pipeline, v[1], v[2], clip=v[0], back=v[3], **quiet),
        ),
        "connect": (
            st.tuples(given, given, words, seconds),
            lambda v: edits.connect(pipeline, v[0], v[1], v[2], v[3], **quiet),
        ),
        "edit": (st.tuples(given, words, rectangles), lambda v: edits.edit(pipeline, *v, **quiet)),
        "expand": (
            st.tuples(given, words, st.tuples(st.sampled_from([16, 32]) | small, st.sampled_from([16, 32]) | small)),
            lambda v: edits.expand(pipeline, *v, **quiet),
        ),
        "restyle": (
            st.tuples(given, words, numbers | st.floats(0, 1)),
            lambda v: edits.restyle(pipeline, *v, **quiet),
        ),
        "keyframes": (
            st.tuples(st.lists(st.tuples(seconds, given), max_size=3), words, seconds),
            lambda v: edits.keyframes(pipeline, *v, **quiet),
        ),
        "storyboard": (
            st.tuples(st.lists(st.tuples(seconds, words), max_size=3), st.booleans(), seconds),
            lambda v: edits.storyboard(pipeline, v[0], cut=v[1], context=v[2], size=(16, 16), **quiet),
        ),
        "follow": (st.tuples(given, words), lambda v: edits.follow(pipeline, v[0], v[1], size=(16, 16), **quiet)),
        "judge": (
            st.tuples(st.integers(0, 6), st.integers(0, 24), st.sampled_from([0.0, -1.0, math.nan]), numbers),
            lambda v: judge(torch.full((3, v[0], v[1], 16), v[2]), parse(RED), fps=v[3]),
        ),
        "say": (st.floats(width=32), lambda v: say(captions, torch.full((1, 4, 2, 2, 2), v))),
    }
