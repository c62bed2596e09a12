"""The way back: latents of a clip in, a caption out, word by word.

One sequence holds the clip's patches and the words behind them. Patches see one another; a word sees all patches and
the words before it, never those behind it. So it is the transformer of ``dit.py`` with another mask, without noise and
time (a "prefix" language model, Raffel et al. 2020, 1910.10683, section 3.2.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.model.patches import coordinates, patchify
from minisora.model.rope import VIDEO_AXES, WORDS, rope_table
from minisora.model.text import TextBlock
from minisora.model.tokenizer import BEGIN, PAD

END = PAD  #: A caption ends where its padding begins.
IGNORED = -100  #: A target that does not count: what ``F.cross_entropy`` passes over.


@dataclass(frozen=True)
class CaptionerConfig:
    """Sizes of a ``Captioner``. ``vocabulary`` is ``len(tokenizer)``; ``channels`` those of the codec's latents."""

    channels: int
    vocabulary: int
    width: int = 128
    depth: int = 3
    heads: int = 4
    patch: int = 2

    def __post_init__(self) -> None:
        if self.width % (8 * self.heads):
            raise UserError(
                f"width {self.width} with heads {self.heads}: a head needs a multiple of 8 channels, two for each of "
                f"seconds, rows, columns and words — try width {32 * self.heads}"
            )


class Captioner(nn.Module):
    """Logits of the next word at each place: ``captioner(latents b c t h w, ids b m) -> b m vocabulary``.

    ``ids`` begin with BEGIN, as the tokenizer's do. With ``latents`` of zeros it is a language model that sees no clip.
    """

    def __init__(self, config: CaptionerConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.patch_in = nn.Linear(config.channels * config.patch**2, config.width)
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(TextBlock(config.width, config.heads) for _ in range(config.depth))
        self.word_out = nn.Linear(config.width, config.vocabulary)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=module.in_features**-0.5, generator=generator)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, generator=generator)
        nn.init.zeros_(self.word_out.weight)  # at first every word is as likely as any other

    def forward(self, latents: Tensor, ids: Tensor, *, seconds_per_latent_frame: float = 0.5) -> Tensor:
        patches = self.patch_in(patchify(latents, self.config.patch))
        frames, height, width = latents.shape[2:]
        place = coordinates(
            frames, height, width, patch=self.config.patch, seconds_per_latent_frame=seconds_per_latent_frame
        )
        n, m = patches.shape[1], ids.shape[1]
        coords = latents.new_zeros(n + m, 4, dtype=torch.float32)  # seconds, rows, columns, and the number of the word
        coords[:n, :3] = place.to(coords)
        coords[n:, 3] = torch.arange(m, device=coords.device)
        rope = rope_table(coords[None], self.config.width // self.config.heads, (*VIDEO_AXES, WORDS))
        x = torch.cat([patches, self.embedding(ids)], dim=1)
        seen = sees(n, m).to(x.device)
        for block in self.blocks:
            x = block(x, rope, seen)
        return self.word_out(F.layer_norm(x[:, n:], x.shape[-1:]))

    def hidden_matrices(self) -> list[nn.Parameter]:
        """The weight matrices inside the blocks, for Muon; everything else is AdamW's."""
        return [parameter for block in self.blocks for parameter in block.parameters() if parameter.ndim == 2]


def sees(patches: int, words: int) -> Tensor:
    """Who may look at whom, ``n+m n+m``: all at the patches, and a word at itself and the words before it."""
    mask = torch.ones(patches + words, patches + words, dtype=torch.bool).tril()
    mask[:patches, :patches] = True
    return mask


def next_word(ids: Tensor) -> tuple[Tensor, Tensor]:
    """What a causal network reads, and what it should say at each place, ``b m`` both (teacher forcing).

    The target of a place is the word behind it, that of the last word is END, and the padding's does not count.
    """
    targets = torch.cat([ids[:, 1:], torch.full_like(ids[:, :1], END)], dim=1)
    return ids, targets.masked_fill(ids == PAD, IGNORED)


@torch.no_grad()
def greedy(logits: Callable[[Tensor], Tensor], rows: int, *, longest: int = 64) -> Tensor:
    """Captions ``rows m`` of the likeliest next word each time, BEGIN first, padding behind the end.

    Args:
        logits: ``ids b m -> b m vocabulary``, as of a captioner that is shown ``rows`` clips.
        longest: at most so many words.
    """
    ids = torch.full((rows, 1), BEGIN)
    going = torch.ones(rows, dtype=torch.bool)
    for _ in range(longest):
        word = logits(ids)[:, -1].argmax(-1).cpu()
        word = torch.where(going, word, torch.full_like(word, PAD))
        going = going & (word != END)
        if not going.any():
            break
        ids = torch.cat([ids, word[:, None]], dim=1)
    return ids


@torch.no_grad()
def say(captioner: Captioner, latents: Tensor, *, longest: int = 64) -> Tensor:
    """The captions of clips, as word ids ``b m``; for words, ``tokenizer.decode``."""
    return greedy(lambda ids: captioner(latents, ids.to(latents.device)), len(latents), longest=longest)
