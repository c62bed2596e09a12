"""Where clips come from: drawn shapes, handwritten digits, and a folder of one's own videos."""

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
