"""The page for films: characters, rows of shots, a bar of their lengths, previews, and the finished film."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets

from minisora.camera import filmed
from minisora.clip import Clip
from minisora.course import living
from minisora.course.filming.bar import STYLE, length_bar, player
from minisora.course.filming.rows import ShotRow
from minisora.course.finished import finished_pipeline
from minisora.course.picture import Picture, escaped, note
from minisora.course.studio import look
from minisora.course.studio.parts import box, button
from minisora.course.studio.work import Stopped, in_background
from minisora.errors import UserError
from minisora.files import replacing, slug
from minisora.film import Film, Progress, Script, as_yaml, make_film, parse_script, read_script
from minisora.film.example import EXAMPLE
from minisora.pipeline import Pipeline
from minisora.worlds.scene import BACKGROUNDS

BACKDROPS = {"as it comes": None, **{name: name for name in BACKGROUNDS}}


class FilmRoom:
    """A storyboard with buttons. As the last line of a cell it shows itself.

    Args:
        pipeline: what makes the shots; by default the finished one with the shipped weights.
        folder: where storyboards, films and finished shots are saved.
        memory: a file that keeps what was written for the next page that is opened with it.
    Attributes:
        widget: the panel alone.
        rows: the shots.
        film: the last film that was made.
    """

    def __init__(
        self, pipeline: Pipeline | None = None, *, folder: str | Path = "out", memory: str | Path | None = None
    ) -> None:
        w = ipywidgets
        self._pipeline, self.folder = pipeline, Path(folder)
        self.memory = None if memory is None else Path(memory)
        self.film: Film | None = None
        self.rows: list[ShotRow] = []
        self._stop, self._thread, self._filling = threading.Event(), None, False
        self.title, self.author = (w.Text(description=name) for name in ("Title", "Author"))
        self.people = w.Textarea(description="Characters, one a line", rows=3)
        self.background = w.Dropdown(options=BACKDROPS, description="Background")
        self.takes = w.Dropdown(options=[1, 2, 3, 4, 8], description="Takes")
        self.credits = w.Textarea(description="Credits, one line each", rows=2)
        fields = (self.title, self.author, self.people, self.background, self.takes, self.credits)
        for each in fields:
            each.add_class("ms-field")
            each.observe(lambda _: self.changed(), names="value")
        self.bar, self.answer, self.screen, self.said = (
            w.HTML(),
            w.HTML(),
            w.HTML(look.empty("Preview a shot")),
            w.HTML(),
        )
        self.more = self._button("Add a shot", "one more at the end", lambda: self.add({"say": ""}))
        self.keep = self._button("Save storyboard", "write it to a file in YAML", self.save)
        self.go = self._button("Make the film", "all shots that are not there yet, and the film", self.make)
        self.halt = self._button("Stop", "after this take; finished shots are kept", self._stop.set)
        self.go.add_class("ms-go")
        self._list = box(w.VBox, "ms-past")
        self.widget = box(
            w.VBox,
            "minisora-studio",
            w.HTML(look.STYLE + STYLE, layout={"display": "none"}),
            box(w.HBox, "ms-fields", self.title, self.author, self.background, self.takes),
            box(w.HBox, "ms-ask", self.people, self.credits),
            self.bar,
            self._list,
            box(w.HBox, "ms-keep", self.more, self.keep, self.go, self.halt),
            self.answer,
            w.HTML(look.WORDS),
            box(w.HBox, "ms-stage", self.screen, self.said),
        )
        self._here = self.said
        self.open(self._begun())

    @property
    def pipeline(self) -> Pipeline:
        """The weights, read when they are first needed."""
        if self._pipeline is None:
            self._pipeline = finished_pipeline()
        return self._pipeline

    @property
    def characters(self) -> dict[str, str]:
        """The lines "name: what" that are whole; others are being typed."""
        pairs = (line.partition(":") for line in self.people.value.splitlines())
        return {name.strip(): what.strip() for name, _, what in pairs if name.strip() and what.strip()}

    def text(self, shots: Sequence[str | dict[str, Any]] | None = None) -> str:
        """The storyboard as it stands, or with other shots, as YAML, be it sense or not."""
        import yaml

        data: dict[str, Any] = {
            "title": self.title.value.strip(),
            "author": self.author.value.strip(),
            "background": self.background.value,
            "takes": self.takes.value,
            "characters": self.characters,
            "shots": [row.data for row in self.rows] if shots is None else list(shots),
            "credits": [line.strip() for line in self.credits.value.splitlines() if line.strip()],
        }
        return yaml.safe_dump({key: value for key, value in data.items() if value}, sort_keys=False, allow_unicode=True)

    def script(self) -> Script:
        """The storyboard. Raises: UserError for what cannot be filmed, without the line of a file."""
        try:
            return replace(parse_script(self.text()), **self._kept)
        except UserError as error:
            raise UserError(_plain(error)) from error

    def open(self, script: Script) -> None:
        """Put a script into the controls; size, seed and sound are kept as they are in it."""
        import yaml

        data = yaml.safe_load(as_yaml(script))
        self._filling = True
        self._kept: dict[str, Any] = {"size": script.size, "seed": script.seed, "sound": script.sound}
        self.title.value, self.author.value = script.title, script.author
        self.background.value = script.background
        if script.takes not in self.takes.options:
            self.takes.options = sorted([*self.takes.options, script.takes])
        self.takes.value = script.takes
        self.people.value = "\n".join(f"{name}: {what}" for name, what in script.characters.items())
        self.credits.value = "\n".join(script.credits)
        self.rows = []
        for shot, made in zip(data["shots"], script.shots, strict=True):
            self.add({"seed": made.seed, **shot} if made.seed != 0 else shot)
        self._filling = False
        self.changed()

    def add(self, data: dict[str, Any]) -> ShotRow:
        """One more shot at the end."""
        row = ShotRow(data, changed=self.changed)
        row.look.on_click(lambda _: self.preview(row))
        row.remove.on_click(lambda _: self._remove(row))
        row.up.on_click(lambda _: self._up(row))
        self.rows.append(row)
        self._number()
        return row

    def changed(self) -> None:
        """Look at everything that is written, and say what is wrong with it."""
        if self._filling:
            return
        people, good = self.characters, True
        for row in self.rows:
            row.cast(people)
            good = row.check(people, self.background.value) and good
        try:
            parse_script(self.text(shots=["a red circle spins"]))  # what is wrong beside the shots
            script = self.script() if good else None
            self.answer.value = look.note("Every shot can be filmed." if good else "Not every shot is finished.")
        except UserError as error:
            script, self.answer.value = None, look.note(_plain(error), wrong=True)
        self.bar.value = length_bar([row.data.get("seconds", 2.0) for row in self.rows], script)
        self._note()

    def save(self) -> Path | None:
        """Write the storyboard; None, and the reason is shown, where it cannot be filmed."""
        try:
            script = self.script()
            path = self.folder / f"{slug(script.title or 'film')}.yaml"
            with replacing(path) as draft:
                draft.write_text(as_yaml(script), encoding="utf-8")
        except UserError as error:
            self.answer.value = look.note(str(error), wrong=True)
            return None
        self.answer.value = look.note(f"saved as {path}")
        return path

    def make(self) -> None:
        """Save the storyboard and make the film, in a thread."""
        path = self.save()
        if path is None:
            return
        script = self.script()

        def work() -> None:
            film = make_film(self.pipeline, script, keep=path.with_suffix(".shots"), progress=self._hear)
            film.save(path.with_suffix(".mp4"))
            film.poster().save(path.with_suffix(".png"))
            self.film = film
            self.screen.value = player(path.with_suffix(".mp4"), script)
            right = sum(found.everything for found in film.checks)
            line = f"{film.seconds:g} s, saved as {path.with_suffix('.mp4')}: everything is right in {right} of"
            rows = [f"{i}: {found}" for i, found in enumerate(film.checks, 1)]
            self._say(f"{line} {len(rows)} shots, by the judge", rows)

        self._begin(work)

    def preview(self, row: ShotRow) -> None:
        """Make one shot, and those that it goes on from, and show it."""
        try:
            script = self.script()
        except UserError as error:
            self.answer.value = look.note(str(error), wrong=True)
            return
        last = row.number - 1
        first = last
        while script.shots[first].join == "continue":
            first -= 1
        shots = (replace(script.shots[first], join="cut"), *script.shots[first + 1 : last + 1])
        part = replace(script, shots=shots, title="", author="", credits=(), sound=False)
        keep = self.folder / f"{slug(script.title or 'film')}.shots"

        def work() -> None:
            film = make_film(self.pipeline, part, keep=keep, progress=self._hear)
            shot, size = shots[-1], part.size or self.pipeline.size
            clip = Clip.of(filmed(film.shots[-1], shot.camera, size), fps=film.fps)
            row.screen.value = look.screen(clip, alt=f"shot {row.number}: {shot.sentence}")
            self._say(f"Shot {row.number}: {film.checks[-1]}")

        self._begin(work, row.said)

    def wait(self, seconds: float = 60.0) -> None:
        """Until what is being made is there."""
        if self._thread is not None:
            self._thread.join(seconds)

    def still(self) -> Picture:
        """The storyboard as text, for where no widgets run."""
        lines = "".join(f"<li>{escaped(row.say.value)}</li>" for row in self.rows)
        hint = note("A storyboard: run this cell to change and to film it.")
        return Picture(f"{hint.html}<b>{escaped(self.title.value)}</b><ol>{lines}</ol>", "a storyboard")

    def _ipython_display_(self) -> None:
        living.show(self.widget, self.still())

    def _begin(self, work: Callable[[], object], said: ipywidgets.HTML | None = None) -> None:
        """Work in a thread, and say how it goes there, or else below the film."""
        if self._thread is not None and self._thread.is_alive():
            self._say("Something is being made: wait, or press Stop")
            return
        self._stop.clear()
        self._here = self.said if said is None else said
        self._say("The weights are read" if self._pipeline is None else "Begun")

        def run() -> None:
            try:
                work()
            except Stopped:
                self._say("Stopped; finished shots are kept")
            except UserError as error:
                self._here.value = look.note(str(error), wrong=True)

        self._thread = in_background(run)

    def _hear(self, progress: Progress) -> None:
        if progress.check is None:
            if self._stop.is_set():
                raise Stopped
            self._say(f"Shot {progress.shot} of {progress.shots}, take {progress.take}")

    def _say(self, text: str, rows: Sequence[str] = ()) -> None:
        listed = "".join(f"<li>{escaped(row)}</li>" for row in rows)
        self._here.value = look.note(text) + (f"<ul>{listed}</ul>" if rows else "")

    def _number(self) -> None:
        for number, row in enumerate(self.rows, 1):
            row.call(number)
            row.remove.layout.display = "none" if len(self.rows) == 1 else ""
        self._list.children = tuple(row.widget for row in self.rows)
        self.changed()

    def _remove(self, row: ShotRow) -> None:
        self.rows.remove(row)
        self._number()

    def _up(self, row: ShotRow) -> None:
        place = self.rows.index(row)
        self.rows[place - 1 : place + 1] = [row, self.rows[place - 1]]
        self._number()

    def _note(self) -> None:
        if self.memory is not None:
            with contextlib.suppress(UserError), replacing(self.memory) as draft:
                draft.write_text(self.text(), encoding="utf-8")

    def _begun(self) -> Script:
        """What was written last, if it can be read, else the example."""
        with contextlib.suppress(UserError):
            if self.memory is not None and self.memory.exists():
                return read_script(self.memory)
        return parse_script(EXAMPLE)

    def _button(self, name: str, tip: str, press: Callable[[], object]) -> ipywidgets.Button:
        made = button(name, tip)
        made.on_click(lambda _: press())
        return made


def _plain(error: UserError) -> str:
    """A message without the line of a file that nobody sees."""
    return re.sub(r"^storyboard(, line \d+)?: ", "", str(error))
