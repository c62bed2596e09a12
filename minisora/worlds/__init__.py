"""Where clips come from: drawn shapes, handwritten digits, and a folder of one's own videos.

A name is fetched when it is asked for, so that a list of words does not wait for what draws them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minisora.worlds.caption import canonical, caption
    from minisora.worlds.claims import Claims, ObjectClaim, Relation, claims_of, parse
    from minisora.worlds.digits import DigitScene, DigitsWorld
    from minisora.worlds.folder import FolderWorld
    from minisora.worlds.render import FPS, render
    from minisora.worlds.scene import Scene, SceneObject
    from minisora.worlds.shapes import ShapesWorld
    from minisora.worlds.vocabulary import WORDS

__all__ = [
    "FPS",
    "WORDS",
    "Claims",
    "DigitScene",
    "DigitsWorld",
    "FolderWorld",
    "ObjectClaim",
    "Relation",
    "Scene",
    "SceneObject",
    "ShapesWorld",
    "canonical",
    "caption",
    "claims_of",
    "parse",
    "render",
]

_HOMES = {
    **dict.fromkeys(("canonical", "caption"), "caption"),
    **dict.fromkeys(("Claims", "ObjectClaim", "Relation", "claims_of", "parse"), "claims"),
    **dict.fromkeys(("DigitScene", "DigitsWorld"), "digits"),
    "FolderWorld": "folder",
    **dict.fromkeys(("FPS", "render"), "render"),
    **dict.fromkeys(("Scene", "SceneObject"), "scene"),
    "ShapesWorld": "shapes",
    "WORDS": "vocabulary",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'minisora.worlds' has no attribute {name!r}")
    return getattr(import_module(f"minisora.worlds.{_HOMES[name]}"), name)


class _Worlds(ModuleType):
    """Keeps ``caption`` and ``render`` the functions, where Python would set the modules of their names."""

    def __setattr__(self, name: str, value: object) -> None:
        own = isinstance(value, ModuleType) and _HOMES.get(name) == name
        super().__setattr__(name, getattr(value, name) if own else value)


sys.modules[__name__].__class__ = _Worlds
