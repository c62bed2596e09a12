"""The exercise `diagnose_codec`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from einops import rearrange
from torch import Tensor

from minisora.codec.autoencoder import Codec
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake

#: What may be wrong with a codec, and what one would see if it were that.
SYMPTOMS = {
    "few channels": "makes everything coarse: plain squares of 8 by 8 pixels, but each of them in its place and steady",
    "too much noise": "is grainy everywhere, differently in every block, and worst where there is nothing to see",
    "block reversed": "makes things go back and forth: in the x-t slice every line becomes a saw with teeth of four "
    "frames",
    "block transposed": "breaks edges at the border of every 8 by 8 square, while the squares themselves are in place "
    "and lines in the x-t slice go on in steps",
    "cut again": "loses some frames within the clip: all is sharp, then everything jumps at once, and the clip is "
    "shorter",
    "no past": "is hard to see at all: the first frames of a piece are a little worse than the others",
    "latents transposed": "turns the whole frame over its diagonal: what was on the left is at the top",
}


CAUSES = tuple(SYMPTOMS)


_RIGHT = dict(zip("ABCDE", (CAUSES[i] for i in (2, 0, 4, 3, 1)), strict=True))


def diagnose_codec() -> dict[str, str]:
    """What is wrong with each of :func:`patients`."""
    return dict(_RIGHT)


@torch.no_grad()
def patients(codec: Codec, clip: Tensor) -> dict[str, Tensor]:
    """A clip ``1 3 t h w`` after five broken codecs, ``3 t h w`` each. (Look at the pictures before you read on.)"""
    cut = codec.config.temporal - 1
    latents = codec.encode(clip)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(latents.shape, generator=generator).to(latents)
    raw = codec.denormalise(latents)
    blocks, _ = codec.decode_blocks(raw)
    coarse = torch.cat([latents[:, :3], torch.zeros_like(latents[:, 3:])], dim=1)
    half = 1 + (latents.shape[2] - 1) // 2
    before, caches = codec.decode_blocks(raw[:, :, :half])
    after, _ = codec.decode_blocks(raw[:, :, half:], caches)
    backwards = rearrange(blocks.unflatten(2, (-1, codec.config.temporal)).flip(3), "b c t p h w -> b c (t p) h w")
    s = codec.config.spatial
    turned = rearrange(blocks, "b c t (h q) (w r) -> b c t (h r) (w q)", q=s, r=s)
    made = {
        "few channels": codec.decode(coarse),
        "too much noise": codec.decode_raw(raw + noise),
        "block reversed": backwards[:, :, cut:],
        "block transposed": turned[:, :, cut:],
        "cut again": torch.cat([before[:, :, cut:], after[:, :, cut:]], dim=2),
    }
    return {letter: made[cause][0].clamp(-1, 1) for letter, cause in _RIGHT.items()}


def _says(letter: str) -> Callable[[Callable[[], dict[str, str]]], int]:
    def ask(solution: Callable[[], dict[str, str]]) -> int:
        found = solution()
        if not isinstance(found, dict) or found.keys() != _RIGHT.keys():
            raise CheckFailed(
                "return a dict with a cause for each of the letters A, B, C, D and E; none may be missing"
            )
        cause = found[letter]
        if cause not in CAUSES:
            raise CheckFailed(f"{cause!r} is none of the causes in the table; they are {', '.join(map(repr, CAUSES))}")
        return CAUSES.index(cause)

    return ask


def _taken_for(letter: str, cause: str) -> Mistake:
    answer = {**_RIGHT, letter: cause}
    return Mistake(
        f"{letter} taken for {cause}",
        lambda: dict(answer),
        f"clip {letter} is something else: {cause!r} {SYMPTOMS[cause]}. Look at {letter} again, at the filmstrip first "
        "and then at the x-t slice",
    )


DIAGNOSE_CODEC = Exercise(
    name="diagnose_codec",
    reference=diagnose_codec,
    cases=tuple(
        Case(f"what is wrong with clip {letter}", _says(letter), expected=lambda c=cause: CAUSES.index(c))
        for letter, cause in _RIGHT.items()
    ),
    mistakes=tuple(_taken_for(letter, cause) for letter, right in _RIGHT.items() for cause in CAUSES if cause != right),
    alternatives=(lambda: {letter: _RIGHT[letter] for letter in "EDCBA"},),
    hints=(
        "Ask of each clip: is it wrong in every single frame, or only in how frames follow each other? Two of the five "
        "would be flawless if nothing in the clip moved.",
        "Those that are wrong in every frame: does the damage follow the grid of 8 by 8 squares, or is it everywhere? "
        "Are the pixels *wrong*, or are they *in the wrong place*?",
        "A moving thing is a slanted line in the x-t slice. If its line is cut into short pieces that lean the wrong "
        "way, time runs backwards within each piece; if the line is straight but broken once, frames are missing.",
    ),
    becomes="minisora/codec/autoencoder.py",
    minutes=12,
    difficulty=2,
    points=3,
)
