"""Chapter 04: how much clip and how much noise there is at each time, and one step back."""

from __future__ import annotations

from minisora.course.exercises.c04_schedules.add_noise import ADD_NOISE
from minisora.course.exercises.c04_schedules.alphas_from_betas import ALPHAS_FROM_BETAS
from minisora.course.exercises.c04_schedules.denoise_step import DENOISE_STEP
from minisora.course.exercises.c04_schedules.log_snr import LOG_SNR
from minisora.course.exercises.c04_schedules.shift_time import SHIFT_TIME
from minisora.course.exercises.c04_schedules.zero_terminal import ZERO_TERMINAL

__all__ = ["EXERCISES"]

EXERCISES = (ADD_NOISE, LOG_SNR, ALPHAS_FROM_BETAS, ZERO_TERMINAL, SHIFT_TIME, DENOISE_STEP)
