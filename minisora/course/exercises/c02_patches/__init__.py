"""Chapter 02: clips as sequences of patches, what a sequence costs, and several clips in one."""

from __future__ import annotations

from minisora.course.exercises.c02_patches.block_flops import BLOCK_FLOPS
from minisora.course.exercises.c02_patches.coordinates import COORDINATES
from minisora.course.exercises.c02_patches.packing_mask import PACKING_MASK
from minisora.course.exercises.c02_patches.patchify import PATCHIFY
from minisora.course.exercises.c02_patches.unpatchify import UNPATCHIFY

__all__ = ["EXERCISES"]

EXERCISES = (PATCHIFY, UNPATCHIFY, COORDINATES, BLOCK_FLOPS, PACKING_MASK)
