"""The exercise `coordinates`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.model.patches import coordinates


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
