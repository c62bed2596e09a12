"""What a planner knows beforehand: the latents that are given, in a cell for each token."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.model.patches import patchify


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
