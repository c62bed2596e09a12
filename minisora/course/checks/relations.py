"""What has a wrong answer to do with the right one? The sign, a factor, a root, an axis: said where it is so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

import torch
from torch import Tensor

Pair = tuple[Tensor, Tensor]  # an answer, and the right one


def relation(pairs: Iterable[tuple[object, object]], tolerances: Iterable[float]) -> str | None:
    """The one relation that holds between all wrong answers and the right ones, in words; None if there is none."""
    asked = list(zip(pairs, tolerances, strict=True))
    wrong = [pair for (mine, right), tolerance in asked for pair in _wrong_parts(mine, right, tolerance)]
    found = [pair for pair in wrong if pair is not None]
    if not found or len(found) < len(wrong):
        return None
    tolerance = max(1e-5, *(each for _, each in asked))
    if all(mine.shape == right.shape for mine, right in found):
        return next((says for says in _alike(found, tolerance) if says), None)
    if all(mine.shape != right.shape for mine, right in found):
        return next((says for says in _unlike(found, tolerance) if says), None)
    return None


def _wrong_parts(mine: object, right: object, tolerance: float) -> Iterator[Pair | None]:
    """The numbers that differ; None for what is not a number."""
    if isinstance(right, dict) and isinstance(mine, dict) and mine.keys() == right.keys():
        for key in right:
            yield from _wrong_parts(mine[key], right[key], tolerance)
    elif isinstance(right, tuple | list) and isinstance(mine, tuple | list) and len(mine) == len(right):
        for each in zip(mine, right, strict=True):
            yield from _wrong_parts(*each, tolerance)
    elif isinstance(right, str | bool | None) or not isinstance(right, Tensor | int | float):
        if type(mine) is not type(right) or mine != right:
            yield None
    elif not isinstance(mine, Tensor | int | float):
        yield None
    else:
        a, b = (torch.as_tensor(each).detach() for each in (mine, right))
        same = a.shape == b.shape and a.dtype == b.dtype
        if a.is_meta or b.is_meta or a.is_complex() or b.is_complex():
            yield None
        elif not _close(a.double(), b.double(), tolerance):
            boolean = a.dtype == b.dtype == torch.bool
            yield (a, b) if boolean else (a.double(), b.double())
        elif not same:
            yield None  # the same numbers, of another kind


def _alike(pairs: list[Pair], tolerance: float) -> Iterator[str | None]:
    if all(mine.dtype == torch.bool for mine, _ in pairs):
        yield "is turned round: true where it should be false, and false where it should be true" * _all(
            pairs, lambda mine, right: bool((mine == ~right).all())
        )
        yield "is transposed: its last two axes are swapped" * _all(
            pairs, lambda mine, right: mine.ndim > 1 and mine.shape == right.mT.shape and bool((mine == right.mT).all())
        )
        return
    pairs = [(mine.double(), right.double()) for mine, right in pairs]
    yield _cut(pairs, tolerance)
    if all(bool((mine.isfinite() & right.isinf()).any()) for mine, right in pairs):
        yield (
            "is finite where the right one is infinite: is something limited, or a small number added against log(0) "
            "or 1/0? Nothing asks for that here"
        )
    if any(right.numel() and not bool(right.isfinite().all() and mine.isfinite().all()) for mine, right in pairs):
        return
    yield "has the wrong sign: minus where plus should be, or the other way round" * _is(
        pairs, lambda right: -right, tolerance
    )
    yield _factor(pairs, tolerance)
    if sum(right.numel() for _, right in pairs) > 2 and tolerance < 1e-2:  # one number is anything's square
        for says, turned in _FORMULAS:
            yield says * _is(pairs, turned, tolerance)
    yield _offset(pairs, tolerance)
    yield _places(pairs, tolerance)
    yield _partly(pairs, tolerance)


_FORMULAS: tuple[tuple[str, Callable[[Tensor], Tensor]], ...] = (
    ("is the square of the right one: a root is missing, or there is a square too many", torch.square),
    (
        "is the root of the right one: a square is missing, or there is a root too many",
        lambda right: right.abs().sqrt(),
    ),
    ("is the right one turned over, 1 / x: what is divided by what?", lambda right: 1 / right),
    ("is the logarithm of the right one: no logarithm is needed", lambda right: right.abs().log()),
    ("is exp of the right one: its logarithm is missing", lambda right: right.exp()),
    ("is 1 minus the right one: the other share, or the other end", lambda right: 1 - right),
    ("is the size of the right one without its sign", torch.abs),
    ("is a fraction where it should be whole, or the other way round: round before, not after", torch.round),
)

_KNOWN = {
    2.0: "twice what it should be: a ½ is missing, or something is counted twice",
    0.5: "half of what it should be: a factor of 2 is missing, or something is counted once instead of twice",
    4.0: "four times what it should be: two factors of 2 too many, or a square of 2",
    0.25: "a quarter of what it should be: two factors of 2 are missing",
    1 / math.log(10): "a logarithm to the base of ten: the natural one is wanted, torch.log",
    10 / math.log(10): "in decibels, 10·log10: the natural logarithm is wanted, torch.log",
    1 / math.log(2): "to the base of two (bits): the natural logarithm is wanted, torch.log",
    1 / (2 * math.pi): "too small by 2π: turns and radians",
    2 * math.pi: "too large by 2π: turns and radians",
}


def _factor(pairs: list[Pair], tolerance: float) -> str | None:
    """A factor that is the same everywhere; or the same within each answer, as of a sum in place of a mean."""
    ratios = []
    for mine, right in pairs:
        size = float(right.square().sum())
        if not size:
            return None
        ratios.append(float((mine * right).sum()) / size)
        if not _close(mine, ratios[-1] * right, tolerance):
            return None
    if any(abs(ratio) < 1e-9 for ratio in ratios):
        return "is 0 everywhere: something is multiplied by 0, or not added" if not any(map(abs, ratios)) else None
    numbers = sum(right.numel() for _, right in pairs)
    alike = max(ratios) - min(ratios) <= 1e-3 * abs(ratios[0])
    if alike:
        for known, says in _KNOWN.items():
            if abs(ratios[0] - known) < 1e-3 * known:
                return f"is {says}"
    if alike and numbers > 2:
        return f"is {ratios[0]:.4g} times what it should be everywhere: look for a factor that is missing or too many"
    whole = all(ratio > 1.5 and abs(ratio - round(ratio)) < 1e-3 * ratio for ratio in ratios)
    if not alike and len(pairs) > 1 and whole:
        times = ", ".join(f"{round(ratio)}" for ratio in ratios[:3])
        return f"is too large by a whole factor ({times} times): is it a sum where a mean is wanted?"
    return None


def _offset(pairs: list[Pair], tolerance: float) -> str | None:
    moved = [float((mine - right).mean()) for mine, right in pairs]
    if sum(right.numel() for _, right in pairs) < 3 or max(moved) - min(moved) > 1e-3 * abs(moved[0]):
        return None
    if not all(_close(mine, right + step, tolerance) for (mine, right), step in zip(pairs, moved, strict=True)):
        return None
    return f"is {moved[0]:+.4g} off everywhere: look for something that is added and should not be, or not and should"


def _cut(pairs: list[Pair], tolerance: float) -> str | None:
    """Cut off at a bound that is too narrow."""
    if sum(mine.numel() for mine, _ in pairs) < 6:
        return None
    low, high = min(float(mine.min()) for mine, _ in pairs), max(float(mine.max()) for mine, _ in pairs)
    if low >= high or not _is(pairs, lambda right: right.clamp(low, high), tolerance):
        return None
    return f"is right, but cut off (clamped) below {low:.4g} and above {high:.4g}: nothing asks for such a limit here"


def _places(pairs: list[Pair], tolerance: float) -> str | None:
    """The right numbers in other places."""
    most = max(right.ndim for _, right in pairs)
    if min(right.numel() for _, right in pairs) < 2:
        return None
    for axis in range(most):
        if _is(pairs, lambda right, axis=axis: right.flip(axis) if axis < right.ndim else right, tolerance):
            return f"runs backwards along its axis {axis}: the first comes last"
    for axis in range(most):
        for step in (1, -1):
            if all(_shifted(mine, right, axis, step, tolerance) for mine, right in pairs):
                where = "late" if step == 1 else "early"
                return f"is right but one place too {where} along its axis {axis}: what stands first?"
    for order in permutations(range(most)):
        same = all(
            right.ndim == most and right.permute(order).shape == mine.shape and _close(mine, right.permute(order), 1e-5)
            for mine, right in pairs
        )
        if same:
            return f"has the right numbers, but its axes are in another order: {_order(order)}"
    if all(_close(mine.flatten().sort().values, right.flatten().sort().values, tolerance) for mine, right in pairs):
        return (
            "has all the right numbers, but in wrong places: the order of the axes before they are merged (or how one "
            "is split) is another; reshape never moves a number, permute or rearrange does"
        )
    return None


def _shifted(mine: Tensor, right: Tensor, axis: int, step: int, tolerance: float) -> bool:
    if axis >= right.ndim or right.shape[axis] < 3:
        return False
    n = right.shape[axis] - 1
    a, b = mine.narrow(axis, max(step, 0), n), right.narrow(axis, max(-step, 0), n)
    return _close(a, b, tolerance)


def _partly(pairs: list[Pair], tolerance: float) -> str | None:
    """Right for the first of several, and for no other; or wrong in one place along an axis."""
    whole = [(mine, right) for mine, right in pairs if right.ndim and len(right) > 1]
    same = all(_close(mine, right[:1].expand_as(mine), tolerance) for mine, right in whole)
    if len(whole) == len(pairs) and same:
        return "repeats what is right for the first one: along the first axis each needs an answer of its own"
    return None


def _unlike(pairs: list[Pair], tolerance: float) -> Iterator[str | None]:
    most = max(right.ndim for _, right in pairs)
    pairs = [(mine.double(), right.double()) for mine, right in pairs]
    shapes = f"(it has the shape {tuple(pairs[0][0].shape)}, not {tuple(pairs[0][1].shape)})"
    for order in permutations(range(most)):
        same = all(
            right.ndim == most and right.permute(order).shape == mine.shape and _close(mine, right.permute(order), 1e-5)
            for mine, right in pairs
        )
        if same:
            yield f"has the right numbers, but its axes are in another order: {_order(order)} {shapes}"
    squeezed = all(
        mine.numel() == right.numel() and _close(mine.flatten(), right.flatten(), tolerance) for mine, right in pairs
    )
    if squeezed and all([n for n in a.shape if n > 1] == [n for n in b.shape if n > 1] for a, b in pairs):
        yield f"is right but for axes of length 1 that are too many or missing {shapes}"
    if squeezed:
        yield f"has the right numbers in the right order, but its axes are merged or split in another way {shapes}"
    if all(not right.ndim and mine.numel() > 1 and _close(mine.mean(), right, tolerance) for mine, right in pairs):
        yield f"is not one number yet: take the mean over everything {shapes}"
    if all(not mine.ndim and right.numel() > 1 and _close(mine, right.mean(), tolerance) for mine, right in pairs):
        yield f"is a single number, the mean of what is wanted: keep the axes {shapes}"
    for axis in range(most):
        for says, start in (("at the front", 1), ("at the end", 0)):
            if all(_longer(mine, right, axis, start, tolerance) for mine, right in pairs):
                yield f"is right but for what is too many {says} of its axis {axis}: cut it off {shapes}"
            if all(_longer(right, mine, axis, start, tolerance) for mine, right in pairs):
                yield f"is right but for what is missing {says} of its axis {axis} {shapes}"


def _longer(long: Tensor, short: Tensor, axis: int, start: int, tolerance: float) -> bool:
    if long.ndim != short.ndim or axis >= long.ndim or long.shape[axis] <= short.shape[axis] or not short.numel():
        return False
    extra = long.shape[axis] - short.shape[axis]
    part = long.narrow(axis, extra * start, short.shape[axis])
    return part.shape == short.shape and _close(part, short, tolerance)


def _order(order: tuple[int, ...]) -> str:
    moved = [f"what should be axis {wanted} is axis {now}" for now, wanted in enumerate(order) if now != wanted]
    return ", ".join(moved)


def _is(pairs: list[Pair], turned: Callable[[Tensor], Tensor], tolerance: float) -> bool:
    """Whether each answer is the right one, turned like this."""
    return all(_close(mine, turned(right), tolerance) for mine, right in pairs)


def _all(pairs: list[Pair], holds: Callable[[Tensor, Tensor], bool]) -> bool:
    return all(holds(mine, right) for mine, right in pairs)


def _close(mine: Tensor, right: Tensor, tolerance: float) -> bool:
    return mine.shape == right.shape and bool(
        torch.isclose(mine, right, atol=tolerance, rtol=tolerance, equal_nan=True).all()
    )
