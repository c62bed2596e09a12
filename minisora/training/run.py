"""Whole training runs, from settings to exported weights."""

from __future__ import annotations

import contextlib
import logging
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor, nn

from minisora.checkpoint import save_checkpoint
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.errors import UserError
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.training.callbacks import FiniteGuard, KeepState, Periodically, signals_kept
from minisora.training.data import Batches, BatchModule, LatentBatches, Share, VideoBatches
from minisora.training.latents import ClipSet, LatentCache, encode_clips
from minisora.training.modules import CodecModule, TextToVideoModule
from minisora.training.pace import Pace
from minisora.training.preview import generate_clips
from minisora.training.report import Report, clock, save_filmstrip
from minisora.training.settings import CodecSettings, RunSettings, TextToVideoSettings, remember_settings
from minisora.training.sharding import whole
from minisora.training.state import newest_state
from minisora.training.strategies import strategy_for
from minisora.worlds.vocabulary import WORDS

#: Looks at the averaged network at a step, and may return scores to print and log.
Visit = Callable[[nn.Module, int], dict[str, float] | None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        step, seconds: how much was done, over all parts of the run.
        finished: whether the budget was spent; False when the user stopped it.
        weights: the exported file.
    """

    step: int
    seconds: float
    finished: bool
    weights: Path | None = None


def train_codec(
    settings: CodecSettings,
    config: CodecConfig,
    *,
    name: str = "codec",
    card: dict[str, Any] | None = None,
    evaluate: Visit | None = None,
) -> Outcome:
    """Train a codec on freshly drawn clips; its averaged weights go to ``<run>/<name>.safetensors`` with a card.

    Raises: UserError, see :func:`fit`.
    """
    remember_settings(settings, config)
    torch.manual_seed(settings.seed)
    codec = Codec(config)
    batches = VideoBatches(
        world=settings.world,
        batch=settings.batch,
        frames=settings.frames,
        height=settings.height,
        width=settings.width,
        seed=settings.seed,
        image_share=settings.image_share,
    )
    few = min(128, max(4, 2**27 // (3 * settings.frames * settings.height * settings.width)))  # half a gigabyte
    some = replace(batches, batch=few, image_share=0.0)(-1, Share()).video
    codec.start_from_principal_components(some)
    module = CodecModule(codec, settings.optimisation, kl_weight=settings.kl_weight, seed=settings.seed)

    def sample(network: nn.Module, step: int) -> None:
        assert isinstance(network, Codec)
        raw = network.decode_raw(network.encode_distribution(some[:4])[0]).clamp(-1, 1)
        save_filmstrip(torch.cat([some[:4], raw]), settings.run / "samples" / f"{step:07}.png")

    outcome = fit(module, batches, settings, sample=sample, evaluate=evaluate)
    averaged = module.ema.model
    assert isinstance(averaged, Codec)
    averaged.measure_latents(some)
    return _export(outcome, settings, averaged, {"kind": "codec", "settings": asdict(config), **(card or {})}, name)


def train_text_to_video(
    settings: TextToVideoSettings,
    config: DiTConfig,
    *,
    codec: Codec,
    clip_sets: Sequence[ClipSet],
    cache: Path | None = None,
    rebuild: bool = False,
    name: str = "text-to-video",
    card: dict[str, Any] | None = None,
    evaluate: Visit | None = None,
) -> Outcome:
    """Encode the clips once, then train a transformer on them; its averaged weights go to ``<run>/<name>.safetensors``.

    Args:
        cache: folder of the encoded clips, ``latents`` beside the run folder unless given; a folder for each clip set.
        rebuild: encode again if the cache is of other clips or of another codec.
        card: more entries for the weights' card.
        evaluate: is shown the averaged transformer every ``settings.evaluate_minutes``.
    Raises: UserError, see :func:`fit` and ``encode_clips``.
    """
    tokenizer = Tokenizer(WORDS, max_text=config.max_text)
    if config.vocabulary != len(tokenizer):
        raise UserError(f"vocabulary {config.vocabulary}: the captions' words and marks are {len(tokenizer)}")
    remember_settings(settings, config)
    codec = codec.eval().requires_grad_(False)
    folder = cache or settings.run.parent / "latents"
    caches = [encode(folder, codec, clip_set, rebuild=rebuild) for clip_set in clip_sets]
    torch.manual_seed(settings.seed)
    seconds = codec.config.temporal / clip_sets[0].fps
    module = TextToVideoModule(
        DiT(config),
        tokenizer,
        settings.optimisation,
        mix=settings.mix,
        time_mean=settings.time_mean,
        time_std=settings.time_std,
        seconds_per_latent_frame=seconds,
        seed=settings.seed,
    )
    batches = LatentBatches(
        caches,
        batch=settings.batch,
        seed=settings.seed,
        caption_dropout=settings.caption_dropout,
        image_share=settings.image_share,
        image_batch=settings.image_batch,
        short_share=settings.short_share,
        styles=settings.styles,
    )

    def sample(network: nn.Module, step: int) -> None:
        assert isinstance(network, DiT)
        clips = generate_clips(
            network,
            codec.to(module.device),
            tokenizer,
            settings.prompts,
            shape=_latent_shape(caches[0]),
            seconds_per_latent_frame=seconds,
            steps=settings.sampling_steps,
            guidance=settings.guidance,
            shift=settings.shift,
        )
        save_filmstrip(clips, settings.run / "samples" / f"{step:07}.png")

    outcome = fit(module, batches, settings, sample=sample, evaluate=evaluate)
    about = {
        "kind": "text-to-video",
        "settings": asdict(config),
        "data": [asdict(clip_set) for clip_set in clip_sets],
        **(card or {}),
    }
    return _export(outcome, settings, module.ema.model, about, name)


def encode(folder: Path, codec: Codec, clip_set: ClipSet, *, rebuild: bool = False) -> LatentCache:
    """``encode_clips`` into a subfolder named after the set, with a line of progress."""
    started = time.monotonic()

    def watch(done: int, total: int) -> None:
        left = (time.monotonic() - started) / max(done - first[0], 1) * (total - done)
        end = "\n" if done == total else ""
        print(f"\rencoding clips  {done} of {total}  {clock(left)} left\x1b[K", end=end, file=sys.stderr, flush=True)

    first = [0]
    size = f"{clip_set.frames}x{clip_set.height}x{clip_set.width}-{clip_set.clips}"
    return encode_clips(folder / size, codec=codec, clip_set=clip_set, rebuild=rebuild, watch=watch)


def fit(
    module: CodecModule | TextToVideoModule,
    batches: Batches,
    settings: RunSettings,
    *,
    sample: Visit | None = None,
    evaluate: Visit | None = None,
) -> Outcome:
    """Train until the budget is spent or the user stops the run; state, logs, and samples go to the run folder.

    Raises: NonFiniteLossError; UserError when the folder's state cannot be read.
    """
    settings.run.mkdir(parents=True, exist_ok=True)
    state = newest_state(settings.run) if settings.resume else None
    pace = Pace(settings.budget, settings.schedule, agree_every=settings.log_every)
    report = Report(settings.run, pace, every=settings.log_every)
    keeper = KeepState(settings.run, minutes=settings.save_minutes, agree_every=settings.log_every)
    callbacks: list[lightning.Callback] = [FiniteGuard(settings.run, every=settings.log_every), pace, report]
    if settings.machine.strategy == "fsdp":  # a network in pieces cannot be visited in one process
        sample = evaluate = None
    if sample is not None and settings.sample_minutes is not None:
        callbacks.append(Periodically(sample, report, minutes=settings.sample_minutes))
    if evaluate is not None and settings.evaluate_minutes is not None:
        callbacks.append(Periodically(evaluate, report, minutes=settings.evaluate_minutes))
    if settings.machine.compile:
        for block in getattr(module.network, "blocks", []):
            block.compile(dynamic=True)
    with _quiet(), signals_kept():
        trainer = lightning.Trainer(
            accelerator=settings.machine.accelerator,
            devices=settings.machine.devices,
            strategy=strategy_for(settings.machine),
            precision=settings.machine.precision,
            max_epochs=-1,
            max_steps=settings.budget.steps or -1,
            callbacks=[*callbacks, keeper],
            plugins=[keeper.files],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
            default_root_dir=settings.run,
        )
        trainer.fit(module, BatchModule(batches), ckpt_path=state, weights_only=False)
    return Outcome(trainer.global_step, pace.elapsed, finished=not keeper.stopped)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's advice, which does not apply here."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        for message in (".*does not have many workers.*", ".*LeafSpec.*", ".*in eval mode at the start.*"):
            warnings.filterwarnings("ignore", message=message)
        try:
            yield
        finally:
            logger.setLevel(level)


def _export(outcome: Outcome, settings: RunSettings, network: nn.Module, card: dict[str, Any], name: str) -> Outcome:
    about = {
        "steps": outcome.step,
        "seconds": round(outcome.seconds),
        "finished": outcome.finished,
        "seed": settings.seed,
        "batch": settings.batch,
        "command": shlex.join(["minisora", *sys.argv[1:]]),
        **card,
    }
    # Half precision halves the file and changes no pixel that one could see.
    weights: dict[str, Tensor] = {
        key: whole(value.detach()).cpu().half() for key, value in network.state_dict().items()
    }
    rank_zero_only(save_checkpoint)(settings.run, name, weights, about)
    return replace(outcome, weights=settings.run / f"{name}.safetensors")


def _latent_shape(cache: LatentCache) -> tuple[int, int, int]:
    frames, height, width = cache.latents.shape[2:]
    return frames, height, width
