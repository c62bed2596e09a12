"""Latents and words to velocity: the diffusion transformer."""

from minisora.model.dit import Context, DiT, DiTConfig
from minisora.model.patches import coordinates, patchify, unpatchify
from minisora.model.text import TextTokens
from minisora.model.tokenizer import Tokenizer
from minisora.model.velocity import video_velocity

__all__ = [
    "Context",
    "DiT",
    "DiTConfig",
    "TextTokens",
    "Tokenizer",
    "coordinates",
    "patchify",
    "unpatchify",
    "video_velocity",
]
