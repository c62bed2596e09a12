"""Chapter 06: attention, its norm and its sense of place, the block that time speaks to, and what a block holds."""

from __future__ import annotations

from minisora.course.exercises.c06_transformer.apply_rope import APPLY_ROPE
from minisora.course.exercises.c06_transformer.attend import ATTEND
from minisora.course.exercises.c06_transformer.block_parameters import BLOCK_PARAMETERS
from minisora.course.exercises.c06_transformer.dit_block import DIT_BLOCK
from minisora.course.exercises.c06_transformer.rms_norm import RMS_NORM
from minisora.course.exercises.c06_transformer.rope_table import ROPE_TABLE
from minisora.course.exercises.c06_transformer.stays_the_same import STAYS_THE_SAME

__all__ = ["EXERCISES"]

EXERCISES = (ATTEND, RMS_NORM, APPLY_ROPE, ROPE_TABLE, STAYS_THE_SAME, DIT_BLOCK, BLOCK_PARAMETERS)
