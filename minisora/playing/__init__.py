"""A world to play in: the true one, and one that a network has learnt from pictures and actions."""

from __future__ import annotations

from minisora.playing.dream import Dream, load_dreamer
from minisora.playing.network import FrameTransformer, FrameTransformerConfig
from minisora.playing.world import ACTIONS, State, draw, new_states, read, step

__all__ = [
    "ACTIONS",
    "Dream",
    "FrameTransformer",
    "FrameTransformerConfig",
    "State",
    "draw",
    "load_dreamer",
    "new_states",
    "read",
    "step",
]
