"""Everything about words that needs no training: prompts in five languages, and short ones made full.

A name is fetched when it is asked for, so that an English prompt waits for nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minisora.language.translation import LANGUAGES, Translation, describe, translate
    from minisora.language.upsampling import Upsampled, upsample

__all__ = ["LANGUAGES", "Translation", "Upsampled", "describe", "translate", "upsample"]

_HOMES = {
    **dict.fromkeys(("LANGUAGES", "Translation", "describe", "translate"), "translation"),
    **dict.fromkeys(("Upsampled", "upsample"), "upsampling"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'minisora.language' has no attribute {name!r}")
    return getattr(import_module(f"minisora.language.{_HOMES[name]}"), name)
