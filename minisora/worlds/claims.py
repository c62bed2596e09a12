"""What a caption or a prompt says of a clip, as plain data, and everything that is true of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from minisora.worlds.caption import canonical_motion
from minisora.worlds.grammar import Reader
from minisora.worlds.phrases import with_article
from minisora.worlds.relations import relations
from minisora.worlds.scene import Scene
from minisora.worlds.vocabulary import DIGITS, known_words

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


def parse(prompt: str) -> Claims:
    """What a prompt says, in the canonical words; nothing at all for an empty one.

    Objects come in the order in which they are first mentioned. Understands all captions that ``caption.py`` makes.

    Raises:
        UserError: an unknown word (the nearest known ones are named), a contradiction, or what no clip can show.
    """
    reader = Reader(known_words(prompt)).read()
    return Claims(
        objects=tuple(ObjectClaim(o.shape, o.colour, o.size, o.motion) for o in reader.objects),
        background=reader.background,
        camera=reader.camera,
        relations=_typed(reader.relations),
    )


def claims_of(scene: Scene) -> Claims:
    """Everything that is true of a scene; relations only where they are clear in the first frame."""
    return Claims(
        objects=tuple(ObjectClaim(o.shape, o.colour, o.size, o.motion) for o in scene.objects),
        background=scene.background,
        camera=scene.camera,
        relations=_typed(relations(scene)),
    )


def sentence(claim: ObjectClaim) -> str:
    """What is said of one object, in a sentence of its own: "a small red circle bounces"."""
    noun = f"handwritten {claim.shape}" if claim.shape in DIGITS else claim.shape or "object"
    phrase = with_article(" ".join(word for word in (claim.size, claim.colour, noun) if word))
    return phrase if claim.motion is None else f"{phrase} {canonical_motion(claim.motion)}"


def _typed(found: list[tuple[str, int, int]]) -> tuple[Relation, ...]:
    return tuple(Relation(cast(RelationKind, kind), a, b) for kind, a, b in found)
