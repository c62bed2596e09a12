"""A model that has seen some motions continues others: the course's transformer on pixels, told the first frames.

It predicts the clean clip and not the velocity: a patch of 8 x 8 pixels holds more numbers than the network is wide,
and noise, unlike clips, cannot be squeezed (Li & He 2025, 2511.13720). The course's one sampler does all the same.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Generator, Tensor

from minisora.checkpoint import load_checkpoint, load_weights, settings_from
from minisora.diffusion.path import STRAIGHT, Velocity
from minisora.diffusion.sampler import sample, time_grid
from minisora.hollow import hollow
from minisora.model import DiT, DiTConfig, video_velocity

GIVEN = 3  #: Frames that a clip begins with.
SECONDS = 0.5  #: Between frames, as the transformer's coordinates count them.
CONFIG = DiTConfig(
    channels=3, width=64, depth=4, heads=2, text_width=16, text_depth=1, text_heads=1, vocabulary=2, patch=8
)
LEAST = 0.05  #: Times below this one are treated as this one, where a clean clip is made a velocity.


def clean_prediction(model: DiT, shape: tuple[int, int, int]) -> Velocity:
    """``(x, t) -> x0`` of clips of this shape. The one word of the one sentence says nothing."""
    word = torch.ones(1, 1, dtype=torch.long)
    return video_velocity(model, word, shape, seconds_per_latent_frame=SECONDS)


def as_velocity(clean: Velocity) -> Velocity:
    """The velocity that a predicted clean clip amounts to on the straight path."""
    return lambda x, t: STRAIGHT.from_x0(clean(x, t), x, t.clamp(min=LEAST).expand_as(x[:, :1]))


def prediction_loss(model: DiT, clips: Tensor, noise: Tensor, t: Tensor, *, given: int = GIVEN) -> Tensor:
    """Squared error of the velocity, through the predicted clip; the first frames are given and do not count.

    ``clips`` and ``noise: b 3 t h w``; ``t: b``.
    """
    free = (torch.arange(clips.shape[2]) >= given).to(clips)[:, None, None]
    time = t.view(-1, 1, 1, 1, 1) * free
    x = STRAIGHT.add_noise(clips, noise, time)
    error = clean_prediction(model, (clips.shape[2], clips.shape[3], clips.shape[4]))(x, time) - clips
    weight = free / time.clamp(min=LEAST).square()
    return (weight * error.square()).mean()


@torch.no_grad()
def foresee(model: DiT, clips: Tensor, *, generator: Generator, steps: int = 8, given: int = GIVEN) -> Tensor:
    """Clips like ``b 3 t h w`` that begin with its first frames, and go on as the model believes."""
    noise = torch.randn(clips.shape, generator=generator)
    free = (torch.arange(clips.shape[2]) >= given).to(clips)[None, None, :, None, None]
    velocity = as_velocity(clean_prediction(model, (clips.shape[2], clips.shape[3], clips.shape[4])))
    start = torch.where(free > 0, noise, clips)
    return sample(velocity, start, time_grid(steps, shift=3.0), free=free).clamp(-1, 1)


def load_predictor(path: Path) -> DiT:
    """A model of ``experiments/physics.py``. Raises: UserError when the file is missing, changed, or another kind."""
    tensors, card = load_checkpoint(path, kind="physics")
    with hollow():
        model = DiT(settings_from(DiTConfig, card["settings"], source=path))
    load_weights(model, {name: tensor.float() for name, tensor in tensors.items()}, source=path)
    return model.eval().requires_grad_(False)
