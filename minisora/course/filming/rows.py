"""A row of the storyboard: a shot's sentence with chips for its characters, and how it is filmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from minisora.course.studio import look
from minisora.course.studio.panel import Row as Word
from minisora.course.studio.parts import box, button
from minisora.course.studio.words import replaced, unknown
from minisora.errors import UserError
from minisora.film.reading import with_characters, words_of
from minisora.film.script import GRAIN, JOINS, LONGEST, SHORTEST
from minisora.worlds.scene import CAMERAS

SECONDS = {f"{SHORTEST + i * GRAIN:g} s": SHORTEST + i * GRAIN for i in range(round((LONGEST - SHORTEST) / GRAIN) + 1)}
JOINED = {"cut": "cut", "dissolve": "dissolve", "goes on": "continue"}
MOVES = {"stands still": "static", **{name: name for name in CAMERAS if name != "static"}}
assert set(JOINED.values()) == set(JOINS)


class ShotRow:
    """One shot. Attributes: number: which, from 1; chips: a button for each character, by its name."""

    def __init__(self, data: Mapping[str, Any], *, changed: Callable[[], object]) -> None:
        w = ipywidgets
        self._changed, self.number = changed, 0
        self.rest = {key: value for key, value in data.items() if key in ("pace", "path", "seed", "takes")}
        self.say = w.Text(value=str(data.get("say", "")), placeholder="{hero} moves right", continuous_update=True)
        self.seconds = w.Dropdown(options=SECONDS, value=float(data.get("seconds", 2.0)))
        self.join = w.Dropdown(options=JOINED, value=data.get("join", "cut"))
        self.camera = w.Dropdown(options=MOVES, value=data.get("camera", "static"))
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
        for each in (self.say, self.seconds, self.join, self.camera):
            each.add_class("ms-field")
            each.observe(lambda _: changed(), names="value")
        self.widget = box(
            w.VBox,
            "ms-shot",
            box(w.HBox, "ms-ask", self.say),
            self._chips,
            self._words.widget,
            self.answer,
            box(w.HBox, "ms-ask", self.seconds, self.join, self.camera, self.look, self.up, self.remove),
            box(w.HBox, "ms-keep", self.screen, self.said),
        )

    @property
    def data(self) -> dict[str, Any]:
        """The shot as a storyboard has it, with only what is not as usual."""
        data: dict[str, Any] = {"say": " ".join(self.say.value.split())}
        for name, usual in (("seconds", 2.0), ("join", "cut"), ("camera", "static")):
            if (value := getattr(self, name).value) != usual:
                data[name] = value
        return {**data, **self.rest}

    def call(self, number: int) -> None:
        """Its number, in the names of all its controls, which are read out."""
        self.number = number
        for control, name in (
            (self.say, "Shot"),
            (self.seconds, "Length"),
            (self.join, "Joined"),
            (self.camera, "Camera"),
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

    def _add(self, name: str) -> None:
        text = self.say.value.rstrip()
        joint = " and " if text and not text.endswith((" and", ",")) else " " if text else ""
        self.say.value = f"{text}{joint}{{{name}}} "

    def _mend(self, word: str) -> None:
        self.say.value = replaced(self.say.value, self._words.word, word)
