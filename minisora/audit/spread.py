"""An invisible mark by hand: each bit adds or subtracts a faint pattern, and is read by correlation.

Source: Cox et al. 1997, "Secure Spread Spectrum Watermarking for Multimedia". Theirs hides it in the largest
frequencies; ours in the pixels, so that it can be seen what is done.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def spread_patterns(bits: int, shape: tuple[int, int], *, key: int, cell: int = 2) -> Tensor:
    """Patterns ``bits h w`` of -1 and 1 in cells of so many pixels; whoever has the key has the patterns."""
    height, width = shape
    coins = torch.randint(0, 2, (bits, -(-height // cell), -(-width // cell)), generator=Generator().manual_seed(key))
    fine = (2.0 * coins - 1).repeat_interleave(cell, 1).repeat_interleave(cell, 2)
    return fine[:, :height, :width]


def embed_spread(clip: Tensor, patterns: Tensor, message: Tensor, *, strength: float) -> Tensor:
    """A clip ``3 t h w`` in [-1, 1] with a message ``bits`` of 0 and 1 in every frame and colour.

    Each bit adds its pattern ``h w`` (1) or takes it off (0). Their sum is divided by the root of the number of bits:
    then ``strength`` is the usual size of the change, however long the message.
    """
    signs = 2 * message.to(clip) - 1
    mark = torch.einsum("n,nhw->hw", signs, patterns.to(clip)) / len(signs) ** 0.5
    return (clip + strength * mark).clamp(-1, 1)


def correlations(clip: Tensor, patterns: Tensor) -> Tensor:
    """How well a clip agrees with each pattern, ``bits``: the mean product with what differs from its surroundings."""
    frame = clip.mean((0, 1))
    around = torch.nn.functional.avg_pool2d(frame[None, None], 9, stride=1, padding=4, count_include_pad=False)[0, 0]
    return ((frame - around) * patterns.to(clip)).mean((1, 2))


def read_spread(clip: Tensor, patterns: Tensor) -> Tensor:
    """The message, ``bits`` of 0 and 1: which way each correlation points."""
    return (correlations(clip, patterns) > 0).long()
