"""The exercise `apply_rope`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c06_transformer.common import drawn
from minisora.model.rope import apply_rope


def _turned(x: Tensor, table: Tensor, first: Callable[..., Tensor], second: Callable[..., Tensor]) -> Tensor:
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([first(a, b, table.real, table.imag), second(a, b, table.real, table.imag)], dim=-1).flatten(-2)


def _apply_rope_in_real_numbers(x: Tensor, table: Tensor) -> Tensor:
    return _turned(x, table, lambda a, b, c, s: a * c - b * s, lambda a, b, c, s: a * s + b * c)


def _apply_rope_in_halves(x: Tensor, table: Tensor) -> Tensor:
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * table.real - b * table.imag, a * table.imag + b * table.real], dim=-1)


def _apply_rope_not_interleaved(x: Tensor, table: Tensor) -> Tensor:
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * table.real - b * table.imag, a * table.imag + b * table.real], dim=-1)


def _apply_rope_by_angle(x: Tensor, table: Tensor) -> Tensor:
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
    length, angle = torch.hypot(a, b), torch.atan2(b, a) + table.angle()
    return torch.stack([length * angle.cos(), length * angle.sin()], dim=-1).flatten(-2)


QUARTER = torch.tensor([[[1j, 1.0]]])  # the first pair by a quarter turn, the second not at all


SEVERAL = torch.polar(torch.ones(2, 5, 1, 4), drawn(2, 5, 1, 4, seed=8))


APPLY_ROPE = Exercise(
    name="apply_rope",
    reference=apply_rope,
    cases=(
        Case(
            "(1, 0, 2, 3), the first pair to be turned by 90 degrees",
            lambda f: f(torch.tensor([[[1.0, 0.0, 2.0, 3.0]]]), QUARTER),
            expected=lambda: torch.tensor([[[0.0, 1.0, 2.0, 3.0]]]),
        ),
        call("two clips, five tokens, three heads of eight channels", drawn(2, 5, 3, 8, seed=9), SEVERAL),
        call("queries and keys at once, b n 2 h e", drawn(2, 5, 2, 3, 8, seed=10), SEVERAL[:, :, None]),
    ),
    mistakes=(
        Mistake(
            "first half with second half",
            _apply_rope_in_halves,
            "you pair channel i with channel i + e/2. Some libraries do; here neighbours make a pair: 0 with 1, 2 with "
            "3",
        ),
        Mistake(
            "not interleaved again",
            _apply_rope_not_interleaved,
            "the pairs are turned, but come out as all first numbers and then all second ones: put each pair side by "
            "side again (stack, then flatten)",
        ),
        Mistake(
            "the other way",
            lambda x, table: apply_rope(x, table.conj().resolve_conj()),
            "you turn clockwise. Turning by the angle takes (1, 0) to (cos, sin): the minus sign belongs to the sine "
            "in the first number",
        ),
        Mistake(
            "mirrored",
            lambda x, table: _turned(x, table, lambda a, b, c, s: a * c - b * s, lambda a, b, c, s: a * s - b * c),
            "this mirrors the pair: the second number should be `a·sin + b·cos`, with a plus",
        ),
        Mistake(
            "only the cosine",
            lambda x, table: x * table.real.repeat_interleave(2, -1),
            "you only shrink each pair by the cosine; a turn mixes its two numbers by the sine",
        ),
        Mistake(
            "cosine and sine, unmixed",
            lambda x, table: _turned(x, table, lambda a, b, c, s: a * c, lambda a, b, c, s: b * s),
            "you multiply one number by the cosine and the other by the sine. A turn mixes the two: each of the new "
            "ones is made of both old ones",
        ),
        Mistake(
            "cosine and sine exchanged",
            lambda x, table: _turned(x, table, lambda a, b, c, s: a * s - b * c, lambda a, b, c, s: a * c + b * s),
            "cosine and sine are exchanged: the real part of the table is the cosine, the imaginary part the sine",
        ),
        Mistake(
            "twice the angle",
            lambda x, table: apply_rope(apply_rope(x, table), table),
            "you turn by twice the angle: multiply each pair by its number of the table once",
        ),
        Mistake(
            "added",
            lambda x, table: torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) + table).flatten(-2),
            "you add the table to the pairs; to turn is to multiply",
        ),
        Mistake(
            "left as pairs",
            lambda x, table: apply_rope(x, table).unflatten(-1, (-1, 2)),
            "your pairs still have an axis of their own: `flatten(-2)` puts them side by side again",
        ),
        Mistake(
            "left complex",
            lambda x, table: torch.view_as_complex(apply_rope(x, table).unflatten(-1, (-1, 2))),
            "your answer is still complex: `torch.view_as_real` makes pairs of it again, `flatten(-2)` a row",
        ),
        Mistake(
            "second pair number from the new first",
            lambda x, table: _turned(
                x, table, lambda a, b, c, s: a * c - b * s, lambda a, b, c, s: (a * c - b * s) * s + b * c
            ),
            "your second number is made from the *new* first one: keep the old pair until both are computed",
        ),
    ),
    alternatives=(_apply_rope_in_real_numbers, _apply_rope_by_angle),
    hints=(
        "A pair (a, b) is the complex number a + b·i, and to turn it is to multiply it by a number of length 1.",
        "Split the last axis into pairs: `x.unflatten(-1, (-1, 2))`. `torch.view_as_complex` makes complex numbers of "
        "it, `torch.view_as_real` pairs again.",
        "Or without complex numbers: `a = x[..., 0::2]`, `b = x[..., 1::2]`, `cos, sin = table.real, table.imag`; then "
        "`a*cos - b*sin` and `a*sin + b*cos`, `torch.stack(…, dim=-1).flatten(-2)`.",
    ),
    becomes="minisora/model/rope.py",
    minutes=10,
    difficulty=2,
    points=2,
)
