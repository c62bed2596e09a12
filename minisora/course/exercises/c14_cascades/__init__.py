"""Chapter 14: noise on conditions, preconditioning, guidance made part of a network, and students of few steps."""

from __future__ import annotations

from minisora.course.exercises.c14_cascades.augmented import AUGMENTED
from minisora.course.exercises.c14_cascades.diagnose_students import CAUSES, DIAGNOSE_STUDENTS, STUDENTS, report
from minisora.course.exercises.c14_cascades.distil_guidance import DISTIL_GUIDANCE
from minisora.course.exercises.c14_cascades.edm_coefficients import EDM_COEFFICIENTS
from minisora.course.exercises.c14_cascades.halving_target import HALVING_TARGET
from minisora.course.exercises.c14_cascades.shortcut_target import SHORTCUT_TARGET

__all__ = ["CAUSES", "EXERCISES", "STUDENTS", "report"]

EXERCISES = (
    AUGMENTED,
    EDM_COEFFICIENTS,
    DISTIL_GUIDANCE,
    HALVING_TARGET,
    SHORTCUT_TARGET,
    DIAGNOSE_STUDENTS,
)
