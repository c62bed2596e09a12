"""What every right answer is asked besides: does it leave its arguments alone, and does it work in the machine?

A part of the machine gets the same tensors as others, twice the same call gives twice the same answer, gradients flow
through it, and it makes tensors where those that it is given are, of their kind. None of this shows in one answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minisora.course.checks.compare import difference
from minisora.course.checks.elsewhere import Elsewhere, OtherDevice, TwoDevices, moved
from minisora.course.checks.exercise import Exercise, Solution
from minisora.course.checks.watch import Call, Watch, fresh

DETACHED = (
    "the numbers are right, but no gradient flows back through them to {names}, so nothing can be trained with it. "
    "Look for torch.no_grad(), .detach(), .data, .item(), float(...) or numpy, which cut an answer off the graph"
)
PARTLY = (
    "the numbers are right, but the gradient that reaches {names} is another one: a part of the calculation is cut off "
    "the graph. Look for .detach(), .data, .item() or torch.no_grad() around one term"
)
DEVICE = (
    "it makes a tensor on the CPU, wherever those that it is given are, so it fails on a GPU. Make new ones where the "
    "old ones are: `x.new_zeros(...)`, `torch.zeros_like(x)` or `device=x.device`"
)
DTYPE = (
    "for numbers in {given} it answers in {mine}, so that digits are lost or a network complains. Make new tensors of "
    "the same kind: `x.new_zeros(...)`, `torch.zeros_like(x)` or `dtype=x.dtype`"
)
MEMORY = (
    "the same object, called once more, answers something else than a new one does: it remembers the call before. Keep "
    "nothing in it (no attribute, no global): the past comes in as an argument and goes out as a result"
)
STALE = (
    "asked about other numbers of the same shape, it gives its earlier answer again: it keeps answers by their shape "
    "(a dictionary, an attribute, functools.cache). Calculate each one anew, or keep it by all that it depends on"
)
#: Arguments through which nobody trains: times and tables.
_NEVER_LEARNT = frozenset({"t", "s", "times", "moments", "starts", "betas", "alphas", "free", "mask", "guidance"})
#: What may be asked of an exercise, a call, and the watched solution: the cause, or None.
Question = Callable[[Exercise, Call, Watch], str | None]
#: So many numbers at most are asked for their gradients: the rest would take time and say the same.
_SMALL = 200_000


def cause(exercise: Exercise, calls: list[Call], watch: Watch) -> str | None:
    """What is wrong with a solution whose answers to these calls are right; None if nothing is."""
    questions: list[Question] = [_remembered, _stale]
    if exercise.trains:
        questions.append(_gradients)
    for question in questions:
        for says in _asked(question, exercise, calls, watch):
            if says:
                return says
    # A tensor of the wrong kind spoils every call; what spoils one (`torch.as_tensor(1.0)`) is seldom worth a word.
    for question in (_on_another_device, _in_another_precision)[: 1 + exercise.trains]:
        found = _asked(question, exercise, calls, watch)
        if found and all(found):
            return found[0]
    return None


def _asked(question: Question, exercise: Exercise, calls: list[Call], watch: Watch) -> list[str | None]:
    """What a question brings up, call by call; calls to which it cannot be put are left out."""
    found = []
    for call in calls:
        try:
            found.append(question(exercise, call, watch))
        except _Unasked:
            continue
    return found


class _Unasked(Exception):
    """A question that cannot be put to the reference says nothing."""


@contextmanager
def same_dice() -> Iterator[None]:
    """Whatever is drawn from the global generators within, they stand afterwards where they stood before."""
    kept = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        torch.set_rng_state(kept[0])
        np.random.set_state(kept[1])
        random.setstate(kept[2])


def _answer(solution: Solution, call: Call, change: Callable[[Any], Any], *, learner: bool) -> object:
    """What a solution answers when each tensor of a call is changed; the reference must be able to answer."""
    try:
        arguments, options = fresh(call)
        arguments, options = _each(arguments, change), _each(options, change)
        asked = _forward(solution, call, change, learner=learner)
        with same_dice(), torch.enable_grad():
            return asked(*arguments, **options)
    except Exception as error:
        if learner:
            raise
        raise _Unasked from error


def _forward(solution: Solution, call: Call, change: Callable[[Any], Any], *, learner: bool) -> Solution:
    """The solution itself, or the ``forward`` of a layer with the weights that the asked one had."""
    if call.layer is None:
        return solution
    made, options = call.made_of
    with torch.random.fork_rng(devices=[]):
        layer: Any = solution(*made, **options)
    layer.load_state_dict(call.layer.state_dict())
    for name, parameter in layer.named_parameters():
        owner = layer.get_submodule(name.rpartition(".")[0])
        setattr(owner, name.rpartition(".")[2], nn.Parameter(change(parameter.detach())))
    return layer


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Tensor):
        return change(value)
    if type(value) is dict:
        return {key: _each(each, change) for key, each in value.items()}
    if type(value) in (tuple, list):
        return type(value)(_each(each, change) for each in value)
    return value


def _tensors(answer: object) -> list[Tensor]:
    """The tensors in an answer."""
    if isinstance(answer, Tensor):
        return [answer]
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, tuple | list) else ()
    return [tensor for part in parts for tensor in _tensors(part)]


def _remembered(exercise: Exercise, call: Call, watch: Watch) -> str | None:
    """The same once more, and other numbers, of the same layer: does a new one with its weights say the same?"""
    if call.layer is None or not call.returned:
        return None
    try:
        arguments, options = fresh(call)
        again = watch.forward(call.layer, *arguments, **options)
        new = _forward(watch.solution, call, lambda weight: weight, learner=True)
        others, their_options = _each(fresh(call)[0], _nudged), _each(fresh(call)[1], _nudged)
        used, unused = watch.forward(call.layer, *others, **their_options), new(*others, **their_options)
    except Exception:
        return None
    known = difference(again, call.answer, tolerance=1e-5) is None and difference(used, unused, tolerance=1e-4) is None
    return None if known else MEMORY


def _stale(exercise: Exercise, call: Call, watch: Watch) -> str | None:
    """Other numbers of the same shapes, whose answer is another one: is it the old one once more?"""
    if call.layer is not None or not call.returned:
        raise _Unasked
    right = _answer(exercise.reference, call, _nudged, learner=False)
    kinds, theirs = ([each.dtype for each in _tensors(answer)] for answer in (call.answer, right))
    if not theirs or kinds != theirs or difference(right, call.answer, tolerance=1e-3) is None:
        raise _Unasked  # booleans for numbers, say, are another answer, but no old one
    try:
        mine = _answer(watch.solution, call, _nudged, learner=True)
    except Exception:
        return None
    return STALE if difference(mine, call.answer, tolerance=1e-6) is None else None


def _nudged(x: Tensor) -> Tensor:
    return 0.75 * x + 0.125 if x.is_floating_point() else x


def _gradients(exercise: Exercise, call: Call, watch: Watch) -> str | None:
    names, solution = watch.names(len(call.arguments)), watch.solution
    right, theirs = _slopes(exercise.reference, call, names, learner=False)
    if not theirs:
        return None
    try:
        answer, mine = _slopes(solution, call, names, learner=True)
    except RuntimeError as error:
        return DETACHED.format(names=_list(theirs)) if "requires grad" in str(error) else None
    except Exception:
        return None
    lost = [name for name in theirs if name not in mine]
    if lost:
        return DETACHED.format(names=_list(lost))
    if difference(answer, right, tolerance=1e-4) is not None:  # drawn in another order, say
        return None
    bent = [name for name, slope in theirs.items() if _far(mine[name], slope)]
    return PARTLY.format(names=_list(bent)) if bent else None


def _slopes(solution: Solution, call: Call, names: list[str], *, learner: bool) -> tuple[object, dict[str, Tensor]]:
    """An answer, and the gradients that reach the arguments, the answers of functions among them, and the weights."""
    leaves: dict[str, Tensor] = {}
    here = iter([*names, *call.options])

    def leaf(value: Any) -> Any:
        name = next(here)
        if name in _NEVER_LEARNT:
            return value
        if isinstance(value, Tensor) and value.is_floating_point():
            leaves[name] = value.requires_grad_()
        elif callable(value) and not isinstance(value, type | nn.Module):
            return _learnt(value, leaves.setdefault(f"what {name} answers", torch.zeros((), requires_grad=True)))
        return value

    try:
        arguments, options = fresh(call)
        sizes = [each.numel() for each in _tensors([*arguments, *options.values()])]
        if sum(sizes) > _SMALL:
            raise _Unasked
        arguments = tuple(leaf(each) for each in arguments)
        options = {key: leaf(each) for key, each in options.items()}
        asked = _forward(solution, call, lambda weight: weight, learner=learner)
        if isinstance(asked, nn.Module):
            leaves |= {f"its {name}": each for name, each in asked.named_parameters()}
        with same_dice(), torch.enable_grad():
            answer = asked(*arguments, **options)
            outs = [each for each in _tensors(answer) if each.is_floating_point() and each.requires_grad]
            if not outs or not leaves:
                return answer, {}
            total = torch.stack([(each * _uneven(each)).sum().double() for each in outs]).sum()
            found = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    except Exception as error:
        if learner:
            raise
        raise _Unasked from error
    slopes = zip(leaves, found, strict=True)
    return answer, {name: slope for name, slope in slopes if slope is not None and bool(slope.any())}


def _learnt(function: Callable[..., Any], weight: Tensor) -> Callable[..., Any]:
    """The function as if it were a network: what it makes of tensors depends on a weight, whose value is 0."""

    def answer(*arguments: Any, **options: Any) -> Any:
        made = function(*arguments, **options)
        seen = [each for each in (*arguments, *options.values()) if isinstance(each, Tensor)]
        return made + weight if seen and isinstance(made, Tensor) and made.is_floating_point() else made

    return answer


def _uneven(out: Tensor) -> Tensor:
    """Weights for a sum, different for each number, so that no gradient cancels."""
    return torch.arange(out.numel(), dtype=out.dtype, device=out.device).cos().add(1.5).view(out.shape)


def _far(mine: Tensor, right: Tensor) -> bool:
    both = bool(mine.isfinite().all()) and bool(right.isfinite().all())
    return both and float((mine - right).norm()) > 0.02 * float(right.norm())


def _on_another_device(exercise: Exercise, call: Call, watch: Watch) -> str | None:
    given = (*call.arguments, *call.options.values())
    if not any(each.ndim for each in _tensors(list(given))) or any(isinstance(each, torch.Generator) for each in given):
        raise _Unasked
    with OtherDevice() as there:
        right = _tensors(_answer(exercise.reference, call, moved, learner=False))
        there.left = False
        try:
            mine = _tensors(_answer(watch.solution, call, moved, learner=True))
        except TwoDevices:
            return DEVICE
        except Exception:
            return None
    pairs = zip(mine, right, strict=False)
    elsewhere = any(isinstance(b, Elsewhere) and b.ndim and not isinstance(a, Elsewhere) for a, b in pairs)
    return DEVICE if elsewhere and not there.left else None


def _in_another_precision(exercise: Exercise, call: Call, watch: Watch) -> str | None:
    def turned(x: Tensor) -> Tensor:
        return x.to({torch.float32: torch.float64, torch.float64: torch.float32}.get(x.dtype, x.dtype))

    right = _tensors(_answer(exercise.reference, call, turned, learner=False))
    try:
        mine = _tensors(_answer(watch.solution, call, turned, learner=True))
    except Exception:
        return None
    for a, b in zip(mine, right, strict=False):
        if a.dtype != b.dtype and b.is_floating_point():
            given, answered = (str(each.dtype).removeprefix("torch.") for each in (b, a))
            return DTYPE.format(given=given, mine=answered)
    return None


def _list(names: Any) -> str:
    return " and ".join(f"`{name}`" for name in names)
