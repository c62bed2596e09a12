"""From a sentence to a clip: words -> text tokens -> latents out of noise -> pixels."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import overload

import torch
from torch import Generator, Tensor

from minisora.camera import canvas, filmed
from minisora.checkpoint import (
    Card,
    latents_of,
    settings_from,
    shipped_folder,
    trained_on,
)
from minisora.clip import Clip
from minisora.codec.autoencoder import Codec
from minisora.codec.stream import decode_stream
from minisora.diffusion import Given, experts, sample, text_to_video, time_grid, watch_x0
from minisora.diffusion.path import Velocity
from minisora.directing import Direct, check_pace
from minisora.errors import UserError
from minisora.model import DiT, Tokenizer
from minisora.model.known import grid_of
from minisora.networks import load_codec, load_transformer, pick_device, words_on
from minisora.planned import plans_for, sketched
from minisora.planning import Tracks, plans_written
from minisora.provenance import Origin
from minisora.request import check_precision, check_prompt, check_sampling, finite, latent_shape
from minisora.sizes import Shape, beyond
from minisora.velocities import Sampling, guided
from minisora.worlds.scene import Camera
from minisora.worlds.vocabulary import KNOWN

#: What is made at once: more rows only use more memory.
ROWS = 16

#: Folder beside a pipeline's weights: a student that does in few steps what they do in many.
STUDENT = "student"

#: Of a clip, unless said otherwise.
SECONDS = 2.0


_UNPLANNED = (
    "pace and path change a plan, and such a clip is made without one — the weights need a planner beside them, the"
    " sentence one to three things"
)

#: ``watch(i, latents)`` after sampling step i, counted from 1.
Watch = Callable[[int, Tensor], object]

#: ``given(noise)``: what is given of the clips ``b c t h w``, by one of the functions in ``diffusion/given.py``.
Start = Callable[[Tensor], Given]

#: ``preview(x0)``: the clean latents ``b c t h w`` that a call of the network believes in.
Preview = Callable[[Tensor], object]


class Pipeline:
    """A codec, a transformer and a tokenizer that belong together, and perhaps a planner, a writer and a finisher.

    Attributes:
        sampling: the defaults of :meth:`generate`.
        fps: frames per second of the clips.
        size: height and width in pixels of most clips that the transformer was trained on; the default of
            :meth:`generate`.
        seconds: how long these were.
        card: of the transformer's weights; ``hashes`` are those of all weights by their names, ``latents`` that of the
            codec whose latents all know.
        student_folder: weights that learnt to do in few steps what these do in many; None where there are none.
    """

    student_folder: Path | None = None
    _codec_path: Path | None = None

    def __init__(
        self,
        codec: Codec,
        dit: DiT,
        tokenizer: Tokenizer,
        *,
        planner: DiT | None = None,
        writer: DiT | None = None,
        finisher: DiT | None = None,
        sampling: Sampling | None = None,
        fps: float = 8.0,
        card: Card | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        self.device = pick_device(device)
        self.codec = codec.to(self.device).eval().requires_grad_(False)
        self.dit = dit.to(self.device).eval().requires_grad_(False)
        self.planner, self.writer, self.finisher = (
            None if each is None else each.to(self.device).eval().requires_grad_(False)
            for each in (planner, writer, finisher)
        )
        self.tokenizer, self.sampling, self.fps, self.card = tokenizer, sampling or Sampling(), fps, card or {}
        clips = trained_on(self.card)
        self.size: tuple[int, int] = (int(clips.get("height", 64)), int(clips.get("width", 64)))
        self.seconds = (int(clips.get("frames", 17)) - 1) / self.fps

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
        dit, card = load_transformer(path, "text-to-video", codec=Path(codec), codec_card=codec_card)
        words = words_on(card, dit.config.vocabulary - 2, source=path)
        hashes = {"codec": codec_card["sha256"], "text-to-video": card["sha256"]}
        helpers: dict[str, DiT] = {}
        # The others learn from drawn clips: they do not belong to weights that learnt somebody's videos.
        parts = () if "videos" in trained_on(card) else ("planner", "writer", "finisher")
        for part in parts:
            beside = path.with_name(f"{part}.safetensors")
            if not beside.exists() or (part != "finisher" and not dit.config.known):
                continue
            helpers[part], about = load_transformer(beside, part, codec=Path(codec), codec_card=codec_card)
            if list(words_on(about, helpers[part].config.vocabulary - 2, source=beside)) != list(words):
                raise UserError(f"{beside} knows other words than {path} — train both with the same captions")
            hashes[part] = about["sha256"]
        tokenizer = Tokenizer(words, max_text=dit.config.max_text)
        sampling = settings_from(Sampling, card.get("sampling", {}), source=path)
        fps = trained_on(card).get("fps", 8.0)
        card = {**card, "hashes": hashes, "latents": latents_of(codec_card)}
        made = cls(network, dit, tokenizer, **helpers, sampling=sampling, fps=float(fps), card=card, device=device)
        folder = path.parent / STUDENT
        if parts and path.stem == "text-to-video" and (folder / path.name).exists():
            made.student_folder, made._codec_path = folder, Path(codec)
        return made

    @cached_property
    def student(self) -> Pipeline | None:
        """Makes clips in few steps, and belongs to these weights; read from disk when it is first asked for."""
        if self.student_folder is None or self._codec_path is None:
            return None
        student = Pipeline.load(self.student_folder, codec=self._codec_path, device=self.device)
        student.card["hashes"] = {**self.card["hashes"], **student.card["hashes"]}
        blocks = student.card.get("decoder_blocks")
        student.codec = self.codec if blocks is None else self.codec.shortened(blocks)
        return student

    @cached_property
    def quick(self) -> Pipeline | None:
        """The same networks, sampled as their card says that few steps are best; None where it says nothing of it."""
        if not (said := self.card.get("quick")):
            return None
        twin = copy.copy(self)
        twin.sampling = settings_from(Sampling, {**asdict(self.sampling), **said}, source=Path("text-to-video.json"))
        return twin

    def by_itself(self) -> Pipeline:
        """The same networks, which take as many steps as they are asked for: nothing stands in for them."""
        twin = copy.copy(self)
        for kept in ("student", "quick"):
            twin.__dict__.pop(kept, None)
        twin.student_folder, twin.card = None, {key: value for key, value in self.card.items() if key != "quick"}
        return twin

    def maker(self, steps: int | None, guidance: float | None = None) -> Pipeline:
        """Who makes whole clips in so many steps: a student that stands in for them, the ``quick`` way, or itself.

        Args:
            steps, guidance: None for the usual ones.
        """
        if steps is None or steps >= self.sampling.steps or guidance not in (None, self.sampling.guidance):
            return self  # and read no student that is not asked for
        few = (each for each in (self.student, self.quick) if each is not None and _asked_for(each) == steps)
        return next(few, self)

    def in_words(self, prompt: str) -> str:
        """The prompt, in whatever language, in words that the weights know, separated by spaces.

        Raises: UserError when it is empty, too long, or has unknown words; the nearest known ones are named.
        """
        return check_prompt(prompt, most=self.tokenizer.max_text, also=self.own_words)

    @property
    def own_words(self) -> list[str]:
        """What these weights have learnt beyond the words of the drawn worlds."""
        return [word for word in self.tokenizer.words if word not in KNOWN]

    @overload
    def generate(
        self,
        prompt: str,
        *,
        seconds: float = ...,
        size: tuple[int, int] | None = ...,
        steps: int | None = ...,
        guidance: float | None = ...,
        negative: str = ...,
        camera: Camera = ...,
        pace: float = ...,
        direct: Direct | None = ...,
        given: Start | None = ...,
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
        negative: str = ...,
        camera: Camera = ...,
        pace: float = ...,
        direct: Direct | None = ...,
        given: Start | None = ...,
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
        negative: str = "",
        camera: Camera = "static",
        pace: float = 1.0,
        direct: Direct | None = None,
        given: Start | None = None,
        generator: Generator | None = None,
        seed: int | list[int] = 0,
        watch: Watch | None = None,
        preview: Preview | None = None,
    ) -> Clip | list[Clip]:
        """A clip for a prompt, or a list of clips for several; in English, German, Turkish, Azerbaijani or Russian.

        Args:
            seconds: how long; 0 makes an image. Rounded to what the codec can do, every half second.
            size: height and width in pixels; by default those that the weights were trained on.
            steps: calls of the network; more is better and slower. A student stands in for a certain number, and needs
                fewer.
            guidance: how much more the prompt counts than it does by itself (1). Too much is garish.
            negative: what to steer away from, in known words; guidance does it.
            camera: "pans left", "pans right", "zooms in" or "zooms out" over a larger clip (``minisora.camera``); where
                nothing is given.
            pace: how fast things move, times what is planned; for weights with a planner.
            direct: is shown what is planned of each clip, and says what is to happen instead (``minisora.directing``).
            given: takes the noise ``b c t h w`` of some of the clips and says what of them is given already, in latents
                (``minisora.edits`` has what people do with it). It comes out bit for bit as it went in.
            seed: of the noise, one for each clip; a single number is the first clip's, and counts up.
            generator: where the noise comes from instead.
            watch: is called with the number of each sampling step and the latents.
            preview: is called with the clean latents that each call of the network believes in.
        Raises: UserError for what cannot be made, and where a network's numbers are not finite.
        """
        parts = (self.dit, self.planner, self.writer, self.finisher)
        check_precision(self.codec, *(each for each in parts if each is not None))
        prompts = [prompt] if isinstance(prompt, str) else prompt
        words = [self.in_words(each) for each in prompts]
        away = self.in_words(negative) if negative else ""
        size = self.size if size is None else size
        self.latent_shape(seconds, size)
        shape = self.latent_shape(seconds, canvas(size, camera))
        if camera != "static" and given is not None:
            raise UserError("a camera moves over a clip that is made as a whole — leave it out where a part is given")
        maker = self.maker(steps, guidance) if given is None and not negative else self
        steps = self.sampling.steps if steps is None else steps
        guidance = maker.sampling.guidance if guidance is None or maker is not self else guidance
        seeds = list(seed) if isinstance(seed, Sequence) else [int(seed) + i for i in range(len(prompts))]
        if len(seeds) != len(prompts):
            raise UserError(f"{len(seeds)} seeds for {len(prompts)} prompts — give one for each, or a single number")
        check_sampling(steps=steps, guidance=guidance, seeds=seeds)
        check_pace(pace)
        if negative and guidance == 1:
            raise UserError("guidance 1 steers nowhere, and away from nothing — with a negative prompt try 4")
        sources = [generator or Generator().manual_seed(each) for each in seeds]
        drawn = [self._noise(shape, each) for each in sources]
        clips: list[Clip] = []
        for start in range(0, len(prompts), ROWS):
            rows = slice(start, start + ROWS)
            noise = torch.stack(drawn[rows])
            begin = text_to_video(noise) if given is None else _checked(given(noise), noise)
            alone = maker.planner is not None or not maker.dit.config.known
            plans_by = maker if alone else self.quick or self
            plan = plans_for(plans_by, words[rows], begin, sources[rows], pace=pace, direct=direct)
            unplanned = plan is None or None in plan
            painter, calls, scale = maker, maker.sampling.steps, guidance
            if maker is self:
                calls = steps
            elif maker.dit.config.known and not sketched(plan):
                painter, calls, scale = self, steps, self.sampling.guidance
            if (pace != 1 or direct is not None) and unplanned:
                raise UserError(_UNPLANNED)
            latents = painter._sample(words[rows], away, begin, plan, calls, scale, watch, preview)
            videos = finite("codec", painter._decode(finite("transformer", latents)))
            for each, own, video in zip(prompts[rows], seeds[rows], videos, strict=True):
                origin = None
                if given is None and (hashes := painter.card.get("hashes")):
                    named = own if generator is None else None
                    preset = painter.card.get("preset") or ""
                    origin = Origin(
                        hashes, preset, steps, scale, named, camera=camera, pace=pace, directed=direct is not None
                    )
                clips.append(Clip.of(filmed(video, camera, size), fps=self.fps, prompt=each, origin=origin))
        return clips[0] if isinstance(prompt, str) else clips

    def latent_shape(self, seconds: float, size: tuple[int, int]) -> tuple[int, int, int]:
        """Latent frames, height and width of a clip; raises as :func:`~minisora.request.latent_shape`."""
        c, patch = self.codec.config, self.dit.config.patch
        return latent_shape(seconds, size, fps=self.fps, temporal=c.temporal, spatial=c.spatial, patch=patch)

    def beyond(self, seconds: float, size: tuple[int, int] | None = None) -> str | None:
        """One line for a duration or size beyond what the weights were trained on; None for one within.

        Raises: UserError for what cannot be made at all.
        """
        height, width = self.size if size is None else size
        frames = 1 + (self.latent_shape(seconds, (height, width))[0] - 1) * self.codec.config.temporal
        return beyond(Shape(frames, height, width), self.card, fps=self.fps, temporal=self.codec.config.temporal)

    def _sample(
        self,
        words: list[str],
        away: str,
        start: Given,
        plan: Sequence[Tracks | None] | None,
        steps: int,
        guidance: float,
        watch: Watch | None,
        preview: Preview | None,
    ) -> Tensor:
        ids = self.tokenizer.encode([*words, *[away] * len(words)]).to(self.device)
        (x, free), s = start, self.sampling

        def velocity_of(network: DiT, scale: float) -> Velocity:
            known = None if plan is None else plans_written(plan, grid_of(x, network.config.patch)).to(x)
            return guided(network, ids, x, scale=scale, seconds=self.seconds_between, known=known)

        velocity = velocity_of(self.dit, guidance)
        if self.finisher is not None:
            velocity = experts(velocity, velocity_of(self.finisher, s.finish_guidance), hand_over=s.hand_over)
        if preview is not None:
            velocity = watch_x0(velocity, lambda x0, _: preview(x0))
        return sample(velocity, x, time_grid(steps, shift=s.shift), free=free, step=s.solver, watch=watch)

    @property
    def seconds_between(self) -> float:
        """Seconds between latent frames."""
        return self.codec.config.temporal / self.fps

    def _decode(self, latents: Tensor) -> Tensor:
        """Pixels on the CPU, decoded piece by piece, so that memory on the device does not grow with the duration."""
        pieces = [piece.cpu() for piece in decode_stream(self.codec, latents.split(8, dim=2))]
        return torch.cat(pieces, dim=2)

    def _noise(self, shape: tuple[int, int, int], generator: Generator) -> Tensor:
        """On the generator's device (the CPU unless it was given), so that a seed means the same on all devices."""
        return torch.randn((self.codec.config.channels, *shape), generator=generator, device=generator.device).to(
            self.device
        )


def _asked_for(few: Pipeline) -> int:
    """For how many steps it is taken: a student may need fewer, and then its card says so."""
    return few.card.get("for_steps", few.sampling.steps)


def _checked(start: Given, noise: Tensor) -> Given:
    """Raises: UserError when what is given is of another shape, or everything is."""
    x, free = start
    if x.shape != noise.shape:
        raise UserError(f"latents {tuple(x.shape)} given for a clip of {tuple(noise.shape)} — give some of its shape")
    if not free.any():
        raise UserError("everything is given: nothing is left to generate — give less, or ask for a longer clip")
    return Given(x.to(noise), free.to(noise))
