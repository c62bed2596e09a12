"""Chapter 02: clips as sequences of patches, what a sequence costs, and several clips in one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from einops import rearrange
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.model.patches import coordinates, patchify, unpatchify


def numbered(*shape: int) -> Tensor:
    """A tensor in which every number is another one, so that whatever is moved can be recognised."""
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float32).reshape(shape)


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


def _coordinates_by_loop(t: int, h: int, w: int, seconds_per_latent_frame: float, patch: int = 2) -> Tensor:
    rows, columns = h // patch, w // patch
    middle_row, middle_column = (rows - 1) / 2, (columns - 1) / 2
    return torch.tensor(
        [
            (i * seconds_per_latent_frame, row - middle_row, column - middle_column)
            for i in range(t)
            for row in range(rows)
            for column in range(columns)
        ]
    )


def _grid(seconds: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    axes = (axis.float() for axis in (seconds, rows, columns))
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).reshape(-1, 3)


def _corner_first(t: int, h: int, w: int, seconds: float, patch: int = 2) -> Tensor:
    return _grid(torch.arange(t) * seconds, torch.arange(h // patch), torch.arange(w // patch))


def _middle_off_by_half(t: int, h: int, w: int, seconds: float, patch: int = 2) -> Tensor:
    rows, columns = h // patch, w // patch
    return _grid(torch.arange(t) * seconds, torch.arange(rows) - rows / 2, torch.arange(columns) - columns / 2)


def _middle_of(middle: Callable[[int], float], *, apart: Callable[[int], float] = lambda n: 1.0) -> Solution:
    """Rows and columns counted from elsewhere, or more or less than 1 apart."""

    def places(n: int) -> Tensor:
        return (torch.arange(n) - middle(n)) * apart(n)

    return lambda t, h, w, seconds, patch=2: _grid(torch.arange(t) * seconds, places(h // patch), places(w // patch))


def _in_order(order: tuple[int, int, int]) -> Solution:
    """The right places of tokens that come in another order."""

    def wrong(t: int, h: int, w: int, seconds: float, patch: int = 2) -> Tensor:
        grid = coordinates(t, h, w, seconds, patch).reshape(t, h // patch, w // patch, 3)
        return grid.permute(*order, 3).reshape(-1, 3)

    return wrong


def _seconds_from_the_middle(t: int, h: int, w: int, seconds: float, patch: int = 2) -> Tensor:
    return coordinates(t, h, w, seconds, patch) - torch.tensor([seconds * (t - 1) / 2, 0.0, 0.0])


def _in_latent_pixels(t: int, h: int, w: int, seconds: float, patch: int = 2) -> Tensor:
    return coordinates(t, h, w, seconds, patch) * torch.tensor([1.0, patch, patch])


COORDINATES = Exercise(
    name="coordinates",
    reference=coordinates,
    cases=(
        call("3 latent frames of 4x6, half a second apart", 3, 4, 6, 0.5),
        Case(
            "the mean row and column of 2 frames of 8x12, which is the middle of the frame",
            lambda f: f(2, 8, 12, 0.5)[:, 1:].mean(0),
            expected=lambda: torch.zeros(2),
        ),
        call("an image of 2x8", 1, 2, 8, 0.5),
        call("2 frames of 6x3 with patch=3, a quarter of a second apart", 2, 6, 3, 0.25, 3),
    ),
    mistakes=(
        Mistake(
            "corner first",
            _corner_first,
            "rows and columns count from the corner: then a larger frame moves what was in the middle. Subtract "
            "(rows - 1) / 2 "
            "and (columns - 1) / 2",
        ),
        Mistake(
            "frames instead of seconds",
            lambda t, h, w, seconds, patch=2: coordinates(t, h, w, 1.0, patch),
            "the first number counts latent frames; it should be seconds: multiply by seconds_per_latent_frame",
        ),
        Mistake(
            "seconds from the middle",
            _seconds_from_the_middle,
            "your seconds count from the middle of the clip. Only rows and columns have a middle to count from: the "
            "first frame is at 0 seconds, however long the clip is",
        ),
        Mistake(
            "row and column swapped",
            lambda t, h, w, seconds, patch=2: coordinates(t, h, w, seconds, patch)[:, [0, 2, 1]],
            "row and column are swapped: each token is (seconds, row, column)",
        ),
        Mistake(
            "middle off by half",
            _middle_off_by_half,
            "the frame's middle is half a patch off: the patches 0 … rows-1 have their mean at (rows - 1) / 2, not "
            "rows / 2",
        ),
        Mistake(
            "the middle patch",
            _middle_of(lambda n: n // 2),
            "you take patch n // 2 for the middle. With an even number the middle lies between two patches, half a "
            "patch away: (n - 1) / 2, the mean of 0 … n-1",
        ),
        Mistake(
            "the middle patch, rounded down",
            _middle_of(lambda n: (n - 1) // 2),
            "you round the middle down to a patch. With an even number it lies between two patches: (n - 1) / 2, "
            "with a plain division",
        ),
        Mistake(
            "the middle at n",
            _middle_of(lambda n: n - 1),
            "you count from the last row and column: the middle is half of that, (n - 1) / 2",
        ),
        Mistake(
            "from -1 to 1",
            _middle_of(lambda n: (n - 1) / 2, apart=lambda n: 2 / max(n - 1, 1)),
            "your rows and columns are stretched from -1 to 1, whatever the size: in a wider frame the same place then "
            "has another address. Neighbouring patches are 1 apart",
        ),
        Mistake(
            "from -1/2 to 1/2",
            _middle_of(lambda n: (n - 1) / 2, apart=lambda n: 1 / n),
            "your rows and columns are divided by how many there are: in a wider frame the same place then has another "
            "address. Neighbouring patches are 1 apart",
        ),
        Mistake(
            "divided by the seconds",
            lambda t, h, w, seconds, patch=2: coordinates(t, h, w, 1 / seconds, patch),
            "you divide by seconds_per_latent_frame. Each frame comes so many seconds after the one before: multiply",
        ),
        Mistake(
            "the end of each frame",
            lambda t, h, w, seconds, patch=2: coordinates(t, h, w, seconds, patch) + torch.tensor([seconds, 0.0, 0.0]),
            "your first frame is one step late: it is at 0 seconds",
        ),
        *(
            Mistake(
                f"tokens in the order {order}",
                _in_order(order),
                f"the places are right, but in another order than `patchify` lists the tokens: {words}. Frame by "
                'frame, row by row: torch.meshgrid(seconds, row, column, indexing="ij")',
            )
            for order, words in (
                ((0, 2, 1), "column by column"),
                ((1, 0, 2), 'row by row, and frame by frame within each (as indexing="xy" has it)'),
                ((1, 2, 0), "all frames of a place first"),
                ((2, 1, 0), "column by column, all frames of a place first"),
            )
        ),
        *(
            Mistake(
                f"numbers in the order {order}",
                lambda t, h, w, seconds, patch=2, order=order: coordinates(t, h, w, seconds, patch)[:, list(order)],
                f"each token has its three numbers in another order: {words}. It is (seconds, row, column)",
            )
            for order, words in (((1, 2, 0), "(row, column, seconds)"), ((2, 1, 0), "(column, row, seconds)"))
        ),
        Mistake(
            "latent pixels instead of patches",
            _in_latent_pixels,
            "rows and columns are counted in latent pixels; neighbouring patches should be 1 apart, so do not "
            "multiply by patch",
        ),
    ),
    alternatives=(_coordinates_by_loop,),
    hints=(
        "Make the three axes on their own first: `torch.arange(t) * …`, and the rows and columns of patches minus "
        "their mean.",
        '`torch.meshgrid(seconds, row, column, indexing="ij")` makes every combination, in the order that `patchify` '
        "uses.",
        "`torch.stack(…, dim=-1).reshape(-1, 3)` turns the three grids into a list of points, one for each token.",
    ),
    becomes="minisora/model/patches.py",
    minutes=12,
    difficulty=2,
    points=2,
)


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

EXERCISES = (PATCHIFY, UNPATCHIFY, COORDINATES, BLOCK_FLOPS, PACKING_MASK)
