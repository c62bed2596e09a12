"""The exercise `unpatchify`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from einops import rearrange
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c02_patches.common import numbered
from minisora.model.patches import patchify, unpatchify


def _unpatchify_by_reshape(tokens: Tensor, t: int, h: int, w: int, patch: int = 2) -> Tensor:
    grid = tokens.reshape(len(tokens), t, h // patch, w // patch, -1, patch, patch)
    return grid.permute(0, 4, 1, 2, 5, 3, 6).reshape(len(tokens), -1, t, h, w)


UNPATCHIFY = Exercise(
    name="unpatchify",
    reference=unpatchify,
    cases=(
        Case(
            "the patches of two clips of 3 channels, 2 frames, 4x6, which should come back unchanged",
            lambda f: f(patchify(numbered(2, 3, 2, 4, 6)), 2, 4, 6),
            expected=lambda: numbered(2, 3, 2, 4, 6),
        ),
        Case(
            "the patches (patch=3) of 2 frames of 6x3",
            lambda f: f(patchify(numbered(1, 2, 2, 6, 3), 3), 2, 6, 3, 3),
            expected=lambda: numbered(1, 2, 2, 6, 3),
        ),
        call("12 tokens of 8 numbers as one frame of 4x12", numbered(1, 12, 8), 1, 4, 12),
    ),
    mistakes=(
        Mistake(
            "reshape only",
            lambda x, t, h, w, patch=2: x.reshape(len(x), -1, t, h, w),
            "a reshape alone never moves a number. Split tokens and their contents into all seven axes, reorder, "
            "then merge",
        ),
        Mistake(
            "sizes taken for patch counts",
            lambda x, t, h, w, patch=2: rearrange(
                x, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=h, w=w, p=patch, q=patch
            ),
            "h and w are the size of the latent frame, not the number of patches: there are h // patch rows of patches",
        ),
        Mistake(
            "rows and columns of patches swapped",
            lambda x, t, h, w, patch=2: rearrange(
                x, "b (t w h) (c p q) -> b c t (h p) (w q)", t=t, h=h // patch, w=w // patch, p=patch, q=patch
            ),
            "the patches land in the wrong places: in the sequence, columns change fastest, so it is (t h w)",
        ),
        Mistake(
            "patch transposed",
            lambda x, t, h, w, patch=2: rearrange(
                x, "b (t h w) (c q p) -> b c t (h p) (w q)", t=t, h=h // patch, w=w // patch, p=patch, q=patch
            ),
            "every patch is in its place but transposed: inside a token it is (c p q), rows of the patch before "
            "columns",
        ),
        *(
            Mistake(
                f"read as ({inside})",
                lambda x, t, h, w, patch=2, inside=inside: rearrange(
                    x, f"b (t h w) ({inside}) -> b c t (h p) (w q)", t=t, h=h // patch, w=w // patch, p=patch, q=patch
                ),
                f"the contents of each token are read as ({inside}); patchify wrote channels first, then the patch's "
                "rows, then its columns: (c p q)",
            )
            for inside in ("p c q", "q c p", "q p c")
        ),
        *(
            Mistake(
                f"sequence read as ({outside})",
                lambda x, t, h, w, patch=2, outside=outside: rearrange(
                    x, f"b ({outside}) (c p q) -> b c t (h p) (w q)", t=t, h=h // patch, w=w // patch, p=patch, q=patch
                ),
                f"the sequence is read in another order, ({outside}), as if the last of these changed fastest in it; "
                "patchify wrote frame by frame, row by row, and along a row: (t h w)",
            )
            for outside in ("h w t", "h t w", "w h t", "w t h")
        ),
        *(
            Mistake(
                f"laid out as {rows} {columns}",
                lambda x, t, h, w, patch=2, rows=rows, columns=columns: rearrange(
                    x,
                    f"b (t h w) (c p q) -> b c t {rows} {columns}",
                    **{"t": t, "h": h // patch, "w": w // patch, "p": patch, "q": patch},
                ),
                f"the pixels of a patch land far apart: {rows} {columns} puts the place inside the patch outside. "
                "Neighbours belong together: (h p) (w q)",
            )
            for rows, columns in (("(p h)", "(q w)"), ("(p h)", "(w q)"), ("(h p)", "(q w)"))
        ),
        Mistake(
            "channels last",
            lambda x, t, h, w, patch=2: rearrange(
                x, "b (t h w) (p q c) -> b c t (h p) (w q)", t=t, h=h // patch, w=w // patch, p=patch, q=patch
            ),
            "the contents of each token are read with the channels last; patchify put them first: (c p q)",
        ),
    ),
    alternatives=(_unpatchify_by_reshape,),
    hints=(
        "Run `patchify` backwards: the left and the right side of its pattern change places.",
        "einops cannot guess how a sequence of n tokens was a grid: tell it `t`, and the number of patches down and "
        "across.",
        '`rearrange(tokens, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=h // patch, w=w // patch, p=patch, '
        "q=patch)`",
    ),
    becomes="minisora/model/patches.py",
    minutes=10,
    difficulty=1,
    points=2,
)
