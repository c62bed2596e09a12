"""A storyboard as controls: title, characters, rows of shots, a bar of their lengths, and what is wrong with them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets
from traitlets import TraitError

from minisora.course.filming.bar import length_bar
from minisora.course.filming.rows import ShotRow
from minisora.course.studio import look
from minisora.course.studio.parts import box, button
from minisora.errors import UserError
from minisora.files import replacing
from minisora.film import Script, as_yaml, parse_script
from minisora.film.example import EXAMPLE
from minisora.film.tree import read_tree
from minisora.worlds.scene import BACKGROUNDS

BACKDROPS = {"as it comes": None, **{name: name for name in BACKGROUNDS}}
PLAIN_SHOT = {"say": "a red circle spins"}  #: Where something else is looked at.


class Board:
    """Looks at every change of the controls, and keeps them in a file.

    Args:
        preview: is called with a shot's row when its button is pressed.
        memory: the file for the next page that is opened with it.
    Attributes:
        widget: the controls but for ``more`` and ``answer``, which stand where the buttons of a page do.
        rows: the shots.
    """

    def __init__(self, preview: Callable[[ShotRow], object], *, memory: Path | None = None) -> None:
        w = ipywidgets
        self._preview, self.memory, self._filling = preview, memory, False
        self.rows: list[ShotRow] = []
        self._rest: dict[str, Any] = {}  # keys of the film that have no control
        self.title, self.author = (w.Text(description=name) for name in ("Title", "Author"))
        self.people = w.Textarea(description="Characters, one a line", rows=3)
        self.background = w.Dropdown(options=BACKDROPS, description="Background")
        self.takes = w.Dropdown(options=[1, 2, 3, 4, 8], description="Takes")
        self.credits = w.Textarea(description="Credits, one line each", rows=3)
        for each in (self.title, self.author, self.people, self.background, self.takes, self.credits):
            each.add_class("ms-field")
            each.observe(lambda _: self.changed(), names="value")
        self.bar, self.answer = w.HTML(), w.HTML()
        self.more = button("Add a shot", "one more at the end")
        self.more.on_click(lambda _: self.add({"say": ""}))
        self._list = box(w.VBox, "ms-shots")
        self.widget = box(
            w.VBox,
            "ms-storyboard",
            box(w.HBox, "ms-fields", self.title, self.author, self.background, self.takes),
            box(w.HBox, "ms-texts", self.people, self.credits),
            self.bar,
            self._list,
        )
        self._begin()

    @property
    def characters(self) -> dict[str, str]:
        """The lines "name: what" that are whole; others are being typed."""
        pairs = (line.partition(":") for line in self.people.value.splitlines())
        return {name.strip(): what.strip() for name, _, what in pairs if name.strip() and what.strip()}

    def text(self, shots: Sequence[Mapping[str, Any]] | None = None) -> str:
        """The storyboard as it stands, or with other shots, as YAML, be it sense or not."""
        data: dict[str, Any] = {
            "title": self.title.value.strip(),
            "author": self.author.value.strip(),
            "background": self.background.value,
            "takes": self.takes.value,
            "characters": self.characters,
            "shots": [row.data for row in self.rows] if shots is None else list(shots),
            "credits": [line.strip() for line in self.credits.value.splitlines() if line.strip()],
        }
        return as_text({**{key: value for key, value in data.items() if value}, **self._rest})

    def script(self) -> Script:
        """The storyboard. Raises: UserError for what cannot be filmed, without the line of a file."""
        try:
            return parse_script(self.text())
        except UserError as error:
            raise UserError(plain(error)) from error

    def open(self, script: Script) -> None:
        """Put a script into the controls; size, seed and sound have none, and are kept."""
        import yaml

        self._fill(yaml.safe_load(as_yaml(script)))

    def add(self, data: Mapping[str, Any]) -> ShotRow:
        """One more shot at the end."""
        row = self._row(data)
        self.rows.append(row)
        self._list.children = (*self._list.children, place_of(row))
        self._number()
        return row

    def changed(self) -> None:
        """Look at everything that is written, and say what is wrong with it."""
        if self._filling:
            return
        people, background, before, good = self.characters, self.background.value, PLAIN_SHOT, True
        wrong = problem(self.text([PLAIN_SHOT]))  # beside the shots
        for row in self.rows:
            row.cast(people)
            right = row.check(people, background)
            if right and not wrong:  # numbers, and how it is joined to the one before
                shots = [row.data] if row.number == 1 else [{**before, "join": "cut"}, row.data]
                right = row.object(problem(as_text({"characters": people, "shots": shots})))
            before, good = row.data if right else PLAIN_SHOT, good and right
        wrong = wrong or (problem(self.text()) if good else "")
        if wrong:
            self.answer.value = look.note(wrong, wrong=True)
        else:
            self.answer.value = look.note("Every shot can be filmed." if good else "Not every shot is finished.")
        script = self.script() if good and not wrong else None
        self.bar.value = length_bar([row.data.get("seconds", 2.0) for row in self.rows], script)
        if self.memory is not None:
            with contextlib.suppress(UserError), replacing(self.memory) as draft:
                draft.write_text(self.text(), encoding="utf-8")

    def _row(self, data: Mapping[str, Any]) -> ShotRow:
        row = ShotRow({"say": data} if isinstance(data, str) else data, changed=self.changed)
        row.look.on_click(lambda _: self._preview(row))
        row.remove.on_click(lambda _: self._remove(row))
        row.up.on_click(lambda _: self._up(row))
        return row

    def _number(self) -> None:
        for number, row in enumerate(self.rows, 1):
            row.call(number)
            row.remove.layout.display = "none" if len(self.rows) == 1 else ""
        self.changed()

    def _remove(self, row: ShotRow) -> None:
        self.rows.remove(row)
        self._place(row).children = ()  # the others stay as they are drawn
        self._number()

    def _up(self, row: ShotRow) -> None:
        """The row above goes below this one, which stays as it is drawn: what is drawn anew loses the focus."""
        number = self.rows.index(row)
        above = self.rows[number - 1]
        self.rows[number - 1 : number + 1] = [row, above]
        self._place(above).children = ()
        places = self._list.children
        after = places.index(self._place(row)) + 1
        if after < len(places) and not places[after].children:
            places[after].children = (above.widget,)
        else:
            self._list.children = (*places[:after], place_of(above), *places[after:])
        self._number()

    def _place(self, row: ShotRow) -> ipywidgets.VBox:
        return next(place for place in self._list.children if row.widget in place.children)

    def _begin(self) -> None:
        """What was written last, be it sense or not, else the example."""
        with contextlib.suppress(UserError, AttributeError, KeyError, TypeError, ValueError, TraitError):
            if self.memory is not None and self.memory.exists():
                return self._fill(read_tree(self.memory).data)
        self.open(parse_script(EXAMPLE))

    def _fill(self, data: dict[str, Any]) -> None:
        """The controls from what a file says, which may be half written."""
        self._filling = True
        self._rest = {key: data[key] for key in ("size", "seed", "sound") if key in data}
        self.title.value, self.author.value = data.get("title", ""), data.get("author", "")
        self.background.value, takes = data.get("background"), data.get("takes", 1)
        if takes not in self.takes.options:
            self.takes.options = sorted([*self.takes.options, takes])
        self.takes.value = takes
        self.people.value = "\n".join(f"{name}: {what}" for name, what in data.get("characters", {}).items())
        self.credits.value = "\n".join(data.get("credits", []))
        self.rows = [self._row(shot) for shot in data["shots"]]
        self._filling = False
        self._list.children = tuple(place_of(row) for row in self.rows)
        self._number()


def place_of(row: ShotRow) -> ipywidgets.VBox:
    """A box around a row, that stays where it is when the row goes."""
    return box(ipywidgets.VBox, "ms-place", row.widget)


def as_text(data: Mapping[str, Any]) -> str:
    """A storyboard in YAML."""
    import yaml

    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


@lru_cache(maxsize=256)  # of all shots that are looked at while one types, one is another than before
def problem(text: str) -> str:
    """What is wrong with a storyboard, in a line; empty where it can be filmed."""
    try:
        parse_script(text)
    except UserError as error:
        return plain(error)
    return ""


def plain(error: UserError) -> str:
    """A message without the line of a file that nobody sees."""
    return re.sub(r"^storyboard(, line \d+)?: ", "", str(error))
