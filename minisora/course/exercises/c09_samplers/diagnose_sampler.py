"""The exercise `diagnose_sampler`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, Solution, finding
from minisora.course.exercises.c09_samplers.common import extrapolating, twice_asked
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample
from minisora.diffusion.solvers import ab2

CAUSES = (
    "the second look is told the old time",
    "the clock stops before 0",
    "fresh noise after the last step",
    "the memory is lost",
    "the memory points the wrong way",
    "the velocity has the wrong sign",
)


def _patient_a(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(
        velocity, x, times, step=twice_asked(lambda v, x, t, s, here, ahead: x + (s - t) * (here + v(ahead, t)) / 2)
    )


def _patient_b(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(velocity, x, times, step=extrapolating(lambda h, before: -h / before / 2))


def _patient_c(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(velocity, x, times[:-1], step=ab2)


def _patient_d(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    return sample(velocity, x, times, step=lambda v, x, t, s, memory: ab2(v, x, t, s, None))


def _patient_e(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    clean = sample(velocity, x, times, step=ab2)
    return clean + 0.1 * torch.randn_like(clean)


#: Sick samplers ``(velocity, x, times) -> x``, for the learner to diagnose.
PATIENTS: dict[str, Callable[[Velocity, Tensor, Tensor], Tensor]] = {
    "A": _patient_a,
    "B": _patient_b,
    "C": _patient_c,
    "D": _patient_d,
    "E": _patient_e,
}


TRUTH = {"A": CAUSES[0], "B": CAUSES[4], "C": CAUSES[1], "D": CAUSES[3], "E": CAUSES[2]}


def diagnose_sampler(patient: str) -> str:
    """What ails the sampler ``patient``, "A" to "E": one of ``CAUSES``."""
    return TRUTH[patient]


def _wrongly(**answers: int) -> Solution:
    wrong = {**TRUTH, **{patient: CAUSES[cause] for patient, cause in answers.items()}}
    return lambda patient: wrong[patient]


DIAGNOSE_SAMPLER = Exercise(
    name="diagnose_sampler",
    reference=diagnose_sampler,
    cases=tuple(finding(f"patient {name}", lambda f, name=name: f(name), TRUTH[name], CAUSES) for name in PATIENTS),
    mistakes=(
        Mistake(
            "A lost its memory",
            _wrongly(A=3),
            "A asks the network about twice a step: it has no need of a memory. Which solver looks twice, and what "
            "could its second look be told?",
        ),
        Mistake(
            "A points the wrong way",
            _wrongly(A=4),
            "A asks the network about twice a step, so it looks ahead instead of back. What could be wrong with that?",
        ),
        Mistake(
            "B lost its memory",
            _wrongly(B=3),
            "B without a memory would err exactly as Euler does; it errs about twice as much. It uses its memory, to "
            "its harm",
        ),
        Mistake(
            "B and D swapped",
            _wrongly(B=3, D=4),
            "B and D are the other way round: which of the two errs exactly as Euler does, to the last digit?",
        ),
        Mistake(
            "C lost its memory",
            _wrongly(C=3),
            "C asks the network one time less than it has steps. Which step can be missing, if what is left shrinks "
            "with the steps?",
        ),
        Mistake(
            "C is freshly noised",
            _wrongly(C=2),
            "C does leave noise, but less with more steps, and the same twice. Fresh noise would do neither",
        ),
        Mistake(
            "C and E swapped",
            _wrongly(C=2, E=1),
            "C and E are the other way round. Both leave noise: one less with more steps, the other as much as ever",
        ),
        Mistake(
            "D points the wrong way",
            _wrongly(D=4),
            "D errs exactly as Euler does, to the last digit. What must be true of a two-step method for that?",
        ),
        Mistake(
            "E does not arrive",
            _wrongly(E=1),
            "if E stopped before 0, what is left would shrink with the steps, and two runs would agree. Look at both",
        ),
        Mistake(
            "a wrong sign",
            _wrongly(E=5),
            "with the wrong sign E would run away from all clips: its error would be dozens of times Euler's, and two "
            "runs would agree. Look at the last column",
        ),
    ),
    alternatives=(lambda patient: {name: TRUTH[name] for name in sorted(TRUTH, reverse=True)}.get(patient),),
    hints=(
        "Begin with what needs no thought: who gives another answer when asked twice? Who agrees with Euler to the "
        "last "
        "digit? Who asks more often, or less often, than there are steps?",
        "An order of 0 means that something does not depend on the steps at all. An order of 1 where 2 was due means "
        "that the correction of Euler's step is missing or wrong, or that something stops the clock too early.",
        "Two are left that have order 1 and no other sign: the one with two calls a step is a Heun, the other a "
        "two-step "
        "method that does worse than if it had no memory.",
    ),
    becomes="minisora/course/exercises/c09_samplers/diagnose_sampler.py",
    minutes=12,
    difficulty=2,
    points=3,
)
