"""Chapter 01: clips as numbers, drawing and moving things, what it means that a caption is true, and files."""

from __future__ import annotations

from minisora.course.exercises.c01_video.binding import BINDING
from minisora.course.exercises.c01_video.common import QUIZ
from minisora.course.exercises.c01_video.cover import COVER
from minisora.course.exercises.c01_video.on_screen import ON_SCREEN
from minisora.course.exercises.c01_video.position import POSITION
from minisora.course.exercises.c01_video.to_uint8 import TO_UINT8

__all__ = ["EXERCISES", "QUIZ"]

EXERCISES = (TO_UINT8, COVER, POSITION, BINDING, ON_SCREEN)
