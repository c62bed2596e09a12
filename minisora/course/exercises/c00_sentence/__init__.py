"""Chapter 00: the first touch of every part of the machine, each in one line, and a machine to diagnose."""

from __future__ import annotations

from minisora.course.exercises.c00_sentence.blend import BLEND
from minisora.course.exercises.c00_sentence.broken_part import BROKEN_PART
from minisora.course.exercises.c00_sentence.clip_numbers import CLIP_NUMBERS
from minisora.course.exercises.c00_sentence.common import broken_clips
from minisora.course.exercises.c00_sentence.one_step import ONE_STEP
from minisora.course.exercises.c00_sentence.steer import STEER
from minisora.course.exercises.c00_sentence.word_numbers import WORD_NUMBERS

__all__ = ["EXERCISES", "broken_clips"]

EXERCISES = (CLIP_NUMBERS, BLEND, ONE_STEP, WORD_NUMBERS, STEER, BROKEN_PART)
