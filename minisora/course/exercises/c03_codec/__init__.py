"""Chapter 03: blocks of pixels, convolution that never looks ahead, the price of information, scale, and streams."""

from __future__ import annotations

from minisora.course.exercises.c03_codec.causal_conv3d import CAUSAL_CONV
from minisora.course.exercises.c03_codec.decode_stream import DECODE_STREAM, tiny_codec
from minisora.course.exercises.c03_codec.diagnose_codec import CAUSES, DIAGNOSE_CODEC, patients
from minisora.course.exercises.c03_codec.kl_divergence import KL_DIVERGENCE
from minisora.course.exercises.c03_codec.latent_statistics import LATENT_STATISTICS
from minisora.course.exercises.c03_codec.to_blocks import TO_BLOCKS

__all__ = ["CAUSES", "EXERCISES", "patients", "tiny_codec"]

EXERCISES = (TO_BLOCKS, CAUSAL_CONV, KL_DIVERGENCE, LATENT_STATISTICS, DECODE_STREAM, DIAGNOSE_CODEC)
