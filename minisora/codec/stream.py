"""Long videos through the codec piece by piece: the same numbers as all at once, in memory that does not grow.

A piece is a whole number of blocks of frames. What the network remembers of the pieces before is the list of caches
that its causal convolutions hand out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from minisora.codec.autoencoder import Codec


@torch.no_grad()
def encode_stream(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    """Pieces of video, ``b 3 t h w`` each -> pieces of normalised latents.

    The first piece has ``1 + 4k`` frames, all others ``4k``.

    Raises: UserError when a piece does not fit the blocks.
    """
    caches = None
    for piece in pieces:
        if caches is None:
            codec.check_video(piece)
            first = piece[:, :, :1].expand(-1, -1, codec.config.temporal - 1, -1, -1)
            piece = torch.cat([first, piece], dim=2)
        else:
            codec.check_video(torch.cat([piece[:, :, :1], piece], dim=2))
        (mean, _), caches = codec.encode_blocks(piece, caches)
        yield codec.normalise(mean)


@torch.no_grad()
def decode_stream(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    """Pieces of normalised latents, ``b c t h w`` each -> pieces of video in [-1, 1]."""
    caches = None
    for piece in pieces:
        video, following = codec.decode_blocks(codec.denormalise(piece), caches)
        if caches is None:
            video = video[:, :, codec.config.temporal - 1 :]
        caches = following
        yield video.clamp(-1, 1)
