"""The page for films: the storyboard, previews of its shots, and the finished film."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import ipywidgets

from minisora.camera import filmed
from minisora.clip import Clip
from minisora.course import living
from minisora.course.filming.bar import STYLE, player
from minisora.course.filming.board import Board
from minisora.course.filming.rows import ShotRow
from minisora.course.finished import finished_pipeline
from minisora.course.picture import Picture, escaped, note
from minisora.course.studio import look
from minisora.course.studio.parts import box, button
from minisora.course.studio.work import Stopped, in_background
from minisora.errors import UserError
from minisora.files import replacing, slug
from minisora.film import Film, Progress, as_yaml, make_film
from minisora.pipeline import Pipeline
from minisora.provenance import Keys


class FilmRoom:
    """A storyboard with buttons. As the last line of a cell it shows itself.

    Args:
        pipeline: what makes the shots, or what loads it when it is first needed; by default the finished one with the
            shipped weights.
        folder: where storyboards, films and finished shots are saved.
        memory: a file that keeps what was written for the next page that is opened with it.
        sign: keys, or where they are (``minisora.provenance.Keys.load``), to sign the film with.
    Attributes:
        widget: the panel alone.
        board: the storyboard.
        film: the last film that was made.
    """

    def __init__(
        self,
        pipeline: Pipeline | Callable[[], Pipeline] = finished_pipeline,
        *,
        folder: str | Path = "out",
        memory: str | Path | None = None,
        sign: str | Path | Keys | None = None,
    ) -> None:
        w = ipywidgets
        self._pipeline, self.folder = pipeline, Path(folder)
        self.film: Film | None = None
        self._keys = sign if sign is None or isinstance(sign, Keys) else Keys.load(sign)
        self._stop, self._thread = threading.Event(), None
        self.board = Board(self.preview, memory=None if memory is None else Path(memory))
        self.screen, self.said = w.HTML(look.empty("Preview a shot")), w.HTML()
        self.keep = self._button("Save storyboard", "write it to a file in YAML", self.save)
        self.go = self._button("Make the film", "all shots that are not there yet, and the film", self.make)
        self.halt = self._button("Stop", "after this take; finished shots are kept", self._stop.set)
        self.go.add_class("ms-go")
        self.widget = box(
            w.VBox,
            "minisora-studio",
            w.HTML(look.STYLE + STYLE, layout={"display": "none"}),
            self.board.widget,
            box(w.HBox, "ms-keep", self.board.more, self.keep, self.go, self.halt),
            self.board.answer,
            w.HTML(look.WORDS),
            box(w.HBox, "ms-stage", self.screen, self.said),
        )
        self._here = self.said

    @property
    def pipeline(self) -> Pipeline:
        """The weights, read when they are first needed."""
        if not isinstance(self._pipeline, Pipeline):
            self._pipeline = self._pipeline()
        return self._pipeline

    def save(self) -> Path | None:
        """Write the storyboard; None, and the reason is shown, where it cannot be filmed."""
        try:
            script = self.board.script()
            path = self.folder / f"{slug(script.title or 'film')}.yaml"
            with replacing(path) as draft:
                draft.write_text(as_yaml(script), encoding="utf-8")
        except UserError as error:
            self.board.answer.value = look.note(str(error), wrong=True)
            return None
        self.board.answer.value = look.note(f"saved as {path}")
        return path

    def make(self) -> None:
        """Save the storyboard and make the film, in a thread."""
        path = self.save()
        if path is None:
            return
        script = self.board.script()

        def work() -> None:
            film = make_film(self.pipeline, script, keep=path.with_suffix(".shots"), progress=self._hear)
            film.save(path.with_suffix(".mp4"), sign=self._keys)
            film.poster().save(path.with_suffix(".png"))
            self.film = film
            self.screen.value = player(path.with_suffix(".mp4"), script)
            right = sum(found.everything for found in film.checks)
            signed = "" if self._keys is None else f", signed by {self._keys.name}"
            line = f"{film.seconds:g} s, saved as {path.with_suffix('.mp4')}{signed}: everything is right in {right} of"
            rows = [f"{i}: {found}" for i, found in enumerate(film.checks, 1)]
            self._say(f"{line} {len(rows)} shots, by the judge", rows)

        self._begin(work)

    def preview(self, row: ShotRow) -> None:
        """Make one shot, and those that it goes on from, and show it."""
        try:
            script = self.board.script()
        except UserError as error:
            self.board.answer.value = look.note(str(error), wrong=True)
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
        lines = "".join(f"<li>{escaped(row.say.value)}</li>" for row in self.board.rows)
        hint = note("A storyboard: run this cell to change and to film it.")
        return Picture(f"{hint.html}<b>{escaped(self.board.title.value)}</b><ol>{lines}</ol>", "a storyboard")

    def _ipython_display_(self) -> None:
        living.show(self.widget, self.still())

    def _begin(self, work: Callable[[], object], said: ipywidgets.HTML | None = None) -> None:
        """Work in a thread, and say how it goes there, or else below the film."""
        if self._thread is not None and self._thread.is_alive():
            self._say("Something is being made: wait, or press Stop")
            return
        self._stop.clear()
        self._here = self.said if said is None else said
        self._say("Begun" if isinstance(self._pipeline, Pipeline) else "The weights are read")

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

    def _button(self, name: str, tip: str, press: Callable[[], object]) -> ipywidgets.Button:
        made = button(name, tip)
        made.on_click(lambda _: press())
        return made
