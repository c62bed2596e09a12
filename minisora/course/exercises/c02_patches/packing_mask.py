"""The exercise `packing_mask`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call


def packing_mask(segments: Tensor) -> Tensor:
    """Who may attend to whom in packed rows, ``b n -> b n n``: tokens of the same clip, as in ``DiT.prepare``."""
    return segments[:, :, None] == segments[:, None, :]


def _packing_mask_by_loop(segments: Tensor) -> Tensor:
    mask = torch.zeros(*segments.shape, segments.shape[1], dtype=torch.bool)
    for row, numbers in enumerate(segments.tolist()):
        for i, mine in enumerate(numbers):
            for j, theirs in enumerate(numbers):
                mask[row, i, j] = mine == theirs
    return mask


def _pieces(segments: Tensor) -> Tensor:
    """Numbers that begin anew wherever the clip changes."""
    changes = (segments.diff(dim=1) != 0).long().cumsum(1)
    return torch.nn.functional.pad(changes, (1, 0))


PACKING_MASK = Exercise(
    name="packing_mask",
    reference=packing_mask,
    cases=(
        call("a row of clips 0 0 0 1 1 and padding -1", torch.tensor([[0, 0, 0, 1, 1, -1]])),
        call("two rows, 0 0 1 1 and 0 1 1 2", torch.tensor([[0, 0, 1, 1], [0, 1, 1, 2]])),
        call("clips that come back, 0 1 0 2 1", torch.tensor([[0, 1, 0, 2, 1]])),
        Case(
            "how many pairs may see each other in 0 0 0 1 1 (3² + 2²)",
            lambda f: int(f(torch.tensor([[0, 0, 0, 1, 1]])).sum()),
            expected=lambda: 13,
        ),
    ),
    mistakes=(
        Mistake(
            "inverted",
            lambda s: s[:, :, None] != s[:, None, :],
            "your mask is true where tokens must not see each other; PyTorch's scaled_dot_product_attention wants true "
            "where they may",
        ),
        Mistake(
            "compared with itself",
            lambda s: (s[:, :, None] == s[:, :, None]).expand(-1, -1, s.shape[1]),
            "both sides are broadcast along the same axis, so that each token is compared with itself: one needs "
            "[:, :, None], the other [:, None, :]",
        ),
        Mistake(
            "padding sees nothing",
            lambda s: (s[:, :, None] == s[:, None, :]) & (s >= 0)[:, :, None],
            "your padding may look at nothing, not even at padding. In the softmax that is 0/0, and NaN spreads: treat "
            "-1 as a number like any other",
        ),
        Mistake(
            "neighbours only",
            lambda s: (_pieces(s)[:, :, None] == _pieces(s)[:, None, :]) & packing_mask(s),
            "tokens with the same number that lie apart do not see each other: all that counts is the number, wherever "
            "in the row it stands",
        ),
        Mistake(
            "padding is seen by all",
            lambda s: packing_mask(s) | (s < 0)[:, None, :],
            "everybody may look at your padding. It has the number -1, a number like any other: only padding looks at "
            "padding",
        ),
        Mistake(
            "padding sees all",
            lambda s: packing_mask(s) | (s < 0)[:, :, None],
            "your padding may look at everything. It has the number -1, a number like any other: padding looks at "
            "padding",
        ),
        Mistake(
            "the first row for all",
            lambda s: packing_mask(s[:1]).expand(len(s), -1, -1),
            "all rows of your batch have the mask of the first row: each row is packed in its own way, so keep the "
            "batch's axis, b n n",
        ),
        Mistake(
            "not oneself",
            lambda s: packing_mask(s) & ~torch.eye(s.shape[1], dtype=torch.bool),
            "no token may look at itself. It has the same number as itself, so the diagonal is true",
        ),
        Mistake(
            "floats",
            lambda s: packing_mask(s).float(),
            "the right table, but of floats: a mask is of booleans (attention would *add* numbers). A comparison gives "
            "them by itself",
        ),
        Mistake(
            "ints",
            lambda s: packing_mask(s).long(),
            "the right table, but of whole numbers: a mask is of booleans. A comparison gives them by itself",
        ),
        Mistake(
            "causal as well",
            lambda s: (s[:, :, None] == s[:, None, :]).tril(),
            "tokens see only those before them: that is a language model. Every token of a clip sees the whole clip",
        ),
        Mistake(
            "numbers instead of booleans",
            lambda s: torch.zeros(*s.shape, s.shape[1]).masked_fill(s[:, :, None] != s[:, None, :], -torch.inf),
            "this is the additive kind of mask (0 and -inf); return booleans, true where a token may look",
        ),
        Mistake(
            "earlier clips are visible",
            lambda s: s[:, :, None] >= s[:, None, :],
            "a clip can look into clips with smaller numbers: compare with ==, not with >=",
        ),
    ),
    alternatives=(_packing_mask_by_loop, lambda s: (s.unsqueeze(2) - s.unsqueeze(1)) == 0),
    hints=(
        "Two tokens may see each other when their clip numbers are equal. So it is one comparison, of all with all.",
        "Broadcasting compares all with all: one side needs an axis of length 1 at the end, the other one before its "
        "last.",
        "`segments[:, :, None] == segments[:, None, :]`",
    ),
    becomes="minisora/model/dit.py",
    minutes=8,
    difficulty=2,
    points=2,
)
