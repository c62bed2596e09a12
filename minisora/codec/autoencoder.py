"""The codec: a causal video autoencoder, 4x in time and 8x8 in space, that works entirely at the latents' resolution.

A clip is cut into 4x8x8 blocks of pixels; a linear map that starts as their principal components is the first codec;
residual blocks on top of it learn what a linear map of single blocks cannot: edges that continue in the neighbours,
and motion that continues from the past. The first frame stands for the four frames of its own block, so that a clip
has ``1 + 4k`` frames and an image is a clip of one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from einops import rearrange
from torch import Tensor, nn

from minisora.codec.causal import CausalBlock
from minisora.errors import UserError

Caches = Sequence[Tensor | None]


@dataclass(frozen=True)
class CodecConfig:
    """Sizes of the codec: latent channels, width of the network, and blocks in each half."""

    channels: int = 32
    width: int = 128
    encoder_depth: int = 3
    decoder_depth: int = 5
    temporal: int = 4
    spatial: int = 8

    @property
    def block(self) -> int:
        """Numbers in one block of pixels, ``temporal * spatial * spatial * 3``."""
        return self.temporal * self.spatial**2 * 3


class Coder(nn.Module):
    """One half of the codec: a linear map, plus what a stack of causal blocks adds to it (nothing, at the start)."""

    def __init__(self, inputs: int, outputs: int, width: int, depth: int):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)
        self.stem = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList(CausalBlock(width) for _ in range(depth))
        self.norm = nn.RMSNorm(width, elementwise_affine=False)
        self.head = nn.Linear(width, outputs)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor, caches: Caches | None = None) -> tuple[Tensor, list[Tensor]]:
        """``x: b t h w inputs`` -> ``b t h w outputs`` and the caches for the next piece of the same clip."""
        hidden, kept = self.stem(x), []
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
            hidden, cache = block(hidden, cache)
            kept.append(cache)
        return self.linear(x) + self.head(self.norm(hidden)), kept


class Codec(nn.Module):
    """Video to latents and back.

    ``encode`` and ``decode`` are for users: deterministic, with normalised latents. A clip ``b 3 1+4k h w``
    in [-1, 1] becomes ``b channels 1+k h/8 w/8``. Long clips: see ``stream.py``.
    """

    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: CodecConfig):
        super().__init__()
        self.config = config
        self.encoder = Coder(config.block, 2 * config.channels, config.width, config.encoder_depth)
        self.decoder = Coder(config.channels, config.block, config.width, config.decoder_depth)
        self.register_buffer("latent_mean", torch.zeros(config.channels))
        self.register_buffer("latent_std", torch.ones(config.channels))

    def encode(self, video: Tensor) -> Tensor:
        """``b 3 t h w`` in [-1, 1] -> normalised latents ``b c t' h' w'``."""
        return self.normalise(self.encode_distribution(video)[0])

    def decode(self, latents: Tensor) -> Tensor:
        """Normalised latents ``b c t' h' w'`` -> ``b 3 t h w`` in [-1, 1]."""
        return self.decode_raw(self.denormalise(latents)).clamp(-1, 1)

    def encode_distribution(self, video: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latents of a whole clip, not normalised (Kingma and Welling 2013, section 3)."""
        self.check_video(video)
        first = video[:, :, :1].expand(-1, -1, self.config.temporal - 1, -1, -1)
        return self.encode_blocks(torch.cat([first, video], dim=2))[0]

    def decode_raw(self, latents: Tensor) -> Tensor:
        """Latents that are not normalised -> the whole clip, not clipped."""
        return self.decode_blocks(latents)[0][:, :, self.config.temporal - 1 :]

    def encode_blocks(self, video: Tensor, caches: Caches | None = None) -> tuple[tuple[Tensor, Tensor], list[Tensor]]:
        """Whole blocks of frames, ``b 3 4k h w`` -> (mean, log-variance), and the caches for the next piece."""
        c = self.config
        pixels = "b c (t p) (h q) (w r) -> b t h w (c p q r)"
        out, kept = self.encoder(rearrange(video, pixels, p=c.temporal, q=c.spatial, r=c.spatial), caches)
        mean, logvar = rearrange(out, "b t h w (two c) -> two b c t h w", two=2)
        return (mean, logvar.clamp(-20, 5)), kept

    def decode_blocks(self, latents: Tensor, caches: Caches | None = None) -> tuple[Tensor, list[Tensor]]:
        """Latents that are not normalised -> all the frames of their blocks, and the caches for the next piece."""
        c = self.config
        out, kept = self.decoder(latents.movedim(1, -1), caches)
        pixels = "b t h w (c p q r) -> b c (t p) (h q) (w r)"
        return rearrange(out, pixels, p=c.temporal, q=c.spatial, r=c.spatial), kept

    def normalise(self, latents: Tensor) -> Tensor:
        """Bring every channel to mean 0, and all of them together to standard deviation 1, over the training clips."""
        return (latents - self.latent_mean.view(-1, 1, 1, 1)) / self.latent_std.view(-1, 1, 1, 1)

    def denormalise(self, latents: Tensor) -> Tensor:
        """The inverse of :meth:`normalise`."""
        return latents * self.latent_std.view(-1, 1, 1, 1) + self.latent_mean.view(-1, 1, 1, 1)

    def shortened(self, blocks: int) -> Codec:
        """A copy with the first ``blocks`` of the decoder's only; what the others add is left out.

        Raises: UserError when the decoder has not so many.
        """
        if blocks not in range(self.config.decoder_depth + 1):
            raise UserError(f"{blocks} blocks of a decoder that has {self.config.decoder_depth}: take some of them")
        twin = copy.deepcopy(self)
        twin.decoder.blocks = twin.decoder.blocks[:blocks]
        twin.config = replace(self.config, decoder_depth=blocks)
        return twin

    def check_video(self, video: Tensor) -> None:
        """Raises: UserError when the clip's size or length does not fit the blocks."""
        if video.ndim != 5 or video.shape[1] != 3:
            raise UserError(f"video of shape {tuple(video.shape)}: the codec takes b 3 t h w")
        _, _, frames, height, width = video.shape
        s, t = self.config.spatial, self.config.temporal
        if height % s or width % s or not height or not width:
            near = f"{max(s, height // s * s)}x{max(s, width // s * s)}"
            raise UserError(f"size {height}x{width}: height and width must be multiples of {s} (codec) — try {near}")
        if frames % t != 1:
            raise UserError(
                f"{frames} frames: a clip has 1 + {t}k frames (codec) — try {max(1, (frames - 1) // t * t + 1)}"
            )

    @torch.no_grad()
    def start_from_principal_components(self, video: Tensor) -> None:
        """Set both linear maps to the principal components of the clips' blocks, the best linear codec of blocks.

        The latents are scaled as a whole so that their mean variance is one.
        """
        c = self.config
        first = video[:, :, :1].expand(-1, -1, c.temporal - 1, -1, -1)
        pixels = "b c (t p) (h q) (w r) -> (b t h w) (c p q r)"
        blocks = rearrange(torch.cat([first, video], dim=2), pixels, p=c.temporal, q=c.spatial, r=c.spatial).double()
        mean = blocks.mean(0)
        variance, basis = torch.linalg.eigh(torch.cov(blocks.T))
        basis, variance = basis.flip(1)[:, : c.channels], variance.flip(0)[: c.channels]
        scale = variance.mean().sqrt()
        encode, decode = self.encoder.linear, self.decoder.linear
        encode.weight.zero_()[: c.channels] = basis.T / scale
        encode.bias.zero_()[: c.channels] = -(basis.T @ mean) / scale
        encode.bias[c.channels :] = -6.0
        decode.weight.copy_(basis * scale)
        decode.bias.copy_(mean)

    @torch.no_grad()
    def measure_latents(self, video: Tensor) -> None:
        """Set the statistics that ``encode`` and ``decode`` normalise with: a mean per channel, and one scale for all.

        The channels keep their proportions, because the codec begins as principal components: what is large in the
        latents is large in the picture. A diffusion model then settles the coarse before the fine, and its squared
        error counts what can be seen. (With each channel at variance one it learnt several times slower.)
        """
        mean, _ = self.encode_distribution(video)
        self.latent_mean.copy_(mean.mean((0, 2, 3, 4)))
        self.latent_std.fill_((mean - self.latent_mean.view(-1, 1, 1, 1)).square().mean().sqrt())
