"""The exercise `rope_table`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c06_transformer.common import drawn
from minisora.model.rope import TEXT_AXES, VIDEO_AXES, rope_table

Axes = Sequence[tuple[float, float]]


def _table(
    coords: Tensor,
    head_dim: int,
    wavelengths: Axes,
    *,
    spaced: Callable[[float, float, int], Tensor],
    angle: Callable[[Tensor, Tensor], Tensor],
    bands: Callable[[int, int], list[int]],
) -> Tensor:
    angles = [
        angle(coords[..., i, None].float(), spaced(*wavelengths[i], size).to(coords.device))
        for i, size in enumerate(bands(head_dim // 2, len(wavelengths)))
    ]
    total = torch.cat(angles, dim=-1)[..., None, :]
    return torch.complex(total.cos(), total.sin())


def _geometric(shortest: float, longest: float, size: int, device: torch.device | None = None) -> Tensor:
    steps = torch.arange(size, device=device) / max(size - 1, 1)
    return shortest * (longest / shortest) ** steps


def _divided_by_one_less(shortest: float, longest: float, size: int) -> Tensor:
    return shortest * (longest / shortest) ** (torch.arange(size) / torch.tensor(size - 1.0))


def _longest_left_out(shortest: float, longest: float, size: int) -> Tensor:
    return shortest * (longest / shortest) ** (torch.arange(size) / size)


def _shortest_left_out(shortest: float, longest: float, size: int) -> Tensor:
    return shortest * (longest / shortest) ** ((torch.arange(size) + 1) / size)


def _first_gets_the_rest(pairs: int, axes: int) -> list[int]:
    return [pairs - (axes - 1) * (pairs // axes)] + [pairs // axes] * (axes - 1)


def _nobody_gets_the_rest(pairs: int, axes: int) -> list[int]:
    return [pairs // axes] * axes


def _last_gets_the_rest(pairs: int, axes: int) -> list[int]:
    return _first_gets_the_rest(pairs, axes)[::-1]


def _turns(place: Tensor, wavelength: Tensor) -> Tensor:
    return 2 * math.pi * place / wavelength


def _rope_table_variant(**changed: Callable) -> Solution:
    parts = {"spaced": _geometric, "angle": _turns, "bands": _first_gets_the_rest} | changed
    return lambda coords, head_dim, wavelengths: _table(coords, head_dim, wavelengths, **parts)


def _numbered_tokens(coords: Tensor, head_dim: int, wavelengths: Axes) -> Tensor:
    number = torch.arange(coords.shape[1]).float()[None, :, None].expand_as(coords)
    return rope_table(number, head_dim, wavelengths)


def _all_axes_in_every_pair(coords: Tensor, head_dim: int, wavelengths: Axes) -> Tensor:
    angle = sum(
        _turns(coords[..., i, None].float(), _geometric(*each, head_dim // 2)) for i, each in enumerate(wavelengths)
    )
    assert isinstance(angle, Tensor)
    return torch.polar(torch.ones_like(angle), angle)[..., None, :]


def _each_axis_one_column(coords: Tensor, head_dim: int, wavelengths: Axes) -> Tensor:
    swapped = [0, 2, 1] if len(wavelengths) == 3 else [0]
    return rope_table(coords[..., swapped], head_dim, wavelengths)


def _as_pairs(table: object) -> Tensor:
    if not isinstance(table, Tensor) or not table.is_complex():
        raise CheckFailed("your answer should hold complex numbers of length 1: torch.polar(torch.ones_like(a), a)")
    return torch.view_as_real(table.resolve_conj())


def _finished(finish: Callable[[Tensor], Tensor]) -> Solution:
    """A table that is made of the right angles in another way."""
    return lambda coords, head_dim, wavelengths: finish(rope_table(coords, head_dim, wavelengths))


def _about(says: str, coords: Tensor, head_dim: int, wavelengths: Axes) -> Case:
    return Case(says, lambda f: _as_pairs(f(coords.clone(), head_dim, wavelengths)), tolerance=1e-4)


SOMEWHERE = drawn(2, 4, 3, seed=11) * torch.tensor([3.0, 2.0, 5.0])


ROPE_TABLE = Exercise(
    name="rope_table",
    reference=rope_table,
    cases=(
        Case(
            "one axis whose only wavelength is 4, at the places 0, 1, 2: no turn, a quarter, a half",
            lambda f: _as_pairs(f(torch.tensor([[[0.0], [1.0], [2.0]]]), 2, ((4.0, 4.0),))).flatten(0, 3),
            expected=lambda: torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]),
            tolerance=1e-4,
        ),
        _about("one axis with five wavelengths, from 4 to 128", drawn(1, 6, 1, seed=12) * 8, 10, TEXT_AXES),
        _about("seconds, rows and columns in a head of 20 channels (bands of 4, 3, 3)", SOMEWHERE, 20, VIDEO_AXES),
        _about("the same in a head of 18 channels (three bands of 3)", SOMEWHERE, 18, VIDEO_AXES),
        _about("the same in a head of 6 channels, where a band is a single pair", SOMEWHERE, 6, VIDEO_AXES),
    ),
    mistakes=(
        Mistake(
            "no 2 pi",
            _rope_table_variant(angle=lambda place, wavelength: place / wavelength),
            "after one wavelength your numbers have not come full circle: a full turn is 2·π, not 1",
        ),
        Mistake(
            "wavelength taken for frequency",
            _rope_table_variant(angle=lambda place, wavelength: 2 * math.pi * place * wavelength),
            "you multiply by the wavelength. The longer the wave, the slower the turn: divide",
        ),
        Mistake(
            "evenly spaced",
            _rope_table_variant(spaced=torch.linspace),
            "your wavelengths grow by the same difference each time, so nearly all of them are long; they should grow "
            "by the same factor: a power of `longest / shortest`",
        ),
        Mistake(
            "longest first",
            _rope_table_variant(spaced=lambda a, b, size: _geometric(a, b, size).flip(0)),
            "your wavelengths run from the longest to the shortest; the first pair of a band has the shortest",
        ),
        Mistake(
            "longest left out",
            _rope_table_variant(spaced=_longest_left_out),
            "your wavelengths stop before the longest. Both ends are included: the powers run from 0 to 1, as in "
            "torch.linspace(0, 1, size)",
        ),
        Mistake(
            "shortest left out",
            _rope_table_variant(spaced=_shortest_left_out),
            "your wavelengths begin beyond the shortest. Both ends are included: the powers run from 0 to 1, as in "
            "torch.linspace(0, 1, size)",
        ),
        Mistake(
            "a band of one pair",
            _rope_table_variant(spaced=_divided_by_one_less),
            "a band of one pair divides 0 by 0 (size - 1): its only wavelength is the shortest one. "
            "torch.linspace(0, 1, size) does that by itself",
        ),
        Mistake(
            "rounded",
            lambda coords, head_dim, wavelengths: rope_table(coords.long(), head_dim, wavelengths),
            "you round the coordinates to whole numbers. They are real: half a second is a turn, too",
        ),
        Mistake(
            "bands in reverse order",
            _finished(lambda table: table.flip(-1)),
            "your pairs come in the reverse order: the bands stand in the order of the axes, each from its shortest "
            "wavelength to its longest",
        ),
        Mistake(
            "turned the other way",
            _finished(lambda table: table.conj().resolve_conj()),
            "your angles have the wrong sign: a coordinate above 0 turns forwards, by plus 2·π · coordinate / "
            "wavelength",
        ),
        Mistake(
            "cosine and sine exchanged",
            _finished(lambda table: torch.complex(table.imag, table.real)),
            "cosine and sine are exchanged: a token at 0 is not turned, and the number that does not turn is 1, not i "
            "(torch.polar(torch.ones_like(angle), angle))",
        ),
        Mistake(
            "angle and length exchanged",
            _finished(lambda table: torch.polar(table.angle().abs(), torch.ones_like(table.real))),
            "length and angle are exchanged: torch.polar takes the length, 1, first and then the angle",
        ),
        Mistake(
            "row and column swapped",
            _each_axis_one_column,
            "row and column are swapped: the bands come in the order of the coordinates",
        ),
        Mistake(
            "all axes in every pair",
            _all_axes_in_every_pair,
            "you add the angles of all axes in every pair, and then a step down and a step in time may cancel: give "
            "each axis pairs of its own, and put the bands side by side",
        ),
        Mistake(
            "the last axis gets the rest",
            _rope_table_variant(bands=_last_gets_the_rest),
            "what is left over when the pairs are shared out goes to the first axis (time), not to the last",
        ),
        Mistake(
            "the rest forgotten",
            _rope_table_variant(bands=_nobody_gets_the_rest),
            "pairs are left over when each axis gets `pairs // axes` of them, and nobody has them: they go to the "
            "first axis, as `pairs % axes` more",
        ),
        Mistake(
            "logspace of the wavelengths",
            _rope_table_variant(spaced=lambda a, b, size: torch.logspace(a, b, size)),
            "torch.logspace wants the logarithms of its ends, to the base that you give it: `math.log2(shortest)` and "
            "`math.log2(longest)` with `base=2`",
        ),
        Mistake(
            "tokens numbered",
            _numbered_tokens,
            "you turn by a token's number in the sequence; turn by its coordinates, whatever its number is",
        ),
        Mistake(
            "no axis for the heads",
            lambda coords, head_dim, wavelengths: rope_table(coords, head_dim, wavelengths).squeeze(2),
            "an axis of length 1 is missing before the last one: all heads are turned alike, so the table is `b n 1 "
            "head_dim/2`",
        ),
        Mistake(
            "heads before tokens",
            _finished(lambda table: table.transpose(1, 2)),
            "your axis for the heads stands before the tokens; it stands behind them: `b n 1 head_dim/2`, as queries "
            "are `b n h e`",
        ),
        Mistake(
            "tokens in a row",
            _finished(lambda table: table.repeat_interleave(2, -1)),
            "you have a turn for each channel: two channels make a pair, and a pair has one turn, so there are "
            "head_dim/2",
        ),
    ),
    alternatives=(_rope_table_variant(),),
    hints=(
        "First the bands: how many pairs does each axis get? `band = pairs // axes` each, and the first axis what is "
        "left over as well.",
        "An axis' wavelengths: `shortest * (longest / shortest) ** torch.linspace(0, 1, size)`, on the device of "
        "`coords`. Its angles, `b n size`: `coords[..., axis, None] * 2 * math.pi / wavelength`.",
        "`torch.cat` the bands along the last axis, put in the axis for the heads with `[..., None, :]`, and return "
        "`torch.polar(torch.ones_like(angle), angle)`.",
    ),
    becomes="minisora/model/rope.py",
    minutes=14,
    difficulty=3,
    points=3,
)
