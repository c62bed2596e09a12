"""Pictures and sound made together, or one of them for the other: the same weights, and only the noise levels differ.

A clip with its sound is one tensor, ``b 1 t 280``: a row for each frame, its 256 pixels and the 24 numbers of its
sound. So the course's one sampler makes both, and what is given has noise level zero, as everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from torch import Generator, Tensor

from minisora.checkpoint import load_checkpoint, load_weights, settings_from
from minisora.diffusion.objective import logit_normal
from minisora.diffusion.path import STRAIGHT, Velocity
from minisora.diffusion.sampler import sample, time_grid
from minisora.errors import UserError
from minisora.hollow import hollow
from minisora.sound.network import JointConfig, JointTransformer

Task = Literal["video to sound", "sound to video", "both"]
TASKS: tuple[Task, ...] = ("video to sound", "sound to video", "both")
LEAST = 0.05  #: Times below this one are treated as this one, where a clean clip is made a velocity.
CUT = 0.15  #: Share of the batches in which attention between the two is cut, so that the network knows each alone.


def joint_levels(task: str, t: Tensor, frames: int, *, given: int = 0) -> tuple[Tensor, Tensor]:
    """Noise levels of all tokens, ``b frames`` each, for clips at times ``t: b``: first the frames', then the sounds'.

    What is given has level 0: all frames in "video to sound"; all sounds in "sound to video". The first ``given``
    frames are given wherever frames are made, and with them their sounds where both are made.

    Raises: UserError for another task.
    """
    if task not in TASKS:
        raise UserError(f"task {task!r}: one of {', '.join(TASKS)}")
    late = torch.arange(frames) >= given
    full, nothing, rest = t[:, None].expand(-1, frames), t.new_zeros(len(t), frames), t[:, None] * late
    if task == "video to sound":
        return nothing, full
    return (rest, nothing) if task == "sound to video" else (rest, rest)


def pack(clips: Tensor, tokens: Tensor) -> Tensor:
    """Silhouettes ``b 1 t h w`` and sound ``b t 24`` as one tensor ``b 1 t h*w+24``."""
    return torch.cat([clips.flatten(3), tokens[:, None]], dim=-1)


def unpack(x: Tensor, *, side: int = 16) -> tuple[Tensor, Tensor]:
    """The inverse of :func:`pack`."""
    return x[..., : side * side].unflatten(-1, (side, side)), x[:, 0, :, side * side :]


def joint_loss(network: JointTransformer, clips: Tensor, tokens: Tensor, *, generator: Generator) -> Tensor:
    """Squared error of the velocity, through the predicted clean numbers, of frames and sound, each by its mean.

    A third of the clips is learnt for each task; half of them begin with three given frames.
    """
    b, frames = tokens.shape[:2]
    t = logit_normal(b, generator, mean=0.5, std=1.2)
    task, given = torch.randint(3, (b,), generator=generator), 3 * torch.randint(2, (b,), generator=generator)
    levels = [
        joint_levels(TASKS[k], t[i : i + 1], frames, given=g)
        for i, (k, g) in enumerate(zip(task.tolist(), given.tolist(), strict=True))
    ]
    seen, heard = (torch.cat([each[k] for each in levels]) for k in (0, 1))
    joined = float(torch.rand((), generator=generator)) >= CUT
    pixels = clips[:, 0].flatten(2)
    noisy = [
        STRAIGHT.add_noise(x, torch.randn(x.shape, generator=generator), level[..., None])
        for x, level in ((pixels, seen), (tokens, heard))
    ]
    found = network(noisy[0], noisy[1], seen, heard, joined=joined)
    losses = []
    for made, clean, level in ((found[0], pixels, seen), (found[1], tokens, heard)):
        weight = (level > 0) / level.clamp(min=LEAST).square()
        losses.append((weight * (made - clean).square().mean(-1)).mean())
    return losses[0] + losses[1]


def joint_velocity(network: JointTransformer, *, joined: bool = True, guidance: float = 1.0) -> Velocity:
    """``velocity(x, t)`` of packed clips ``b 1 t 280``.

    Args:
        joined: whether the two attend to each other.
        guidance: above 1 it exaggerates what the one learns from the other, as chapter 07 does with words.
    """
    pixels = network.config.pixels

    def clean(x: Tensor, t: Tensor, *, joined: bool) -> Tensor:
        times = t.expand(x.shape)
        seen, heard = times[:, 0, :, 0], times[:, 0, :, -1]
        return torch.cat(network(x[:, 0, :, :pixels], x[:, 0, :, pixels:], seen, heard, joined=joined), dim=-1)[:, None]

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        found = clean(x, t, joined=joined)
        if joined and guidance != 1:
            alone = clean(x, t, joined=False)
            found = alone + guidance * (found - alone)
        return STRAIGHT.from_x0(found, x, t.expand(x.shape).clamp(min=LEAST))

    return velocity


@torch.no_grad()
def make(
    network: JointTransformer,
    task: Task,
    clips: Tensor,
    tokens: Tensor,
    *,
    generator: Generator,
    given: int = 0,
    joined: bool = True,
    guidance: float = 1.0,
    steps: int = 12,
) -> tuple[Tensor, Tensor]:
    """Silhouettes ``b 1 t 16 16`` and sound ``b t 24``: what the task gives is kept, the rest is made anew."""
    x = pack(clips, tokens)
    ones = torch.ones(len(x))
    seen, heard = joint_levels(task, ones, x.shape[2], given=given)
    pixels = network.config.pixels
    free = torch.cat([seen[..., None].expand(-1, -1, pixels), heard[..., None].expand(-1, -1, tokens.shape[-1])], -1)
    start = torch.where(free[:, None] > 0, torch.randn(x.shape, generator=generator), x)
    velocity = joint_velocity(network, joined=joined, guidance=guidance)
    return unpack(sample(velocity, start, time_grid(steps, shift=2.0), free=free[:, None]).clamp(-1, 1))


def load_joint(path: Path) -> JointTransformer:
    """The network of ``experiments/sound.py``. Raises: UserError where it is missing, changed, or of another kind."""
    tensors, card = load_checkpoint(path, kind="sound")
    with hollow():
        network = JointTransformer(settings_from(JointConfig, card["settings"], source=path))
    load_weights(network, {name: tensor.float() for name, tensor in tensors.items()}, source=path)
    return network.eval().requires_grad_(False)
