"""A clip in several stages, in pixels: few frames of few pixels first, then more frames, then more pixels.

Read ``condition.py`` (what a stage is told), ``stage.py`` (one network of a cascade, and all of them in a row),
``temporal.py`` (pictures first, motion later). ``world.py`` and ``fit.py`` are what experiments of minutes need.
"""

from __future__ import annotations

from minisora.cascade.condition import as_known, augmented, enlarged, motion_bucket, numbers, size_one
from minisora.cascade.stage import Stage, cascade
from minisora.cascade.temporal import Inflated

__all__ = [
    "Inflated",
    "Stage",
    "as_known",
    "augmented",
    "cascade",
    "enlarged",
    "motion_bucket",
    "numbers",
    "size_one",
]
