"""The exercise `diagnose_slow`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from minisora.course.checks.exercise import Exercise, Mistake, Solution, finding

LIMITS = (
    "arithmetic",
    "memory traffic",
    "launching small kernels",
    "waiting for Python to read a number",
    "copies between CPU and GPU",
    "first calls that compile",
)


PROGRAMS = "ABCDE"  #: Their profiles are in the chapter.


_FOUND = {"A": LIMITS[0], "B": LIMITS[2], "C": LIMITS[1], "D": LIMITS[3], "E": LIMITS[5]}


def diagnose_slow(program: str) -> str:
    """What limits the program "A" to "E" most: one of ``LIMITS``."""
    return _FOUND[program]


def _found(**answers: int) -> Solution:
    wrong = {**_FOUND, **{program: LIMITS[limit] for program, limit in answers.items()}}
    return lambda program: wrong[program]


DIAGNOSE_SLOW = Exercise(
    name="diagnose_slow",
    reference=diagnose_slow,
    cases=tuple(finding(f"program {name}", lambda f, name=name: f(name), _FOUND[name], LIMITS) for name in PROGRAMS),
    mistakes=(
        Mistake(
            "A and C swapped",
            _found(A=1, C=0),
            "A and C are the other way round: which of the two comes near the peak of arithmetic, and which near that "
            "of the bandwidth?",
        ),
        Mistake(
            "A is short of memory traffic",
            _found(A=1),
            "A uses a fifth of the bandwidth while its kernels run. What is it that it uses nearly all of?",
        ),
        Mistake(
            "B is short of arithmetic",
            _found(B=0),
            "B's kernels run a quarter of the time, at a few per cent of the peak. Twice the batch costs nothing: what "
            "fills the rest of the time?",
        ),
        Mistake(
            "B waits for Python",
            _found(B=3),
            "B's gaps are all alike and tiny, one for each launch. Waiting for a number makes few gaps, and long ones",
        ),
        Mistake(
            "C is short of arithmetic",
            _found(C=0),
            "C reaches 6 % of the peak of arithmetic. Another number in its row is near its own peak",
        ),
        Mistake(
            "D is short of arithmetic",
            _found(D=0),
            "D's GPU stands still for three fifths of the time. When does it, and what happens just before?",
        ),
        Mistake(
            "D launches small kernels",
            _found(D=2),
            "D's gaps are a hundred times longer than a launch, and they come after one certain line of Python",
        ),
        Mistake(
            "E is short of arithmetic",
            _found(E=0),
            "E is as you say from the second step on. But look at the first, and think of somebody who wants 20 steps",
        ),
        Mistake(
            "B and D swapped",
            _found(B=3, D=2),
            "B and D are the other way round: compare how many gaps there are, and how long one is",
        ),
    ),
    alternatives=(lambda program: dict(_FOUND).get(program, ""),),
    hints=(
        "First ask whether the GPU works at all: compare the gaps with the kernels. If it works, ask which of its two "
        "peaks it is near.",
        "Two programs idle. One has hundreds of tiny gaps, one for each launch; the other few long ones, each after "
        "the same line. And one program is slow only once.",
    ),
    becomes="minisora/course/exercises/c10_gpu/diagnose_slow.py",
    minutes=8,
    difficulty=2,
    points=2,
)
