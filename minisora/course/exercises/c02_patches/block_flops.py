"""The exercise `block_flops`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from minisora.course.checks.exercise import Exercise, Mistake, call


def block_flops(tokens: int, width: int, mlp_ratio: int = 4) -> int:
    """Floating-point operations of one transformer block: four square matrices and an MLP, then attention itself."""
    linear = 2 * tokens * (4 + 2 * mlp_ratio) * width**2
    attention = 2 * 2 * tokens**2 * width
    return linear + attention


def _block_flops_product_by_product(tokens: int, width: int, mlp_ratio: int = 4) -> int:
    products = [(tokens, width, width)] * 4  # queries, keys, values, out: (rows, inner, columns)
    products += [(tokens, width, mlp_ratio * width), (tokens, mlp_ratio * width, width)]
    products += [(tokens, width, tokens), (tokens, tokens, width)]  # scores, and the mean of the values
    return sum(2 * rows * inner * columns for rows, inner, columns in products)


BLOCK_FLOPS = Exercise(
    name="block_flops",
    reference=block_flops,
    cases=(
        call("80 tokens of width 256", 80, 256),
        call("5,000 tokens of width 256", 5000, 256),
        call("100 tokens of width 64 and mlp_ratio=3", 100, 64, 3),
    ),
    mistakes=(
        Mistake(
            "multiplications only",
            lambda n, d, r=4: block_flops(n, d, r) // 2,
            "you count multiplications only: each comes with an addition, so a product of n x a and a x b costs 2 n "
            "a b",
        ),
        Mistake(
            "one product in attention",
            lambda n, d, r=4: block_flops(n, d, r) - 2 * n * n * d,
            "attention has two products of size n x n: queries with keys, and the weights with the values",
        ),
        Mistake(
            "attention linear in tokens",
            lambda n, d, r=4: block_flops(n, d, r) - 4 * n * n * d + 4 * n * d * d,
            "your attention grows with the square of the width; it is the tokens that are squared: every one looks "
            "at every one",
        ),
        Mistake(
            "no MLP",
            lambda n, d, r=4: 8 * n * d * d + 4 * n * n * d,
            "the MLP is missing: up to mlp_ratio * width and down again, 2 * mlp_ratio * width² multiplications a "
            "token",
        ),
        Mistake(
            "half an MLP",
            lambda n, d, r=4: block_flops(n, d, r) - 2 * n * r * d * d,
            "the MLP has two linear layers, up to mlp_ratio * width and down again: you have one of them",
        ),
        Mistake(
            "no attention",
            lambda n, d, r=4: 2 * n * (4 + 2 * r) * d * d,
            "attention itself is missing: every query with every key, and the weights times the values, are n x n "
            "products that have no weights of their own",
        ),
        Mistake(
            "attention squared twice",
            lambda n, d, r=4: block_flops(n, d, r) - 4 * n * n * d + 4 * n * n * d * d,
            "your attention has the square of the width as well: for each pair of tokens it multiplies two vectors, "
            "which takes `width` multiplications",
        ),
        Mistake(
            "attention of numbers",
            lambda n, d, r=4: block_flops(n, d, r) - 4 * n * n * d + 4 * n * n,
            "your attention has a single multiplication for each pair of tokens: it multiplies vectors, which takes "
            "`width` of them",
        ),
        Mistake(
            "weights once",
            lambda n, d, r=4: 2 * (4 + 2 * r) * d * d + 4 * n * n * d,
            "you count the weights once. Each of them is multiplied for every token: times `tokens`",
        ),
        Mistake(
            "MLP squared",
            lambda n, d, r=4: 8 * n * d * d + 4 * n * r * r * d * d + 4 * n * n * d,
            "your MLP goes from mlp_ratio * width to mlp_ratio * width: its two matrices are width x (mlp_ratio · "
            "width), so the ratio is not squared",
        ),
        Mistake(
            "MLP without its ratio",
            lambda n, d, r=4: 12 * n * d * d + 4 * n * n * d,
            "your MLP does not widen: its two matrices are width x (mlp_ratio · width)",
        ),
        Mistake(
            "no square matrices",
            lambda n, d, r=4: 4 * n * r * d * d + 4 * n * n * d,
            "the four square matrices are missing: queries, keys, values and output, each width x width",
        ),
        Mistake(
            "width not squared",
            lambda n, d, r=4: 2 * n * (4 + 2 * r) * d + 4 * n * n * d,
            "your matrices have `width` numbers each: a square one has width², so many multiplications for every token",
        ),
        Mistake(
            "no output matrix",
            lambda n, d, r=4: block_flops(n, d, r) - 2 * n * d * d,
            "you have three square matrices: besides queries, keys and values there is a fourth one, for the output",
        ),
        Mistake(
            "one linear layer for attention",
            lambda n, d, r=4: block_flops(n, d, r) - 6 * n * d * d,
            "attention has four square matrices, for queries, keys, values and the output; you have one",
        ),
    ),
    alternatives=(_block_flops_product_by_product,),
    hints=(
        "List the matrix products of a block: which are there, and of which sizes? Element-wise work counts as "
        "nothing.",
        "Six products have weights: queries, keys, values, out (each `width x width`), up and down (`width x "
        "mlp_ratio·width`). "
        "For each token that is `(4 + 2 * mlp_ratio) * width**2` multiply-adds.",
        "Two products have none: scores `n x width` times `width x n`, and weights `n x n` times values `n x width`.",
    ),
    becomes="minisora/model/flops.py",
    minutes=10,
    difficulty=2,
    points=2,
)
