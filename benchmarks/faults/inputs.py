"""Whatever a reader or a public function is given, it answers, or says in one line what is wrong with it."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from minisora.checkpoint import card_path, load_checkpoint, save_checkpoint, settings_from
from minisora.cli.making import parse_size
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.course.grading.grade import grade
from minisora.diffusion import time_grid
from minisora.diffusion.sampler import karras_grid
from minisora.errors import UserError
from minisora.files import slug
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.pipeline import Pipeline
from minisora.presets import VOCABULARY, preset_named
from minisora.request import check_prompt, check_sampling, latent_shape
from minisora.training.latents import ClipSet, LatentCache, encode_clips
from minisora.training.pace import Budget
from minisora.video import read_video, save_video
from minisora.worlds.vocabulary import WORDS

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
CODEC = CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=1)
DIT = DiTConfig(channels=4, width=16, depth=1, heads=1, text_width=8, text_depth=1, text_heads=1, vocabulary=VOCABULARY)

numbers = st.one_of(st.floats(), st.integers(-(2**70), 2**70), st.sampled_from([0, -0.0, 1, 16, 64, 1e308]))
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
prompts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*WORDS, "snow", "☃"]), max_size=90).map(" ".join))


def spoiled(whole: bytes) -> st.SearchStrategy[bytes]:
    """A file cut off, with some bytes changed, with something in front, or something else altogether."""
    place = st.integers(0, max(len(whole) - 1, 0))
    changed = st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=8)
    return st.one_of(
        st.binary(max_size=200),
        place.map(lambda end: whole[:end]),
        st.binary(min_size=1, max_size=9).map(lambda front: front + whole),
        changed.map(lambda changes: _changed(whole, changes)),
    )


def run(count: int, tried: Counter[str], wrong: list[str]) -> None:
    """Count how often each target was tried, and note what it did that it must not."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = targets(Path(folder))
        for name, (strategy, call) in chosen.items():
            _try(name, strategy, call, math.ceil(count / len(chosen)), tried, wrong)


def _try(
    name: str,
    strategy: st.SearchStrategy[Any],
    call: Callable[[Any], object],
    count: int,
    tried: Counter[str],
    wrong: list[str],
) -> None:
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )
    @given(strategy)
    def each(value: Any) -> None:
        tried[name] += 1
        try:
            call(value)
        except UserError as error:
            if len(str(error).splitlines()) != 1 or len(str(error)) > 600:
                wrong.append(f"{name}: a message of several lines, or too long")
        except Exception as error:
            wrong.append(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:90]} for {repr(value)[:90]}")

    each()


def targets(folder: Path) -> dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], object]]]:
    """What is tried: a strategy of inputs, and what is done with each."""
    torch.manual_seed(0)
    clip = torch.rand(3, 5, 16, 16) * 2 - 1
    files = {
        ending: save_video(clip, folder / f"clip.{ending}").read_bytes() for ending in ("mp4", "webm", "gif", "png")
    }
    codec, dit = Codec(CODEC), DiT(DIT)
    weights = save_checkpoint(folder / "w", "codec", codec.state_dict(), {"kind": "codec", "settings": asdict(CODEC)})
    pipeline = Pipeline(codec, dit, Tokenizer(WORDS), device="cpu")
    clip_set = ClipSet(clips=3, frames=1, height=16, width=16)
    encode_clips(folder / "latents", codec=codec, clip_set=clip_set)
    book = {"cells": [_cell("def patchify(x):\n    return x")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

    def read(content: bytes, ending: str) -> object:
        (folder / f"hostile.{ending}").write_bytes(content)
        return read_video(folder / f"hostile.{ending}", fps=8, frames=9)

    def load(content: bytes, card: bytes) -> object:
        copy = folder / "hostile" / "codec.safetensors"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(content)
        card_path(copy).write_bytes(card)
        return load_checkpoint(copy, kind="codec")

    def cached(content: bytes, which: str) -> object:
        shutil.rmtree(folder / "broken", ignore_errors=True)
        broken = Path(shutil.copytree(folder / "latents", folder / "broken"))
        next(broken.rglob(which)).write_bytes(content)
        cache = LatentCache(broken)
        return cache.take(torch.arange(len(cache))), cache.scene(0)

    def marked(content: bytes) -> object:  # an empty notebook, or one without known exercises, starts no process
        path = folder / "hostile.ipynb"
        path.write_bytes(content)
        return grade("02", path)

    def generate(asked: tuple[Any, ...]) -> object:
        prompt, seconds, size, steps, guidance, seed = asked
        return pipeline.generate(prompt, seconds=seconds, size=size, steps=steps, guidance=guidance, seed=seed)

    manifest = next((folder / "latents").glob("manifest.json")).read_bytes()
    scenes, whole = next((folder / "latents").rglob("*.jsonl")).read_bytes(), weights.read_bytes()
    card = card_path(weights).read_bytes()
    small = st.one_of(st.integers(-1, 3), st.integers(-(2**70), 2**70))
    shapes = st.lists(st.integers(0, 5), min_size=0, max_size=5)
    values = st.sampled_from([0.0, 3.0, -9.0, math.nan, math.inf])
    return {
        **{f"read_video {e}": (spoiled(files[e]), lambda b, e=e: read(b, e)) for e in files},
        "load_checkpoint weights": (spoiled(whole), lambda b: load(b, card)),
        "load_checkpoint card": (st.one_of(spoiled(card), plain.map(_text)), lambda b: load(whole, b)),
        "settings_from": (plain, lambda v: settings_from(CodecConfig, v, source=weights)),
        "latents manifest": (st.one_of(spoiled(manifest), plain.map(_text)), lambda b: cached(b, "manifest.json")),
        "latents scenes": (spoiled(scenes), lambda b: cached(b, "*.jsonl")),
        "grade": (st.one_of(spoiled(json.dumps(book).encode()), plain.map(_text)), marked),
        "check_prompt": (prompts, lambda text: check_prompt(text, most=64)),
        "Tokenizer.encode": (prompts, lambda text: Tokenizer(WORDS).encode([text])),
        "parse_size": (st.text(max_size=30), parse_size),
        "slug": (st.text(max_size=200), slug),
        "latent_shape": (
            st.tuples(numbers, st.tuples(numbers, numbers)),
            lambda v: latent_shape(v[0], v[1], fps=8, temporal=4, spatial=8, patch=2),
        ),
        "check_sampling": (
            st.tuples(numbers, numbers, st.lists(numbers, max_size=2)),
            lambda v: check_sampling(steps=v[0], guidance=v[1], seeds=v[2]),
        ),
        "Pipeline.generate": (
            st.tuples(prompts, st.one_of(st.just(0), numbers), st.tuples(st.just(16), small), small, numbers, small),
            generate,
        ),
        "save_video": (
            st.tuples(shapes, values, st.sampled_from([*files, "avi", ""]), numbers),
            lambda v: save_video(torch.full(v[0], v[1]), folder / f"made.{v[2]}", fps=v[3]),
        ),
        "time_grid": (st.tuples(st.integers(-3, 99), numbers), lambda v: time_grid(v[0], shift=v[1])),
        "karras_grid": (st.integers(-3, 99), karras_grid),
        "Budget": (st.tuples(small, numbers), lambda v: Budget(steps=v[0], minutes=v[1])),
        "preset_named": (st.text(max_size=20), preset_named),
    }


def _cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": "a", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def _text(value: object) -> bytes:
    return json.dumps(value).encode()


def _changed(whole: bytes, changes: list[tuple[int, int]]) -> bytes:
    content = bytearray(whole)
    for place, value in changes:
        content[place] = value
    return bytes(content)
