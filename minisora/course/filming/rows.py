"""A row of the storyboard: a shot's sentence with chips for its characters, and how it is filmed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from minisora.course.filming.bar import path_drawn
from minisora.course.studio import look
from minisora.course.studio.panel import Row as Word
from minisora.course.studio.parts import box, button
from minisora.course.studio.words import replaced, unknown
from minisora.directing import FASTEST, SLOWEST
from minisora.errors import UserError
from minisora.film.reading import with_characters, words_of
from minisora.film.script import GRAIN, JOINS, LONGEST, MOST_TAKES, SHORTEST
from minisora.worlds.scene import CAMERAS

SECONDS = {f"{SHORTEST + i * GRAIN:g} s": SHORTEST + i * GRAIN for i in range(round((LONGEST - SHORTEST) / GRAIN) + 1)}
JOINED = {"cut": "cut", "dissolve": "dissolve", "goes on": "continue"}
MOVES = {"stands still": "static", **{name: name for name in CAMERAS if name != "static"}}
#: What few shots say, beside how it is called, what stands there if nothing is said, and what it is for.
MORE = {
    "pace": ("Pace", "1", f"how fast things move: {SLOWEST:g} to {FASTEST:g} times as fast as usual"),
    "path": ("Path", "0.2,0.8 0.5,0.2", "left,top left,top … of the first thing's way, from 0 to 1; else as planned"),
    "seed": ("Seed", "the film's", "of the first take: another seed, another take"),
    "takes": (
        "Takes",
        "the film's",
        f"how many may be made until the judge finds everything right, {MOST_TAKES} at most",
    ),
}
assert set(JOINED.values()) == set(JOINS)


class ShotRow:
    """One shot. Attributes: number: which, from 1; chips: a button for each character, by its name."""

    def __init__(self, data: Mapping[str, Any], *, changed: Callable[[], object]) -> None:
        w = ipywidgets
        self._changed, self.number = changed, 0
        self.say = w.Text(value=str(data.get("say", "")), placeholder="{hero} moves right", continuous_update=True)
        self.seconds = w.Dropdown(options=SECONDS, value=float(data.get("seconds", 2.0)))
        self.join = w.Dropdown(options=JOINED, value=data.get("join", "cut"))
        self.camera = w.Dropdown(options=MOVES, value=data.get("camera", "static"))
        self.more = {
            key: w.Text(value=str(data.get(key, "")), placeholder=usual, tooltip=tip, continuous_update=False)
            for key, (_, usual, tip) in MORE.items()
        }
        self.unfold = w.ToggleButton(tooltip="pace, path, seed and takes of this shot")
        self.unfold.value = any(field.value for field in self.more.values())
        self.unfold.observe(lambda _: self._fold(), names="value")
        self.way = w.HTML()
        self.look, self.up, self.remove = (
            button(name, tip)
            for name, tip in (
                ("Preview", "make this shot now"),
                ("Earlier", "put this shot before the one above"),
                ("Remove", "take this shot out"),
            )
        )
        self.chips: dict[str, ipywidgets.Button] = {}
        self._chips, self.answer = box(w.HBox, "ms-keep"), w.HTML()
        self.screen, self.said = w.HTML(), w.HTML()
        self._words = Word()
        for offer in self._words.offers:
            offer.on_click(lambda pressed: self._mend(pressed.description))
        for each in (self.say, self.seconds, self.join, self.camera, *self.more.values()):
            each.add_class("ms-field")
            each.observe(lambda _: changed(), names="value")
        self._folded = box(w.HBox, "ms-more", *self.more.values(), self.way)
        self.widget = box(
            w.VBox,
            "ms-shot",
            box(w.HBox, "ms-ask", self.say),
            self._chips,
            self._words.widget,
            self.answer,
            box(
                w.HBox,
                "ms-how",
                *(self.seconds, self.join, self.camera, self.unfold, self.look, self.up, self.remove),
            ),
            self._folded,
            box(w.HBox, "ms-keep", self.screen, self.said),
        )
        self._fold()

    @property
    def data(self) -> dict[str, Any]:
        """The shot as a storyboard has it, with only what is not as usual."""
        data: dict[str, Any] = {"say": " ".join(self.say.value.split())}
        for name, usual in (("seconds", 2.0), ("join", "cut"), ("camera", "static")):
            if (value := getattr(self, name).value) != usual:
                data[name] = value
        return {**data, **{key: value_of(text) for key, field in self.more.items() if (text := field.value.strip())}}

    def call(self, number: int) -> None:
        """Its number, in the names of all its controls, which are read out."""
        self.number = number
        for control, name in (
            (self.say, "Shot"),
            (self.seconds, "Length"),
            (self.join, "Joined"),
            (self.camera, "Camera"),
            (self.unfold, "More"),
            *((self.more[key], name) for key, (name, *_) in MORE.items()),
        ):
            control.description = f"{name} {number}"
        for pressed, name in ((self.look, "Preview"), (self.up, "Earlier"), (self.remove, "Remove")):
            pressed.description = f"{name} {number}"
        self.up.layout.display = "none" if number == 1 else ""
        self.join.layout.display = "none" if number == 1 else ""
        if number == 1:
            self.join.value = "cut"

    def cast(self, people: Mapping[str, str]) -> None:
        """A chip for each character; a press puts it at the end of the sentence."""
        if list(people) == list(self.chips):
            return
        self.chips = {}
        for name in people:
            self.chips[name] = button(f"+ {name}", people[name])
            self.chips[name].on_click(lambda _, name=name: self._add(name))
        self._chips.children = tuple(self.chips.values())

    def check(self, people: dict[str, str], background: str | None) -> bool:
        """Say what is wrong with the sentence as far as it is typed; whether it can be filmed."""
        text = self.say.value
        self._words.show("", [])
        self.answer.value = ""
        try:
            said = with_characters(text, people)
        except UserError as error:
            if not text.rstrip().endswith("{") and text.count("{") == text.count("}"):
                self.answer.value = look.note(str(error), wrong=True)
            return False
        wrong = unknown(said, typing=True)
        if wrong:
            word, offers = next(iter(wrong.items()))
            self._words.show(word, offers)
            return False
        if not said.strip():
            return False
        try:
            words_of(said, background)
        except UserError as error:
            if not unknown(said):  # else a word is being typed
                self.answer.value = look.note(str(error), wrong=True)
            return False
        return True

    def object(self, wrong: str) -> bool:
        """Say what is wrong with the shot beside its words, and draw its path; whether nothing is."""
        self.answer.value = look.note(wrong, wrong=True) if wrong else ""
        if wrong:  # what cannot be seen cannot be mended
            self.unfold.value = self.unfold.value or any(field.value.strip() for field in self.more.values())
        path = self.more["path"].value
        self.way.value = path_drawn(path, self.number) if path.strip() and not wrong else ""
        return not wrong

    def _fold(self) -> None:
        self._folded.layout.display = "" if self.unfold.value else "none"

    def _add(self, name: str) -> None:
        text = self.say.value.rstrip()
        joint = " and " if text and not text.endswith((" and", ",")) else " " if text else ""
        self.say.value = f"{text}{joint}{{{name}}} "

    def _mend(self, word: str) -> None:
        self.say.value = replaced(self.say.value, self._words.word, word)


def value_of(text: str) -> int | float | str:
    """What a field says, as a file would have it: a number where it is one."""
    if re.fullmatch(r"[+-]?\d{1,30}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+)", text) else text
