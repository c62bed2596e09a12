"""What the environment says about a run of a chapter: how much work to do, and whether for marks. Read only here."""

from __future__ import annotations

import os
from typing import TypeVar

from minisora.errors import UserError

T = TypeVar("T")

#: "full" for learners; "fast" for tests: set the environment variable MINISORA_PROFILE.
PROFILE = os.environ.get("MINISORA_PROFILE") or "full"
if PROFILE not in ("full", "fast"):
    raise UserError(f"MINISORA_PROFILE is {PROFILE!r}: must be full or fast — unset it")

#: Whether nbgrader runs the page for marks, and not a learner for pleasure.
FOR_MARKS = os.environ.get("NBGRADER_EXECUTION") == "autograde"


def by_profile(full: T, fast: T) -> T:
    """A setting of the full run, or the smaller one of the fast run: ``steps = by_profile(400, fast=20)``."""
    return fast if PROFILE == "fast" else full
