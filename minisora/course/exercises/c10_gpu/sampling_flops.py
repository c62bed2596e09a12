"""The exercise `sampling_flops`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.model.dit import DiTConfig
from minisora.model.flops import flops


def sampling_flops(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    """Arithmetic of the whole sampling of one clip of so many frames and pixels, with a 4x8x8 codec.

    One step is one call of the network, with guidance for two rows: with the prompt and without. The frames are 1 + 4k.
    """
    return _sampling(config, frames, height, width, steps, guided, words)


def _sampling(
    config: DiTConfig,
    frames: int,
    height: int,
    width: int,
    steps: int,
    guided: bool,
    words: int,
    *,
    rows: int = 2,
    latent_frames: Callable[[int], int] = lambda frames: 1 + (frames - 1) // 4,
    patch: int | None = None,
    factor: int = 1,
    spatial: int = 8,
    alone: int = 1,
    calls: Callable[[int], int] = lambda steps: steps,
    places: Callable[[int, int, int], int] = lambda height, width, side: (height // side) * (width // side),
    row: Callable[[DiTConfig, int, int], int] = flops,
) -> int:
    side = spatial * (config.patch if patch is None else patch)
    tokens = latent_frames(frames) * places(height, width, side)
    return factor * calls(steps) * (rows if guided else alone) * row(config, tokens, words)


def _one_long_row(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    alone = lambda config, tokens, words: flops(config, tokens * (1 + guided), words)  # noqa: E731
    return _sampling(config, frames, height, width, steps, False, words, row=alone)


def _no_words_in_the_second_row(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    first = _sampling(config, frames, height, width, steps, False, words)
    return first + guided * _sampling(config, frames, height, width, steps, False, 1)


def _wrong_sampling(**changes: object) -> Solution:
    def wrong(
        config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
    ) -> int:
        return _sampling(config, frames, height, width, steps, guided, words, **changes)  # type: ignore[arg-type]

    return wrong


def _sampling_flops_by_rows(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    total = 0
    for _ in range(steps):
        for _row in ("prompt", "nothing")[: 1 + guided]:
            grid = (height // 8 // config.patch) * (width // 8 // config.patch)
            total += flops(config, (frames + 3) // 4 * grid, words)
    return total


_SMALL = DiTConfig(channels=16, width=64, depth=2, heads=2, text_width=32, text_depth=1, vocabulary=100, patch=2)


_FINE = DiTConfig(channels=16, width=96, depth=3, heads=2, text_width=32, text_depth=1, vocabulary=100, patch=1)


SAMPLING_FLOPS = Exercise(
    name="sampling_flops",
    reference=sampling_flops,
    cases=(
        Case("17 frames of 64x96, patch 2, 10 steps", lambda f: f(_SMALL, 17, 64, 96, steps=10)),
        Case("the same without guidance", lambda f: f(_SMALL, 17, 64, 96, steps=10, guided=False)),
        Case("33 frames of 48x64, patch 1, 4 steps, 9 words", lambda f: f(_FINE, 33, 48, 64, steps=4, words=9)),
        Case("an image of 64x64, patch 2, one step", lambda f: f(_SMALL, 1, 64, 64, steps=1)),
    ),
    mistakes=(
        Mistake(
            "guidance is free",
            _wrong_sampling(rows=1),
            "you count one row a step, but guidance asks about two: with the prompt and without",
        ),
        Mistake(
            "always two rows",
            _wrong_sampling(alone=2),
            "you count two rows a step without guidance as well: then there is one",
        ),
        Mistake(
            "rows exchanged",
            _wrong_sampling(rows=1, alone=2),
            "your rows are the other way round: two with guidance, one without",
        ),
        Mistake(
            "three rows",
            _wrong_sampling(rows=3),
            "you count three rows a step; guidance asks about two: with the prompt and without",
        ),
        Mistake(
            "one long row",
            _one_long_row,
            "you count guidance as twice the tokens. They do not see each other: it is two rows, and attention grows "
            "with the square of the tokens of one",
        ),
        Mistake(
            "no words in the second row",
            _no_words_in_the_second_row,
            "you count the row without a prompt with fewer words: both rows are equally long, so twice flops(config, "
            "tokens, words)",
        ),
        Mistake(
            "one call more",
            _wrong_sampling(calls=lambda steps: steps + 1),
            "you count one call more than there are steps: n steps have n + 1 times, but n calls",
        ),
        Mistake(
            "one call",
            _wrong_sampling(calls=lambda steps: 1),
            "you count a single call: there is one in each step",
        ),
        Mistake(
            "words among the tokens",
            _wrong_sampling(row=lambda config, tokens, words: flops(config, tokens + words, words)),
            "you add the words to the tokens; `flops` takes them as a number of their own, and adds them itself",
        ),
        Mistake(
            "no words",
            _wrong_sampling(row=lambda config, tokens, words: flops(config, tokens, 0)),
            "you leave the words out: hand `words` on to `flops`",
        ),
        Mistake(
            "twenty-four words",
            _wrong_sampling(row=lambda config, tokens, words: flops(config, tokens, 24)),
            "you always count 24 words: hand `words` on to `flops`",
        ),
        Mistake(
            "square frames",
            _wrong_sampling(places=lambda height, width, side: (height // side) ** 2),
            "you count frames that are as wide as high: the width has a part of its own",
        ),
        Mistake(
            "square frames by their width",
            _wrong_sampling(places=lambda height, width, side: (width // side) ** 2),
            "you count frames that are as high as wide: the height has a part of its own",
        ),
        Mistake(
            "a side divided once",
            _wrong_sampling(places=lambda height, width, side: (height // 8) * (width // 8) // (side // 8)),
            "you divide by the patch once. It is as high as wide, so it divides height *and* width",
        ),
        Mistake(
            "a patch of two",
            _wrong_sampling(patch=2),
            "you count patches of 2 x 2, whatever the network is: use config.patch",
        ),
        Mistake(
            "no time factor but the first",
            _wrong_sampling(latent_frames=lambda frames: 1 + frames // 4 + (frames > 1)),
            "you count a latent frame too many: 1 + 4k frames become 1 + k",
        ),
        Mistake(
            "three times, as in training",
            _wrong_sampling(factor=3),
            "you count three times the forward pass. That is training; sampling never goes backward",
        ),
        Mistake(
            "frames taken for latent frames",
            _wrong_sampling(latent_frames=lambda frames: frames),
            "you count a token grid for every frame; the codec makes one latent frame of four frames (the first has "
            "one of its own)",
        ),
        Mistake(
            "first frame forgotten",
            _wrong_sampling(latent_frames=lambda frames: frames // 4),
            "a latent frame is missing: how many latent frames do 17 frames make?",
        ),
        Mistake(
            "pixels for latents",
            _wrong_sampling(spatial=1),
            "you cut patches out of pixels: the codec makes height and width 8 times smaller before that",
        ),
        Mistake(
            "patch forgotten",
            _wrong_sampling(patch=1),
            "you count a token for each latent; a token is a patch of config.patch x config.patch of them",
        ),
    ),
    alternatives=(_sampling_flops_by_rows,),
    hints=(
        "Three factors: steps, rows a step (2 with guidance), and the arithmetic of one row, `flops(config, tokens, "
        "words)`. What is left is to count the tokens.",
        "Latent frames: `1 + (frames - 1) // 4`. Latents of a row of pixels: `width // 8`. Tokens of a row: divide by "
        "the patch as well.",
    ),
    becomes="minisora/model/flops.py",
    minutes=8,
    difficulty=1,
    points=2,
)
