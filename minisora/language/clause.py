"""A clause: some things, and what is said of their motion, however many words that takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from minisora.errors import UserError
from minisora.language.tongue import Meaning
from minisora.worlds.lexicon import straight


@dataclass
class Clause:
    """What is being said: of which things, and the parts of what they do."""

    things: list[int] = field(default_factory=list)
    topic: str = ""  # "camera", "background", or nothing, which means the things
    verb: str = ""
    motion: str | None = None
    directions: list[str] = field(default_factory=list)
    how: set[str] = field(default_factory=set)  # "round", "updown", "not", "walls", and the way of a zoom
    pace: str | None = None
    plural: bool = False
    first: bool = False  # whether what they do was said before the things
    refers: bool = False  # whether something stands in it only as what others are left of

    @property
    def does(self) -> bool:
        return bool(self.verb or self.motion or self.directions or self.how & {"round", "updown"})

    @property
    def whole(self) -> bool:
        """Whether the next thing begins another clause."""
        if self.topic == "camera":
            return self.does
        if not (self.things and self.does):
            return False
        undecided = self.verb == "move" and not (self.directions or self.how & {"round", "updown"})
        return not (self.first and (self.plural or undecided))

    def motion_of_all(self) -> str | None:
        """What verb, directions and the rest mean together."""
        turned = self.how & {"round", "updown"}
        if "not" in self.how:
            if self.verb not in ("move", "") or self.motion not in (None, "still"):
                raise UserError("'not' with a verb: only 'not moving' is understood — say what happens instead")
            return "still"
        if self.motion is not None:
            return self.motion
        if turned and self.verb in ("move", "rise", "fall", ""):
            return "orbits" if "round" in turned else "bounces"
        if self.verb in ("rise", "fall"):
            return straight([{"rise": "up", "fall": "down"}[self.verb], *self.directions])
        return straight(self.directions) or ("move" if self.verb == "move" else None)

    def note(self, meaning: Meaning) -> None:
        """Another part of it."""
        self.plural |= meaning.plural
        if meaning.kind == "direction":
            self.directions += [meaning.value] * (meaning.value not in self.directions)
        elif meaning.kind == "pace":
            self.pace = meaning.value
        elif meaning.kind == "verb":
            self.verb = meaning.value
            self.topic = "camera" if meaning.value in ("pan", "zoom") else self.topic
        elif meaning.kind == "motion":
            self.motion = meaning.value if self.motion is None else self.motion
        elif meaning.kind == "camera":
            self.motion, self.topic = meaning.value, "camera"
        elif meaning.kind in ("round", "updown", "not", "walls", "way"):
            self.how.add(meaning.value or meaning.kind)
