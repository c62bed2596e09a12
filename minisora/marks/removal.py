"""How a mark is taken out of a clip, and put into one that never had it: what somebody can do who wants to.

Each needs less than one might hope: several clips with the same number, or any network that makes a clip anew.

Source: Kutter et al. 2000, The Watermark Copy Attack; Yang et al. 2024, Steganalysis on Digital Watermarking: Is Your
Defense Truly Impervious? (2406.09026): a mark that is the same in all pictures is their mean. Zhao et al. 2023,
Invisible Image Watermarks Are Provably Removable Using Generative AI (2306.01953): noise, then a denoiser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.marks import attacks


def residue(clip: Tensor, *, around: int = 9) -> Tensor:
    """What is left of a clip ``3 t h w`` without what is large: each pixel less the median of those around it."""
    frames = clip.movedim(1, 0)
    half = around // 2
    windows = F.pad(frames, (half, half, half, half), mode="replicate").unfold(2, around, 1).unfold(3, around, 1)
    return (frames - windows.flatten(4).median(4).values).movedim(0, 1)


def averaged_mark(clips: Sequence[Tensor]) -> Tensor:
    """The mark that clips ``3 t h w`` of one size have in common, ``3 1 h w``: the mean of what is left of each.

    Nobody needs to know the network, or what the clips were without it.
    """
    return torch.stack([residue(clip).mean(1, keepdim=True) for clip in clips]).mean(0)


def subtracted(clip: Tensor, mark: Tensor, *, times: float = 1.0) -> Tensor:
    """A clip less such a mark, as large as it seems to be in this clip, times a factor."""
    size = (residue(clip).mean(1, keepdim=True) * mark).sum() / mark.square().sum().clamp_min(1e-9)
    return (clip - times * size * mark).clamp(-1, 1)


def forged(clip: Tensor, mark: Tensor, *, psnr: float = 40.0) -> Tensor:
    """A clip that never had it, with such a mark: it will be said that a model made it."""
    size = 2 * 10 ** (-psnr / 20)
    return (clip + mark * (size / mark.square().mean().sqrt())).clamp(-1, 1)


def regenerated(clip: Tensor, anew: Callable[[Tensor], Tensor], *, noise: float = 0.0, seed: int = 0) -> Tensor:
    """A clip ``3 t h w`` with noise on it, made anew by a network that takes and gives ``b 3 t h w``, such as a codec.

    What a network has never learnt to keep, it does not keep.
    """
    video = attacks.noise(clip[None], noise, generator=torch.Generator().manual_seed(seed)) if noise else clip[None]
    return anew(video)[0].clamp(-1, 1)
