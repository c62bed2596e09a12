"""The exercise `reuse`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c10_gpu.common import as_velocity
from minisora.diffusion.path import Velocity


def reuse(velocity: Velocity, tolerance: float) -> Velocity:
    """Ask ``velocity`` only when the clip has changed by more than ``tolerance`` since it was last asked.

    The change is relative: ``|x - last| / |last|`` over all numbers, with the clip ``last`` of that call. Between calls
    the last answer is given again. The first question is always asked; each call of ``reuse`` has a memory of its own.
    """
    memory: tuple[Tensor, Tensor] | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal memory
        if memory is None or (x - memory[0]).norm() > tolerance * memory[0].norm():
            memory = (x, velocity(x, t))
        return memory[1]

    return thrifty


def _reuse_as_class(velocity: Velocity, tolerance: float) -> Velocity:
    class Thrifty:
        asked: Tensor
        answer: Tensor | None = None

        def __call__(self, x: Tensor, t: Tensor) -> Tensor:
            if self.answer is not None:
                change = (x - self.asked).square().sum().sqrt() / self.asked.square().sum().sqrt()
                if float(change) <= tolerance:
                    return self.answer
            self.asked, self.answer = x.clone(), velocity(x, t)
            return self.answer

    return Thrifty()


def _reusing(
    changed: Callable[[Tensor, Tensor], Tensor],
    *,
    since_last_step: bool = False,
    sign: int = 1,
    above: Callable[[float, float], bool] = operator.gt,
    late: bool = False,
    noted: bool = True,
) -> Callable[[Velocity, float], Velocity]:
    """Reuse with another measure of change, against another clip, or the other way round."""

    def wrong(velocity: Velocity, tolerance: float) -> Velocity:
        last: Tensor | None = None
        answer: Tensor | None = None

        def thrifty(x: Tensor, t: Tensor) -> Tensor:
            nonlocal last, answer
            old = answer
            if last is None or answer is None or above(sign * float(changed(x, last)), sign * tolerance):
                last, answer = x if noted or last is None else last, velocity(x, t)
            elif since_last_step:
                last = x
            return old if late and old is not None else answer

        return thrifty

    return wrong


def _reuse_never_again(velocity: Velocity, tolerance: float) -> Velocity:
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal answer
        answer = velocity(x, t) if answer is None else answer
        return answer

    return thrifty


def _relative(x: Tensor, last: Tensor) -> Tensor:
    return (x - last).norm() / last.norm()


def _reuse_from_zeros(velocity: Velocity, tolerance: float) -> Velocity:
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal last, answer
        if last is None or answer is None:
            last, answer = torch.zeros_like(x), torch.zeros_like(x)
        if (x - last).norm() > tolerance * last.norm():
            last, answer = x, velocity(x, t)
        return answer

    return thrifty


def _reuse_by_answers(velocity: Velocity, tolerance: float) -> Velocity:
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal answer
        new = velocity(x, t)
        if answer is None or _relative(new, answer) > tolerance:
            answer = new
        return answer

    return thrifty


def _reuse_by_time(velocity: Velocity, tolerance: float) -> Velocity:
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal last, answer
        if last is None or answer is None or float((t - last).abs().max()) > tolerance:
            last, answer = t, velocity(x, t)
        return answer

    return thrifty


def _clip_by_clip(x: Tensor, last: Tensor) -> Tensor:
    return (x - last).flatten(1).norm(dim=1) / last.flatten(1).norm(dim=1)


def _asked_about(
    clips: Callable[[], Sequence[Tensor]], tolerance: float = 0.1, times: Sequence[float] = ()
) -> Callable[[Solution], object]:
    """Clips in turn, which of them (from 1) the velocity was asked about, and the answers."""

    def ask(solution: Solution) -> object:
        asked, shown = list[int](), 0

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            asked.append(shown)
            return 2 * x + t

        thrifty, answers = as_velocity(solution(velocity, tolerance)), []
        if asked:
            raise CheckFailed("it asks the velocity before there is a clip: ask inside the function that it returns")
        for shown, clip in enumerate(clips(), start=1):
            t = torch.tensor(times[shown - 1] if times else 0.5, dtype=torch.float64)
            answers.append(thrifty(clip, t))
        return {"which clips it was asked about": asked, "answers": answers}

    return ask


def _walk(*lengths: float, tolerance: float = 0.1, times: Sequence[float] = ()) -> Callable[[Solution], object]:
    """Clips of the given lengths, all in one direction."""
    direction = torch.ones(1, 1, 2, 2, 1, dtype=torch.float64) / 2
    return _asked_about(lambda: [length * direction for length in lengths], tolerance, times)


def _points(*points: tuple[float, ...], tolerance: float = 0.1) -> Callable[[Solution], object]:
    """Clips of four numbers."""
    return _asked_about(lambda: [torch.tensor(p, dtype=torch.float64).view(1, 1, 2, 2, 1) for p in points], tolerance)


def _pairs_of_clips(*pairs: tuple[float, float], tolerance: float = 0.1) -> Callable[[Solution], object]:
    """Batches of two clips, a number each."""
    return _asked_about(lambda: [torch.tensor(p, dtype=torch.float64).view(2, 1, 1, 1, 1) for p in pairs], tolerance)


def _two_runs(solution: Solution) -> object:
    """The same start for two samplers: each has to ask."""
    counts = []
    x, t = torch.full((1, 1, 2, 2, 1), 3.0, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)
    for factor in (1.0, -1.0):
        counts.append(solution(lambda x, t, factor=factor: factor * x, 0.5)(x, t))
    return counts


REUSE = Exercise(
    name="reuse",
    reference=reuse,
    cases=(
        Case("clips of the lengths 10, 10.5, 11.05 and 11.6, tolerance 0.1", _walk(10.0, 10.5, 11.05, 11.6)),
        Case(
            "clips that grow by 4 per cent a step, tolerance 0.1: small steps add up",
            _walk(*(10 * 1.04**i for i in range(8))),
        ),
        Case("short clips: lengths 0.1, 0.13, 0.131 and 0.2, tolerance 0.1", _walk(0.1, 0.13, 0.131, 0.2)),
        Case("clips of the lengths 0.5, 0.65 and 0.66, tolerance 0.1", _walk(0.5, 0.65, 0.66)),
        Case("long clips: lengths 100, 105, 112, tolerance 0.1", _walk(100.0, 105.0, 112.0)),
        Case("tolerance 0: every clip that differs is asked about", _walk(1.0, 1.001, 1.001, 0.9, tolerance=0.0)),
        Case(
            "the lengths 1, 1.5 and 1.75 with tolerance 0.5: a change of exactly 0.5 is not more",
            _walk(1.0, 1.5, 1.75, tolerance=0.5),
        ),
        Case(
            "a clip that turns and keeps its length: (3, 4, 0, 0), then (4, 3, 0, 0)",
            _points((3, 4, 0, 0), (4, 3, 0, 0)),
        ),
        Case(
            "a clip whose mean stays: (1, 1, 1, 1), then (4, -2, 1, 1), tolerance 0.5",
            _points((1, 1, 1, 1), (4, -2, 1, 1), tolerance=0.5),
        ),
        Case(
            "one number of four changes: (1, 1, 1, 1), then (1.5, 1, 1, 1), tolerance 0.3",
            _points((1, 1, 1, 1), (1.5, 1, 1, 1), tolerance=0.3),
        ),
        Case(
            "one number of four changes: (1, 1, 1, 1), then (1.5, 1, 1, 1), tolerance 0.2",
            _points((1, 1, 1, 1), (1.5, 1, 1, 1), tolerance=0.2),
        ),
        Case("a batch of two clips, 10 and 1, of which the small one doubles", _pairs_of_clips((10, 1), (10, 2))),
        Case("the same where the small one grows by a seventh", _pairs_of_clips((10, 1), (10, 1.15))),
        Case("a first clip of zeros", _walk(0.0, 1.0)),
        Case("clips that stay while the time goes on", _walk(1.0, 1.01, 1.02, times=(1.0, 0.6, 0.2))),
        Case("two velocities with the same first clip", _two_runs),
    ),
    mistakes=(
        Mistake(
            "compared with the last step",
            _reusing(_relative, since_last_step=True),
            "you compare with the clip of the last step. Small steps then never add up, and the answer grows old "
            "unnoticed: compare with the clip that was last asked about",
        ),
        Mistake(
            "absolute change",
            _reusing(lambda x, last: (x - last).norm()),
            "your change is absolute, so that it means something else for longer clips: divide by the length of the "
            "clip that was last asked about",
        ),
        Mistake(
            "largest single number",
            _reusing(lambda x, last: (x - last).abs().max()),
            "you look at the largest change of a single number; asked for is the length of the whole difference, "
            "relative to that of the clip",
        ),
        Mistake(
            "lengths compared",
            _reusing(lambda x, last: (x.norm() - last.norm()).abs() / last.norm()),
            "you compare how long the two clips are. A clip can become another one and stay as long: take the norm of "
            "the difference, (x - last).norm()",
        ),
        Mistake(
            "means compared",
            _reusing(lambda x, last: (x.mean() - last.mean()).abs() / last.mean().abs()),
            "you compare the means of the two clips, in which changes cancel: take the norm of the difference, "
            "(x - last).norm()",
        ),
        Mistake(
            "mean change",
            _reusing(lambda x, last: (x - last).abs().mean() / last.abs().mean()),
            "you take the mean size of the change; asked for is the norm, the root of the sum of squares: "
            "(x - last).norm(), by last.norm()",
        ),
        Mistake(
            "largest number, relative",
            _reusing(lambda x, last: (x - last).abs().max() / last.abs().max()),
            "you compare the largest single numbers; asked for is the norm over all numbers, (x - last).norm(), by "
            "last.norm()",
        ),
        Mistake(
            "number by number",
            _reusing(lambda x, last: ((x - last).abs() / last.abs()).nan_to_num(0.0).max()),
            "you compare number by number; asked for is one norm over all numbers, (x - last).norm(), by last.norm()",
        ),
        Mistake(
            "squares compared",
            _reusing(lambda x, last: (x - last).square().sum() / last.square().sum()),
            "you compare squares: the change is the root of that ratio, |x - last| / |last|",
        ),
        Mistake(
            "any clip of the batch",
            _reusing(lambda x, last: _clip_by_clip(x, last).max()),
            "you ask as soon as one clip of the batch has changed by so much: the change is measured over all numbers "
            "of the batch together, one norm",
        ),
        Mistake(
            "mean over the batch",
            _reusing(lambda x, last: _clip_by_clip(x, last).mean()),
            "you take the mean of the clips' changes: the change is measured over all numbers of the batch together, "
            "one norm",
        ),
        Mistake(
            "exactly the tolerance",
            _reusing(_relative, above=operator.ge),
            "you ask where the change is exactly the tolerance, too: only where it is *more* (>, not >=). With "
            "tolerance 0 a clip that is still the same need not be asked about",
        ),
        Mistake(
            "answered from zeros",
            _reuse_from_zeros,
            "your first answer may be zeros that nobody has computed (a first clip of zeros does not differ from "
            "zeros): begin with None for nothing, and always ask the first time",
        ),
        Mistake(
            "the old answer once more",
            _reusing(_relative, late=True),
            "when you ask, you still return the old answer, and the new one a step later: return what you have just "
            "asked for",
        ),
        Mistake(
            "the clip not noted",
            _reusing(_relative, noted=False),
            "you always compare with the first clip: when you ask, note the clip that you ask about, together with the "
            "answer",
        ),
        Mistake(
            "asked in order to decide",
            _reuse_by_answers,
            "you ask the network every time, in order to compare its answers, and save nothing: compare the clips "
            "instead",
        ),
        Mistake(
            "the time decides",
            _reuse_by_time,
            "you look how far the time has gone on; it is the change of the clip that decides",
        ),
        Mistake(
            "never asked again",
            _reuse_never_again,
            "you ask once and never again: compare each clip with the one that was last asked about",
        ),
        Mistake(
            "the other way round",
            _reusing(_relative, sign=-1),
            "you ask when the clip has hardly changed, and save the call when it has: turn the comparison round",
        ),
        Mistake(
            "always asked",
            lambda velocity, tolerance: velocity,
            "you ask every time, and save nothing: give the last answer again while the clip has changed little",
        ),
        Mistake(
            "relative to the new clip",
            _reusing(lambda x, last: (x - last).norm() / x.norm()),
            "you divide by the length of the new clip; the measure is the clip that was last asked about",
        ),
    ),
    alternatives=(_reuse_as_class,),
    hints=(
        "Inside `reuse`, keep two things between calls: the clip that was last asked about, and the answer. "
        "`nonlocal` lets the inner function change them.",
        "Ask when there is nothing in memory yet, or when `(x - last).norm() > tolerance * last.norm()`. Replace "
        "*both* things then, and neither of them otherwise.",
        "`if memory is None or …: memory = (x, velocity(x, t))`, then `return memory[1]`.",
    ),
    becomes="minisora/course/exercises/c10_gpu/reuse.py",
    minutes=15,
    difficulty=2,
    points=3,
)
