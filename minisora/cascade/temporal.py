"""Pictures first, motion later: a picture transformer to which layers over time are added that begin as nothing.

Each frame of a clip is a picture to the blocks that are there. After each of them the tokens at one place attend to
each other over time; the last matrix of that layer begins at zero, so that at first the network makes of a clip what it
made of single pictures (Make-A-Video, 2209.14792, section 3.2).

Such a layer knows how far apart frames are, and neither which is the first nor what the caption says. So the words can
be told to each token of the clip together with its place in space and time (``Steering``): what "left" means differs
from frame to frame and from column to column. That begins as nothing, too.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from minisora.model import DiT, TextTokens
from minisora.model.attention import Attention
from minisora.model.blocks import modulate
from minisora.model.patches import coordinates, patchify, unpatchify
from minisora.model.rope import SECONDS, rope_table


class Steering(nn.Module):
    """What a caption says of each place and moment of a clip: ``b m d`` words to ``b t n d``, zeros at first.

    The sum of the words times features of (time, row, column) and of the numbers that are told; both factors begin at
    size one, since the mean of seven words hardly differs where one of them does, and is then hardly heard.
    """

    WAVES = (1.5, 3.0, 6.0)  #: Angles at the edges of the clip and of the frame, which are at -1 and 1.

    def __init__(self, width: int, *, told: int = 0, hidden: int = 128) -> None:
        super().__init__()
        inputs = 2 * 3 * len(self.WAVES) + told
        self.words = nn.Linear(width, hidden)
        first, last = nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)
        self.where = nn.Sequential(first, nn.SiLU(), last)
        self.out = nn.Linear(hidden, width, bias=False)
        nn.init.normal_(self.words.weight, std=width**-0.5)
        nn.init.normal_(first.weight, std=1 / 3)
        nn.init.normal_(last.weight, std=2.5 * hidden**-0.5)
        nn.init.zeros_(self.out.weight)

    def forward(self, text: TextTokens, shape: tuple[int, int, int], numbers: Tensor | None) -> Tensor:
        """For clips of ``shape``: frames, and rows and columns of patches."""
        axes = [torch.linspace(-1, 1, size, device=text.tokens.device) for size in shape]
        at = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).flatten(1, 2)  # t n 3
        angles = (at[..., None] * at.new_tensor(self.WAVES)).flatten(2)
        waves = torch.cat([angles.sin(), angles.cos()], dim=-1)[None].expand(len(text.tokens), -1, -1, -1)
        if numbers is not None:
            waves = torch.cat([waves, numbers[:, None, None].expand(*waves.shape[:3], -1)], dim=-1)
        said = self.words((text.tokens * text.mask[..., None]).sum(1))
        return self.out(said[:, None, None] * self.where(waves))


class Inflated(nn.Module):
    """``velocity = Inflated(dit)(x, t, ids, numbers)``: clips ``b c t h w`` by a transformer that knows pictures.

    Args:
        dit: knows pictures; goes on learning with the rest.
        told: how many numbers (frames per second, say) it is told of a clip.
        steered: whether the words are told to each token with its place and time.
    """

    def __init__(self, dit: DiT, *, told: int = 0, steered: bool = False) -> None:
        super().__init__()
        width, heads = dit.config.width, dit.config.heads
        self.dit = dit
        self.over_time = nn.ModuleList(Attention(width, heads) for _ in dit.blocks)
        for layer in self.over_time:
            nn.init.zeros_(layer.out.weight)  # type: ignore[union-attr]
        self.told = nn.Linear(told, width, bias=False) if told else None
        if self.told is not None:
            nn.init.zeros_(self.told.weight)
        self.steering = Steering(width, told=told) if steered else None

    def forward(
        self, x: Tensor, t: Tensor, text: TextTokens, numbers: Tensor | None = None, *, seconds: float = 0.5
    ) -> Tensor:
        """The network's answer ``b c t h w`` for clips at times ``t`` (one a clip), texts ``b``, numbers ``b k``."""
        dit, (frames, height, width) = self.dit, x.shape[2:]
        patch, words = dit.config.patch, text.tokens.shape[1]
        steered = None
        if self.steering is not None:
            steered = self.steering(text, (frames, height // patch, width // patch), numbers).flatten(0, 1)
        # Every frame is a row of its own, with the clip's caption.
        text = TextTokens(*(each.repeat_interleave(frames, 0) for each in text))
        context = dit.prepare(coordinates(1, height, width, seconds, patch), text)
        pictures = rearrange(x, "b c t h w -> (b t) c 1 h w")
        times = t.reshape(-1, t.shape[1:].numel())[:, :1].expand(len(x), 1).repeat_interleave(frames, 0)
        tokens = dit.patch_in(patchify(pictures, patch))
        if self.told is not None and numbers is not None:
            tokens = tokens + self.told(numbers).repeat_interleave(frames, 0)[:, None]
        if steered is not None:
            tokens = tokens + steered
        h = torch.cat([context.text, tokens], dim=1)
        # The words are given, and therefore at time 0: each row has two levels, its words' and its patches'.
        embedded = F.silu(dit.time(torch.cat([0 * times[:, 0], times[:, 0]])) + context.summary.repeat(2, 1))
        modulation, own = dit.modulation(embedded), torch.arange(len(h), device=x.device)[:, None]
        level = torch.cat([own.expand(-1, words), len(h) + own.expand(-1, h.shape[1] - words)], dim=1)
        clock = torch.arange(frames, device=x.device)[None, :, None] * seconds
        # The tokens of one place attend over time: positions are seconds, which are what words of motion are about.
        rope = rope_table(clock, dit.config.width // dit.config.heads, (SECONDS,))
        for block, over_time in zip(dit.blocks, self.over_time, strict=True):
            h = block(h, modulation, level, context.rope, context.mask)
            places = rearrange(h[:, words:], "(b t) n d -> (b n) t d", t=frames)
            moved = over_time(F.layer_norm(places, places.shape[-1:]), rope, None)
            moved = rearrange(moved, "(b n) t d -> (b t) n d", b=len(x))
            h = torch.cat([h[:, :words], h[:, words:] + moved], dim=1)
        last = dit.final_modulation(embedded[len(h) :])[:, None].expand(-1, h.shape[1] - words, -1)
        out = dit.patch_out(modulate(h[:, words:], *last.chunk(2, dim=-1)))
        return rearrange(unpatchify(out, 1, height, width, patch), "(b t) c 1 h w -> b c t h w", t=frames)

    def hidden_matrices(self) -> list[nn.Parameter]:
        """The matrices for Muon: those of the picture transformer, and of the layers over time."""
        added = [p for layer in self.over_time for p in layer.parameters() if p.ndim == 2]
        return [*self.dit.hidden_matrices(), *added]
