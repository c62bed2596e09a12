"""Chapter 09: the sampling loop, steps of order two, fresh noise, what is given, and how to tell a sick sampler."""

from __future__ import annotations

from minisora.course.exercises.c09_samplers.ab2 import AB2
from minisora.course.exercises.c09_samplers.ancestral import ANCESTRAL
from minisora.course.exercises.c09_samplers.animate import ANIMATE
from minisora.course.exercises.c09_samplers.diagnose_sampler import CAUSES, DIAGNOSE_SAMPLER, PATIENTS, TRUTH
from minisora.course.exercises.c09_samplers.heun import HEUN
from minisora.course.exercises.c09_samplers.sample import SAMPLE

__all__ = ["CAUSES", "EXERCISES", "PATIENTS", "TRUTH"]

EXERCISES = (SAMPLE, HEUN, AB2, ANCESTRAL, ANIMATE, DIAGNOSE_SAMPLER)
