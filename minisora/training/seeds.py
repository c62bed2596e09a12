"""Random numbers that are a pure function of what they are for, so that a resumed run repeats them."""

from __future__ import annotations

import hashlib

import torch
from torch import Generator


def generator_for(*key: str | int, device: torch.device | str = "cpu") -> Generator:
    """A fresh generator that depends on nothing but ``key``, for example ``(seed, "noise", step)``."""
    digest = hashlib.blake2b("/".join(map(str, key)).encode(), digest_size=8).digest()
    return Generator(device).manual_seed(int.from_bytes(digest, "big") >> 1)
