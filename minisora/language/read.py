"""One grammar for all languages: it reads the meanings of words from left to right and notes what is said of what.

Languages differ in where the verb stands, and in whether "left of" comes before or after what it is left of. So what
counts is a clause: its things, and whatever is said in it of their motion, in any order. A clause ends where the next
one begins: at "while" and at a full stop, and at a comma or a new thing once it has a thing and says what it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minisora.errors import UserError
from minisora.language.clause import Clause
from minisora.language.said import Said, Thing
from minisora.language.tongue import Meaning
from minisora.worlds.lexicon import straight
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, COLOURS
from minisora.worlds.vocabulary import DIGITS

_DESCRIBES = frozenset({"colour", "size", "ground", "hand", "digit"})
_HEADS = frozenset({"shape", "numeral", "thing", "noun"})
_HOW = frozenset({"direction", "round", "updown", "pace"})
_DOES = frozenset({"verb", "motion", "camera"})
_OPPOSITE = {"left": "right", "right": "left"}


class Reader:
    """Reads meanings into what is said."""

    def __init__(self, meanings: Sequence[Meaning]) -> None:
        self.meanings = meanings
        self.at = 0
        self.said = Said()
        self.clause = Clause()
        self._outer: Clause | None = None  # the one that goes on after ", which bounces,"
        self._before: list[int] = []  # what the clause before was about
        self._last: list[int] = []  # the things named last
        self._relation = ""  # waits for what something is left of
        self._of: list[tuple[str, int]] = []  # relations that wait for what is left of it
        self._announced: list[int] = []  # "two circles, …": each still to be described
        self._sentence = 0
        self._in_sentence: dict[int, int] = {}  # where each thing was named
        self._known: set[int] = set()  # things with a definite article
        self._backdrop = False  # whether the background was named last

    def read(self) -> Said:
        """Read everything. Raises ``UserError`` for what contradicts itself or cannot be shown."""
        while self.at < len(self.meanings):
            if not self._read_noun():
                self._read_rest(self.meanings[self.at])
                self.at += 1
        self._end()
        self._settle(self._before)
        return self._merged()

    # --- nouns

    def _peek(self, ahead: int = 0) -> Meaning:
        at = self.at + ahead
        return self.meanings[at] if at < len(self.meanings) else Meaning("")

    def _after_fillers(self, at: int) -> int:
        while at < len(self.meanings) and self.meanings[at].kind == "filler":
            at += 1
        return at

    def _modifier(self, at: int) -> int:
        """Where a participle with all that belongs to it ends, if a noun phrase goes on behind it; else ``at``."""
        end, found = at, False
        while end < len(self.meanings):
            meaning = self.meanings[end]
            if meaning.participle and not found:
                found = True
            elif meaning.kind not in _HOW | {"filler", "and"}:
                break
            end += 1
        goes_on = end < len(self.meanings) and self.meanings[end].kind in _DESCRIBES | _HEADS
        return end if found and goes_on else at

    def _read_noun(self) -> bool:
        """A noun phrase, or adjectives alone."""
        start, new, article, head = self.at, Thing(), "", Meaning("")
        grounds: list[str] = []
        numbers: list[int] = []
        written, at = False, start
        while at < len(self.meanings):
            meaning = self.meanings[at]
            if meaning.kind in ("a", "the") and at == start:
                following = self._after_fillers(at + 1)
                kind = self.meanings[following].kind if following < len(self.meanings) else ""
                if kind not in _DESCRIBES | _HEADS and self._modifier(following) == following:
                    return False
                article = meaning.kind
            elif (end := self._modifier(at)) > at:
                new.add("motion", self._modified(self.meanings[at:end]))
                at = end
                continue
            elif meaning.kind in ("colour", "size"):
                new.add(meaning.kind, meaning.value)
            elif meaning.kind == "ground":
                grounds.append(meaning.value)
            elif meaning.kind == "digit":
                numbers.append(int(meaning.value))
            elif meaning.kind in _HEADS:
                head = meaning
                at += 1
                break
            elif meaning.kind == "filler" and at > start:
                following = self._after_fillers(at)
                kind = self.meanings[following].kind if following < len(self.meanings) else ""
                if numbers and (article or new.colour or written or kind in ("ground", "noun")):
                    break  # "a blue four, on …", but "iki tane yıldız", two pieces of star
            elif meaning.kind == "hand":
                written = True
            else:
                break
            at += 1
        if at == start:
            return False
        self.at = at
        if head == Meaning("thing", "digit") and self._peek().kind == "digit":
            numbers, head = [int(self._peek().value)], Meaning("")
            self.at += 1
        self._take(new, article, numbers, grounds, head)
        return True

    def _modified(self, meanings: Sequence[Meaning]) -> str | None:
        part = Clause()
        for meaning in meanings:
            part.note(meaning)
        return part.motion_of_all()

    def _take(self, new: Thing, article: str, numbers: list[int], grounds: list[str], head: Meaning) -> None:
        """Note what a noun phrase names."""
        if head.kind == "noun":
            self._take_other(new, grounds, head.value)
            return
        if not head.kind and not numbers:
            self._describe(new, article, grounds)
            return
        if head.kind:
            new.shape = head.value if head.kind == "shape" else None
            if head.kind == "numeral":
                new.shape = DIGITS[int(head.value)]
            count = numbers[-1] if numbers else 1
        else:  # "two red sevens": the last number is what is seen
            new.shape = DIGITS[numbers[-1]]
            count = numbers[-2] if len(numbers) > 1 else 1
        if grounds:
            what = f"{grounds[0]} {new.shape or 'object'!r}"
            raise UserError(f"{what}: objects are {', '.join(COLOURS)} — {grounds[0]} is for backgrounds")
        self._mention([replace(new) for _ in range(count)], known=article == "the")

    def _mention(self, new: list[Thing], *, known: bool = False) -> None:
        """Things that are named: what the clause is about, or what something is left of."""
        places = list(range(len(self.said.things), len(self.said.things) + len(new)))
        if not self._relation and self.clause.whole:
            self._end()
        self.said.things += new
        self._in_sentence |= dict.fromkeys(places, self._sentence)
        self._known |= set(places) if known else set()
        self._announced = places if len(places) > 1 else self._announced
        self._last, self._backdrop = places, False
        if self._relation:
            self._relate(self._relation, places)
            self._relation = ""
        else:
            self._settle(places)
            self.clause.things += places

    def _relate(self, kind: str, places: list[int]) -> None:
        """What the clause is about, or will be, is left of these."""
        self.clause.refers = True
        for b in places:
            self._of.append((kind, b))
        if self.clause.things:
            self._settle(self.clause.things)

    def _settle(self, subjects: list[int]) -> None:
        """The relations that waited for their subject have one."""
        for kind, b in self._of:
            pairs = [(a, b) for a in subjects if a != b]
            self.said.relations += [("in front of", b, a) if kind == "behind" else (kind, a, b) for a, b in pairs]
        if subjects:
            self._of = []

    def _describe(self, new: Thing, article: str, grounds: list[str]) -> None:
        """Adjectives alone: of what was announced, of the background, or of what was named last."""
        if self.clause.verb == "get" and new.size in ("small", "large"):
            self.clause.motion = "shrinks" if new.size == "small" else "grows"
        elif self.clause.topic == "background" or (grounds and not (new.colour or new.size)):
            self._set_background(grounds, new.colour)
        elif self._announced:
            place = self._announced.pop(0)
            if self.clause.whole or set(self.clause.things) - {place}:
                self._end()
            for name in ("colour", "size", "motion"):
                self.said.things[place].add(name, getattr(new, name))
            self._last = self.clause.things = [place]
        elif article == "a" or not self._last:
            self._mention([new])
        else:
            for place in self._last:
                for name in ("colour", "size", "motion"):
                    self.said.things[place].add(name, getattr(new, name))

    def _take_other(self, new: Thing, grounds: list[str], what: str) -> None:
        """The camera, the background, or the sky."""
        if self._relation:  # "in front of a grey background", "under the sky"
            self._relation = ""
        if what == "camera":
            if self.clause.does and (self.clause.things or self.clause.topic):
                self._end()
            self.clause.topic = "camera"
            return
        self._backdrop = True
        if what == "sky":
            self._set_background(["sky"], None)
        elif grounds or new.colour:
            self._set_background(grounds, new.colour)
        else:
            if self.clause.does:
                self._end()
            self.clause.topic = "background"

    def _set_background(self, grounds: list[str], colour: str | None) -> None:
        said = "navy" if "black" in grounds and colour == "blue" else (grounds or [colour])[-1]
        if said not in BACKGROUNDS or self.said.background not in (None, said):
            raise UserError(f"background {said!r}: it is one of {', '.join(map(repr, BACKGROUNDS))}")
        self.said.background = said
        if self.clause.topic == "background":
            self.clause.topic = ""

    # --- the rest

    def _read_rest(self, meaning: Meaning) -> None:
        if meaning.kind in _DOES | _HOW | {"way", "not", "walls"}:
            self._say(meaning)
        elif meaning.kind == "before":
            self._relation = meaning.value
        elif meaning.kind == "after":
            self._postposed(meaning.value)
        elif meaning.kind in (".", "while"):
            self._end()
            self._sentence += meaning.kind == "."
        elif meaning.kind == "," and (self.clause.whole or (self.clause.refers and not self.clause.does)):
            self._end(stays=not self.clause.whole)
        elif meaning.kind == "both":
            self._all()
        elif self._last and (meaning.kind == "which" or (meaning.kind == "the" and self._peek(-1).kind == ",")):
            self._turn_to(self._last)

    def _say(self, meaning: Meaning) -> None:
        """A part of what things do, or the camera does."""
        clause = self.clause
        again = meaning.kind in _DOES and (clause.motion or clause.verb)
        if again and clause.things and clause.topic != "camera":
            self._tell(clause)
            self.clause = clause = Clause(things=clause.things)
        elif meaning.kind == "direction" and clause.whole and _OPPOSITE.get(meaning.value) in clause.directions:
            self._end()
            clause = self.clause
        clause.first |= not clause.things
        if meaning.participle and not meaning.plural and len(clause.things) > 1:
            clause.things = clause.things[-1:]
        clause.note(meaning)

    def _postposed(self, kind: str) -> None:
        """ "of the square to the left": what was named last is what the others are left of."""
        if self._backdrop:
            self._backdrop = False
            return
        places = [place for place in self._last if place in self.clause.things]
        self.clause.things = [place for place in self.clause.things if place not in places]
        self._relate(kind, places)

    def _all(self) -> None:
        """ "both": of all things; of two that are still to be named, a number."""
        everything = [place for place in range(len(self.said.things)) if place not in self._repeated()]
        if not everything:
            self.meanings = [*self.meanings]
            self.meanings[self.at] = Meaning("digit", "2")
            self.at -= 1
            return
        if self.clause.whole and set(self.clause.things) != set(everything):
            self._end()
        self.clause.things = everything
        self._announced = []
        if self._peek(1).kind in ("shape", "thing"):
            self.at += 1

    def _turn_to(self, places: list[int]) -> None:
        """ ", which …": the next verb is about what was named last; afterwards the sentence may go on."""
        if self.clause.whole:
            self._end()
        elif self.clause.things and self.clause.things != places and not self.clause.does:
            self._outer = self.clause
        self.clause = Clause(things=list(places))

    def _end(self, *, stays: bool = False) -> None:
        """A clause is over: what it says is noted. With ``stays`` it was only an insertion, and the things stay."""
        clause = self.clause
        self._relation = ""
        if stays:
            self._settle(clause.things or self._before)
            clause.refers = False
            return
        if not clause.things and not clause.topic and clause.does:
            clause.things = self._before  # "it bounces"
        self._tell(clause)
        if clause.things:
            self._before = clause.things
        if self._of and (clause.things or clause.refers):
            self._settle(clause.things or self._before)
        self.clause = self._outer or Clause()
        self._outer = None

    def _tell(self, clause: Clause) -> None:
        """Note what a clause says of its things, or of the camera."""
        if clause.topic == "camera" or clause.motion in CAMERAS:
            self._move_camera(clause)
            return
        motion = clause.motion_of_all() if clause.does or "not" in clause.how else None
        along = straight(clause.directions) if clause.motion is not None and "not" not in clause.how else None
        for thing in (self.said.things[place] for place in clause.things):
            thing.walls |= "walls" in clause.how
            for each in filter(None, (along, motion)):
                if each == "move" and thing.motion is not None:
                    continue
                thing.motion = None if thing.motion == "move" else thing.motion
                thing.add("motion", each)
            thing.add("pace", clause.pace)

    def _move_camera(self, clause: Clause) -> None:
        motion = clause.motion_of_all() if clause.verb != "zoom" else None
        if clause.verb == "zoom":
            motion = next((f"zooms {way}" for way in ("in", "out") if way in clause.how), None)
        elif clause.directions:
            motion = straight(clause.directions)
        said = {"left": "pans left", "right": "pans right", "still": "static"}.get(motion or "", motion)
        if said in (None, "move"):
            return
        if said not in CAMERAS or self.said.camera not in (None, said):
            raise UserError(f"camera {said!r}: it does one thing, of {', '.join(map(repr, CAMERAS))}")
        self.said.camera = said

    # --- at the end

    def _repeated(self) -> dict[int, int]:
        """Things that were named before: with an article that says so, or in a later sentence on where they are."""
        same: dict[int, int] = {}
        related = {place for _, a, b in self.said.relations for place in (a, b)}
        for place, thing in enumerate(self.said.things):
            later = place in related and thing.motion is None
            for before in (each for each in range(place) if each not in same):
                again = self._in_sentence[before] < self._in_sentence[place] and later
                if (place in self._known or again) and thing.looks_like(self.said.things[before]):
                    same[place] = before
                    break
        return same

    def _merged(self) -> Said:
        same = self._repeated()
        for place, before in same.items():
            thing = self.said.things[place]
            for name in ("shape", "colour", "size", "motion", "pace"):
                self.said.things[before].add(name, getattr(thing, name))
        return self.said.without(same.items())
