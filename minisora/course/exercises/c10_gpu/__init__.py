"""Chapter 10: how long sampling takes, what limits it, and what may be left out."""

from __future__ import annotations

from minisora.course.exercises.c10_gpu.common import kind_of, largest_tensor, with_lazy_middle
from minisora.course.exercises.c10_gpu.diagnose_slow import DIAGNOSE_SLOW
from minisora.course.exercises.c10_gpu.half_network import HALF_NETWORK
from minisora.course.exercises.c10_gpu.reuse import REUSE
from minisora.course.exercises.c10_gpu.roofline import ROOFLINE
from minisora.course.exercises.c10_gpu.sampling_flops import SAMPLING_FLOPS
from minisora.course.exercises.c10_gpu.stopwatch import STOPWATCH, SlowMotion

__all__ = ["EXERCISES", "SlowMotion", "kind_of", "largest_tensor", "with_lazy_middle"]

EXERCISES = (STOPWATCH, ROOFLINE, HALF_NETWORK, REUSE, SAMPLING_FLOPS, DIAGNOSE_SLOW)
