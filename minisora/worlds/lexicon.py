"""The tools of ``grammar.py``: kinds of words, a cursor that steps over them, and an object to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minisora.errors import UserError
from minisora.worlds.scene import COLOURS, DIRECTION, SHAPES, SIZES
from minisora.worlds.vocabulary import DIGITS, SYNONYMS, VERBS

MEANING = {word: meaning for meaning, words in SYNONYMS.items() for word in words}
VERB_FORMS = {form: (meaning, i) for meaning, verbs in VERBS.items() for verb in verbs for i, form in enumerate(verb)}
MOTIONS = {"bounce": "bounces", "orbit": "orbits", "spin": "spins", "grow": "grows", "shrink": "shrinks"}
MOTIONS |= {"blink": "blinks", "rest": "still", "stay": "still"}
PLURALS = {**{f"{shape}s": shape for shape in SHAPES}, "balls": "circle"}
GENERIC = frozenset({"object", "shape", "digit", "number", "objects", "shapes", "digits"})
OBJECT = frozenset({*SHAPES, *PLURALS, *GENERIC, *DIGITS})
ELSE = frozenset({"camera", "background", "sky", "landscape", "video", "clip", "animation"})
TINTS = frozenset({"bright", "light", "dark", "plain", "sized", "short", "handwritten"})
GROUND = frozenset({"black", "grey", "navy"})
DESCRIBES = frozenset({*COLOURS, *SIZES, *TINTS, *GROUND})
PACE = frozenset({"slowly", "quickly", "fast"})
SIDES = frozenset({"up", "down", "left", "right"})

#: What may follow a verb without saying more.
TAILS = ("up and down", "on and off", "on the spot", "in place", "in a circle", "in circles", "clockwise", "round")
TAILS += ("bigger", "still", "static", "put")
WALLS = frozenset({"the", "wall", "walls", "edge", "edges"})
RELATIONS = {
    **{f"{before}{side} of": f"{side} of" for side in ("left", "right") for before in ("", "to the ", "on the ")},
    "on top of": "above",
    "above": "above",
    "below": "below",
    "in front of": "in front of",
    "behind": "behind",
}


@dataclass
class Cursor:
    """A place in a list of words; it compares their meanings, so that "disc" is a "circle"."""

    words: Sequence[str]
    at: int = 0

    def word(self, ahead: int = 0) -> str:
        """The meaning of a word; "" beyond the ends."""
        at = self.at + ahead
        word = self.words[at] if 0 <= at < len(self.words) else ""
        return MEANING.get(word, word)

    def skip(self, phrase: str) -> bool:
        """Step over a phrase if it stands here."""
        expected = phrase.split()
        words = self.words[self.at : self.at + len(expected)]
        here = len(words) == len(expected) and all(
            e in (w, MEANING.get(w)) for e, w in zip(expected, words, strict=True)
        )
        self.at += len(expected) * here
        return here

    def skip_all(self, words: frozenset[str]) -> None:
        """Step over any number of these words."""
        while self.word() in words:
            self.at += 1

    def directions(self, found: list[str]) -> list[str]:
        """Add the directions that follow: "up and to the left" gives up, left."""
        ahead = 0
        while True:
            word = self.word(ahead)
            if word in SIDES and self.word(ahead + 1) != "of":
                found += [word] * (word not in found)
                self.at += ahead + 1
                ahead = 0
                self.skip("corner")
            elif word in ("to", "towards", "the", "diagonally", *PACE) or (word == "and" and found):
                ahead += 1
            else:
                return found


def straight(directions: list[str]) -> str | None:
    """The motion along one or two directions; up and down is a bounce."""
    found = frozenset(directions)
    if not found:
        return None
    if found == {"up", "down"}:
        return "bounces"
    motion = "-".join(side for side in ("up", "down", "left", "right") if side in found)
    if motion not in DIRECTION:
        raise UserError(f"{' and '.join(directions)}: an object moves in one direction, such as 'up and to the left'")
    return motion


@dataclass
class Mentioned:
    """An object while it is being read about."""

    shape: str | None = None
    colour: str | None = None
    size: str | None = None
    motion: str | None = None

    def add(self, name: str, value: str | None) -> None:
        """Note one more thing; raises ``UserError`` if it contradicts what was said before."""
        before = getattr(self, name)
        if value is not None and before not in (None, value):
            what = " ".join(filter(None, (self.colour, self.shape))) or "object"
            raise UserError(f"the {what} is said to be {before!r} and {value!r}: an object has one {name}")
        setattr(self, name, value or before)

    def may_be(self, other: Mentioned) -> bool:
        pairs = ((self.shape, other.shape), (self.colour, other.colour), (self.size, other.size))
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)
