"""The exercise `diagnose_students`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, Solution, finding
from minisora.course.exercises.c14_cascades.common import lamps
from minisora.diffusion.distil import MeanVelocity, mean_step
from minisora.diffusion.sampler import sample, time_grid
from minisora.diffusion.solvers import Step, ab2

CAUSES = (
    "it learnt where noise leads on average, not where this noise leads",
    "nothing ties it to clips",
    "it knows steps of one length only",
    "a solver with a memory runs on its answers",
    "guidance is in it already, and is applied once more",
    "it goes the wrong way through time",
)


def _whole(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """The mean velocity of the world of two clips, -1 and +1, by sixty-four steps of its velocity."""
    here, times = x, [t + (s - t) * i / 64 for i in range(65)]
    for begin, end in pairwise(times):
        here = here + (end - begin) * lamps(here, begin)
    return (here - x) / (s - t)


def _on_average(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """A regression of clips on noise: of all clips that could have been meant, the mean."""
    return lamps(x, t)


def _still(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return torch.zeros_like(x)


def _quarters(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """Taught in quarters of the way: whatever it is asked, it answers for the quarter that t lies in."""
    begin = torch.ceil(4 * t - 1e-4) / 4
    return _whole(x, begin.clamp(min=0.25), (begin - 0.25).clamp(min=0.0))


def _guided_again(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    better, worse = _whole(x, t, s), lamps(x, t)
    return worse + 2.0 * (better - worse)


#: Students of few steps that fail: ``(x, t, s) -> mean velocity``. D's is right, and is called by ``ab2``.
STUDENTS: dict[str, MeanVelocity] = {
    "A": _still,
    "B": _quarters,
    "C": _on_average,
    "D": _whole,
    "E": _guided_again,
}

TRUTH = {"A": CAUSES[1], "B": CAUSES[2], "C": CAUSES[0], "D": CAUSES[3], "E": CAUSES[4]}


def report(name: str, calls: int, x: Tensor) -> Tensor:
    """Where a student takes noise ``x`` in so many calls."""
    student, times = STUDENTS[name], time_grid(calls)
    if name != "D":
        return sample(lamps, x, times, step=mean_step(student))
    places = iter(list(times[1:]))  # it is asked for the segment that is due, as it should be
    step: Step = ab2
    return sample(lambda x, t: student(x, t, next(places).to(x).expand_as(t)), x, times, step=step)


def diagnose_students(student: str) -> str:
    """Why the student "A" to "E" fails: one of ``CAUSES``."""
    return TRUTH[student]


def _wrongly(**answers: int) -> Solution:
    wrong = {**TRUTH, **{name: CAUSES[cause] for name, cause in answers.items()}}
    return lambda student: wrong[student]


_ALPHABETICAL: Callable[[str], str | None] = dict(sorted(TRUTH.items())).get

DIAGNOSE_STUDENTS = Exercise(
    name="diagnose_students",
    reference=diagnose_students,
    cases=tuple(finding(f"student {name}", lambda f, name=name: f(name), TRUTH[name], CAUSES) for name in STUDENTS),
    mistakes=(
        Mistake(
            "A goes the wrong way",
            _wrongly(A=5),
            "A does not go any way: whoever goes wrongly through time ends further off than he began. Compare its ends "
            "with the noise",
        ),
        Mistake(
            "A learnt the mean",
            _wrongly(A=0),
            "if A had learnt the mean, all its ends would lie in one place after a single call. Compare them with the "
            "noise that they began as",
        ),
        Mistake(
            "B runs beside a memory",
            _wrongly(B=3),
            "with one call there is nothing to remember: a solver with a memory would be right there. B is wrong with "
            "one call, right with four, and wrong with more",
        ),
        Mistake(
            "B learnt the mean",
            _wrongly(B=0),
            "more calls would help a student who learnt the mean; B with eight is worse than with four",
        ),
        Mistake(
            "C is not tied to clips",
            _wrongly(C=1),
            "C comes nearer to the lamps the more often it is asked: it knows where they are. What does it say when "
            "it is asked once, of noise that could become either?",
        ),
        Mistake(
            "C knows one length",
            _wrongly(C=2),
            "a student of one length is right at one number of calls, and wrong beyond it. C only gets better and "
            "better, as Euler does. And where are its ends after one call?",
        ),
        Mistake(
            "D knows one length",
            _wrongly(D=2),
            "D is right with one call and with sixteen; a student of one length would be wrong with either. Its "
            "answers are right for every segment: who uses them how, from the second call on?",
        ),
        Mistake(
            "D is guided twice",
            _wrongly(D=4),
            "guidance that is applied twice does harm with a single call, too: D is right there",
        ),
        Mistake(
            "E goes the wrong way",
            _wrongly(E=5),
            "E's ends lie on the right side, too far out. What makes everything of a clip larger than it should be?",
        ),
        Mistake(
            "E runs beside a memory",
            _wrongly(E=3),
            "with one call there is nothing to remember, and E is wrong there already: by how much?",
        ),
        Mistake(
            "B and C swapped",
            _wrongly(B=0, C=2),
            "B and C are the other way round. Which of them is right at one number of calls, and at no other?",
        ),
        Mistake(
            "D and E swapped",
            _wrongly(D=4, E=3),
            "D and E are the other way round: which one is right with a single call?",
        ),
    ),
    alternatives=(_ALPHABETICAL,),
    hints=(
        "Look at one call first. Who ends at the lamps? Who at 0? Who where it began? Who beyond?",
        "Then at two, four and eight. Better and better is what any Euler does; right at one number, and wrong below "
        "and above it, is a student that was taught with that number. Who is right with one call, and worst with two?",
        "ab2 takes the *change* of the answers from step to step for a curve, and prolongs it. Answers that are means "
        "over segments have the curve in them already.",
    ),
    becomes="minisora/course/exercises/c14_cascades/diagnose_students.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
