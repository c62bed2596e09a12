"""Two small convolutional networks: one hides a message in frames, the other reads it.

The message lies in a tile of 16x16 pixels that is laid over the frame again and again, so that a crop still holds whole
ones; one more pattern, the pilot, is always there and says where a tile begins. Both networks work at one resolution
(64 pixels on the shorter side), whatever the clip has.

Source: Zhu et al. 2018, HiDDeN (1807.09937): encoder, noise, decoder, trained together. Fernandez et al. 2024, Video
Seal (2412.09492): one resolution for all clips, frame by frame, the frames' answers averaged. The tile and the pilot:
Kalker et al. 1999, A Video Watermarking System for Broadcast Monitoring.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.marks.message import BITS


@dataclass(frozen=True)
class WatermarkConfig:
    """Settings of the two networks.

    Attributes:
        bits: of the message.
        tile: side of the square that repeats, in pixels.
        side: the shorter side of frames as the networks see them.
        width: channels inside.
        steepness: a pixel changes by at most so many times the usual change.
    """

    bits: int = BITS
    tile: int = 16
    side: int = 64
    width: int = 24
    steepness: float = 2.5


def conv(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> nn.Conv2d:
    """A convolution that keeps the size; beyond the frame its edge goes on."""
    padding = dilation * (kernel // 2)
    return nn.Conv2d(inputs, outputs, kernel, padding=padding, dilation=dilation, padding_mode="replicate")


class Embedder(nn.Module):
    """Frames and messages -> what is to be added to the frames."""

    def __init__(self, config: WatermarkConfig) -> None:
        super().__init__()
        self.config = config
        #: The pilot, and a pattern for each bit, which is added or subtracted.
        self.carriers = nn.Parameter(_soft(torch.randn(config.bits + 1, 3, config.tile, config.tile)))
        width = config.width
        self.look = nn.Sequential(conv(6, width, 3), nn.SiLU(), conv(width, width, 3), nn.SiLU(), conv(width, 3, 3))
        last = self.look[-1]
        assert isinstance(last, nn.Conv2d) and last.bias is not None
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, frames: Tensor, message: Tensor) -> Tensor:
        """What is added, in units of its usual size.

        Args:
            frames: ``n 3 h w`` in [-1, 1], of which the shorter side is the config's.
            message: ``n bits`` of -1 and 1.
        """
        tile = self.tile(message)
        height, width = frames.shape[2:]
        times = (-(-height // self.config.tile), -(-width // self.config.tile))
        pattern = tile.repeat(1, 1, *times)[..., :height, :width]
        most = self.config.steepness
        return most * torch.tanh((pattern + self.look(torch.cat([frames, pattern], 1))) / most)

    def tile(self, message: Tensor) -> Tensor:
        """``n bits`` -> ``n 3 tile tile``: the pilot, and each bit's pattern with its sign, of mean square 1."""
        signs = torch.cat([2 * torch.ones_like(message[:, :1]), message], 1)
        tile = torch.einsum("nb,bchw->nchw", signs, self.carriers)
        return tile / tile.square().mean((1, 2, 3), keepdim=True).sqrt()


class Extractor(nn.Module):
    """Frames -> for each place at which a tile may begin: is it one, and which bits does it hold?"""

    def __init__(self, config: WatermarkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.look = nn.Sequential(
            conv(3, width, 5),
            nn.SiLU(),
            conv(width, width, 3),
            nn.SiLU(),
            conv(width, width, 3, dilation=2),
            nn.SiLU(),
            conv(width, 3, 3),
        )
        self.head = nn.Parameter(_soft(torch.randn(config.bits + 1, 3, config.tile, config.tile)))

    def folded(self, frames: Tensor) -> Tensor:
        """All tiles of a frame laid on one another: ``n 3 h w`` -> ``n 3 tile tile``.

        What differs from its surroundings is looked at, corrected by what a few convolutions make of the frame.
        """
        tile = self.config.tile
        around = F.avg_pool2d(F.pad(frames, (4, 4, 4, 4), mode="replicate"), 9, stride=1)
        seen = frames - around + self.look(frames)
        height, width = seen.shape[2:]
        seen = F.pad(seen, (0, -width % tile, 0, -height % tile))
        rows, columns = seen.shape[2] // tile, seen.shape[3] // tile
        folds = seen.unflatten(2, (rows, tile)).unflatten(4, (columns, tile)).sum((2, 4))
        return folds / (height * width / tile**2)

    def scores(self, folded: Tensor) -> Tensor:
        """Of each shift of the tile: ``n 3 tile tile`` -> ``n bits+1 tile tile``, the pilot's score first.

        A correlation round the tile's edges, which is a product of Fourier transforms.
        """
        there = torch.fft.rfft2(folded)[:, None]
        product = (there * torch.fft.rfft2(self.head).conj()).sum(2)
        return torch.fft.irfft2(product, s=(self.config.tile, self.config.tile))

    def forward(self, frames: Tensor) -> Tensor:
        return self.scores(self.folded(frames))


class Watermark(nn.Module):
    """The two networks that are trained together; at first the reader looks for the very patterns that are written."""

    def __init__(self, config: WatermarkConfig) -> None:
        super().__init__()
        self.config = config
        self.embedder, self.extractor = Embedder(config), Extractor(config)
        self.extractor.head.data.copy_(self.embedder.carriers.data)


def _soft(tiles: Tensor) -> Tensor:
    """Blurred a little round the edges, of variance 1: fine patterns would be the first that an encoder drops."""
    padded = F.pad(tiles, (1, 1, 1, 1), mode="circular")
    soft = F.avg_pool2d(padded, 3, stride=1)
    return soft / soft.std()
