"""What a stage of a cascade is told beside the words: the clip so far, how noisy that is, and single numbers."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Generator, Tensor

from minisora.diffusion.path import noise_like

#: Mean change of a pixel from frame to frame, of a range of 1, that counts as the highest motion bucket.
MOST_MOTION = 0.1
BUCKETS = 255  #: Motion is told as 0 to 255, as Stable Video Diffusion does it.


def augmented(low: Tensor, level: Tensor, *, generator: Generator) -> Tensor:
    """A clip so far, ``b c t h w``, under noise of ``level``, and one channel more that says so: ``b c+1 t h w``.

    ``(1 - level) low + level noise``: the straight path, as if the clip were on its way at time ``level``. ``level:
    b``. In training levels are drawn, so that the next stage has seen faults; at sampling one is chosen, which is what
    makes it a knob after training.

    Source: Ho et al. 2021 (2106.15282), section 4 (Gaussian conditioning augmentation).
    """
    level = level.to(low).view(-1, 1, 1, 1, 1)
    noised = (1 - level) * low + level * noise_like(low, generator)
    return torch.cat([noised, level.expand_as(low[:, :1])], dim=1)


def size_one(told: Tensor) -> Tensor:
    """What :func:`augmented` tells, with the noised clip divided by ``√((1 - level)² + level²)``, of size 1 again.

    Under the straight path a clip is the fainter the noisier it is. A network that has met all levels takes one without
    noise for one of more contrast, and turns up its own; a little noise then seems to help where it only dims.

    Source: ``c_in`` of Karras et al. 2022 (2206.00364), table 1, for what is known instead of what is generated.
    """
    level = told[:, -1:]
    return torch.cat([told[:, :-1] / ((1 - level).square() + level.square()).sqrt(), level], dim=1)


def enlarged(low: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """A clip with each frame and pixel repeated, ``b c t h w`` of ``shape`` (frames, height, width).

    A frame between two of the small clip's is the earlier of them (Ho et al. 2022, 2210.02303: "repeating frames").
    """
    frames, height, width = shape
    earlier = [frame * (low.shape[2] - 1) // max(frames - 1, 1) for frame in range(frames)]
    low = low[:, :, earlier]
    rows, columns = height // low.shape[3], width // low.shape[4]
    return low.repeat_interleave(rows, dim=3).repeat_interleave(columns, dim=4)


def as_known(condition: Tensor, patch: int) -> Tensor:
    """A condition as large as the clip, ``b c t h w``, as what is known of each token: ``b c·p·p t h/p w/p``."""
    return rearrange(condition, "b c t (h p) (w q) -> b (c p q) t h w", p=patch, q=patch)


def numbers(values: Tensor, shape: tuple[int, int, int], patch: int) -> Tensor:
    """Numbers about a whole clip (frames per second, motion, ...), ``b k``, told to each token: ``b k t h/p w/p``."""
    frames, height, width = shape
    return values[:, :, None, None, None].expand(-1, -1, frames, height // patch, width // patch)


def motion_bucket(video: Tensor) -> Tensor:
    """How much moves in clips ``b 3 t h w`` in [-1, 1]: ``b``, from 0 (nothing) to 255.

    The mean change of pixels from frame to frame, which is optical flow for the poor. (Stable Video Diffusion,
    2311.15127, measures flow.)
    """
    change = video.diff(dim=2).abs().mean((1, 2, 3, 4)) / 2
    return (BUCKETS * change / MOST_MOTION).clamp(max=BUCKETS).round()
