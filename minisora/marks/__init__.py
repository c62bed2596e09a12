"""Marks in the pixels of a clip: one that everybody sees, and one that only a network does.

``visible`` stamps letters into a corner, ``invisible`` hides a number and looks for it again, in ``message``'s bits and
with ``network``'s weights; ``learning`` is how those were trained, against ``attacks``. ``reencode`` and ``removal``
are for measuring what such a mark is worth; ``looking`` opens a file and says what is in its pixels.

A name is fetched when it is asked for: a clip that nobody marks waits for none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minisora.marks.invisible import Detection, Reading, detect, embed, load_watermark, read
    from minisora.marks.looking import look
    from minisora.marks.message import BITS, DEFAULT, chance_of, message_of, needed_for
    from minisora.marks.visible import Corner, stamp

__all__ = [
    "BITS",
    "DEFAULT",
    "Corner",
    "Detection",
    "Reading",
    "chance_of",
    "detect",
    "embed",
    "load_watermark",
    "look",
    "message_of",
    "needed_for",
    "read",
    "stamp",
]

_HOMES = {
    **dict.fromkeys(("Detection", "Reading", "detect", "embed", "load_watermark", "read"), "invisible"),
    "look": "looking",
    **dict.fromkeys(("BITS", "DEFAULT", "chance_of", "message_of", "needed_for"), "message"),
    **dict.fromkeys(("Corner", "stamp"), "visible"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'minisora.marks' has no attribute {name!r}")
    return getattr(import_module(f"minisora.marks.{_HOMES[name]}"), name)
