"""One network of a cascade, and several in a row (Ho et al. 2021, 2106.15282; Imagen Video 2210.02303).

Each is the same ``DiT`` in pixels: patches are tokens, the words are its caption. What comes from the stage before is
known of each token; noise on it, and how much, too. All are preconditioned, so that noise need not pass through a
narrow network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from minisora.cascade.condition import as_known, augmented, enlarged, numbers, size_one
from minisora.diffusion import classifier_free, sample, time_grid
from minisora.diffusion.path import Velocity, noise_like
from minisora.diffusion.precondition import preconditioned
from minisora.diffusion.solvers import Step, ab2
from minisora.model import DiT, video_velocity


@dataclass(frozen=True)
class Stage:
    """A network, and the size of what it makes.

    Attributes:
        network: a ``DiT`` of three channels; ``known`` is 0, or ``4 p p`` for a stage after another.
        shape: frames, height and width in pixels.
        seconds: between two frames.
    """

    network: DiT
    shape: tuple[int, int, int]
    seconds: float = 0.5

    def velocity(self, ids: Tensor, *, known: Tensor | None = None) -> Velocity:
        """Word ids ``b m`` and what is known (``condition``) to a velocity of clips ``b 3 t h w``."""
        return preconditioned(
            video_velocity(self.network, ids, self.shape, seconds_per_latent_frame=self.seconds, known=known)
        )

    def condition(self, low: Tensor, level: Tensor, *, generator: Generator) -> Tensor:
        """What this stage knows of a smaller clip ``b 3 t h w``, noised to ``level``, ``b``."""
        return self.known(augmented(low, level, generator=generator))

    def known(self, told: Tensor) -> Tensor:
        """What this stage knows of a smaller clip and its level, ``b 4 t h w``, however that was noised."""
        return as_known(enlarged(size_one(told), self.shape), self.network.config.patch)

    def told(self, values: Tensor) -> Tensor:
        """What this stage knows when it is told numbers, ``b k``."""
        return numbers(values, self.shape, self.network.config.patch)

    @torch.no_grad()
    def sample(
        self,
        ids: Tensor,
        empty: Tensor,
        *,
        generator: Generator,
        known: Tensor | None = None,
        steps: int = 16,
        scale: float = 1.0,
        step: Step = ab2,
    ) -> Tensor:
        """Clips ``b 3 t h w`` of word ids ``b m``; ``empty`` are those of the empty caption, ``1 m``, for guidance."""
        noise = noise_like(torch.empty(len(ids), 3, *self.shape), generator)
        velocity = self.guided(ids, empty, known=known, scale=scale)
        return sample(velocity, noise, time_grid(steps), step=step)

    def guided(self, ids: Tensor, empty: Tensor, *, known: Tensor | None = None, scale: float = 1.0) -> Velocity:
        """The velocity of word ids ``b m``, away from that of the empty caption."""
        if scale == 1:
            return self.velocity(ids, known=known)
        twice = None if known is None else known.repeat(2, 1, 1, 1, 1)
        blank = torch.nn.functional.pad(empty, (0, ids.shape[1] - empty.shape[1])).expand_as(ids)
        both = self.velocity(torch.cat([ids, blank]), known=twice)
        return classifier_free(self.velocity(ids, known=known), both, scale=scale)


def cascade(
    stages: Sequence[Stage],
    ids: Tensor,
    empty: Tensor,
    *,
    levels: Sequence[float],
    generator: Generator,
    steps: int = 16,
    scales: Sequence[float] | None = None,
    first: Tensor | None = None,
) -> list[Tensor]:
    """What each stage makes, ``b 3 t h w``, of what the one before has made.

    Args:
        levels: the noise that is laid over what goes into each stage after the first: ``len(stages) - 1`` numbers.
        scales: guidance of each stage; by default none (1).
        first: clips that stand for those of the first stage, which is not called then: true ones, for measuring.
    """
    scales = scales or [1.0] * len(stages)
    run = {"generator": generator, "steps": steps}
    clips = [stages[0].sample(ids, empty, scale=scales[0], **run) if first is None else first]
    for stage, level, scale in zip(stages[1:], levels, scales[1:], strict=True):
        known = stage.condition(clips[-1], torch.full((len(ids),), level), generator=generator)
        clips.append(stage.sample(ids, empty, known=known, scale=scale, **run))
    return clips
