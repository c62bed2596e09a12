"""Pictures first, motion later: a picture transformer to which layers over time are added that begin as nothing.

Each frame of a clip is a picture to the blocks that are there. After each of them the tokens at one place attend to
each other over time; the last matrix of that layer begins at zero, so that at first the network makes of a clip what it
made of single pictures (Make-A-Video, 2209.14792, section 3.2).
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


class Inflated(nn.Module):
    """``velocity = Inflated(dit)(x, t, ids, numbers)``: clips ``b c t h w`` by a transformer that knows pictures.

    Args:
        dit: knows pictures; goes on learning with the rest.
        told: how many numbers (frames per second, say) it is told of a clip.
    """

    def __init__(self, dit: DiT, *, told: int = 0) -> None:
        super().__init__()
        width, heads = dit.config.width, dit.config.heads
        self.dit = dit
        self.over_time = nn.ModuleList(Attention(width, heads) for _ in dit.blocks)
        for layer in self.over_time:
            nn.init.zeros_(layer.out.weight)  # type: ignore[union-attr]
        self.told = nn.Linear(told, width, bias=False) if told else None
        if self.told is not None:
            nn.init.zeros_(self.told.weight)

    def forward(
        self, x: Tensor, t: Tensor, text: TextTokens, numbers: Tensor | None = None, *, seconds: float = 0.5
    ) -> Tensor:
        """The network's answer ``b c t h w`` for clips at times ``t`` (one a clip), texts ``b``, numbers ``b k``."""
        dit, (frames, height, width) = self.dit, x.shape[2:]
        patch, words = dit.config.patch, text.tokens.shape[1]
        # Every frame is a row of its own, with the clip's caption.
        text = TextTokens(*(each.repeat_interleave(frames, 0) for each in text))
        context = dit.prepare(coordinates(1, height, width, seconds, patch), text)
        pictures = rearrange(x, "b c t h w -> (b t) c 1 h w")
        times = t.reshape(-1, t.shape[1:].numel())[:, :1].expand(len(x), 1).repeat_interleave(frames, 0)
        tokens = dit.patch_in(patchify(pictures, patch))
        if self.told is not None and numbers is not None:
            tokens = tokens + self.told(numbers).repeat_interleave(frames, 0)[:, None]
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
