"""Batches of training: batch k is a pure function of (seed, k), and process r of w gets its slice of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import lightning
import torch
from torch import Generator, Tensor
from torch.utils.data import DataLoader, IterableDataset

from minisora.errors import UserError
from minisora.training.latents import LatentCache
from minisora.training.seeds import generator_for
from minisora.worlds import digits
from minisora.worlds.drawn import DrawnScene, DrawnStyle, describe
from minisora.worlds.render import FPS, render
from minisora.worlds.shapes import ShapesWorld

STYLES: tuple[DrawnStyle, ...] = ("canonical", "terse", "plain", "descriptive")


class LatentBatch(NamedTuple):
    """Clips with their captions; the empty caption stands for "no condition"."""

    step: int
    latents: Tensor  #: ``b c t h w`` float32
    captions: list[str]
    scenes: Sequence[DrawnScene] = ()  #: what the clips show


class VideoBatch(NamedTuple):
    step: int
    video: Tensor  #: ``b 3 t h w`` in [-1, 1]


class Share(NamedTuple):
    """Process ``rank`` of ``world`` processes."""

    rank: int = 0
    world: int = 1

    def of(self, count: int) -> slice:
        """This process's part of ``count`` samples.

        Raises: UserError when the processes cannot have equally many.
        """
        if count % self.world:
            raise UserError(f"batch {count}: {self.world} processes cannot share it; try {count - count % self.world}")
        each = count // self.world
        return slice(self.rank * each, (self.rank + 1) * each)


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """What batches of latents with captions are made of, wherever the clips come from.

    Attributes:
        batch: clips of a batch over all processes.
        caption_dropout: share of samples (each by itself) that get the empty caption.
        image_share: share of batches that are images: a clip's first latent frame, which is a whole image.
        image_batch: how many times more samples an image batch has, as an image has fewer tokens.
        short_share: share of batches with clips cut to a random shorter length; the codec is causal, so that the
            first latent frames of a clip are the latents of its beginning.
    """

    batch: int = 32
    seed: int = 0
    caption_dropout: float = 0.1
    image_share: float = 0.3
    image_batch: int = 3
    short_share: float = 0.05

    def kind(self, generator: Generator, longest: int) -> tuple[int, int]:
        """How many samples a batch has, and of how many latent frames, at most ``longest``."""
        kind = float(torch.rand((), generator=generator))
        if kind < self.image_share:
            return self.batch * self.image_batch, 1
        if kind < self.image_share + self.short_share and longest > 2:
            return self.batch, int(torch.randint(2, longest, (), generator=generator))
        return self.batch, longest


@dataclass(frozen=True)
class LatentBatches(Mixture):
    """Batches of cached latents with captions that are made on the fly.

    Attributes:
        styles: relative frequency of batches with canonical, terse, plain, and descriptive captions. A batch keeps to
            one style, so that its captions are about equally long and few of its text tokens are padding.
    """

    caches: Sequence[LatentCache]
    styles: tuple[float, float, float, float] = (0.4, 0.25, 0.25, 0.1)

    def __call__(self, step: int, share: Share) -> LatentBatch:
        generator = generator_for(self.seed, "batch", step)
        cache = self._choose_cache(generator)
        size, frames = self.kind(generator, cache.latents.shape[2])
        indices = torch.randint(len(cache), (size,), generator=generator)
        dropped = torch.rand(size, generator=generator) < self.caption_dropout
        style = STYLES[int(torch.multinomial(torch.tensor(self.styles), 1, generator=generator))]
        mine = range(size)[share.of(size)]
        scenes = [cache.scene(int(indices[position])) for position in mine]
        captions = []
        for position, scene in zip(mine, scenes, strict=True):
            if dropped[position]:
                captions.append("")
            else:  # a generator of its own, so that no process need write the captions of another
                words, of = generator_for(self.seed, "caption", step, position), cache.clip_set
                captions.append(describe(scene, style=style, generator=words, duration=of.duration, aspect=of.aspect))
        return LatentBatch(step, cache.take(indices[share.of(size)])[:, :, :frames], captions, scenes)

    def _choose_cache(self, generator: Generator) -> LatentCache:
        sizes = torch.tensor([float(len(cache)) for cache in self.caches])
        return self.caches[int(torch.multinomial(sizes, 1, generator=generator))]


@dataclass(frozen=True)
class VideoBatches:
    """Batches of freshly drawn clips, for the codec.

    Attributes:
        image_share: share of batches that are single frames.
        digits_share: share of batches that show handwritten digits instead of ``world``.
    """

    world: ShapesWorld = field(default_factory=ShapesWorld)
    batch: int = 16
    frames: int = 17
    height: int = 64
    width: int = 64
    fps: float = FPS
    seed: int = 0
    image_share: float = 0.1
    digits_share: float = 0.0

    def __call__(self, step: int, share: Share) -> VideoBatch:
        generator = generator_for(self.seed, "video", step)
        image, handwritten = (
            torch.rand(2, generator=generator) < torch.tensor([self.image_share, self.digits_share])
        ).tolist()
        aspect, mine = self.width / self.height, share.of(self.batch)
        size = {"frames": 1 if image else self.frames, "height": self.height, "width": self.width, "fps": self.fps}
        if handwritten:
            numbers = digits.DigitsWorld().sample(self.batch, generator=generator, aspect=aspect)
            return VideoBatch(step, digits.render(numbers[mine], **size))
        duration = max(self.frames - 1, 1) / self.fps
        scenes = self.world.sample(self.batch, generator=generator, duration=duration, aspect=aspect)
        return VideoBatch(step, render(scenes[mine], **size))


#: Makes a process's share of the batch of a step.
Batches = Callable[[int, Share], LatentBatch | VideoBatch]


class _Steps(IterableDataset):
    def __init__(self, batches: Batches, share: Share, first: int) -> None:
        self.batches, self.share, self.first = batches, share, first

    def __iter__(self) -> Iterator[LatentBatch | VideoBatch]:
        step = self.first
        while True:
            yield self.batches(step, self.share)
            step += 1


class BatchModule(lightning.LightningDataModule):
    """Hands a trainer one batch after the other, from the step at which the trainer stands."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches

    def train_dataloader(self) -> DataLoader:
        trainer = self.trainer
        assert trainer is not None
        steps = _Steps(self.batches, Share(trainer.global_rank, trainer.world_size), trainer.global_step)
        # The loader takes a seed from the global generator unless it is given one.
        return DataLoader(steps, batch_size=None, num_workers=0, generator=generator_for("loader"))

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        return type(batch)(*(value.to(device) if isinstance(value, Tensor) else value for value in batch))
