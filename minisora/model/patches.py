"""Latents as a sequence of patch tokens and back, and where each token lies in the real world."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from minisora.errors import UserError


def patchify(latents: Tensor, patch: int = 2) -> Tensor:
    """Cut every latent frame into square patches: ``b c t h w -> b (t h/p w/p) (c p p)``.

    Raises ``UserError`` where height or width is no multiple of the patch. Source: ViT (2010.11929), DiT (2212.09748).
    """
    _check_divisible(latents.shape[-2], latents.shape[-1], patch)
    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)


def unpatchify(tokens: Tensor, t: int, h: int, w: int, patch: int = 2) -> Tensor:
    """Put the patches back into ``t`` latent frames of ``h x w``: ``b (t h/p w/p) (c p p) -> b c t h w``."""
    _check_divisible(h, w, patch)
    rows, columns = h // patch, w // patch
    return rearrange(tokens, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=rows, w=columns, p=patch, q=patch)


def coordinates(t: int, h: int, w: int, seconds_per_latent_frame: float, patch: int = 2) -> Tensor:
    """Where each token of a ``t x h x w`` latent clip lies: ``n 3``, (seconds, patch row, patch column).

    The clip starts at 0 seconds; rows and columns count from the middle of the frame, so that a larger frame
    extends the plane on all sides instead of moving what was in the middle.
    """
    _check_divisible(h, w, patch)
    rows, columns = h // patch, w // patch
    seconds = torch.arange(t) * seconds_per_latent_frame
    row = torch.arange(rows) - (rows - 1) / 2
    column = torch.arange(columns) - (columns - 1) / 2
    return torch.stack(torch.meshgrid(seconds, row, column, indexing="ij"), dim=-1).reshape(-1, 3).float()


def _check_divisible(h: int, w: int, patch: int) -> None:
    if h % patch or w % patch:
        nearest = f"{max(h // patch, 1) * patch}x{max(w // patch, 1) * patch}"
        raise UserError(f"latent size {h}x{w}: both sides must be multiples of {patch} (patch) — try {nearest}")
