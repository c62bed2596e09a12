"""What a transformer that paints knows beforehand while it learns: plans that are not quite right."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from minisora.training.data import Share
from minisora.worlds.plan import Track


def noisy_plan(plan: Tensor, generator: Generator, *, most: float, dropout: float, share: Share) -> Tensor:
    """Plans ``b k t h w`` as a painter meets them in training: under some noise, up to ``most``, or missing.

    Generated plans are not perfect, and what learnt from perfect ones would trust them too much (noise conditioning
    augmentation, 2106.15282). A missing plan is 0, so that clips without a scene can be painted, too. Noise is drawn
    for the joint batch of all processes, of which ``share`` is this one's.
    """
    joint = len(plan) * share.world
    mine = share.of(joint)
    noise = torch.randn((joint, *plan.shape[1:]), generator=generator, device=plan.device)[mine]
    level, kept = torch.rand(2, joint, 1, 1, 1, 1, generator=generator, device=plan.device)[:, mine]
    return (plan + most * level * noise) * (kept >= dropout)


def some_unwritten(now: Track, generator: Generator, *, dropout: float, share: Share) -> Track:
    """Digits as a painter meets them in training: of some clips it is not told how they are written, as of those whose
    first picture is given. Drawn for the joint batch, of which ``share`` is this process's.
    """
    joint = len(now.ink) * share.world
    kept = torch.rand(joint, generator=generator, device=generator.device)[share.of(joint)] >= dropout
    return now._replace(ink=now.ink * kept.to(now.ink)[:, None, None, None])
