"""A small hand-written grammar of prompts: it reads words from left to right and notes what is said of what.

It knows noun phrases ("a tiny crimson ball", "two stars", "the camera", "a dark blue background"), verb phrases
("slides to the left", "staying still"), and relations ("to the left of"). Whatever else is said it passes over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from minisora.errors import UserError
from minisora.worlds.lexicon import (
    DESCRIBES,
    ELSE,
    GENERIC,
    GROUND,
    MOTIONS,
    OBJECT,
    PACE,
    PLURALS,
    RELATIONS,
    TAILS,
    TINTS,
    VERB_FORMS,
    WALLS,
    Cursor,
    Mentioned,
    straight,
)
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, COLOURS, DIRECTION, SIZES
from minisora.worlds.vocabulary import DIGITS


@dataclass
class Reader(Cursor):
    """Reads known ``words`` into ``objects``, ``relations`` (kind, a, b), ``background``, and ``camera``."""

    objects: list[Mentioned] = field(default_factory=list)
    relations: list[tuple[str, int, int]] = field(default_factory=list)
    background: str | None = None
    camera: str | None = None

    _topic: str = ""  # "camera" or "background" while the text is about that and not about objects
    _main: list[int] = field(default_factory=list)  # the objects that the sentence is about
    _last: list[int] = field(default_factory=list)  # the ones mentioned last
    _open: list[int] = field(default_factory=list)  # those since the last verb: "a ball and a box both move"
    _announced: list[int] = field(default_factory=list)  # "two circles, ...": each still to be described
    _relation: str = ""  # waits for its second object
    _number: str = ""  # "is", "are", or "both" before a verb
    _of_last: bool = False  # after "that": the next verb is about the object mentioned last

    def read(self) -> Reader:
        """Read everything. Raises ``UserError`` for what contradicts itself or cannot be shown."""
        while self.at < len(self.words):
            if not (self._read_relation() or self._read_verb() or self._read_noun()):
                self._read_link()
        return self

    # --- verbs and relations

    def _read_relation(self) -> bool:
        for phrase, kind in RELATIONS.items():
            if self.skip(phrase):
                self._relation = kind
                return True
        return any(self.skip(f"on the {side}") for side in ("left", "right"))  # a place, which nobody can claim

    def _verb(self) -> tuple[str, int] | None:
        """The verb that stands here: its meaning and form (plain, third person, -ing)."""
        if self.at >= len(self.words):
            return None
        word, before = self.words[self.at], self.word(-1)
        if word in ("circle", "circles") and before not in OBJECT and before not in ("both", "that", "which", "it"):
            return None  # the noun
        if word in ("still", "motionless", "stationary", "static", "fixed"):
            return "stay", 2
        return VERB_FORMS.get(word)

    def _read_verb(self) -> bool:
        negated = self.skip("not")
        verb = self._verb()
        if negated and (verb is None or verb[0] != "move"):
            raise UserError(f"'not {self.word()}': only 'not moving' is understood — say what happens instead")
        if verb is None:
            directions = self.directions([])  # "red circle up left"
            if directions:
                self._say(straight(directions), form=2)
            return bool(directions)
        meaning, form = verb
        if form == 2 and not negated and self._begins_noun():
            return False
        self.at += 1
        self._say("still" if negated else self._finish_verb(meaning), form)
        return True

    def _begins_noun(self) -> bool:
        """Whether an -ing form begins a noun phrase without an article: ", spinning blue star"."""
        begins = self.word(-1) in ("", ",", ".", "and", "of", "with", "showing", "shows")
        return begins and self.word(1) in DESCRIBES | OBJECT | ELSE

    def _finish_verb(self, meaning: str) -> str | None:
        """The motion that a verb means together with what follows it; None if it means none in particular."""
        self.skip_all(PACE)
        if meaning in ("pan", "zoom"):
            self._topic = "camera"
        if meaning in ("zoom", "get"):
            word = self.word()
            said = {"in": "zooms in", "out": "zooms out", "bigger": "grows", "smaller": "shrinks"}.get(word)
            self.at += said is not None
            return said
        if meaning in ("move", "pan", "rise", "fall"):
            if self.skip("round") | self.skip("in a circle") | self.skip("in circles"):
                return "orbits"
            directions = self.directions({"rise": ["up"], "fall": ["down"]}.get(meaning, []))
            self.skip_all(PACE)
            return straight(directions)
        if meaning == "bounce" and self.skip("off"):
            self.skip_all(WALLS)
            return None  # how a straight motion goes on
        while any(self.skip(tail) for tail in TAILS):
            pass
        return MOTIONS[meaning]

    def _say(self, motion: str | None, form: int) -> None:
        """Note a motion of whatever the verb is about."""
        if self._topic == "camera":
            self._move_camera(motion)
        elif motion is not None:
            together = self._number in ("are", "both") or (form == 0 and not self._number)
            unsaid = [i for i in self._main if self.objects[i].motion is None]
            if together and len(self._open) > 1:
                targets = self._open
            elif self._of_last or (form == 2 and not self._number) or not unsaid:
                targets = self._last
            else:
                targets = self._main
            for obj in (self.objects[i] for i in targets):
                if motion != "bounces" or obj.shape not in DIGITS or obj.motion not in DIRECTION:  # else: off the walls
                    obj.add("motion", motion)
        self._open, self._number, self._of_last = [], "", False

    def _move_camera(self, motion: str | None) -> None:
        said = {"left": "pans left", "right": "pans right", "still": "static"}.get(motion or "", motion)
        if said is not None and (said not in CAMERAS or self.camera not in (None, said)):
            raise UserError(f"camera {said!r}: it does one thing, of {', '.join(map(repr, CAMERAS))}")
        self.camera = said or self.camera

    # --- nouns and the rest

    def _read_noun(self) -> bool:
        """A noun phrase, or adjectives alone ("the background is navy", "it is red")."""
        start, new, article, count, ground, head = self.at, Mentioned(), "", 1, "", ""
        tints: set[str] = set()
        while not head:
            word, after = self.word(), self.word(1)
            if word in ("a", "an", "the") and self.at == start:
                article = word
            elif word in DIGITS and after in DESCRIBES | OBJECT and not (word == "one" and after in DIGITS):
                count = DIGITS.index(word)
            elif word == "light" and after == "blue":
                new.add("colour", "cyan")
                self.at += 1
            elif word in GROUND:
                ground = word
            elif word in COLOURS:
                new.add("colour", word)
            elif word in SIZES:
                new.add("size", word)
            elif word in TINTS:
                tints.add(word)
            elif word in OBJECT | ELSE and not (word == "one" and self.at == start):
                head = word
            elif (verb := self._verb()) and verb[1] == 2 and (article or self.at > start or self._begins_noun()):
                new.add("motion", MOTIONS.get(verb[0]))
            else:
                break
            self.at += 1
        if self.at == start:
            return False
        if head in ("digit", "number") and self.word() in DIGITS:
            head = self.word()
            self.at += 1
        if head in OBJECT:
            self._mention(new, head, article, count, ground)
        elif head == "background" or (not head and (self._topic == "background" or ground)):
            if "dark" in tints and new.colour in (None, "blue"):
                ground = ground or ("navy" if new.colour else "black")
            self._describe_background(ground or new.colour)
            self._topic = "background"
        elif head in ("sky", "landscape"):
            self.background, self._relation = "sky", ""
            if self.skip("background"):
                self._topic = "background"
        elif head == "camera":
            self._topic = "camera"
            self._move_camera(new.motion)
        elif not head and (new.colour or new.size):
            for obj in (self.objects[i] for i in (self._open if self._number == "are" else self._last)):
                obj.add("colour", new.colour)
                obj.add("size", new.size)
        return True

    def _mention(self, new: Mentioned, head: str, article: str, count: int, ground: str) -> None:
        """Note one or several objects, new or mentioned before."""
        if ground:
            raise UserError(f"{ground} {head!r}: objects are {', '.join(COLOURS)} — {ground} is for backgrounds")
        pronoun = head == "one" and self.word(-2) not in ("a", "an", "handwritten", "digit", "number")
        if not pronoun and head not in GENERIC:
            new.shape = PLURALS.get(head, head)
        known = [i for i, obj in enumerate(self.objects) if obj.may_be(new)] if article == "the" else []
        if not known and count == 1:
            known = [i for i in self._announced if self.objects[i].may_be(new)]
        if known:
            chosen = known[:1]
            for name in ("shape", "colour", "size", "motion"):
                self.objects[chosen[0]].add(name, getattr(new, name))
            self._announced = [i for i in self._announced if i != chosen[0]]
        else:
            chosen = list(range(len(self.objects), len(self.objects) + count))
            self.objects += [replace(new) for _ in chosen]
            # "two circles, a red one ...": a list that describes them follows; "two circles and ..." goes on to others.
            self._announced = chosen if count > 1 and self.word() in (",", ".") else []
        if self._relation and self._main:
            kind, pairs = self._relation, [(a, b) for a in self._main for b in chosen if a != b]
            self.relations += [("in front of", b, a) if kind == "behind" else (kind, a, b) for a, b in pairs]
        else:
            self._main = chosen
        self._relation, self._topic, self._number, self._of_last = "", "", "", False
        self._last = chosen
        self._open = [*self._open, *(i for i in chosen if i not in self._open)]

    def _describe_background(self, said: str | None) -> None:
        """Note the colour of the background, if one is said."""
        if said and (said not in BACKGROUNDS or self.background not in (None, said)):
            raise UserError(f"background {said!r}: it is one of {', '.join(map(repr, BACKGROUNDS))}")
        self.background, self._relation = said or self.background, ""

    def _read_link(self) -> None:
        """A word that only joins others, or that is passed over."""
        word = self.word()
        if word in ("is", "does", "are", "do"):
            self._number = "are" if word in ("are", "do") else "is"
        elif word == "both":
            everything = list(range(len(self.objects)))
            self._number, self._open, self._last = "both", everything, everything
        elif word in ("that", "which"):
            self._of_last = True
        elif word == "it":
            self._topic = ""
        self.at += 1
