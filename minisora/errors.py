"""Errors that the user can mend."""

from __future__ import annotations


class UserError(ValueError):
    """Something that the user asked for cannot be done; the message names the value, the limit, and the way out."""
