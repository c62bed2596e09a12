"""What a transformer that paints knows beforehand while it learns: plans that are not quite right."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from minisora.diffusion.given import random_holes
from minisora.training.data import Share


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


def with_holes(
    free: Tensor, latents: Tensor, generator: Generator, *, often: float, patch: int, share: Share
) -> Tensor:
    """Of some clips a part of every frame is given, in whole patches, instead of what ``free`` says.

    Args:
        free: ``b 1 t 1 1``, 0 where given, of the clips ``latents: b c t h w``.
        often: of how many clips.
    Returns: ``b 1 t h w``.
    """
    joint = len(latents) * share.world
    rows, columns = (side // patch for side in latents.shape[3:])
    holes = random_holes(joint, rows, columns, generator=generator)
    chosen = torch.rand(joint, 1, 1, 1, 1, generator=generator, device=generator.device) < often
    holes = holes.repeat_interleave(patch, 3).repeat_interleave(patch, 4)
    return torch.where(chosen[share.of(joint)], holes[share.of(joint)], free)
