"""Chapter 06: attention, its norm and its sense of place, the block that time speaks to, and what a block holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, call
from minisora.model.attention import Attention, attend, rms_norm
from minisora.model.blocks import DiTBlock, modulate
from minisora.model.dit import DiT, DiTConfig
from minisora.model.rope import TEXT_AXES, VIDEO_AXES, apply_rope, rope_table


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Normally distributed numbers, always the same ones."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


QUERY, KEY, VALUE = drawn(2, 3, 5, 4, seed=1), drawn(2, 3, 5, 4, seed=2), drawn(2, 3, 5, 6, seed=3)
FEWER_KEYS, FEWER_VALUES = drawn(1, 2, 3, 8, seed=4), drawn(1, 2, 3, 8, seed=5)
SEEN = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [0, 0, 0, 1, 1]]).bool()
ALIKE = torch.ones(1, 1, 3, 4)


def _scores(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5


def _hidden(scores: Tensor, mask: Tensor | None) -> Tensor:
    return scores if mask is None else scores.masked_fill(~mask, -torch.inf)


def _attend_query_by_query(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    answers = []
    for i in range(query.shape[-2]):
        scores = (query[..., i : i + 1, :] * key).sum(-1) / math.sqrt(query.shape[-1])
        weights = scores.exp()
        if mask is not None:
            weights = weights * mask.expand(*weights.shape[:-1], query.shape[-2], weights.shape[-1])[..., i, :]
        answers.append((weights[..., None] * value).sum(-2) / weights.sum(-1, keepdim=True))
    return torch.stack(answers, dim=-2)


def _mask_after_softmax(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    weights = _scores(query, key).softmax(-1)
    return (weights if mask is None else weights * mask) @ value


ATTEND = Exercise(
    name="attend",
    reference=attend,
    cases=(
        call("two clips with three heads and five tokens, without a mask", QUERY, KEY, VALUE, None),
        Case(
            "queries and keys that are all alike, where everybody gets the mean of the values",
            lambda f: f(ALIKE, ALIKE, FEWER_VALUES[:, :1], None),
            expected=lambda: FEWER_VALUES[:, :1].mean(2, keepdim=True).expand(1, 1, 3, 8),
        ),
        call("the same with a mask, true where a token may look", QUERY, KEY, VALUE, SEEN),
        call("five queries that look at three keys", drawn(1, 2, 5, 8, seed=6), FEWER_KEYS, FEWER_VALUES, None),
        call("keys whose numbers are ten times as large", QUERY, 10 * KEY, VALUE, None),
    ),
    mistakes=(
        Mistake(
            "no root",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1), mask).softmax(-1) @ v,
            "your scores are not divided by the root of e, the length of a query: the longer the vectors, the more "
            "extreme the weights become",
        ),
        Mistake(
            "divided by the length itself",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) / q.shape[-1], mask).softmax(-1) @ v,
            "you divide by e itself. The spread of a sum of e products grows with the root of e: divide by that",
        ),
        Mistake(
            "softmax over the queries",
            lambda q, k, v, mask: _hidden(_scores(q, k), mask).softmax(-2) @ v,
            "your weights add up to 1 over the queries. Each query has weights of its own: take the softmax over the "
            "keys, the last axis",
        ),
        Mistake(
            "mask upside down",
            lambda q, k, v, mask: _hidden(_scores(q, k), None if mask is None else ~mask).softmax(-1) @ v,
            "your mask hides what may be seen. It is true where a token may look: fill in minus infinity where it is "
            "false",
        ),
        Mistake(
            "mask ignored",
            lambda q, k, v, mask: _scores(q, k).softmax(-1) @ v,
            "you never use the mask: where it is false, the score has to become so small that its weight is 0",
        ),
        Mistake(
            "mask after the softmax",
            _mask_after_softmax,
            "you set weights to 0 after the softmax, and the rest no longer adds up to 1: hide the scores before it",
        ),
        Mistake(
            "masked scores set to zero",
            lambda q, k, v, mask: (_scores(q, k) if mask is None else _scores(q, k) * mask).softmax(-1) @ v,
            "you hide a key by giving it the score 0, but exp(0) is 1: it is still seen. Its score must be minus "
            "infinity",
        ),
        Mistake(
            "mask added",
            lambda q, k, v, mask: (_scores(q, k) if mask is None else _scores(q, k) + mask).softmax(-1) @ v,
            "you add the mask to the scores as it is: true is 1 and false is 0, so nothing is hidden. Where it is "
            "false, the score must become minus infinity",
        ),
        Mistake(
            "root of the values' length",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) / v.shape[-1] ** 0.5, mask).softmax(-1) @ v,
            "you divide by the root of the values' length. A score is a sum of as many products as a query has "
            "numbers: take the root of query.shape[-1]",
        ),
        Mistake(
            "root of the number of keys",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) / k.shape[-2] ** 0.5, mask).softmax(-1) @ v,
            "you divide by the root of the number of keys. A score is a sum of as many products as a query has "
            "numbers: take the root of query.shape[-1]",
        ),
        Mistake(
            "multiplied by the root",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) * q.shape[-1] ** 0.5, mask).softmax(-1) @ v,
            "you multiply the scores by the root of e; divide by it",
        ),
        Mistake(
            "softmax over the heads",
            lambda q, k, v, mask: _hidden(_scores(q, k), mask).softmax(1) @ v,
            "your weights add up to 1 over the heads. Each head and each query has weights of its own: take the "
            "softmax over the keys, the last axis",
        ),
        Mistake(
            "softmax over the clips",
            lambda q, k, v, mask: _hidden(_scores(q, k), mask).softmax(0) @ v,
            "your weights add up to 1 over the clips of the batch. Each query has weights of its own: take the softmax "
            "over the keys, the last axis",
        ),
        Mistake(
            "softmax over everything",
            lambda q, k, v, mask: (
                _hidden(_scores(q, k), mask).flatten(2).softmax(-1).unflatten(2, (-1, k.shape[2])) @ v
            ),
            "your weights add up to 1 over all pairs together. Each query has weights of its own: take the softmax "
            "over the keys, the last axis",
        ),
        Mistake(
            "None not thought of",
            lambda q, k, v, mask: _scores(q, k).masked_fill(~mask, -torch.inf).softmax(-1) @ v,
            "a mask of None hides nothing, and your code asks it for something all the same: `if mask is not None`",
        ),
        Mistake(
            "no softmax",
            lambda q, k, v, mask: (_scores(q, k) if mask is None else _scores(q, k).masked_fill(~mask, 0)) @ v,
            "you use the scores themselves as weights: they can be negative, and do not add up to 1. The softmax is "
            "missing",
        ),
    ),
    alternatives=(
        _attend_query_by_query,
        lambda q, k, v, mask: F.scaled_dot_product_attention(q, k, v, attn_mask=mask),
        lambda q, k, v, mask: torch.einsum("bhqk,bhke->bhqe", _hidden(_scores(q, k), mask).softmax(dim=3), v),
    ),
    hints=(
        "Four steps, as in the loop above: all the scores at once, hide what the mask hides, softmax over the keys, "
        "weighted mean of the values.",
        "`query @ key.transpose(-2, -1)` is every query with every key, for each clip and head: `b h n m`. Divide by "
        "`query.shape[-1] ** 0.5`.",
        "`scores.masked_fill(~mask, -torch.inf)` hides (if there is a mask at all); then `.softmax(-1) @ value`.",
    ),
    becomes="minisora/model/attention.py",
    minutes=12,
    difficulty=2,
    points=3,
)


def _rms_norm_by_length(x: Tensor, gain: Tensor) -> Tensor:
    root = (x.norm(dim=-1, keepdim=True) ** 2 / x.shape[-1] + 1e-6).sqrt()
    return x / root * gain


UNEVEN = drawn(2, 5, 3, 8, seed=7) * torch.tensor([0.1, 1.0, 30.0]).view(3, 1) + 0.5
GAINS = torch.tensor([[0.5], [2.0], [-1.0]])

RMS_NORM = Exercise(
    name="rms_norm",
    reference=rms_norm,
    cases=(
        Case(
            "the vector (3, 4, 0, 0) with gain 1: its mean square is 25 / 4, so it is divided by 2.5",
            lambda f: f(torch.tensor([[3.0, 4.0, 0.0, 0.0]]), torch.ones(1)),
            expected=lambda: torch.tensor([[1.2, 1.6, 0.0, 0.0]]),
        ),
        call("two clips, five tokens, three heads of very different sizes, each with its own gain", UNEVEN, GAINS),
        Case(
            "a vector of zeros, which stays zero",
            lambda f: f(torch.zeros(2, 4), torch.ones(1)),
            expected=lambda: torch.zeros(2, 4),
        ),
        Case(
            "a vector of four times 0.002, for which the 0.000001 under the root begins to count",
            lambda f: f(torch.full((1, 4), 0.002), torch.ones(1)),
            expected=lambda: torch.full((1, 4), 0.002 / (0.002**2 + 1e-6) ** 0.5),
        ),
    ),
    mistakes=(
        Mistake(
            "mean subtracted",
            lambda x, gain: rms_norm(x - x.mean(-1, keepdim=True), gain),
            "you subtract the mean first. That is LayerNorm: RMSNorm leaves the direction of a vector as it is and "
            "only divides",
        ),
        Mistake(
            "sum instead of mean",
            lambda x, gain: x * gain * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-6),
            "your vectors have the length 1: you take the sum of the squares. Take their mean, so that the numbers "
            "in the vector have size 1",
        ),
        Mistake(
            "root forgotten",
            lambda x, gain: x * gain / (x.square().mean(-1, keepdim=True) + 1e-6),
            "you divide by the mean square; the root of it is what has the size of the numbers",
        ),
        Mistake(
            "over all heads together",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean((-2, -1), keepdim=True) + 1e-6),
            "you take the mean over more than the last axis: each vector, that is each head of each token, is divided "
            "by its own size",
        ),
        Mistake(
            "over everything",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean() + 1e-6),
            "you take one mean over all the numbers. Each vector is divided by its own size: over the last axis only, "
            "`mean(-1, keepdim=True)`",
        ),
        Mistake(
            "over the tokens",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6),
            "you take the mean over the second axis, across tokens. Each vector is divided by its own size: over the "
            "last axis, `mean(-1, keepdim=True)`",
        ),
        Mistake(
            "an axis lost",
            lambda x, gain: x * gain * torch.rsqrt(x.square().mean(-1) + 1e-6),
            "your mean has lost its axis, so it no longer fits x: `mean(-1, keepdim=True)` keeps it",
        ),
        Mistake(
            "sizes, not squares",
            lambda x, gain: x * gain / (x.abs().mean(-1, keepdim=True) + 1e-6),
            "you take the mean of the sizes. It is the mean of the squares that is asked for, and then its root",
        ),
        Mistake(
            "standard deviation",
            lambda x, gain: x * gain / (x.std(-1, keepdim=True) + 1e-6),
            "you divide by the standard deviation, which takes the mean away first: take the root of the mean square",
        ),
        Mistake(
            "outside the root",
            lambda x, gain: x * gain / (x.square().mean(-1, keepdim=True).sqrt() + 1e-6),
            "your 0.000001 is added after the root. It belongs under the root, beside the mean square, where it keeps "
            "small vectors small",
        ),
        Mistake(
            "another tiny number",
            lambda x, gain: F.rms_norm(x, x.shape[-1:], eps=1e-5) * gain,
            "for tiny vectors your answer is another: what is added under the root is 0.000001 (1e-6), no more and no "
            "less",
        ),
        Mistake(
            "hardly anything under the root",
            lambda x, gain: F.rms_norm(x, x.shape[-1:], eps=1e-12) * gain,
            "your tiny number is too tiny, so that vectors of nearly nothing are blown up: add 0.000001 (1e-6) under "
            "the root",
        ),
        Mistake(
            "gain from one",
            lambda x, gain: rms_norm(x, 1 + gain),
            "you multiply by 1 + gain; the gain itself is the factor",
        ),
        Mistake(
            "divided by the gain",
            lambda x, gain: rms_norm(x, 1 / gain),
            "you divide by the gain; multiply by it",
        ),
        Mistake(
            "no gain",
            lambda x, gain: rms_norm(x, torch.ones_like(gain)),
            "your norm is right, but the gain is not in it: multiply by it in the end",
        ),
        Mistake(
            "gain normalised away",
            lambda x, gain: rms_norm(x * gain, torch.ones_like(gain)),
            "you multiply by the gain before you divide by the size, and so divide it away again: first the norm, then "
            "the gain",
        ),
        Mistake(
            "nothing under the root",
            lambda x, gain: x / x.square().mean(-1, keepdim=True).sqrt() * gain,
            "a vector of zeros becomes 0 / 0. Add something tiny (1e-6) under the root",
        ),
    ),
    alternatives=(
        _rms_norm_by_length,
        lambda x, gain: gain * F.rms_norm(x, x.shape[-1:], eps=1e-6),
    ),
    hints=(
        "Read the name backwards: square, mean, root. Then divide.",
        "`x.square().mean(-1, keepdim=True)` is the mean square of each vector. `keepdim=True` keeps the axis, so that "
        "it can be divided by.",
        "`x * gain * torch.rsqrt(mean_square + 1e-6)`; `rsqrt` is one over the root.",
    ),
    becomes="minisora/model/attention.py",
    minutes=6,
    difficulty=1,
    points=2,
)


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


def stays_the_same() -> dict[str, bool]:
    """What is unchanged by a slide of three seconds, if words have no place: worked out in chapter 06."""
    return {
        "query": False,
        "length": True,
        "value": True,
        "patch to patch": True,
        "word to word": True,
        "word to patch": False,
        "velocity": False,
    }


def _slid(seconds: float) -> dict[str, Tensor]:
    """All that is asked about in ``stays_the_same``, in a small network whose patches are moved in time."""
    config = DiTConfig(
        channels=1, width=12, depth=1, heads=2, text_width=4, text_depth=0, text_heads=1, vocabulary=5, max_text=4
    )
    model, words = DiT(config, generator=torch.Generator().manual_seed(0)), 3
    for shut in (model.modulation, model.patch_out):
        nn.init.normal_(shut.weight, std=0.3, generator=torch.Generator().manual_seed(1))
    coords = drawn(6, 3, seed=13) + torch.tensor([seconds, 0.0, 0.0])
    context = model.prepare(coords, model.encode_text(torch.tensor([[1, 2, 3]])))
    layer = model.blocks[0].get_submodule("attention")
    assert isinstance(layer, Attention)
    x = torch.cat([context.text, model.patch_in(drawn(1, 6, config.token_channels, seed=14))], dim=1)
    query, key, value = layer.qkv(x).unflatten(-1, (3, 2, -1)).unbind(2)
    query, key = (apply_rope(each.contiguous(), context.rope) for each in (query, key))
    scores = torch.einsum("bqhe,bkhe->bhqk", query, key)
    return {
        "query": query[:, words:],
        "length": query.norm(dim=-1),
        "value": value,
        "patch to patch": scores[..., words:, words:],
        "word to word": scores[..., :words, :words],
        "word to patch": scores[..., words:, :words],
        "velocity": model(drawn(1, 6, config.token_channels, seed=14), torch.full((1, 1), 0.5), context),
    }


@torch.no_grad()
def measured_by_sliding() -> dict[str, bool]:
    """The same by experiment: is it unchanged (up to rounding) when all patches move by three seconds?"""
    before, after = _slid(0.0), _slid(3.0)
    return {what: torch.allclose(before[what], after[what], atol=1e-4) for what in before}


def _belief(f: Solution, what: str) -> bool:
    beliefs = f()
    if not isinstance(beliefs, dict) or not isinstance(beliefs.get(what), bool):
        raise CheckFailed(f"return a dict that says True or False for {what!r}, and for the other six")
    return beliefs[what]


def _asked(what: str, says: str) -> Case:
    return Case(f"{says} (measured)", lambda f: _belief(f, what), expected=lambda: measured_by_sliding()[what])


def _wrong_about(what: str, says: str) -> Mistake:
    return Mistake(f"wrong about {what}", lambda: stays_the_same() | {what: not stays_the_same()[what]}, says)


STAYS_THE_SAME = Exercise(
    name="stays_the_same",
    reference=stays_the_same,
    cases=(
        _asked("query", "'query', the numbers in a patch's query after its turn"),
        _asked("length", "'length', how long a query is"),
        _asked("value", "'value', what a patch hands over when it is looked at"),
        _asked("patch to patch", "'patch to patch', the score between two patches"),
        _asked("word to word", "'word to word', the score between two words"),
        _asked("word to patch", "'word to patch', the score between a patch and a word"),
        _asked("velocity", "'velocity', the network's answer"),
    ),
    mistakes=(
        _wrong_about(
            "query",
            "a patch's query is turned by an angle that grows with its seconds, so three seconds later it points "
            "elsewhere. What stays is something that two of them make together",
        ),
        _wrong_about("length", "a turn changes where an arrow points; measure the arrow before and after a turn"),
        _wrong_about(
            "value",
            "queries and keys are turned, values never are: look at the line of `Attention.forward` that splits them",
        ),
        _wrong_about(
            "patch to patch",
            "both patches have moved by the same three seconds: what does a score know but the difference?",
        ),
        _wrong_about("word to word", "no word has moved: words are at the coordinate 0 before and after"),
        _wrong_about(
            "word to patch",
            "one of the two has moved and the other has not, so the difference between them is another",
        ),
        _wrong_about(
            "velocity",
            "the answer depends on *all* scores, also on those between patches and words; if one kind changes, so does "
            "the answer",
        ),
    ),
    alternatives=(
        lambda: {key: key not in ("query", "word to patch", "velocity") for key in stays_the_same()},
        measured_by_sliding,
    ),
    hints=(
        "Go through them one by one with two questions: does a turn touch it at all? And if it is made of two tokens, "
        "have both of them moved?",
        "Words are at the coordinate 0, 'nowhere', before and after the slide. Patches have moved by three seconds.",
        "Three of the seven change.",
    ),
    becomes="minisora/model/rope.py",
    minutes=6,
    difficulty=2,
    points=2,
)


def _block(forward: Callable[..., Tensor]) -> type[DiTBlock]:
    return type("DiTBlock", (DiTBlock,), {"forward": forward})


def _six(block: DiTBlock, modulation: Tensor, level: Tensor) -> tuple[Tensor, ...]:
    return F.embedding(level, modulation + block.table).chunk(6, dim=-1)


def _plain(
    block: DiTBlock, x: Tensor, six: tuple[Tensor, ...], rope: Tensor, mask: Tensor | None, *, change: str = ""
) -> Tensor:
    """The block with one thing changed."""
    shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = six
    normed = (lambda x, shift, scale: x * (1 + scale) + shift) if change == "no norm" else modulate
    if change == "scale alone":
        normed = lambda x, shift, scale: F.layer_norm(x, x.shape[-1:]) * scale + shift  # noqa: E731
    seen = block.attention(normed(x, shift_a, scale_a), rope, mask)
    if change == "no way round":
        x = gate_a * seen
        return gate_m * block.mlp(normed(x, shift_m, scale_m))
    if change == "normed round":
        x = F.layer_norm(x, x.shape[-1:])
        after = x + gate_a * block.attention(x * (1 + scale_a) + shift_a, rope, mask)
        after = F.layer_norm(after, x.shape[-1:])
        return after + gate_m * block.mlp(after * (1 + scale_m) + shift_m)
    if change == "gate on both":
        x = gate_a * (x + seen)
        return gate_m * (x + block.mlp(normed(x, shift_m, scale_m)))
    if change == "MLP first":
        x = x + gate_m * block.mlp(normed(x, shift_m, scale_m))
        return x + gate_a * block.attention(normed(x, shift_a, scale_a), rope, mask)
    if change == "added to itself":
        y = normed(x, shift_a, scale_a)
        z = normed(y + gate_a * seen, shift_m, scale_m)
        return z + gate_m * block.mlp(z)
    if change == "attention unmodulated":
        seen = block.attention(x, rope, mask)
    if change == "no gates":
        gate_a = gate_m = torch.ones_like(gate_a)
    one = 1 if change == "gate from one" else 0
    after = x + (one + gate_a) * seen
    if change == "without MLP":
        return after
    if change == "MLP unmodulated":
        return after + gate_m * block.mlp(after)
    before_mlp = x if change == "side by side" else after
    return after + (one + gate_m) * block.mlp(normed(before_mlp, shift_m, scale_m))


def _changed_block(change: str) -> type[DiTBlock]:
    return _block(
        lambda self, x, m, level, rope, mask: _plain(self, x, _six(self, m, level), rope, mask, change=change)
    )


def _reordered_block(*order: int) -> type[DiTBlock]:
    def forward(self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor) -> Tensor:
        six = _six(self, modulation, level)
        return _plain(self, x, tuple(six[i] for i in order), rope, mask)

    return _block(forward)


def _number_by_number(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    six = F.embedding(level, modulation + self.table).unflatten(-1, (-1, 6)).unbind(-1)
    return _plain(self, x, six, rope, mask)


def _first_row(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, _six(self, modulation, torch.zeros_like(level)), rope, mask)


def _without_table(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, F.embedding(level, modulation).chunk(6, dim=-1), rope, mask)


def _not_looked_up(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, (modulation + self.table).chunk(6, dim=-1), rope, mask)


def _one_time_for_all(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, _six(self, modulation, level[:, :1].expand_as(level)), rope, mask)


def _mask_not_handed_on(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, _six(self, modulation, level), rope, None)


def _block_by_indexing(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    six = (modulation + self.table).unflatten(-1, (6, -1))[level]  # b n 6 d
    for part, layer in enumerate((lambda y: self.attention(y, rope, mask), self.mlp)):
        shift, scale, gate = six[:, :, 3 * part : 3 * part + 3].unbind(2)
        y = F.layer_norm(x, x.shape[-1:])
        x = x + gate * layer(y + y * scale + shift)
    return x


BLOCK_X, BLOCK_LEVEL = drawn(2, 5, 12, seed=15), torch.tensor([[0, 0, 1, 2, 2], [2, 1, 1, 0, 2]])
BLOCK_ROPE = rope_table(drawn(2, 5, 3, seed=16), 6, VIDEO_AXES)
BLOCK_MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]).bool()[:, None, None, :]


@torch.no_grad()
def _ask_block(
    block_class: Solution, *, table: float, modulation: float, levels: int = 3, mask: Tensor | None = None
) -> Tensor:
    """The answer of a block with known weights."""
    block = block_class(12, 2)
    for i, (name, parameter) in enumerate(sorted(block.named_parameters())):
        size = table if name == "table" else 0.3
        parameter.copy_(
            1 + 0.1 * drawn(*parameter.shape, seed=i) if "gain" in name else size * drawn(*parameter.shape, seed=i)
        )
    level = BLOCK_LEVEL.clamp(max=levels - 1)
    return block(BLOCK_X.clone(), modulation * drawn(levels, 72, seed=50), level, BLOCK_ROPE, mask)


DIT_BLOCK = Exercise(
    name="DiTBlock",
    reference=DiTBlock,
    cases=(
        Case(
            "a table and a modulation of zeros: the gates are shut, and what goes in comes out",
            lambda f: _ask_block(f, table=0.0, modulation=0.0),
            expected=lambda: BLOCK_X,
        ),
        Case("one time for all, and a table of zeros", lambda f: _ask_block(f, table=0.0, modulation=1.0, levels=1)),
        Case("the same with a table of its own", lambda f: _ask_block(f, table=1.0, modulation=1.0, levels=1)),
        Case("three times, and a row of modulation for each", lambda f: _ask_block(f, table=1.0, modulation=1.0)),
        Case("the same with a mask", lambda f: _ask_block(f, table=1.0, modulation=1.0, mask=BLOCK_MASK)),
    ),
    mistakes=(
        Mistake(
            "no way round",
            _changed_block("no way round"),
            "with its gates shut your block returns zeros: x itself has to go round the attention and round the MLP, "
            "and what they say is added to it",
        ),
        Mistake(
            "the norm goes round",
            _changed_block("normed round"),
            "with its gates shut your block returns LayerNorm(x): only what attention and MLP *read* is normed, "
            "while x itself goes round them as it is",
        ),
        Mistake(
            "gate on both",
            _changed_block("gate on both"),
            "your gate also shuts out x itself: it belongs to what the attention (the MLP) says, and not to the sum",
        ),
        Mistake(
            "gate from one",
            _changed_block("gate from one"),
            "your gates are 1 + gate, so the block is not the identity at first: only the scale has a 1 in front",
        ),
        Mistake(
            "scale without one",
            _changed_block("scale alone"),
            "you multiply by the scale alone, which is 0 at first: multiply by 1 + scale",
        ),
        Mistake(
            "no norm",
            _changed_block("no norm"),
            "you shift and scale x as it is: it has to pass the LayerNorm first (both times)",
        ),
        Mistake(
            "side by side",
            _changed_block("side by side"),
            "your MLP reads what came into the block; let it read what the attention has left (x after the first sum)",
        ),
        Mistake(
            "scale before shift",
            _reordered_block(1, 0, 2, 4, 3, 5),
            "shift and scale are swapped: the six parts are shift, scale, gate for the attention, then the same three "
            "for the MLP",
        ),
        Mistake(
            "gate first",
            _reordered_block(1, 2, 0, 4, 5, 3),
            "your parts are read as gate, shift, scale; the order is shift, scale, gate",
        ),
        Mistake(
            "attention and MLP swapped",
            _reordered_block(3, 4, 5, 0, 1, 2),
            "the first three parts are for the attention, the last three for the MLP; yours are the other way round",
        ),
        Mistake(
            "gates exchanged",
            _reordered_block(0, 1, 5, 3, 4, 2),
            "the gates of attention and MLP are exchanged: the third part is the attention's gate, the sixth the MLP's",
        ),
        Mistake(
            "MLP as attention",
            _reordered_block(0, 1, 2, 0, 1, 2),
            "your MLP gets the attention's shift, scale and gate: the last three parts are its own",
        ),
        Mistake(
            "cut number by number",
            _block(_number_by_number),
            "you take the six parts number by number. They stand one behind the other, each `width` long: "
            "`.chunk(6, dim=-1)`",
        ),
        Mistake(
            "attention unmodulated",
            _changed_block("attention unmodulated"),
            "your attention reads x itself: it reads the modulated LayerNorm of x, `modulate(x, shift, scale)`, like "
            "the MLP",
        ),
        Mistake(
            "MLP unmodulated",
            _changed_block("MLP unmodulated"),
            "your MLP reads x itself: it reads the modulated LayerNorm of x, `modulate(x, shift, scale)`, like the "
            "attention",
        ),
        Mistake(
            "no gates",
            _changed_block("no gates"),
            "you add what attention and MLP say without their gates: with its gates shut (0) a block must change "
            "nothing",
        ),
        Mistake(
            "added to itself",
            _changed_block("added to itself"),
            "you add the modulated LayerNorm back instead of x: what goes round attention and MLP is x itself",
        ),
        Mistake(
            "MLP first",
            _changed_block("MLP first"),
            "your MLP comes before the attention; it is the other way round",
        ),
        Mistake(
            "without MLP",
            _changed_block("without MLP"),
            "half of the block is missing: after the attention, the MLP does the same with its own three parts",
        ),
        Mistake(
            "table forgotten",
            _block(_without_table),
            "you never use `self.table`: without it all blocks would be told the very same. Add it to the modulation",
        ),
        Mistake(
            "never looked up",
            _block(_not_looked_up),
            "the rows of `modulation` are one for each *different* time, not one for each token: `level` says which "
            "row is whose, so look them up first, with `F.embedding(level, rows)`",
        ),
        Mistake(
            "one time for all",
            _block(_one_time_for_all),
            "every token gets the modulation of the first one: look up each token's own row, `level` says which",
        ),
        Mistake(
            "first row for all",
            _block(_first_row),
            "every token gets the first row of `modulation`: look up each token's own row, `level` says which",
        ),
        Mistake(
            "mask not handed on",
            _block(_mask_not_handed_on),
            "your attention does not get the mask, so that hidden tokens are seen: hand it on",
        ),
    ),
    alternatives=(_block(_block_by_indexing),),
    hints=(
        "First line: `modulation + self.table` has a row for each time; `F.embedding(level, rows)` (or `rows[level]`) "
        "gives each token its own. `.chunk(6, dim=-1)` cuts it into the six parts.",
        "Each half of the block is the same sentence: x, plus a gate, times what a layer says about the modulated "
        "LayerNorm of x. `F.layer_norm(x, x.shape[-1:])` is the norm.",
        "`x = x + gate_a * self.attention(norm(x) * (1 + scale_a) + shift_a, rope, mask)`; the MLP's line is the same "
        "with its three parts, and reads the new x.",
    ),
    becomes="minisora/model/blocks.py",
    minutes=20,
    difficulty=3,
    points=4,
)


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

EXERCISES = (ATTEND, RMS_NORM, APPLY_ROPE, ROPE_TABLE, STAYS_THE_SAME, DIT_BLOCK, BLOCK_PARAMETERS)
