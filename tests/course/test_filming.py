"""The page for films without a browser: what it says while one types, previews, saving, and the film."""

from __future__ import annotations

from pathlib import Path

import pytest

from minisora.course.filming import FilmRoom
from minisora.course.filming.bar import length_bar
from minisora.film import make_film, parse_script, read_script
from minisora.pipeline import Pipeline
from minisora.video import read_sound, read_video
from tests.conftest import planned

FILMS = Path(__file__).resolve().parents[2] / "data" / "films"


@pytest.fixture
def room(weights: Path, tmp_path: Path) -> FilmRoom:
    return FilmRoom(
        planned(Pipeline.load(weights, device="cpu")), folder=tmp_path / "out", memory=tmp_path / "film.yaml"
    )


@pytest.mark.parametrize("path", sorted(FILMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_storyboard_goes_through_the_page_as_it_was(room: FilmRoom, path: Path) -> None:
    script = read_script(path)
    room.open(script)
    assert room.script() == script


def test_it_says_what_is_wrong_while_one_types(room: FilmRoom) -> None:
    assert "Every shot can be filmed" in room.answer.value and len(room.rows) == 6
    row = room.rows[0]
    row.say.value = "{hero} moves ri"  # may still become a word
    assert row._words.widget.layout.display == "none" and "Not every shot" in room.answer.value
    row.say.value = "{hero} movse right"
    assert "movse" in row._words.text.value
    next(offer for offer in row._words.offers if offer.description == "moves").click()
    assert row.say.value == "{hero} moves right" and "Every shot" in room.answer.value
    row.say.value = "{hreo} moves right"
    assert "character {hreo} is not defined: try {hero}" in row.answer.value
    row.say.value = ""
    row.chips["wolf"].click()
    assert row.say.value == "{wolf} "
    row.say.value = "{wolf} spins"
    row.chips["hero"].click()
    assert row.say.value == "{wolf} spins and {hero} "
    row.say.value += "bounces"
    assert "Every shot" in room.answer.value
    room.people.value = "hero: a small red circle\nwolf: a large blue square\nfox: an orange star"
    assert list(row.chips) == ["hero", "wolf", "fox"]
    room.people.value = "hero: red\nwolf: a large blue square"
    assert "say one thing, its colour and shape" in room.answer.value
    room.people.value, room.title.value = "hero: a small red circle\nwolf: a large blue square", "漢"
    assert "no pixels for" in room.answer.value


def test_the_bar_tells_the_length(room: FilmRoom) -> None:
    assert "17.5 of 20 s, 2.5 s left" in room.bar.value and room.bar.value.count("<span") == 6 + 2 + 1
    room.add({"say": "{hero} bounces", "seconds": 2.5})
    assert "20 of 20 s, as long as it should be" in room.bar.value
    room.rows[-1].remove.click()
    assert len(room.rows) == 6 and "17.5 of 20 s" in room.bar.value
    said = room.rows[1].say.value
    room.rows[1].up.click()
    assert room.rows[0].say.value == said and room.rows[0].number == 1 and room.rows[0].join.value == "cut"
    assert "10 s too long" in length_bar([2.0] * 15, None)


def test_preview_save_and_film(room: FilmRoom, tmp_path: Path) -> None:
    room.preview(room.rows[3])  # which goes on from the one before
    room.wait()
    assert "shot 4: a small red circle bounces" in room.rows[3].screen.value and "Shot 4" in room.rows[3].said.value
    path = room.save()
    assert path is not None and path == tmp_path / "out" / "the-chase.yaml"
    assert read_script(path) == room.script()
    bare = parse_script("title: Hop\nshots: [a red circle bounces]\n")
    room.open(bare)
    room.go.click()
    room.wait()
    assert room.film is not None and "<video" in room.screen.value and "by the judge" in room.said.value
    film = tmp_path / "out" / "hop.mp4"
    assert read_video(film).shape[1] == 32 and read_sound(film) is not None
    assert make_film(room.pipeline, bare, keep=film.with_suffix(".shots")).made == 0
    # Opened anew, the page has what was written.
    again = FilmRoom(room.pipeline, folder=tmp_path / "out", memory=tmp_path / "film.yaml")
    assert again.script() == bare
    again.rows[0].say.value = "a red cirlce bounces"
    again.go.click()
    assert 'role="alert"' in again.answer.value and again.film is None
    assert "a red cirlce bounces" in again.still().html


def test_stop_ends_it_at_the_next_take(room: FilmRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    hear = FilmRoom._hear

    def stop(self: FilmRoom, progress: object) -> None:
        made.append(1)
        self._stop.set()
        hear(self, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(FilmRoom, "_hear", stop)
    room.go.click()
    room.wait()
    assert made == [1] and "Stopped" in room.said.value and room.film is None
