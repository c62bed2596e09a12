"""Chapter 15: distances of sets of clips and their bias, what moves, votes, scaling laws, and what devices tell."""

from __future__ import annotations

from minisora.course.exercises.c15_measuring.at_infinity import AT_INFINITY
from minisora.course.exercises.c15_measuring.dynamic_degree import DYNAMIC_DEGREE
from minisora.course.exercises.c15_measuring.extrapolate import EXTRAPOLATE
from minisora.course.exercises.c15_measuring.frechet_distance import FRECHET_DISTANCE
from minisora.course.exercises.c15_measuring.sign_test import SIGN_TEST
from minisora.course.exercises.c15_measuring.traffic import TRAFFIC

__all__ = ["EXERCISES"]

EXERCISES = (FRECHET_DISTANCE, AT_INFINITY, DYNAMIC_DEGREE, SIGN_TEST, EXTRAPOLATE, TRAFFIC)
