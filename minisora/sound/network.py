"""A transformer over two kinds of tokens: beside each frame's token stands the token of its sound.

All tokens see each other, in one sequence, whatever they are; a frame and its sound have the same place in time (RoPE).
What tells them apart is the layer by which they come in and go out. Each token has its own noise level.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from minisora.model.blocks import DiTBlock, TimeEmbedding, modulate
from minisora.model.rope import rope_table

FRAMES_APART = ((4.0, 64.0),)  #: Shortest and longest wavelength of RoPE, in frames.


@dataclass(frozen=True)
class JointConfig:
    """Sizes: ``pixels`` are the numbers of a frame's token, ``sound`` those of a sound's."""

    pixels: int = 256
    sound: int = 24
    width: int = 128
    depth: int = 4
    heads: int = 4


class JointTransformer(nn.Module):
    """``network(frames b t pixels, sound b t 24, times b t and b t, joined) -> both, clean``.

    ``joined=False`` cuts attention between the two: frames see frames, and sound sees sound.
    """

    def __init__(self, config: JointConfig, *, generator: Generator | None = None) -> None:
        super().__init__()
        self.config, width = config, config.width
        self.frames_in, self.sound_in = nn.Linear(config.pixels, width), nn.Linear(config.sound, width)
        self.time = TimeEmbedding(width)
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(DiTBlock(width, config.heads) for _ in range(config.depth))
        self.final_modulation = nn.Linear(width, 2 * width)
        self.frames_out, self.sound_out = nn.Linear(width, config.pixels), nn.Linear(width, config.sound)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5, generator=generator)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        nn.init.normal_(self.sound_in.bias, generator=generator)  # a token says from the beginning what it is
        for layer in (self.modulation, self.final_modulation, self.frames_out, self.sound_out):
            nn.init.zeros_(layer.weight)

    def forward(
        self, frames: Tensor, sound: Tensor, frame_times: Tensor, sound_times: Tensor, *, joined: bool = True
    ) -> tuple[Tensor, Tensor]:
        count = frames.shape[1]
        x = torch.cat([self.frames_in(frames), self.sound_in(sound)], dim=1)
        times, level = torch.unique(torch.cat([frame_times, sound_times], dim=1), return_inverse=True)
        told = F.silu(self.time(times))
        modulation = self.modulation(told)
        coords = torch.arange(count).repeat(2)[None, :, None].float()
        rope = rope_table(coords, self.config.width // self.config.heads, FRAMES_APART)
        mask = None if joined else cut_mask(count)
        for block in self.blocks:
            x = block(x, modulation, level, rope, mask)
        x = modulate(x, *F.embedding(level, self.final_modulation(told)).chunk(2, dim=-1))
        return self.frames_out(x[:, :count]), self.sound_out(x[:, count:])

    def hidden_matrices(self) -> list[nn.Parameter]:
        """The weight matrices inside the blocks, for Muon; everything else is AdamW's."""
        return [parameter for parameter in self.blocks.parameters() if parameter.ndim == 2]


def cut_mask(count: int) -> Tensor:
    """Who sees whom when the two kinds are cut apart, ``1 1 2t 2t`` (true: sees): their own kind alone."""
    kind = torch.arange(2 * count) >= count
    return (kind[:, None] == kind[None])[None, None]
