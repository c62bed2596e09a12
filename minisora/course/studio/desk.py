"""What is asked for: the controls are read, and what cannot be made is said, with what to say instead."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Collection

from torch import Generator

from minisora.course.studio import look
from minisora.course.studio.memory import Memory
from minisora.course.studio.order import Order
from minisora.course.studio.panel import Panel, Row
from minisora.course.studio.words import completions, replaced, unknown
from minisora.errors import UserError
from minisora.language import translate, upsample
from minisora.request import check_prompt


class Desk:
    """Looks at every change of the controls. Nothing that was typed is ever changed, other than by a press.

    ``longest``: the most words of a prompt; ``also``: words that only these weights know.
    """

    def __init__(self, panel: Panel, *, longest: int, also: Collection[str] = (), memory: Memory | None = None) -> None:
        self.panel, self.longest, self.also, self.memory = panel, longest, also, memory
        if memory is not None and (typed := memory.noted()).keys() == panel.typed.keys():
            panel.typed = typed
        panel.prompt.observe(lambda _: self._typed(), names="value")
        for field in panel.fields.values():
            field.observe(lambda _: self._set(), names="value")
        for tick in panel.saving.ticks.values():
            tick.observe(lambda _: self._note(), names="value")
        panel.squares.heed(self._set)
        panel.dice.on_click(lambda _: self._another_seed())
        panel.full.on_click(lambda _: self._in_full())
        self._short, self._long = "", ""  # a prompt, and what "In full" made of it
        for row in panel.rows:
            for offer in row.offers:
                offer.on_click(lambda pressed, row=row: self._mend(row, pressed.description))
        self._typed()

    def accepted(self) -> Order | None:
        """What the controls say, if it can be made; else the reason is shown."""
        if wrong := unknown(self.panel.prompt.value, also=self.also):
            self._object(wrong)
            return None
        try:
            order = self.panel.order
            for text in (order.prompt, order.negative or order.prompt):
                check_prompt(text, most=self.longest, also=self.also)
        except UserError as error:
            self.say(str(error), wrong=True)
            return None
        return order

    def say(self, text: str, *, wrong: bool = False) -> None:
        """A line below the prompt; without a text, how to go on."""
        self.panel.object({})
        self.panel.message.value = look.note(text, wrong=wrong) if text else look.HINT

    def _typed(self) -> None:
        """Offer completions, and known words for words that are unknown and finished."""
        self.panel.prompt.options = completions(self.panel.prompt.value)
        self._set()

    def _set(self) -> None:
        """Say at once what is wrong, and leave it as it was typed."""
        self.panel.judge()
        wrong = unknown(self.panel.prompt.value, typing=True, also=self.also)
        self._object(wrong)
        if not wrong:
            self._show_translation()
        self._note()

    def _note(self) -> None:
        """Write down what the controls say, for the next page."""
        if self.memory is not None:
            with contextlib.suppress(UserError):  # a full disk is no reason to stop
                self.memory.note(self.panel.typed)

    def _object(self, wrong: dict[str, list[str]]) -> None:
        """Say in a line each which words are unknown, with buttons for known ones."""
        shown = len(self.panel.rows)
        more = len(wrong) > shown
        self.say(f"{len(wrong)} unknown words, the first {shown}:" if more else "", wrong=more)
        self.panel.object(wrong)

    def _show_translation(self) -> None:
        """What a prompt in another language says in English."""
        with contextlib.suppress(UserError):
            said = translate(self.panel.prompt.value, also=self.also)
            if said.language != "en":
                self.say(f"{said.name}: {said.english}")

    def _in_full(self) -> None:
        """Say the prompt in full, and why; pressed once more, as it was typed."""
        typed = self.panel.prompt.value
        if self._short and typed == self._long:
            self.panel.prompt.value = self._short
            return
        try:
            full = upsample(typed, Generator().manual_seed(self.panel.order.seed))
        except UserError as error:
            self.say(str(error), wrong=True)
            return
        self._short, self._long = typed, full.caption
        self.panel.prompt.value = full.caption
        self.say(f"{full.why}; In full once more: as it was typed")

    def _mend(self, row: Row, other: str) -> None:
        """Take a known word for an unknown one, and go on typing."""
        self.panel.prompt.value = replaced(self.panel.prompt.value, row.word, other)
        self.panel.prompt.focus()

    def _another_seed(self) -> None:
        """A small number that one can remember, and not the one that is there."""
        now = self.panel.seed.value.strip()
        self.panel.seed.value = str(random.choice([seed for seed in range(1000) if str(seed) != now]))
