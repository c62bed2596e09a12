"""What made a clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """What it takes to make a clip again, beside its words, size and duration.

    Attributes:
        weights: SHA-256 in hexadecimal digits of each file of weights, by its name.
        preset: the size of the transformer, a name of ``minisora.presets``; empty where nobody knows.
        steps: calls of the network.
        guidance: how much more the prompt counts than it does by itself (1).
        seed: of the noise; None where the noise came from elsewhere.
        camera: what it did over what was painted.
        pace: how fast things were made to move, times what was planned.
        directed: whether somebody said where things go, beside the words.
        composed: None for one clip; of a film that was put together of several, what is said of them and of what is in
            it beside them.
    """

    weights: Mapping[str, str]
    preset: str
    steps: int
    guidance: float
    seed: int | None
    camera: str = "static"
    pace: float = 1.0
    directed: bool = False
    composed: Mapping[str, str] | None = None
