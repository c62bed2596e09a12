"""What planner and painter know beforehand while they learn: given latents, and plans that are not quite right."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from minisora.model import patchify
from minisora.training.data import Share


def grid_of(latents: Tensor, patch: int) -> tuple[int, int, int]:
    """Frames, rows and columns of the cells of a plan for latents ``b c t h w``: one for each token."""
    frames, height, width = latents.shape[2:]
    return frames, height // patch, width // patch


def given_latents(latents: Tensor, free: Tensor, patch: int) -> Tensor:
    """What a planner knows of given latents ``b c t h w``: ``b c*patch^2+1 t rows columns``; 0 where they are free.

    ``free`` broadcasts over ``b 1 t h w``, 0 where given. The last number of a cell says whether it is given.
    """
    given = (1 - free).expand(len(latents), 1, *latents.shape[2:])
    tokens = torch.cat([patchify(latents * given, patch), patchify(given, patch).amin(-1, keepdim=True)], dim=-1)
    return tokens.transpose(1, 2).unflatten(2, grid_of(latents, patch))


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
