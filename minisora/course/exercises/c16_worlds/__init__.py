"""Chapter 16: the error of a velocity, matrices of noise levels, who sees whom, a frame and its memory, rewards."""

from __future__ import annotations

from minisora.course.exercises.c16_worlds.forcing_mask import FORCING_MASK
from minisora.course.exercises.c16_worlds.next_frame import NEXT_FRAME
from minisora.course.exercises.c16_worlds.reflect import REFLECT
from minisora.course.exercises.c16_worlds.staggered import STAGGERED
from minisora.course.exercises.c16_worlds.velocity_error import VELOCITY_ERROR
from minisora.course.exercises.c16_worlds.verdict import VERDICT

__all__ = ["EXERCISES"]

EXERCISES = (VELOCITY_ERROR, STAGGERED, FORCING_MASK, NEXT_FRAME, REFLECT, VERDICT)
