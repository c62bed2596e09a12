"""What can be asked for: prompts, sizes, durations and settings within their limits; and what can not be an answer."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import torch
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.language import translate
from minisora.worlds.vocabulary import known_words

EXAMPLE = "a red circle moves right"
LONGEST_SECONDS, LARGEST_SIDE, MOST_TOKENS, MOST_STEPS, MOST_GUIDANCE = 60.0, 512, 16_384, 1000, 30.0
MOST_SEED = 2**63 - 1


def check_prompt(prompt: str, *, most: int, also: Collection[str] = ()) -> str:
    """The prompt in known words (at most ``most``), separated by spaces; ``also`` are words of one's own.

    A prompt in German, Turkish, Azerbaijani or Russian becomes the English words for what it says.
    Raises: UserError when it is empty, too long, or has unknown words; the nearest known ones are named.
    """
    if not any(map(str.isalnum, prompt)):
        raise UserError(f'empty prompt: say what to show, for example "{EXAMPLE}"')
    if (count := len(prompt.split())) > most:
        raise UserError(f"prompt of {count} words: at most {most} — say it in fewer")
    return " ".join(known_words(translate(prompt, also=also).english, also=also))


def latent_shape(
    seconds: float, size: tuple[int, int], *, fps: float, temporal: int, spatial: int, patch: int
) -> tuple[int, int, int]:
    """Latent frames, height and width of a clip of this duration and this size in pixels (height, width).

    Raises: UserError for sizes that are no multiples of a patch, and for more than a machine can take.
    """
    check_range("duration", seconds, low=0, high=LONGEST_SECONDS, unit=" seconds", advice="2")
    unit, text = spatial * patch, "x".join(map(str, size))
    if len(size) != 2 or any(not unit <= side <= LARGEST_SIDE for side in size):
        raise UserError(f"size {text}: height and width must be from {unit} to {LARGEST_SIDE} — try 64x64")
    if any(side % unit for side in size):
        near = "x".join(str(max(unit, round(side / unit) * unit)) for side in size)
        raise UserError(f"size {text}: height and width must be multiples of {unit} — try {near}")
    frames, height, width = 1 + round(seconds * fps / temporal), size[0] // spatial, size[1] // spatial
    tokens = frames * height * width // patch**2
    if tokens > MOST_TOKENS:
        raise UserError(f"{seconds:g} s of {text}: {tokens} tokens, at most {MOST_TOKENS} — try shorter or smaller")
    return frames, height, width


def check_sampling(*, steps: int, guidance: float, seeds: Sequence[int]) -> None:
    """Raises: UserError when the sampler cannot work with these."""
    for seed in seeds:
        check_range("seed", seed, low=0, high=MOST_SEED, advice="0")
    check_range("steps", steps, low=1, high=MOST_STEPS, advice="20")
    check_range("guidance", guidance, low=0, high=MOST_GUIDANCE, advice="4")


def check_range(name: str, value: float, *, low: float, high: float, unit: str = "", advice: str) -> None:
    """Raises: UserError when the value is not a number from ``low`` to ``high``."""
    if not (math.isfinite(value) and low <= value <= high):
        raise UserError(f"{name} {value:g}{unit}: must be from {low:g} to {high:g} — try {advice}")


def check_precision(*networks: nn.Module) -> None:
    """Raises: UserError when weights are of another type than float32, as after ``.half()``."""
    for dtype in {parameter.dtype for network in networks for parameter in network.parameters()} - {torch.float32}:
        kind = str(dtype).removeprefix("torch.")
        raise UserError(
            f"weights in {kind}: clips are made in float32 — call .float() on pipeline.dit and pipeline.codec"
        )


def finite(network: str, values: Tensor) -> Tensor:
    """The values that a network made.

    Raises: UserError when one is not a finite number: a clip would be black.
    """
    if not values.isfinite().all():
        raise UserError(
            f"the {network} gives numbers that are not finite — try less guidance, other weights, or the CPU"
        )
    return values
