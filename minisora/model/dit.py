"""The diffusion transformer: noisy video tokens, their times and a text in, velocities out.

One sequence holds the words and the patches; every block lets all of them attend to all (joint attention, MM-DiT
2403.03206, here with shared weights). The network knows no grid: a token is a vector, a coordinate and a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.model.blocks import DiTBlock, TimeEmbedding, looked_up, modulated
from minisora.model.rope import VIDEO_AXES, rope_table
from minisora.model.text import TextEncoder, TextTokens


@dataclass(frozen=True)
class DiTConfig:
    """Sizes of a ``DiT``. ``vocabulary`` is ``len(tokenizer)``; a prompt has at most ``max_text`` words.

    ``known`` is how many numbers about each video token are known beforehand (a plan, say), beside what is generated.
    """

    channels: int
    width: int
    depth: int
    heads: int
    text_width: int
    text_depth: int
    vocabulary: int
    max_text: int = 64
    patch: int = 2
    text_heads: int = 4
    mlp_ratio: int = 4
    known: int = 0

    def __post_init__(self) -> None:
        _check_heads("", self.width, self.heads, axes=3)
        _check_heads("text_", self.text_width, self.text_heads, axes=1)

    @property
    def token_channels(self) -> int:
        """Numbers in one video token (one patch of latents)."""
        return self.channels * self.patch**2


class Context(NamedTuple):
    """What stays the same through a sampling run, prepared once."""

    text: Tensor  #: b m width
    rope: Tensor  #: b or 1, m+n, 1, head_dim/2, complex
    mask: Tensor | None  #: what may attend to what, broadcastable to b heads m+n m+n
    summary: Tensor  #: captions width: each caption as one vector
    caption: Tensor  #: b m+n: to which caption each token belongs
    known: Tensor | None = None  #: b or 1, n width: what is known about each video token, to be added to it


class DiT(nn.Module):
    """Velocity of every video token: ``model(tokens b n c, time b n, model.prepare(coords, text)) -> b n c``."""

    def __init__(self, config: DiTConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.text = TextEncoder(config.vocabulary, config.text_width, config.text_depth, config.text_heads, width)
        self.patch_in = nn.Linear(config.token_channels, width)
        self.known_in = nn.Linear(config.known, width, bias=False) if config.known else None
        self.time = TimeEmbedding(width)
        self.summary = nn.Linear(width, width)
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(DiTBlock(width, config.heads, config.mlp_ratio) for _ in range(config.depth))
        self.final_modulation = nn.Linear(width, 2 * width)
        self.patch_out = nn.Linear(width, config.token_channels)
        self.apply(partial(_initialise, generator=generator))
        # adaLN-zero: starts as "velocity 0", whatever the caption.
        for layer in (self.summary, self.modulation, self.final_modulation, self.patch_out):
            nn.init.zeros_(layer.weight)
        if self.known_in is not None:  # weights that learnt without it can go on with it
            nn.init.zeros_(self.known_in.weight)

    def encode_text(self, ids: Tensor) -> TextTokens:
        """Word ids ``b m`` (0 = padding) to text tokens; needed once per prompt."""
        return self.text(ids)

    def prepare(
        self,
        coords: Tensor,
        text: TextTokens,
        segments: Tensor | None = None,
        text_segments: Tensor | None = None,
        *,
        known: Tensor | None = None,
    ) -> Context:
        """What does not depend on noise or time, for any number of calls.

        ``coords: b n 3`` (or ``n 3`` for all rows) are seconds, patch rows and patch columns. ``segments: b n`` packs
        several clips into a row: tokens attend within their own number, and -1 is padding. ``text_segments: b m``
        says to which clip each word belongs (default: to number 0). ``known: b n config.known`` is what is known about
        each token beforehand; without it nothing is.
        """
        coords = coords.to(text.tokens.device)
        coords = coords if coords.ndim == 3 else coords[None]
        rows, words = text.mask.shape
        origin = coords.new_zeros(len(coords), words, 3)  # where RoPE does nothing: words are nowhere
        rope = rope_table(torch.cat([origin, coords], dim=1), self.config.width // self.config.heads, VIDEO_AXES)
        if segments is None:
            video = text.mask.new_zeros(rows, coords.shape[1], dtype=torch.long)
            clip = torch.cat([torch.zeros_like(text.mask, dtype=torch.long), video], dim=1)
            mask = None
            if not bool(text.mask.all()):
                mask = torch.cat([text.mask, torch.ones_like(video, dtype=torch.bool)], dim=1)[:, None, None, :]
        else:
            owner = torch.zeros_like(text.mask, dtype=segments.dtype) if text_segments is None else text_segments
            clip = torch.cat([owner.masked_fill(~text.mask, -1), segments], dim=1)
            mask = clip[:, None, :, None] == clip[:, None, None, :]
        embedded = None if known is None or self.known_in is None else self.known_in(known)
        return Context(text.tokens, rope, mask, *self._summarise(text, clip), embedded)

    def _summarise(self, text: TextTokens, clip: Tensor) -> tuple[Tensor, Tensor]:
        """Each clip's caption as one vector, the mean of its words, and to which of them each token belongs.

        ``clip: b m+n`` is the number of each token's clip in its row. The vector steers every layer, as the time does
        (2403.03206, figure 2).
        """
        rows, words = text.mask.shape
        clips = int(clip.max()) + 1
        mine = F.one_hot(clip[:, :words].clamp(min=0), clips) * text.mask[..., None]  # b m clips
        mean = mine.to(text.tokens).transpose(1, 2) @ text.tokens / mine.sum(1)[..., None].clamp(min=1)
        caption = clip.clamp(min=0) + clips * torch.arange(rows, device=clip.device)[:, None]
        return self.summary(mean).flatten(0, 1), caption

    def forward(self, tokens: Tensor, time: Tensor, context: Context) -> Tensor:
        """Velocity ``b n c`` of video tokens ``b n c`` at their times ``b n`` (``b 1``: one for the whole clip).

        The context's rows are as many, or one for all.
        """
        rows, words = len(tokens), context.text.shape[1]
        video = self.patch_in(tokens)
        if context.known is not None:
            video = video + context.known
        x = torch.cat([context.text.expand(rows, -1, -1), video], dim=1)
        # What is given has noise level zero, and the text is given.
        times = torch.cat([time.new_zeros(rows, words), time.expand(rows, tokens.shape[1])], dim=1)
        # The MLPs run once for each pair of a time and a caption that occurs, not per token.
        levels, level = torch.unique(times, return_inverse=True)
        pairs, level = torch.unique(level + len(levels) * context.caption, return_inverse=True)
        embedded = F.silu(self.time(levels)[pairs % len(levels)] + context.summary[pairs // len(levels)])
        modulation = self.modulation(embedded)
        for block in self.blocks:
            x = block(x, modulation, level, context.rope, context.mask)
        made = x[:, words:]
        (shift, scale), rows = looked_up(self.final_modulation(embedded), level[:, words:], 2, made)
        return self.patch_out(modulated(made, shift, scale, rows))

    def hidden_matrices(self) -> list[nn.Parameter]:
        """The weight matrices inside the blocks, for Muon; everything else is AdamW's."""
        blocks = [*self.blocks, *self.text.blocks]
        return [parameter for block in blocks for parameter in block.parameters() if parameter.ndim == 2]


def _initialise(module: nn.Module, generator: torch.Generator | None) -> None:
    """Weights of linear layers keep the variance of what passes (std ``1/sqrt(inputs)``); biases are zero."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5, generator=generator)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=1.0, generator=generator)


def _check_heads(name: str, width: int, heads: int, *, axes: int) -> None:
    if width % (2 * heads) or width < 2 * axes * heads:
        raise UserError(
            f"{name}width {width} with {name}heads {heads}: a head must have an even number of channels, "
            f"at least {2 * axes} — try {name}width {64 * heads}"
        )
