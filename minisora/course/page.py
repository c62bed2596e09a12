"""The Studio's page: clips, films, and a world to play in, behind tabs (``minisora studio``)."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path

import ipywidgets

from minisora.course.filming import FilmRoom
from minisora.course.finished import finished_pipeline
from minisora.course.play import Play
from minisora.course.studio import Studio
from minisora.course.studio.parts import box
from minisora.course.tabs import Tabs
from minisora.errors import UserError
from minisora.files import replacing
from minisora.pipeline import Pipeline

CLIPS, FILM, PLAY = "Clips", "Film", "Play"
ABOUT = {
    FILM: "Characters, shots, and twenty seconds: the words become a film.",
    PLAY: "What you see on the left no rule has made. Walk: arrow keys, w a s d, or the buttons. Live lets time go by.",
}


class Page:
    """Three rooms, of which only those are built, and only those weights read, that are opened.

    Args:
        weights: of text-to-video, or their folder; by default the shipped ones.
        first: the room that is open at first, if the memory knows of none.
        folder: where clips and films are saved.
        memory: a folder that keeps what was made and written for the next page that is opened with it.
        sign: where the keys are to sign with what is saved.
    Attributes:
        widget: all of it.
    """

    def __init__(
        self,
        weights: str | Path | None = None,
        *,
        first: str = CLIPS,
        folder: str | Path = "out",
        memory: str | Path,
        sign: str | Path | None = None,
    ) -> None:
        self._weights, self._folder, self._memory = weights, Path(folder), Path(memory)
        self._sign = sign
        self._play: Play | None = None
        rooms = {CLIPS: self._clips, FILM: self._film, PLAY: self._world}
        with contextlib.suppress(OSError, UnicodeDecodeError):
            left = self._tab.read_text(encoding="utf-8")
            first = left if left in rooms else first
        self.tabs = Tabs(rooms, first=first)
        self.widget = self.tabs.widget
        self.tabs.heed(self._left)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The weights, for clips and for films."""
        return finished_pipeline() if self._weights is None else Pipeline.load(self._weights)

    @property
    def _tab(self) -> Path:
        """Which room was open last, for a page that is loaded again."""
        return self._memory / "tab.txt"

    def _clips(self) -> ipywidgets.Widget:
        studio = Studio(pipeline=self.pipeline, folder=self._folder, memory=self._memory, sign=self._sign)
        if not studio.history:
            studio.generate()  # so that there is something to see
        return studio.widget

    def _film(self) -> ipywidgets.Widget:
        return _about(
            FILM,
            FilmRoom(
                lambda: self.pipeline, folder=self._folder, memory=self._memory / "film.yaml", sign=self._sign
            ).widget,
        )

    def _world(self) -> ipywidgets.Widget:
        self._play = Play()
        return _about(PLAY, self._play.widget)

    def _left(self) -> None:
        """Time does not go by in a world that nobody looks at: the other rooms want the processor."""
        with contextlib.suppress(UserError), replacing(self._tab) as draft:
            draft.write_text(self.tabs.open, encoding="utf-8")
        if self._play is not None and self.tabs.open != PLAY:
            self._play.live.value = False


def _about(name: str, room: ipywidgets.Widget) -> ipywidgets.Widget:
    """A room below a line about it."""
    return ipywidgets.VBox(
        [box(ipywidgets.Box, "minisora-studio", ipywidgets.HTML(f'<span class="ms-soft">{ABOUT[name]}</span>')), room]
    )
