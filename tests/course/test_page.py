"""The Studio's page without a browser: what is built when, and what goes on behind a closed tab."""

from __future__ import annotations

import asyncio
from pathlib import Path

import ipywidgets
import torch

from minisora.clip import Clip
from minisora.course import page as module
from minisora.course.page import CLIPS, FILM, PLAY, Page
from minisora.course.studio.memory import Memory
from minisora.course.studio.order import Order, Piece
from minisora.course.tabs import Tabs
from minisora.pipeline import Pipeline


def switch(tabs: Tabs, name: str) -> None:
    """As a press on a tab does."""
    tabs.widget.children[1].selected_index = [CLIPS, FILM, PLAY].index(name)


def test_a_room_is_built_when_it_is_opened_and_once() -> None:
    built: list[str] = []

    def room(name: str) -> ipywidgets.HTML:
        built.append(name)
        return ipywidgets.HTML(name)

    tabs = Tabs({name: lambda name=name: room(name) for name in (CLIPS, FILM, PLAY)}, first=FILM)
    heard: list[str] = []
    tabs.heed(lambda: heard.append(tabs.open))
    for name in (CLIPS, FILM, PLAY, CLIPS):
        switch(tabs, name)
    assert (built, heard) == ([FILM, CLIPS, PLAY], [CLIPS, FILM, PLAY, CLIPS])
    places = tabs.widget.children[1].children
    assert [place.children[0].value for place in places] == [CLIPS, FILM, PLAY]
    assert tabs.widget.children[1].titles == (CLIPS, FILM, PLAY)


def test_weights_are_read_for_what_is_opened(weights: Path, tmp_path: Path, monkeypatch) -> None:
    read: list[object] = []
    load = Pipeline.load
    monkeypatch.setattr(Pipeline, "load", lambda *args: read.append(args) or load(*args, device="cpu"))
    monkeypatch.setattr(module, "Play", lambda play=module.Play: read.append(PLAY) or play())
    Memory(tmp_path, most=1).keep(Piece(Order("a red circle"), Clip.of(torch.zeros(3, 1, 64, 64), fps=8.0), 1.0))
    page = Page(weights, first=FILM, folder=tmp_path / "out", memory=tmp_path)
    assert read == []  # a storyboard is text until a shot is made
    switch(page.tabs, CLIPS)
    assert read == [(weights,)]
    switch(page.tabs, PLAY)
    switch(page.tabs, CLIPS)
    assert read == [(weights,), PLAY] and (tmp_path / "film.yaml").exists()


def test_a_page_that_is_loaded_again_opens_where_it_was(tmp_path: Path) -> None:
    switch(Page(first=PLAY, memory=tmp_path).tabs, FILM)
    assert Page(first=PLAY, memory=tmp_path).tabs.open == FILM
    (tmp_path / "tab.txt").write_text("Attic", encoding="utf-8")
    assert Page(first=PLAY, memory=tmp_path).tabs.open == PLAY


def test_time_stands_still_in_a_world_that_nobody_looks_at(tmp_path: Path) -> None:
    async def left() -> tuple[int, int]:
        page = Page(first=PLAY, memory=tmp_path)
        play = page._play
        assert play is not None
        play.live.value = True
        await asyncio.sleep(0.3)
        switch(page.tabs, FILM)
        frames = play.frames
        await asyncio.sleep(0.3)
        assert not play.live.value
        return frames, play.frames

    before, after = asyncio.run(left())
    assert before == after > 0
