"""How the two networks learn: a message is hidden, the clip is attacked, and the message must still be read."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from minisora.marks import attacks
from minisora.marks.network import Extractor, Watermark


def watermark_loss(network: Watermark, frames: Tensor, *, psnr: float, generator: Generator) -> Tensor:
    """The loss for frames ``n 3 h w`` with random messages, each quarter of them attacked in another way.

    Two questions are asked of the reader: at which of all shifts does the tile begin (cross entropy over the pilot's
    scores), and what are the bits there (cross entropy, a bit at a time)?

    Args:
        psnr: how faint the mark is, in dB; the louder, the easier.
    """
    config = network.config
    throws = torch.randint(0, 2, (len(frames), config.bits), generator=generator)
    message = (2 * throws - 1).to(frames)
    marked = attacks.rounded(frames + sized(network.embedder(frames, message), psnr))
    losses = []
    for part, said in zip(marked.chunk(4), message.chunk(4), strict=True):
        attacked, shift = moved(attacked_at_random(part, generator), config.tile, generator)
        losses.append(reading_loss(network.extractor, attacked, said, shift))
    return torch.stack(losses).mean()


def reading_loss(extractor: Extractor, frames: Tensor, message: Tensor, shift: tuple[int, int]) -> Tensor:
    """How wrong the reader is about frames ``n 3 h w`` whose tiles begin at ``shift``."""
    scores = extractor(frames).float()
    where = torch.full((len(frames),), shift[0] * extractor.config.tile + shift[1], device=frames.device)
    found = F.cross_entropy(scores[:, 0].flatten(1), where)
    bits = F.binary_cross_entropy_with_logits(scores[:, 1:, shift[0], shift[1]], (message + 1) / 2)
    return found + 4 * bits


def sized(change: Tensor, psnr: float) -> Tensor:
    """A change of frames ``n 3 h w``, or of a clip's as one, made as large as this PSNR has it (before clipping)."""
    size = 2 * 10 ** (-psnr / 20)
    return change * (size / change.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(1e-6))


def attacked_at_random(frames: Tensor, generator: Generator) -> Tensor:
    """One thing or another that happens to a clip, of random strength; its size stays."""
    video = frames[:, :, None]

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    kind = int(torch.randint(0, 7, (), generator=generator))
    if kind == 1:
        video = attacks.noise(video, between(0.01, 0.12), generator=generator)
    elif kind == 2:
        video = attacks.blur(video, between(0.3, 1.3))
    elif kind == 3:
        video = attacks.rescaled(video, between(0.45, 0.9))
    elif kind == 4:
        light, contrast, colour = between(-0.2, 0.2), between(0.7, 1.3), between(0.3, 1.5)
        video = attacks.brightened(video, add=light, contrast=contrast, colour=colour)
    elif kind == 5:
        video = attacks.coarsened(video, between(0.02, 0.2), half_colour=between(0, 1) < 0.5)
    elif kind == 6:
        video = attacks.coarsened(attacks.rescaled(video, between(0.6, 0.9)), between(0.02, 0.1))
    return attacks.rounded(video)[:, :, 0]


def moved(frames: Tensor, tile: int, generator: Generator) -> tuple[Tensor, tuple[int, int]]:
    """A window of frames ``n 3 h w``, made a little larger or smaller, and where a tile begins in the middle of it."""
    height, width = frames.shape[2:]

    def whole(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=generator))

    rows, columns = whole(3 * height // 4, height), whole(3 * width // 4, width)
    top, left = whole(0, height - rows), whole(0, width - columns)
    zoom = 1 + 0.035 * (2 * float(torch.rand((), generator=generator)) - 1)
    window = frames[..., top : top + rows, left : left + columns]
    sides = (round(zoom * rows), round(zoom * columns))
    window = F.interpolate(window, sides, mode="bicubic", antialias=True, align_corners=False).clamp(-1, 1)
    begins = [
        round(side / 2 - before / 2 - offset) % tile
        for side, before, offset in zip(sides, (rows, columns), (top, left), strict=True)
    ]
    return window, (begins[0], begins[1])
