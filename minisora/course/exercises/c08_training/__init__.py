"""Chapter 08: one step of training, the rate of all of them, their average, Muon, memory, and four runs that fail."""

from __future__ import annotations

from minisora.course.exercises.c08_training.common import (
    TOKENIZER,
    Mixed,
    SmallNetwork,
    adamw,
    after_every_fifth,
    batch_of,
    distance,
    drawn,
    examination,
    in_processes,
    latent_shape_of,
    mixed,
    quiet_trainer,
    silent,
    small_dit,
    small_world,
)
from minisora.course.exercises.c08_training.diagnose_training import BROKEN, DIAGNOSE_TRAINING, ill_run
from minisora.course.exercises.c08_training.ema import EMA
from minisora.course.exercises.c08_training.learning_rate_factor import LEARNING_RATE_FACTOR
from minisora.course.exercises.c08_training.one_update import ONE_UPDATE, SmallRun, learn
from minisora.course.exercises.c08_training.orthogonalise import ORTHOGONALISE
from minisora.course.exercises.c08_training.state_bytes import STATE_BYTES, presets_in_numbers

__all__ = [
    "BROKEN",
    "EXERCISES",
    "TOKENIZER",
    "Mixed",
    "SmallNetwork",
    "SmallRun",
    "adamw",
    "after_every_fifth",
    "batch_of",
    "distance",
    "drawn",
    "examination",
    "ill_run",
    "in_processes",
    "latent_shape_of",
    "learn",
    "mixed",
    "presets_in_numbers",
    "quiet_trainer",
    "silent",
    "small_dit",
    "small_world",
]

EXERCISES = (ONE_UPDATE, LEARNING_RATE_FACTOR, EMA, ORTHOGONALISE, STATE_BYTES, DIAGNOSE_TRAINING)
