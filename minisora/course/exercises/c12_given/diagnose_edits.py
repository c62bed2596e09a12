"""The exercise `diagnose_edits`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, Solution, finding
from minisora.course.exercises.c12_given.common import Findings
from minisora.diffusion.given import extend
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample
from minisora.diffusion.solvers import ab2

KEPT = 2  #: Latent frames at the start of a clip that the patients had to keep.


STRENGTH = 0.6  #: At which patient E was to make the others anew.


CAUSES = (
    "free is upside down",
    "the network is not told, and nothing is held",
    "what is given is pasted back, but the network is told that it is noise",
    "free says given where x holds noise",
    "there is more noise in x than the clock says",
    "there is less noise in x than the clock says",
)


class Edit(NamedTuple):
    """What a program hands to the sampler, and whether it pastes what is given back after each step."""

    x: Tensor
    free: Tensor
    pasted: bool = False


def _told_nothing(noise: Tensor, clip: Tensor) -> Edit:
    x, free = extend(noise, clip[:, :, :KEPT])
    return Edit(x, torch.ones_like(free))


def _upside_down(noise: Tensor, clip: Tensor) -> Edit:
    x, free = extend(noise, clip[:, :, :KEPT])
    return Edit(x, 1 - free)


def _noise_called_given(noise: Tensor, clip: Tensor) -> Edit:
    return Edit(noise.clone(), extend(noise, clip[:, :, :KEPT]).free)


def _too_noisy(noise: Tensor, clip: Tensor) -> Edit:
    x, free = extend(noise, clip[:, :, :KEPT])
    return Edit(x, STRENGTH * free)


#: Broken edits ``(noise, clip) -> Edit``: the first two latent frames should be kept, and the others made anew.
PATIENTS: dict[str, Callable[[Tensor, Tensor], Edit]] = {
    "A": lambda noise, clip: _told_nothing(noise, clip)._replace(pasted=True),
    "B": _noise_called_given,
    "C": _upside_down,
    "D": _too_noisy,
    "E": _told_nothing,
}


TRUTH = {"A": CAUSES[2], "B": CAUSES[3], "C": CAUSES[0], "D": CAUSES[4], "E": CAUSES[1]}


def operate(edit: Edit, clip: Tensor, velocity: Velocity, times: Tensor) -> Findings:
    """Run an edit, and look at it."""
    told: list[Tensor] = []
    x, free, pasted = edit

    def watched(here: Tensor, t: Tensor) -> Tensor:
        told.append(torch.as_tensor(t).to(here).expand(len(here), 1, *here.shape[2:]))
        return velocity(here, t)

    def step(velocity: Velocity, here: Tensor, t: Tensor, s: Tensor, memory: Any) -> tuple[Tensor, Any]:
        moved, memory = ab2(velocity, here, t, s, memory)
        return torch.cat([x[:, :, :KEPT], moved[:, :, KEPT:]], dim=2) if pasted else moved, memory

    made = sample(watched, x, times, free=free, step=step)
    return Findings(
        made,
        kept=torch.equal(made[:, :, :KEPT], clip[:, :, :KEPT].expand_as(made[:, :, :KEPT])),
        moved=not torch.equal(made[:, :, KEPT:], x[:, :, KEPT:]),
        told_given=float(told[0][:, :, :KEPT].mean()),
        told_free=float(told[0][:, :, KEPT:].mean()),
        spread=float(x[:, :, KEPT:].std()),
    )


def diagnose_edits(patient: str) -> str:
    """What is wrong with the edit ``patient``, "A" to "E": one of ``CAUSES``."""
    return TRUTH[patient]


def _wrongly(**answers: int) -> Solution:
    wrong = {**TRUTH, **{patient: CAUSES[cause] for patient, cause in answers.items()}}
    return lambda patient: wrong[patient]


DIAGNOSE_EDITS = Exercise(
    name="diagnose_edits",
    reference=diagnose_edits,
    cases=tuple(finding(f"patient {name}", lambda f, name=name: f(name), TRUTH[name], CAUSES) for name in PATIENTS),
    mistakes=(
        Mistake(
            "A and E swapped",
            _wrongly(A=1, E=2),
            "A and E are the other way round: both tell the network that everything is noise. In which of the two "
            "does the beginning come out as it was all the same?",
        ),
        Mistake(
            "A is not told",
            _wrongly(A=1),
            "A does tell the network nothing, but its beginning comes out bit for bit. Who has put it there?",
        ),
        Mistake(
            "E is pasted",
            _wrongly(E=2),
            "if E pasted its beginning back, it would come out bit for bit. Look at the first column",
        ),
        Mistake(
            "B is upside down",
            _wrongly(B=0),
            "with free upside down, the frames to be made would not move at all. B's do, and it is told 0 where it "
            "should be: then what lies there?",
        ),
        Mistake(
            "B and C swapped",
            _wrongly(B=0, C=3),
            "B and C are the other way round: which of them never touched the frames that it should make?",
        ),
        Mistake(
            "C holds noise",
            _wrongly(C=3),
            "C is told 0 in the frames that should be made, and 1 in those that should be kept. What is the other "
            "way round there?",
        ),
        Mistake(
            "C is not told",
            _wrongly(C=1),
            "if C told the network nothing, it would be told 1 everywhere. Of which frames is it told 0?",
        ),
        Mistake(
            "D has too little noise",
            _wrongly(D=5),
            "D is told 0.6. A clip under that much noise spreads by about 0.7 to 0.8, pure noise by 1: which one does "
            "it have?",
        ),
        Mistake(
            "D holds noise",
            _wrongly(D=3),
            "what D should keep, it keeps bit for bit, so x is right there. Look at the frames that are to be made: "
            "what are they told, and how far do they spread?",
        ),
        Mistake(
            "E is upside down",
            _wrongly(E=0),
            "with free upside down, E would be told 0 of some frames. It is told 1 of all",
        ),
    ),
    alternatives=(lambda patient: {name: TRUTH[name] for name in sorted(TRUTH, reverse=True)}.get(patient),),
    hints=(
        "Begin with the two columns of times. A healthy edit tells the network 0 where something is given, and the "
        "time of the clock where something is made. Who does not?",
        "Two tell it 1 of everything: one of them keeps the beginning all the same, so somebody pastes it back. One "
        "has 0 and 1 exchanged, so the frames that should be made never move.",
        "Two are left. One is told rightly that its beginning is given, and yet does not keep the clip's: what is "
        "there in x? The other is told 0.6; compare the spread with that of a clip under so much noise.",
    ),
    becomes="minisora/course/exercises/c12_given/diagnose_edits.py",
    minutes=10,
    difficulty=2,
    points=2,
)
