"""From a sentence to a clip: words -> text tokens -> latents out of noise -> pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import torch
from torch import Generator, Tensor

from minisora.checkpoint import (
    Card,
    latents_of,
    load_checkpoint,
    load_weights,
    settings_from,
    shipped_folder,
    trained_on,
)
from minisora.clip import Clip
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.codec.stream import decode_stream
from minisora.diffusion import ab2, classifier_free, sample, time_grid, watch_x0
from minisora.errors import UserError
from minisora.hollow import hollow
from minisora.model import DiT, DiTConfig, TextTokens, Tokenizer, video_velocity
from minisora.request import check_precision, check_prompt, check_sampling, finite, latent_shape
from minisora.worlds.vocabulary import WORDS

#: What is made at once: more rows only use more memory.
ROWS = 16

#: Of a clip, unless said otherwise.
SECONDS = 2.0

#: ``watch(i, latents)`` after sampling step i, counted from 1.
Watch = Callable[[int, Tensor], object]

#: ``preview(x0)``: the clean latents ``b c t h w`` that a call of the network believes in.
Preview = Callable[[Tensor], object]


@dataclass(frozen=True)
class Sampling:
    """How a model is best sampled; its card may say otherwise, so that better weights bring their own defaults."""

    steps: int = 20
    guidance: float = 4.0
    shift: float = 1.0


class Pipeline:
    """A codec, a transformer and a tokenizer that belong together.

    Attributes:
        sampling: the defaults of :meth:`generate`.
        fps: frames per second of the clips.
        size: height and width in pixels of most clips that the transformer was trained on; the default of
            :meth:`generate`.
        card: of the transformer's weights; ``sha256`` is their hash, ``codec`` that of the codec's, ``latents`` that of
            the codec whose latents both know.
    """

    def __init__(
        self,
        codec: Codec,
        dit: DiT,
        tokenizer: Tokenizer,
        *,
        sampling: Sampling | None = None,
        fps: float = 8.0,
        card: Card | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        self.device = pick_device(device)
        self.codec = codec.to(self.device).eval().requires_grad_(False)
        self.dit = dit.to(self.device).eval().requires_grad_(False)
        self.tokenizer, self.sampling, self.fps, self.card = tokenizer, sampling or Sampling(), fps, card or {}
        clips = trained_on(self.card)
        self.size: tuple[int, int] = (int(clips.get("height", 64)), int(clips.get("width", 64)))

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        codec: str | Path | None = None,
        device: str | torch.device | None = None,
    ) -> Pipeline:
        """Read weights from disk.

        Args:
            path: text-to-video weights, or a folder with ``text-to-video.safetensors``; by default the shipped ones.
            codec: the codec's weights; by default ``codec.safetensors`` beside the others, or the shipped ones.
            device: "cpu", "cuda", "mps", ...; by default CUDA if there is any, else the CPU.
        Raises: UserError when the weights are missing, damaged, or do not belong together.
        """
        path = shipped_folder() if path is None else Path(path)
        path = path / "text-to-video.safetensors" if path.is_dir() or not path.suffix else path
        if codec is None:
            beside = path.parent / "codec.safetensors"
            codec = beside if beside.exists() else shipped_folder() / "codec.safetensors"
        network, codec_card = load_codec(Path(codec))
        tensors, card = load_checkpoint(path, kind="text-to-video")
        config = settings_from(DiTConfig, card["settings"], source=path)
        latents = latents_of(codec_card)
        if card.get("codec", latents) != latents or config.channels != network.config.channels:
            raise UserError(f"{path} was trained with another codec than {codec} — name the right one")
        if not 2 < config.vocabulary <= len(WORDS) + 2:
            raise UserError(f"{path} knows {config.vocabulary} words, this version {len(WORDS)} — upgrade minisora")
        with hollow():
            dit = DiT(config)
        load_weights(dit, tensors, source=path)
        tokenizer = Tokenizer(WORDS[: config.vocabulary - 2], max_text=config.max_text)
        sampling = settings_from(Sampling, card.get("sampling", {}), source=path)
        fps = trained_on(card).get("fps", 8.0)
        card = {**card, "codec": codec_card["sha256"], "latents": latents}
        return cls(network, dit, tokenizer, sampling=sampling, fps=float(fps), card=card, device=device)

    @overload
    def generate(
        self,
        prompt: str,
        *,
        seconds: float = ...,
        size: tuple[int, int] | None = ...,
        steps: int | None = ...,
        guidance: float | None = ...,
        generator: Generator | None = ...,
        seed: int | list[int] = ...,
        watch: Watch | None = ...,
        preview: Preview | None = ...,
    ) -> Clip: ...

    @overload
    def generate(
        self,
        prompt: list[str],
        *,
        seconds: float = ...,
        size: tuple[int, int] | None = ...,
        steps: int | None = ...,
        guidance: float | None = ...,
        generator: Generator | None = ...,
        seed: int | list[int] = ...,
        watch: Watch | None = ...,
        preview: Preview | None = ...,
    ) -> list[Clip]: ...

    @torch.no_grad()
    def generate(
        self,
        prompt: str | list[str],
        *,
        seconds: float = SECONDS,
        size: tuple[int, int] | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        generator: Generator | None = None,
        seed: int | list[int] = 0,
        watch: Watch | None = None,
        preview: Preview | None = None,
    ) -> Clip | list[Clip]:
        """A clip for a prompt, or a list of clips for several.

        Args:
            seconds: how long; 0 makes an image. Rounded to what the codec can do, every half second.
            size: height and width in pixels; by default those that the weights were trained on.
            steps: calls of the network; more is better and slower.
            guidance: how much more the prompt counts than it does by itself (1). Too much is garish.
            seed: of the noise, one for each clip; a single number is the first clip's, and counts up.
            generator: where the noise comes from instead.
            watch: is called with the number of each sampling step and the latents.
            preview: is called with the clean latents that each call of the network believes in.
        Raises: UserError for what cannot be made, and where a network's numbers are not finite.
        """
        check_precision(self.codec, self.dit)
        prompts = [prompt] if isinstance(prompt, str) else prompt
        words = [check_prompt(each, most=self.tokenizer.max_text) for each in prompts]
        c, patch = self.codec.config, self.dit.config.patch
        size = self.size if size is None else size
        shape = latent_shape(seconds, size, fps=self.fps, temporal=c.temporal, spatial=c.spatial, patch=patch)
        steps = self.sampling.steps if steps is None else steps
        guidance = self.sampling.guidance if guidance is None else guidance
        seeds = list(seed) if isinstance(seed, Sequence) else [int(seed) + i for i in range(len(prompts))]
        if len(seeds) != len(prompts):
            raise UserError(f"{len(seeds)} seeds for {len(prompts)} prompts — give one for each, or a single number")
        check_sampling(steps=steps, guidance=guidance, seeds=seeds)
        sources = [generator or Generator().manual_seed(each) for each in seeds]
        noises = [self._noise(shape, each) for _, each in zip(prompts, sources, strict=True)]
        clips: list[Clip] = []
        for start in range(0, len(prompts), ROWS):
            rows = slice(start, start + ROWS)
            latents = self._sample(words[rows], torch.stack(noises[rows]), steps, guidance, watch, preview)
            videos = finite("codec", self._decode(finite("transformer", latents)))
            for each, video in zip(prompts[rows], videos, strict=True):
                clips.append(Clip.of(video, fps=self.fps, prompt=each))
        return clips[0] if isinstance(prompt, str) else clips

    def _sample(
        self,
        words: list[str],
        noise: Tensor,
        steps: int,
        guidance: float,
        watch: Watch | None,
        preview: Preview | None,
    ) -> Tensor:
        ids = self.tokenizer.encode([*words, *[""] * len(words)]).to(self.device)
        text = self.dit.encode_text(ids)
        frames, height, width = noise.shape[2:]

        def velocity(rows: int) -> Callable[[Tensor, Tensor], Tensor]:
            some = TextTokens(text.tokens[:rows], text.mask[:rows])
            seconds = self.codec.config.temporal / self.fps
            return video_velocity(self.dit, some, (frames, height, width), seconds_per_latent_frame=seconds)

        guided = classifier_free(velocity(len(words)), velocity(2 * len(words)), scale=guidance)
        if preview is not None:
            guided = watch_x0(guided, lambda x0, _: preview(x0))
        times = time_grid(steps, shift=self.sampling.shift)
        return sample(guided, noise.to(self.device), times, step=ab2, watch=watch)

    def _decode(self, latents: Tensor) -> Tensor:
        """Pixels on the CPU, decoded piece by piece, so that memory on the device does not grow with the duration."""
        pieces = [piece.cpu() for piece in decode_stream(self.codec, latents.split(8, dim=2))]
        return torch.cat(pieces, dim=2)

    def _noise(self, shape: tuple[int, int, int], generator: Generator) -> Tensor:
        """On the generator's device (the CPU unless it was given), so that a seed means the same on all devices."""
        noise = torch.randn(self.codec.config.channels, *shape, generator=generator, device=generator.device)
        return noise.to(self.device)


def load_codec(path: Path) -> tuple[Codec, Card]:
    """The codec whose weights lie at ``path``, and its card.

    Raises: UserError, see ``load_checkpoint``.
    """
    tensors, card = load_checkpoint(path, kind="codec")
    with hollow():
        codec = Codec(settings_from(CodecConfig, card["settings"], source=path))
    load_weights(codec, tensors, source=path)
    return codec, card


def pick_device(name: str | torch.device | None = None) -> torch.device:
    """CUDA if there is any, else the CPU; anything else (MPS, a certain GPU) only when asked for.

    Raises: UserError when the device is unknown or not there.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UserError(f"device {str(name)!r} is not there — try cpu, or see minisora doctor") from error
    return device
