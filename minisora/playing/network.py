"""A transformer over frames: pictures and the actions between them in, the clean pictures out, and a cache of the past.

All tokens of a frame see each other and the frames before. Each frame has a noise level of its own (diffusion forcing,
Chen et al. 2024, 2407.01392). Actions are added to what every layer is told of a frame (Genie, 2402.15391, adds them to
its tokens).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.model.attention import attend, norm_and_turn
from minisora.model.blocks import MLP, TimeEmbedding, modulate
from minisora.model.rope import rope_table

FRAMES_APART = ((4.0, 64.0),)  #: Shortest and longest wavelength of RoPE, in frames.

#: Keys and values of each block, ``b h n e``, of all frames so far.
Cache = list[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class FrameTransformerConfig:
    """Sizes. Pictures are ``3 size size``, cut into patches; ``actions`` counts them, without "unknown"."""

    size: int = 18
    patch: int = 6
    actions: int = 5
    width: int = 96
    depth: int = 3
    heads: int = 3

    @property
    def tokens(self) -> int:
        """Tokens of a frame."""
        return (self.size // self.patch) ** 2


class CausalBlock(nn.Module):
    """A block of the course's transformer (adaLN-zero) whose attention may go on from a cache."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.gain = nn.Parameter(torch.ones(2, heads, 1))
        self.out = nn.Linear(width, width, bias=False)
        self.mlp = MLP(width)
        self.table = nn.Parameter(torch.zeros(6 * width))

    def forward(
        self, x: Tensor, modulation: Tensor, rope: Tensor, mask: Tensor | None, past: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """``x: b n d``, ``modulation: b n 6d``; ``past`` are keys and values ``b h m e`` that are seen besides."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (modulation + self.table).chunk(6, dim=-1)
        qkv = self.qkv(modulate(x, shift_a, scale_a)).unflatten(-1, (3, self.heads, -1))
        turned = norm_and_turn(qkv[:, :, :2].float(), self.gain, rope[:, :, None])
        query, key = (each.transpose(1, 2) for each in turned.unbind(2))
        value = qkv[:, :, 2].transpose(1, 2)
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        y = self.out(attend(query, key, value, mask).transpose(1, 2).flatten(-2))
        x = torch.addcmul(x, gate_a, y)
        return torch.addcmul(x, gate_m, self.mlp(modulate(x, shift_m, scale_m))), (key, value)


class FrameTransformer(nn.Module):
    """``network(pictures b f 3 s s, levels b f, actions b f, positions f) -> (clean pictures, cache)``.

    An action is the one that led to its frame; ``config.actions`` stands for an unknown one. ``mask: f g`` says which
    frame sees which of the cached and the present ones (default: all that are cached, and of the present ones those
    not after it).
    """

    def __init__(self, config: FrameTransformerConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config, width = config, config.width
        numbers = 3 * config.patch**2
        self.patch_in = nn.Linear(numbers, width)
        self.place = nn.Parameter(torch.zeros(config.tokens, width))
        self.time = TimeEmbedding(width)
        self.action = nn.Embedding(config.actions + 1, width)
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(CausalBlock(width, config.heads) for _ in range(config.depth))
        self.final_modulation = nn.Linear(width, 2 * width)
        self.patch_out = nn.Linear(width, numbers)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                std = 1.0 if name in ("place", "action.weight") else parameter.shape[1] ** -0.5
                nn.init.normal_(parameter, std=std, generator=generator)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        for layer in (self.modulation, self.final_modulation, self.patch_out):
            nn.init.zeros_(layer.weight)

    def forward(
        self,
        pictures: Tensor,
        levels: Tensor,
        actions: Tensor,
        positions: Tensor,
        *,
        mask: Tensor | None = None,
        cache: Cache | None = None,
    ) -> tuple[Tensor, Cache]:
        tokens, frames = self.config.tokens, pictures.shape[1]
        x = (self.patch_in(self._cut(pictures)) + self.place).flatten(1, 2)
        told = F.silu(self.time(levels.flatten()).unflatten(0, levels.shape) + self.action(actions))
        modulation = self.modulation(told).repeat_interleave(tokens, 1)
        coords = positions.repeat_interleave(tokens)[None, :, None]
        rope = rope_table(coords, self.config.width // self.config.heads, FRAMES_APART)
        seen = self._mask(frames, mask, cache)
        kept: Cache = []
        for i, block in enumerate(self.blocks):
            x, now = block(x, modulation, rope, seen, None if cache is None else cache[i])
            kept.append(now)
        final = self.final_modulation(told).repeat_interleave(tokens, 1)
        x = self.patch_out(modulate(x, *final.chunk(2, dim=-1)))
        return self._join(x.unflatten(1, (frames, tokens))), kept

    def hidden_matrices(self) -> list[nn.Parameter]:
        """The weight matrices inside the blocks, for Muon; everything else is AdamW's."""
        return [parameter for parameter in self.blocks.parameters() if parameter.ndim == 2]

    def _mask(self, frames: int, mask: Tensor | None, cache: Cache | None) -> Tensor | None:
        if mask is None and frames == 1:  # it sees all that there is
            return None
        if mask is None:
            past = 0 if cache is None else cache[0][0].shape[2] // self.config.tokens
            mask = torch.ones(frames, past + frames, dtype=torch.bool).tril(past)
        tokens = self.config.tokens
        return mask.repeat_interleave(tokens, 0).repeat_interleave(tokens, 1)[None, None]

    def _cut(self, pictures: Tensor) -> Tensor:
        """``b f 3 s s -> b f n c``: patches as rows of numbers."""
        p = self.config.patch
        cut = pictures.unflatten(-1, (-1, p)).unflatten(-3, (-1, p))  # b f 3 y p x p
        return cut.permute(0, 1, 3, 5, 2, 4, 6).flatten(4).flatten(2, 3)

    def _join(self, tokens: Tensor) -> Tensor:
        p, side = self.config.patch, self.config.size // self.config.patch
        cut = tokens.unflatten(-1, (3, p, p)).unflatten(2, (side, side))  # b f y x 3 p p
        return cut.permute(0, 1, 4, 2, 5, 3, 6).flatten(-4, -3).flatten(-2)
