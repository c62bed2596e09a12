"""The Studio: prompts, a live preview, a history; in a notebook, or on a page of its own (``minisora studio``)."""

from minisora.course.studio.studio import Studio

__all__ = ["Studio"]
