"""The exercise `patchify`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, call
from minisora.course.exercises.c02_patches.common import numbered
from minisora.model.patches import patchify


def _patchify_by_reshape(latents: Tensor, patch: int = 2) -> Tensor:
    b, c, t, h, w = latents.shape
    grid = latents.reshape(b, c, t, h // patch, patch, w // patch, patch)
    return grid.permute(0, 2, 3, 5, 1, 4, 6).reshape(b, -1, c * patch * patch)


def _patchify_by_loop(latents: Tensor, patch: int = 2) -> Tensor:
    tokens = []
    for frame in range(latents.shape[2]):
        for top in range(0, latents.shape[3], patch):
            for left in range(0, latents.shape[4], patch):
                square = latents[:, :, frame, top : top + patch, left : left + patch]
                tokens.append(square.flatten(1))
    return torch.stack(tokens, dim=1)


PATCHIFY = Exercise(
    name="patchify",
    reference=patchify,
    cases=(
        call("two clips of 3 channels, 2 frames, 4x6", numbered(2, 3, 2, 4, 6), 2),
        call("an image (one frame) of 4 channels, 4x8, with patch=2 by default", numbered(1, 4, 1, 4, 8)),
        call("2 frames of 6x3 with patch=3", numbered(1, 2, 2, 6, 3), 3),
    ),
    mistakes=(
        Mistake(
            "reshape only",
            lambda x, patch=2: x.reshape(len(x), -1, x.shape[1] * patch * patch),
            "a reshape alone never moves a number, so your tokens are stretches of memory and not squares of a frame. "
            "Split the axes h and w first, bring the pieces of a patch to the end, and then merge",
        ),
        Mistake(
            "columns before rows",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b (t w h) (c p q)", p=patch, q=patch),
            "your tokens go down the columns first; reading order is row by row: (t h w), with w changing fastest",
        ),
        Mistake(
            "time innermost",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b (h w t) (c p q)", p=patch, q=patch),
            "your sequence runs through time first; all patches of frame 0 come first, then frame 1: (t h w)",
        ),
        Mistake(
            "channels last",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b (t h w) (p q c)", p=patch, q=patch),
            "the right patches in the right order, but inside a token the channels come last; here they come first: "
            "(c p q)",
        ),
        Mistake(
            "patch transposed",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b (t h w) (c q p)", p=patch, q=patch),
            "every patch is transposed inside its token: its rows (p) come before its columns (q)",
        ),
        *(
            Mistake(
                f"tokens as ({inside})",
                lambda x, patch=2, inside=inside: rearrange(
                    x, f"b c t (h p) (w q) -> b (t h w) ({inside})", p=patch, q=patch
                ),
                f"the right patches in the right order, but inside a token the numbers are ordered as ({inside}); here "
                "channels come first, then the patch's rows, then its columns: (c p q)",
            )
            for inside in ("p c q", "q c p", "q p c")
        ),
        *(
            Mistake(
                f"sequence as ({outside})",
                lambda x, patch=2, outside=outside: rearrange(
                    x, f"b c t (h p) (w q) -> b ({outside}) (c p q)", p=patch, q=patch
                ),
                f"your tokens are in another order, ({outside}): frame by frame, row by row, and along a row: (t h w)",
            )
            for outside in ("h t w", "w h t", "w t h")
        ),
        Mistake(
            "far columns",
            lambda x, patch=2: rearrange(x, "b c t (h p) (q w) -> b (t h w) (c p q)", p=patch, q=patch),
            "your tokens collect columns from far apart: (q w) takes every w-th column. Neighbours belong together: "
            "(w q)",
        ),
        Mistake(
            "far rows",
            lambda x, patch=2: rearrange(x, "b c t (p h) (w q) -> b (t h w) (c p q)", p=patch, q=patch),
            "your tokens collect rows from far apart: (p h) takes every h-th row. Neighbours belong together: (h p)",
        ),
        Mistake(
            "frames in the token",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b (h w) (t c p q)", p=patch, q=patch),
            "you put the frames into the token, so that there is one for each place: time belongs to the sequence, "
            "(t h w)",
        ),
        Mistake(
            "frames in the token, after the channels",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b (h w) (c t p q)", p=patch, q=patch),
            "you put the frames into the token, after the channels, so that there is one token for each place: time "
            "belongs to the sequence, "
            "(t h w)",
        ),
        Mistake(
            "not merged",
            lambda x, patch=2: rearrange(x, "b c t (h p) (w q) -> b t h w (c p q)", p=patch, q=patch),
            "your tokens are still a grid of frames, rows and columns: merge those three axes into one, (t h w)",
        ),
        Mistake(
            "strided patches",
            lambda x, patch=2: rearrange(x, "b c t (p h) (q w) -> b (t h w) (c p q)", p=patch, q=patch),
            "your tokens collect numbers from far apart: (p h) takes every h-th row. Neighbours belong together: (h p)",
        ),
    ),
    alternatives=(_patchify_by_reshape, _patchify_by_loop),
    hints=(
        "A patch is `patch` neighbouring rows by `patch` neighbouring columns. So the axis `h` is really two axes: "
        "which patch, "
        "and which row inside the patch. The same for `w`.",
        "In einops' language two axes that lie inside one are written `(h p)`. Begin with `rearrange(latents, \"b c "
        't (h p) (w q) -> …", '
        "p=patch, q=patch)`. On the right: which token, and what is inside it?",
        "Right-hand side: `b (t h w) (c p q)`. Without einops: `reshape` to seven axes, `permute`, `reshape` to three.",
    ),
    becomes="minisora/model/patches.py",
    minutes=10,
    difficulty=1,
    points=2,
)
