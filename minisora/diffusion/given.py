"""What is given has noise level zero.

Everything that a video model can be asked for is one question: some tokens are given, make the others. So each task
is a function that returns ``(x, free)``, two arguments for the one sampler: ``x`` holds noise where to generate and
content where given, and ``free`` is 1 and 0 there.

    x, free = extend(noise, last_seconds)
    clip = sample(velocity, x, times, free=free)

``noise`` is ``b c t h w`` and sets the size of the result; given content is in latents, too, and a batch of one serves
all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from minisora.diffusion.path import STRAIGHT, Path
from minisora.errors import UserError


class Given(NamedTuple):
    """Arguments for :func:`~minisora.diffusion.sampler.sample`: where to start, and what is free to change."""

    x: Tensor  #: ``b c t h w``
    free: Tensor  #: broadcasts over ``b 1 t h w``: 0 where given, 1 where to generate


def text_to_video(noise: Tensor) -> Given:
    """Nothing is given."""
    return _with_frames(noise)


def animate(noise: Tensor, first: Tensor) -> Given:
    """The first latent frame is given, ``b c 1 h w``: a picture begins to move."""
    return extend(noise, first)


def extend(noise: Tensor, prefix: Tensor) -> Given:
    """The first latent frames are given, ``b c k h w``: a clip goes on."""
    return _with_frames(noise, (prefix, range(prefix.shape[2])))


def prepend(noise: Tensor, suffix: Tensor) -> Given:
    """The last latent frames are given, ``b c k h w``: what came before?"""
    return _with_frames(noise, (suffix, _last(noise, suffix)))


def connect(noise: Tensor, prefix: Tensor, suffix: Tensor) -> Given:
    """Both ends are given: how does the one become the other?"""
    return _with_frames(noise, (prefix, range(prefix.shape[2])), (suffix, _last(noise, suffix)))


def loop(noise: Tensor, first: Tensor, last: Tensor | None = None) -> Given:
    """The clip ends as it begins, ``b c 1 h w``.

    A causal codec writes the first frame of a clip and a later one in different words; then hand in the same picture
    twice, and as ``last`` what the codec makes of it at the end of a clip.
    """
    return connect(noise, first, first if last is None else last)


def keyframes(noise: Tensor, clip: Tensor, indices: Sequence[int]) -> Given:
    """Some latent frames of ``clip``, ``b c t h w``, are given."""
    return _with_frames(noise, (clip[:, :, list(indices)], indices))


def inpaint(noise: Tensor, clip: Tensor, hole: Tensor, *, path: Path = STRAIGHT) -> Given:
    """All of ``clip``, ``b c t h w``, is given but a hole: 1 where to generate, broadcast over ``b 1 t h w``.

    A hole may have soft borders: at 0.6 it keeps as much of the clip as :func:`sdedit` does at that strength. A network
    that sees patches has one time for each: let the hole follow their borders.
    """
    clip, free = clip.to(noise), hole.to(noise)
    return Given(torch.where(free > 0, path.add_noise(clip, noise, free), clip), free)


def outpaint(noise: Tensor, clip: Tensor, *, top: int, left: int) -> Given:
    """``clip``, ``b c t h w``, is given somewhere within a larger frame; ``top`` and ``left`` in latent pixels."""
    height, width = clip.shape[-2:]
    if top < 0 or left < 0 or top + height > noise.shape[-2] or left + width > noise.shape[-1]:
        raise UserError(
            f"clip of {height}x{width} latent pixels at top {top}, left {left}: "
            f"does not fit into {noise.shape[-2]}x{noise.shape[-1]} — make the result larger"
        )
    inside = (..., slice(top, top + height), slice(left, left + width))
    x, free = noise.clone(), torch.ones_like(noise[:, :1])
    x[inside], free[inside] = clip.to(noise), 0
    return Given(x, free)


def sdedit(
    clip: Tensor, noise: Tensor, times: Tensor, *, strength: float, path: Path = STRAIGHT
) -> tuple[Tensor, Tensor]:
    """Return ``(x, times)`` that begin on the way: ``clip`` under some noise, to be made anew from there.

    ``strength`` bounds the first time: 1 forgets the clip, 0 changes nothing.

    Source: Meng et al. 2022 (SDEdit).
    """
    if not 0 <= strength <= 1:
        raise UserError(f"strength {strength:g}: must be from 0 (changes nothing) to 1 (forgets the clip) — try 0.6")
    late = times[times <= strength]
    return path.add_noise(clip, noise, late[0].to(clip)), late


def _last(noise: Tensor, suffix: Tensor) -> range:
    return range(noise.shape[2] - suffix.shape[2], noise.shape[2])


def _with_frames(noise: Tensor, *pieces: tuple[Tensor, Sequence[int]]) -> Given:
    batch, _, frames, _, _ = noise.shape
    x, free = noise.clone(), noise.new_ones(batch, 1, frames, 1, 1)
    given = sum(len(indices) for _, indices in pieces)
    if given >= frames:
        raise UserError(f"{given} latent frames given of {frames}: nothing is left to generate — ask for a longer clip")
    for clip, indices in pieces:
        x[:, :, list(indices)], free[:, :, list(indices)] = clip.to(noise), 0
    return Given(x, free)


@dataclass(frozen=True)
class GivenMix:
    """How often each kind of clip is met in training; the shares are relative to their sum.

    Attributes:
        whole: nothing is given.
        first: the first latent frame. prefix, suffix: any number of frames at the start, at the end.
        ends: the first and the last frame. scattered: any frames.
    """

    whole: float = 0.6
    first: float = 0.1
    prefix: float = 0.15
    suffix: float = 0.05
    ends: float = 0.05
    scattered: float = 0.05


DEFAULT_MIX = GivenMix()


def random_given(batch: int, frames: int, *, generator: torch.Generator, mix: GivenMix = DEFAULT_MIX) -> Tensor:
    """Return ``free``, ``b 1 t 1 1``, for training: which latent frames are given, drawn for each clip on its own.

    Where nothing would be left to learn (an image has a single frame) the clip is free as a whole.
    """
    device = generator.device
    shares = torch.tensor(astuple(mix), dtype=torch.float32, device=device)
    kind = torch.multinomial(shares, batch, replacement=True, generator=generator)
    _, first, prefix, suffix, ends, scattered = torch.nn.functional.one_hot(kind, len(shares)).T

    some = torch.randint(1, max(frames, 2), (batch,), generator=generator, device=device)
    head = first + prefix * some + ends
    tail = suffix * some + ends
    index = torch.arange(frames, device=device)
    given = (index < head[:, None]) | (index >= frames - tail[:, None])

    share = torch.rand(batch, 1, generator=generator, device=device)
    given |= (scattered[:, None] > 0) & (torch.rand(batch, frames, generator=generator, device=device) < share)
    given &= ~given.all(dim=1, keepdim=True)
    return (~given).float()[:, None, :, None, None]
