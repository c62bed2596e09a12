"""Chapter 18: what a hit sounds like and when it was, sound as levels, noise for two, offsets, clocks, practice."""

from __future__ import annotations

from minisora.course.exercises.c18_film.advantages import ADVANTAGES
from minisora.course.exercises.c18_film.decaying_sine import DECAYING_SINE
from minisora.course.exercises.c18_film.hits import HITS
from minisora.course.exercises.c18_film.joint_levels import JOINT_LEVELS
from minisora.course.exercises.c18_film.levels import LEVELS
from minisora.course.exercises.c18_film.matched import MATCHED
from minisora.course.exercises.c18_film.timestamps import TIMESTAMPS

__all__ = ["EXERCISES"]

EXERCISES = (DECAYING_SINE, HITS, LEVELS, JOINT_LEVELS, MATCHED, TIMESTAMPS, ADVANTAGES)
