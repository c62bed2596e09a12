"""What a caption or a prompt says of a clip, as plain data, and everything that is true of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RelationKind = Literal["left of", "right of", "above", "below", "in front of"]


@dataclass(frozen=True)
class ObjectClaim:
    """What is said of one object, in the words of ``scene.py`` (a digit word as a shape too); None where nothing is."""

    shape: str | None = None
    colour: str | None = None
    size: str | None = None
    motion: str | None = None


@dataclass(frozen=True)
class Relation:
    """Object ``a`` is ``kind`` object ``b`` (indices into ``Claims.objects``) in the first frame."""

    kind: RelationKind
    a: int
    b: int


@dataclass(frozen=True)
class Claims:
    """Everything that is said: the objects in the order of the text, what they stand before, and who looks how."""

    objects: tuple[ObjectClaim, ...] = ()
    background: str | None = None
    camera: str | None = None
    relations: tuple[Relation, ...] = ()
