"""Chapter 12: which part of a clip is given: both ends, a loop, all but a hole, a noised clip, a silhouette."""

from __future__ import annotations

from minisora.course.exercises.c12_given.connect import CONNECT
from minisora.course.exercises.c12_given.diagnose_edits import (
    CAUSES,
    DIAGNOSE_EDITS,
    KEPT,
    PATIENTS,
    STRENGTH,
    TRUTH,
    Edit,
    operate,
)
from minisora.course.exercises.c12_given.inpaint import INPAINT
from minisora.course.exercises.c12_given.loop import LOOP
from minisora.course.exercises.c12_given.sdedit import SDEDIT
from minisora.course.exercises.c12_given.structure import STRUCTURE

__all__ = ["CAUSES", "EXERCISES", "KEPT", "PATIENTS", "STRENGTH", "TRUTH", "Edit", "operate"]

EXERCISES = (CONNECT, LOOP, INPAINT, SDEDIT, STRUCTURE, DIAGNOSE_EDITS)
