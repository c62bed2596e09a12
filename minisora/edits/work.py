"""The work of one power: how it is sampled, in how many calls of the pipeline, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import torch
from torch import Generator, Tensor

from minisora.clip import Clip
from minisora.directing import Direct
from minisora.pipeline import Pipeline, Preview, Start, Watch
from minisora.request import check_sampling


class Settings(TypedDict, total=False):
    """What every power takes besides its own arguments.

    ``seed``, ``steps``, ``guidance``, ``negative``, ``watch`` and ``preview`` are those of ``Pipeline.generate``; where
    it is called several times, one seed begins the noise of them all.
    """

    seed: int
    steps: int | None
    guidance: float | None
    negative: str
    watch: Watch | None
    preview: Preview | None
    progress: Callable[[int, int], object] | None  #: is told the steps done, and how many there are in all
    #: is told in one line each what was cut off or rounded, or is beyond training; prints it, unless said otherwise
    tell: Callable[[str], object]


class Work:
    """One or several calls of the pipeline that make a clip together.

    Args:
        prompts: everything that will be asked for.
        calls: of the pipeline.
    Raises: UserError for words, steps and seeds that no clip can be made with, before any work is done.
    """

    def __init__(self, pipeline: Pipeline, prompts: list[str], settings: Settings) -> None:
        self.pipeline = pipeline
        self.calls, self._done, self._warned = 1, 0, False
        for prompt in prompts:
            pipeline.in_words(prompt)
        usual, seed = pipeline.sampling, settings.get("seed", 0)
        self.steps = usual.steps if (steps := settings.get("steps")) is None else steps
        self.guidance = usual.guidance if (guidance := settings.get("guidance")) is None else guidance
        check_sampling(steps=self.steps, guidance=self.guidance, seeds=[seed])
        self._generator = Generator().manual_seed(seed)
        self._settings = settings

    def tell(self, line: str) -> None:
        """One line for whoever asked for the clip."""
        self._settings.get("tell", print)(line)

    def generate(
        self,
        prompt: str,
        *,
        latents: int,
        size: tuple[int, int],
        given: Start | None = None,
        direct: Direct | None = None,
    ) -> Clip:
        """``Pipeline.generate`` for a clip of so many latent frames and this size in pixels."""
        asked, seconds = self._settings, seconds_of(latents, self.pipeline)
        if not self._warned and (line := self.pipeline.beyond(seconds, size)) is not None:
            self._warned = True  # of several calls, one line
            self.tell(line)

        def watch(i: int, x: Tensor) -> None:
            self._done += 1
            if (seen := asked.get("watch")) is not None:
                seen(i, x)
            if (heard := asked.get("progress")) is not None:
                heard(self._done, self.calls * self.steps)

        return self.pipeline.generate(
            prompt,
            seconds=seconds,
            size=size,
            steps=self.steps,
            guidance=self.guidance,
            negative=asked.get("negative", ""),
            given=given,
            direct=direct,
            generator=self._generator,
            watch=watch,
            preview=asked.get("preview"),
        )

    def clip(self, frames: Tensor, prompt: str) -> Clip:
        """Frames ``3 t h w`` as the pipeline returns them."""
        return Clip.of(frames, fps=self.pipeline.fps, prompt=prompt)


def seconds_of(latents: int, pipeline: Pipeline) -> float:
    """How long a clip of so many latent frames is, from its first frame to its last."""
    return (latents - 1) * pipeline.codec.config.temporal / pipeline.fps


def latents_in(seconds: float, pipeline: Pipeline) -> int:
    """How many latent frames go on for so many seconds, the nearest number."""
    return round(seconds * pipeline.fps / pipeline.codec.config.temporal)


def joined(*pieces: Tensor) -> Tensor:
    """Pieces of a clip, ``3 t h w`` each, one after the other."""
    return torch.cat([piece.as_subclass(Tensor) for piece in pieces], dim=1)
