"""The exercise `block_parameters`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch

from minisora.course.checks.exercise import Case, Exercise, Mistake
from minisora.model.blocks import DiTBlock


def block_parameters(width: int, heads: int, mlp_ratio: int = 4) -> int:
    """How many learned numbers a ``DiTBlock`` has: ten-odd matrices' worth, the table, and the gains."""
    matrices = (4 + 2 * mlp_ratio) * width**2
    return matrices + 6 * width + 2 * heads


def _counted(width: int, heads: int, mlp_ratio: int = 4) -> int:
    with torch.device("meta"):
        return sum(each.numel() for each in DiTBlock(width, heads, mlp_ratio).parameters())


def _about_block(width: int, heads: int, mlp_ratio: int = 4) -> Case:
    return Case(
        f"a block {width} wide with {heads} heads and mlp_ratio={mlp_ratio} (counted in the real one)",
        lambda f: f(width, heads, mlp_ratio),
        expected=lambda: _counted(width, heads, mlp_ratio),
        tolerance=1e-9,
    )


BLOCK_PARAMETERS = Exercise(
    name="block_parameters",
    reference=block_parameters,
    cases=(
        _about_block(256, 4),
        _about_block(60, 5, 3),
        Case(
            "a block 256 wide with 4 heads, mlp_ratio left at 4",
            lambda f: f(256, 4),
            expected=lambda: _counted(256, 4),
        ),
    ),
    mistakes=(
        Mistake(
            "no output matrix",
            lambda w, h, r=4: block_parameters(w, h, r) - w * w,
            "attention has a fourth matrix: after queries, keys and values, `out` mixes what the heads have found",
        ),
        Mistake(
            "MLP one way",
            lambda w, h, r=4: block_parameters(w, h, r) - r * w * w,
            "the MLP goes up to mlp_ratio * width *and down again*: that is two matrices",
        ),
        Mistake(
            "ratio of four",
            lambda w, h, r=4: block_parameters(w, h),
            "you count an MLP that is always four times as wide: use mlp_ratio",
        ),
        Mistake(
            "matrices only",
            lambda w, h, r=4: (4 + 2 * r) * w * w,
            "the matrices are right; what is missing are the small things: the table, and the gains",
        ),
        Mistake(
            "biases",
            lambda w, h, r=4: block_parameters(w, h, r) + (5 + r) * w,
            "you count biases; the linear layers of the block have none (`bias=False`)",
        ),
        Mistake(
            "adaLN's own matrix",
            lambda w, h, r=4: block_parameters(w, h, r) - 6 * w + 6 * w * w,
            "you count a matrix of width x 6·width in every block. That is DiT's own way; here that matrix is shared, "
            "and a block has only its table of 6·width numbers",
        ),
        Mistake(
            "adaLN's own matrix and the table",
            lambda w, h, r=4: block_parameters(w, h, r) + 6 * w * w,
            "you count a matrix of width x 6·width in every block, beside the table. That is DiT's own way; here the "
            "matrix is shared by all blocks, and belongs to none of them",
        ),
        Mistake(
            "a table of one",
            lambda w, h, r=4: block_parameters(w, h, r) - 5 * w,
            "your table has one number for each channel: shift, scale and gate, for attention and for the MLP, make "
            "six",
        ),
        Mistake(
            "a table of three",
            lambda w, h, r=4: block_parameters(w, h, r) - 3 * w,
            "your table has three numbers for each channel: shift, scale and gate come twice, for attention and for "
            "the MLP",
        ),
        Mistake(
            "three matrices in the MLP",
            lambda w, h, r=4: block_parameters(w, h, r) + r * w * w,
            "you count three matrices in the MLP; it goes up and down again: two",
        ),
        Mistake(
            "no table",
            lambda w, h, r=4: block_parameters(w, h, r) - 6 * w,
            "the block's table is missing: 6 numbers for each channel",
        ),
        Mistake(
            "no gains",
            lambda w, h, r=4: block_parameters(w, h, r) - 2 * h,
            "nearly: the norm of queries and keys has a gain for each head, one for queries and one for keys",
        ),
        Mistake(
            "one gain a head",
            lambda w, h, r=4: block_parameters(w, h, r) - h,
            "you count one gain a head. Queries and keys are normed each with a gain of its own: two for every head",
        ),
        Mistake(
            "two gains in all",
            lambda w, h, r=4: block_parameters(w, h, r) - 2 * h + 2,
            "you count two gains in all: every head has its own, one for queries and one for keys",
        ),
        Mistake(
            "a gain for each channel of a head",
            lambda w, h, r=4: block_parameters(w, h, r) - 2 * h + 2 * (w // h),
            "you count a gain for each channel of a head; minisora's norm has one number for each head (and for "
            "queries and keys)",
        ),
        Mistake(
            "a gain for each channel",
            lambda w, h, r=4: block_parameters(w, h, r) - 2 * h + 2 * w,
            "you count a gain for each channel; minisora's norm has one for each head (and for queries and keys)",
        ),
        Mistake(
            "every head full size",
            lambda w, h, r=4: block_parameters(w, h, r) + 4 * (h - 1) * w * w,
            "you count matrices for each head: the heads share the width, so all of them together are width x width",
        ),
    ),
    alternatives=(
        lambda w, h, r=4: 3 * w * w + w * w + 2 * (r * w) * w + 6 * w + h + h,
        _counted,
    ),
    hints=(
        "`print(DiTBlock(256, 4))` lists the layers; a parameter that is no layer (table, gains) is not listed.",
        "Matrices: queries, keys, values, out, each width²; the MLP's two, each mlp_ratio · width².",
        "Then the table, `6 * width`, and a gain for each head, for queries and for keys.",
    ),
    becomes="minisora/model/flops.py",
    minutes=8,
    difficulty=1,
    points=2,
)
