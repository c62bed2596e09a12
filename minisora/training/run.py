"""Whole training runs, from settings to exported weights."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor, nn

from minisora.checkpoint import load_weights, save_checkpoint
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.errors import UserError
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.training.data import Batches, LatentBatches, Mixture, Share, VideoBatches
from minisora.training.fit import Outcome, Visit, fit
from minisora.training.footage import (
    Footage,
    FootageBatches,
    FootageLatentBatches,
    encode_footage,
    progress,
)
from minisora.training.latents import ClipSet, LatentCache, encode_clips, latents_key
from minisora.training.modules import PARTS, CodecModule
from minisora.training.preview import decode, generate_latents
from minisora.training.report import clock, save_filmstrip
from minisora.training.settings import CodecSettings, RunSettings, TextToVideoSettings, remember_settings
from minisora.training.sharding import whole
from minisora.training.strategies import place_of
from minisora.training.teacher import Teacher
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.vocabulary import WORDS


def train_codec(
    settings: CodecSettings,
    config: CodecConfig,
    *,
    footage: Footage | None = None,
    start: Mapping[str, Tensor] | None = None,
    name: str = "codec",
    card: dict[str, Any] | None = None,
    evaluate: Visit | None = None,
) -> Outcome:
    """Train a codec on freshly drawn clips; its averaged weights go to ``<run>/<name>.safetensors`` with a card.

    Args:
        footage: to train on instead of drawn clips.
        start: weights to begin with, instead of principal components; what they do not have begins as in a new network.
        card: more entries for the weights' card.
        evaluate: is shown the averaged codec every ``settings.evaluate_minutes``.
    Raises: UserError, see :func:`fit`; when only the decoder is to be trained and there is nothing to start with.
    """
    if settings.decoder_only and start is None:
        raise UserError("decoder only: a new encoder is of no use untrained — name the codec to begin with (--init)")
    place_of(settings.machine)
    data = {"data": [footage.about]} if footage is not None else {}
    remember_settings(settings, config, **data)
    torch.manual_seed(settings.seed)
    codec = Codec(config)
    drawn = VideoBatches(
        world=settings.world,
        batch=settings.batch,
        frames=settings.frames,
        height=settings.height,
        width=settings.width,
        seed=settings.seed,
        image_share=settings.image_share,
        digits_share=settings.digits_share,
    )
    few = min(128, max(4, 2**27 // (3 * settings.frames * settings.height * settings.width)))  # half a gigabyte
    some = replace(drawn, batch=few, image_share=0.0, digits_share=0.0)(-1, Share()).video
    batches: Batches = drawn
    if footage is not None:
        batches = FootageBatches(footage, batch=settings.batch, seed=settings.seed, image_share=settings.image_share)
        some = replace(batches, batch=few, image_share=0.0)(-1, Share()).video
    if start is None:
        codec.start_from_principal_components(some)
    else:
        load_weights(codec, {**codec.state_dict(), **start}, source=Path("the weights to begin with"))
    codec.encoder.requires_grad_(not settings.decoder_only)
    module = CodecModule(
        codec,
        settings.optimisation,
        kl_weight=settings.kl_weight,
        flicker_weight=settings.flicker_weight,
        seed=settings.seed,
    )

    def sample(network: nn.Module, step: int) -> None:
        assert isinstance(network, Codec)
        clips = some[:4].to(module.device)
        raw = network.decode_raw(network.encode_distribution(clips)[0]).clamp(-1, 1)
        save_filmstrip(torch.cat([clips, raw]), settings.run / "samples" / f"{step:07}.png")

    outcome = fit(module, batches, settings, sample=sample, evaluate=evaluate)
    averaged = module.ema.model
    assert isinstance(averaged, Codec)
    if not settings.decoder_only:
        averaged.measure_latents(some)
    return _export(
        outcome, settings, averaged, {"kind": "codec", "settings": asdict(config), **data, **(card or {})}, name
    )


def train_text_to_video(
    settings: TextToVideoSettings,
    config: DiTConfig,
    *,
    codec: Codec,
    clip_sets: Sequence[ClipSet],
    footage: Footage | None = None,
    words: Sequence[str] = WORDS,
    cache: Path | None = None,
    rebuild: bool = False,
    start: Mapping[str, Tensor] | None = None,
    teacher: Teacher | None = None,
    folder: Path | None = None,
    card: dict[str, Any] | None = None,
    evaluate: Visit | None = None,
) -> Outcome:
    """Encode the clips once, then train a transformer; its averaged weights go to ``<folder>/<part>.safetensors``.

    Args:
        footage: to train on instead of the sets of drawn clips.
        words: of the captions; weights to begin with know the first ones, in this order.
        cache: folder of the encoded clips, ``latents`` beside the run folder unless given; a folder for each clip set.
        folder: of the weights, the run folder unless given.
        rebuild: encode again if the cache is of other clips or of another codec.
        start: weights to begin with; what they do not have begins as in a new network.
        teacher: to learn few steps from, instead of the clips themselves.
        card: more entries for the weights' card.
        evaluate: is shown the averaged transformer every ``settings.evaluate_minutes``.
    Raises: UserError, see :func:`fit` and ``encode_clips``.
    """
    tokenizer = Tokenizer(words, max_text=config.max_text)
    if config.vocabulary != len(tokenizer):
        raise UserError(f"vocabulary {config.vocabulary}: the captions' words and marks are {len(tokenizer)}")
    data = [asdict(clip_set) for clip_set in clip_sets] if footage is None else [footage.about]
    place_of(settings.machine)
    remember_settings(settings, config, data=data, latents=latents_key(codec), few=teacher.steps if teacher else None)
    codec = codec.eval().requires_grad_(False)
    cache = cache or settings.run.parent / "latents"
    place = settings.machine.accelerator
    batches: Batches
    if footage is None:
        caches = [encode(cache, codec, clip_set, rebuild=rebuild, device=place) for clip_set in clip_sets]
        batches = LatentBatches(caches, styles=settings.styles, **_mixture(settings))
        shape = _latent_shape(caches[0].latents[0])
    else:
        latents = encode_footage(footage, codec=codec, device=place, watch=progress("encoding clips"))
        batches, shape = FootageLatentBatches(latents, **_mixture(settings)), _latent_shape(latents[0].load())
        settings = replace(settings, prompts=footage.prompts)
    torch.manual_seed(settings.seed)
    seconds = codec.config.temporal / data[0]["fps"]
    dit = DiT(config)
    if start is not None:
        load_weights(dit, with_more_words(dit, start), source=Path("the weights to begin with"))
    module = PARTS[settings.part](
        dit,
        tokenizer,
        settings.optimisation,
        mix=settings.mix,
        time_mean=settings.time_mean,
        time_std=settings.time_std,
        time_range=settings.time_range,
        seconds_per_latent_frame=seconds,
        seed=settings.seed,
    )
    module.teacher = teacher

    def sample(network: nn.Module, step: int) -> None:
        assert isinstance(network, DiT)
        latents = generate_latents(
            network,
            tokenizer,
            settings.prompts,
            shape=shape,
            seconds_per_latent_frame=seconds,
            steps=settings.sampling_steps,
            guidance=settings.guidance,
            shift=settings.shift,
        )
        clips = decode(codec.to(module.device), latents)
        save_filmstrip(clips, settings.run / "samples" / f"{step:07}.png")

    about = {
        "kind": settings.part,
        "settings": asdict(config),
        "data": data,
        "times": {"mean": settings.time_mean, "std": settings.time_std, "range": settings.time_range},
        **({"words": list(words)} if tuple(words) != WORDS else {}),
        "sampling": {"steps": settings.sampling_steps, "guidance": settings.guidance, "shift": settings.shift},
        **(card or {}),
    }
    scores: dict[str, float] = {}

    def score(network: nn.Module, step: int) -> dict[str, float]:
        assert evaluate is not None
        scores.update(evaluate(network, step) or {})
        return scores

    def keep(network: nn.Module, step: int) -> None:  # a rung of the ladder that chapter 08 climbs
        weights = _half(network)
        rank_zero_only(save_checkpoint)(settings.run / "ladder", f"{step:07}", weights, {"steps": step, **about})

    whole_clips = settings.part == "text-to-video"  # the other parts make no clip alone
    outcome = fit(
        module,
        batches,
        settings,
        sample=sample if whole_clips else None,
        evaluate=score if whole_clips and evaluate is not None else None,
        keep=keep if whole_clips else None,
    )
    about = {**about, **({"scores": scores} if scores else {})}
    return _export(outcome, settings, module.ema.model, about, settings.part, folder)


def encode(
    folder: Path, codec: Codec, clip_set: ClipSet, *, rebuild: bool = False, device: str | None = None
) -> LatentCache:
    """``encode_clips`` into a subfolder named after the set, with a line of progress."""
    began: tuple[float, int] | None = None  # when the first chunk of this call was done, and how many clips then

    def watch(done: int, total: int) -> None:
        nonlocal began
        began = began or (time.monotonic(), done)
        left = (time.monotonic() - began[0]) / max(done - began[1], 1) * (total - done)
        end = "\n" if done == total else ""
        print(f"\rencoding clips  {done} of {total}  {clock(left)} left\x1b[K", end=end, file=sys.stderr, flush=True)

    world = "digits-" if isinstance(clip_set.world, DigitsWorld) else ""
    size = f"{world}{clip_set.frames}x{clip_set.height}x{clip_set.width}-{clip_set.clips}"
    return encode_clips(folder / size, codec=codec, clip_set=clip_set, rebuild=rebuild, device=device, watch=watch)


def _export(
    outcome: Outcome,
    settings: RunSettings,
    network: nn.Module,
    card: dict[str, Any],
    name: str,
    folder: Path | None = None,
) -> Outcome:
    folder = folder or settings.run
    about = {
        "steps": outcome.step,
        "seconds": round(outcome.seconds),
        "finished": outcome.finished,
        "seed": settings.seed,
        "batch": settings.batch,
        "command": shlex.join(["minisora", *sys.argv[1:]]),
        **card,
    }
    if not outcome.finished and _finished(folder / f"{name}.json"):
        name += "-stopped"  # never in the place of finished weights
    rank_zero_only(save_checkpoint)(folder, name, _half(network), about)
    return replace(outcome, weights=folder / f"{name}.safetensors")


def _finished(card: Path) -> bool:
    """Whether weights have this card, and are those of a run that was not stopped."""
    try:
        return bool(json.loads(card.read_text(encoding="utf-8"))["finished"])
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _half(network: nn.Module) -> dict[str, Tensor]:
    """Half precision halves the file and changes no pixel that one could see; what is too large for it stays."""
    weights = {key: whole(value.detach()).cpu() for key, value in network.state_dict().items()}
    return {key: half if (half := value.half()).isfinite().all() else value for key, value in weights.items()}


def with_more_words(dit: DiT, start: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A new network's weights with those to begin with in their places; words, and numbers beside a token, that those
    do not know stay as new."""
    weights = dict(dit.state_dict())
    for key, value in start.items():
        fresh = weights.get(key)
        if key.endswith("embedding.weight") and fresh is not None and value.shape[1:] == fresh.shape[1:]:
            value = torch.cat([value.to(fresh.dtype), fresh[len(value) :]])
        if key == "known_in.weight" and fresh is not None and len(value) == len(fresh):
            value = torch.cat([value.to(fresh.dtype), fresh[:, value.shape[1] :]], 1)
        weights[key] = value
    return weights


def _mixture(settings: TextToVideoSettings) -> dict[str, Any]:
    """What the settings say of a ``Mixture``, whose fields they have by the same names."""
    return {each.name: getattr(settings, each.name) for each in fields(Mixture)}


def _latent_shape(latents: np.ndarray) -> tuple[int, int, int]:
    """Of one clip's latents ``c t h w``."""
    frames, height, width = latents.shape[1:]
    return frames, height, width
