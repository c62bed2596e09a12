"""Chapter 11: clips of any size: buckets, packed rows, places and times of larger clips, windows of longer ones."""

from __future__ import annotations

from minisora.course.exercises.c11_sizes.bucket import BUCKET
from minisora.course.exercises.c11_sizes.first_fit import FIRST_FIT
from minisora.course.exercises.c11_sizes.pack import PACK
from minisora.course.exercises.c11_sizes.stretch import STRETCH
from minisora.course.exercises.c11_sizes.times_for import TIMES_FOR
from minisora.course.exercises.c11_sizes.windows import WINDOWS

EXERCISES = (BUCKET, FIRST_FIT, PACK, STRETCH, TIMES_FOR, WINDOWS)
