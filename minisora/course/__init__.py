"""Teaching: what chapters are made with. Chapters import from here: ``from minisora.course import begin, check``."""

from __future__ import annotations

try:
    from minisora.course import plots
    from minisora.course.checks.check import check, reference, use
    from minisora.course.checks.swap import swap
    from minisora.course.finished import finished_captioner, finished_pipeline
    from minisora.course.profile import by_profile
    from minisora.course.progress import progress
    from minisora.course.start import begin
    from minisora.course.studio import Studio
    from minisora.course.widgets import explore
except ModuleNotFoundError as error:  # before `begin`, which would say so, is there to be called
    if (error.name or "").startswith("minisora"):
        raise
    from minisora.course.start import MEND
    from minisora.errors import UserError

    raise UserError(f"{error.name} is not installed, and the chapters need it — {MEND}") from error

__all__ = [
    "Studio",
    "begin",
    "by_profile",
    "check",
    "explore",
    "finished_captioner",
    "finished_pipeline",
    "plots",
    "progress",
    "reference",
    "swap",
    "use",
]
