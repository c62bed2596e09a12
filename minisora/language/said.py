"""What a sentence says, in no language: the meanings are the words of ``worlds/scene.py``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from minisora.errors import UserError
from minisora.worlds.scene import DIRECTION
from minisora.worlds.vocabulary import DIGITS


@dataclass
class Thing:
    """One object; None where nothing is said. A digit's word ("seven") is its shape.

    ``pace`` is "slowly" or "quickly", ``walls`` whether it is said to bounce off them.
    """

    shape: str | None = None
    colour: str | None = None
    size: str | None = None
    motion: str | None = None
    pace: str | None = None
    walls: bool = False

    def add(self, name: str, value: str | None) -> None:
        """Note one more thing. Raises ``UserError`` if it contradicts what was said before."""
        before = getattr(self, name)
        if name == "motion" and value == "bounces" and before in DIRECTION and (self.walls or self.shape in DIGITS):
            self.walls = True  # a digit that moves left and bounces does so off the walls
        elif value is not None and before not in (None, value):
            what = " ".join(filter(None, (self.colour, self.shape))) or "object"
            raise UserError(f"the {what} is said to be {before!r} and {value!r}: an object has one {name}")
        else:
            setattr(self, name, value or before)

    def looks_like(self, other: Thing) -> bool:
        """Whether nothing that is said of the two tells them apart."""
        pairs = ((self.shape, other.shape), (self.colour, other.colour), (self.size, other.size))
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)


@dataclass
class Said:
    """Everything that is said; a relation is (kind, a, b): thing ``a`` is "left of" thing ``b``."""

    things: list[Thing] = field(default_factory=list)
    background: str | None = None
    camera: str | None = None
    relations: list[tuple[str, int, int]] = field(default_factory=list)

    def without(self, gone: Iterable[tuple[int, int]]) -> Said:
        """The same, where of each pair (again, first) the thing ``again`` is the ``first`` one."""
        same = dict(gone)
        kept = [i for i in range(len(self.things)) if i not in same]

        def place(i: int) -> int:
            return kept.index(same.get(i, i))

        relations = [(kind, place(a), place(b)) for kind, a, b in self.relations]
        return Said([self.things[i] for i in kept], self.background, self.camera, list(dict.fromkeys(relations)))
