"""A captioner's training: clips in latents, captions as words, and nothing but the next word to learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from minisora.model import Tokenizer
from minisora.model.captioner import IGNORED, Captioner, next_word
from minisora.model.tokenizer import PAD
from minisora.training.ema import Ema
from minisora.training.optim import learning_rate_factor, optimizer_for, set_learning_rate
from minisora.worlds.caption import canonical
from minisora.worlds.scene import Scene

#: ``batch(indices) -> latents b c t h w``: how a step gets its clips.
Take = Callable[[Tensor], Tensor]


def full_caption(scene: Scene) -> str:
    """All there is to say, things from left to right: "a small red circle … and a large … on a grey background".

    Which of two things comes first must not be left to chance, or no captioner could know its first words.
    """
    ordered = replace(scene, objects=tuple(sorted(scene.objects, key=lambda thing: thing.x)))
    return canonical(ordered, background=True)


def captioning_loss(captioner: Captioner, latents: Tensor, ids: Tensor) -> Tensor:
    """Mean cross-entropy of the next word, in nats; padding does not count."""
    read, target = next_word(ids)
    return F.cross_entropy(captioner(latents, read).flatten(0, 1).float(), target.flatten(), ignore_index=IGNORED)


def train_captioner(
    captioner: Captioner,
    take: Take,
    captions: Sequence[str],
    tokenizer: Tokenizer,
    *,
    steps: int,
    batch: int = 64,
    seed: int = 0,
    muon_lr: float = 0.02,
    adam_lr: float = 3e-3,
    precision: torch.dtype = torch.float32,
    watch: Callable[[int, float], object] | None = None,
) -> Captioner:
    """A captioner that has seen ``steps`` batches of clips with their captions; returns the average of its weights.

    Args:
        take: gives the latents of the clips with these numbers, below ``len(captions)``.
        watch: is called with the step and its loss.
    """
    ids = tokenizer.encode(captions)
    optimizer = optimizer_for(captioner, muon_lr=muon_lr, adam_lr=adam_lr)
    ema, dice = Ema(captioner, decay=0.99), Generator().manual_seed(seed)
    for step in range(steps):
        chosen = torch.randint(len(captions), (batch,), generator=dice)
        words = ids[chosen]
        words = words[:, : int((words != PAD).sum(1).max())]
        with torch.autocast("cpu", precision, enabled=precision != torch.float32):
            loss = captioning_loss(captioner, take(chosen), words)
        optimizer.zero_grad()
        loss.backward()
        set_learning_rate(optimizer, learning_rate_factor(step, progress=step / steps, warm_up=50))
        optimizer.step()
        ema.update(captioner)
        if watch is not None:
            watch(step, float(loss.detach()))
    return ema.model  # type: ignore[return-value]
