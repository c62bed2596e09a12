"""A planner knows what is given, and nothing else."""

from __future__ import annotations

import torch

from minisora.model import patchify
from minisora.model.known import given_latents

LATENTS = torch.randn(3, 4, 5, 4, 6, generator=torch.Generator().manual_seed(0))


def test_given_latents_are_known_and_no_others() -> None:
    free = torch.ones(3, 1, 5, 1, 1)
    free[0, :, :2] = free[1, :, 4] = 0
    known = given_latents(LATENTS, free, 2)
    assert known.shape == (3, 4 * 4 + 1, 5, 2, 3)
    torch.testing.assert_close(known[:, -1], 1 - free[:, 0].expand(-1, -1, 2, 3))
    tokens = patchify(LATENTS, 2).transpose(1, 2).unflatten(2, (5, 2, 3))
    torch.testing.assert_close(known[0, :-1, :2], tokens[0, :, :2])
    assert (known[:, :, free[0, 0, :, 0, 0] == 1][0] == 0).all() and (known[2] == 0).all()


def test_a_patch_is_given_only_as_a_whole() -> None:
    free = torch.zeros(1, 1, 5, 4, 6)
    free[..., 0, 0] = 1
    assert given_latents(LATENTS[:1], free, 2)[0, -1].sum(0).tolist() == [[0, 5, 5], [5, 5, 5]]
