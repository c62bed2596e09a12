"""The page for films without a browser: what it says while one types, previews, saving, and the film."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

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
    room.board.open(script)
    assert room.board.script() == script


def test_it_says_what_is_wrong_while_one_types(room: FilmRoom) -> None:
    assert "Every shot can be filmed" in room.board.answer.value and len(room.board.rows) == 6
    row = room.board.rows[0]
    row.say.value = "{hero} moves ri"  # may still become a word
    assert row._words.widget.layout.display == "none" and "Not every shot" in room.board.answer.value
    row.say.value = "{hero} movse right"
    assert "movse" in row._words.text.value
    next(offer for offer in row._words.offers if offer.description == "moves").click()
    assert row.say.value == "{hero} moves right" and "Every shot" in room.board.answer.value
    row.say.value = "{hreo} moves right"
    assert "character {hreo} is not defined: try {hero}" in row.answer.value
    row.say.value = ""
    row.chips["wolf"].click()
    assert row.say.value == "{wolf} "
    row.say.value = "{wolf} spins"
    row.chips["hero"].click()
    assert row.say.value == "{wolf} spins and {hero} "
    row.say.value += "bounces"
    assert "Every shot" in room.board.answer.value
    room.board.people.value = "hero: a small red circle\nwolf: a large blue square\nfox: an orange star"
    assert list(row.chips) == ["hero", "wolf", "fox"]
    room.board.people.value = "hero: red\nwolf: a large blue square"
    assert "say one thing, its colour and shape" in room.board.answer.value
    room.board.people.value, room.board.title.value = "hero: a small red circle\nwolf: a large blue square", "漢"
    assert "no pixels for" in room.board.answer.value


def test_a_shot_has_its_pace_path_seed_and_takes(room: FilmRoom) -> None:
    first, *_, wolf, hero = room.board.rows
    assert (first.unfold.value, first._folded.layout.display) == (False, "none")
    assert wolf.more["seed"].value == "7" and wolf.unfold.value and wolf._folded.layout.display == ""
    assert hero.more["path"].value == "0.2,0.8 0.5,0.2 0.8,0.8" and 'points="0.2,0.8 0.5,0.2' in hero.way.value
    first.unfold.value = True
    for key, text in (("pace", " 0.5 "), ("path", "0.1,0.5  0.9,0.5"), ("seed", "12"), ("takes", "2")):
        first.more[key].value = text
    shot = room.board.script().shots[0]
    assert (shot.pace, shot.path, shot.seed, shot.takes) == (0.5, ((0.1, 0.5), (0.9, 0.5)), 12, 2)
    assert 'aria-label="path of shot 1"' in first.way.value and first._folded.layout.display == ""
    for field in first.more.values():
        field.value = ""
    shot = room.board.script().shots[0]
    assert (shot.pace, shot.path, shot.seed, shot.takes) == (1, (), 0, 3)  # takes: the film's
    assert first.data == {"say": "{hero} moves right"} and first.way.value == ""


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("pace", "fast", "pace 'fast': must be a number from 0.25 to 3"),
        ("pace", "9", "pace 9: must be from 0.25 to 3 — try 3"),
        ("path", "0.2,0.8", "path '0.2,0.8': must be"),
        ("path", "<b> 1,2", "path '<b> 1,2': must be"),
        ("seed", "-1", "seed -1: must be a whole number from 0 to"),
        ("takes", "17", "takes 17: must be a whole number from 1 to 16"),
    ],
)
def test_what_a_shot_cannot_have_is_said_beside_it(room: FilmRoom, key: str, text: str, said: str) -> None:
    row = room.board.rows[1]
    row.more[key].value = text
    assert said in html.unescape(row.answer.value) and "<b>" not in row.answer.value
    assert 'role="alert"' in row.answer.value
    assert row.unfold.value and row.way.value == "" and "Not every shot" in room.board.answer.value
    assert row.more[key].value == text and room.save() is None
    assert all(other.answer.value == "" for other in room.board.rows if other is not row)
    row.more[key].value = ""
    assert row.answer.value == "" and "Every shot can be filmed" in room.board.answer.value


def test_a_shot_that_goes_on_says_what_it_cannot_have(room: FilmRoom) -> None:
    row = room.board.rows[3]
    assert row.join.value == "continue"
    row.more["pace"].value = "2"
    assert "pace in a shot that continues" in row.answer.value and row.unfold.value
    row.more["pace"].value, room.board.rows[2].camera.value = "", "zooms in"
    assert "continue after a camera that zooms in" in row.answer.value
    row.join.value = "cut"
    assert "Every shot can be filmed" in room.board.answer.value


def test_a_page_that_is_loaded_again_has_what_was_half_written(room: FilmRoom, tmp_path: Path) -> None:
    script = parse_script("title: Small\nsize: 48x80\nseed: 5\nsound: false\ntakes: 5\nshots: [a red circle spins]\n")
    room.board.open(script)
    assert room.board.script() == script and room.board.rows[0].more["seed"].value == ""
    room.board.add({"say": "a red cirlce", "pace": 0.5}).more["seed"].value = "seven"
    again = FilmRoom(room.pipeline, memory=tmp_path / "film.yaml").board
    assert [row.data for row in again.rows] == [row.data for row in room.board.rows]
    again.rows[1].remove.click()
    assert again.script() == script
    (tmp_path / "film.yaml").write_text("shots: [{seconds: 9}]")
    assert FilmRoom(room.pipeline, memory=tmp_path / "film.yaml").board.title.value == "The chase"


def test_the_bar_tells_the_length(room: FilmRoom) -> None:
    assert "17.5 of 20 s, 2.5 s left" in room.board.bar.value and room.board.bar.value.count("<span") == 6 + 2 + 1
    room.board.add({"say": "{hero} bounces", "seconds": 2.5})
    assert "20 of 20 s, as long as it should be" in room.board.bar.value
    room.board.rows[-1].remove.click()
    assert len(room.board.rows) == 6 and "17.5 of 20 s" in room.board.bar.value
    said = room.board.rows[1].say.value
    room.board.rows[1].up.click()
    assert (
        room.board.rows[0].say.value == said
        and room.board.rows[0].number == 1
        and room.board.rows[0].join.value == "cut"
    )
    assert "10 s too long" in length_bar([2.0] * 15, None)


def places_of(room: FilmRoom) -> tuple[Any, ...]:
    (shots,) = (each for each in room.board.widget.children if "ms-shots" in each._dom_classes)
    return shots.children


def test_a_row_stays_drawn_when_it_goes_up_or_another_goes(room: FilmRoom) -> None:
    """A box draws anew what changes among its children, and all that follows."""

    def shown() -> list[Any]:
        return [row for place in places_of(room) for row in place.children]

    def expected() -> list[Any]:
        return [row.widget for row in room.board.rows]

    for number in (5, 4, 1, 2, 5):
        row, places, words = room.board.rows[number], places_of(room), [each.say.value for each in room.board.rows]
        here = [row.widget in place.children for place in places].index(True)
        row.up.click()
        words[number - 1 : number + 1] = words[number], words[number - 1]
        assert shown() == expected() and [each.say.value for each in room.board.rows] == words
        assert places_of(room)[: here + 1] == places[: here + 1] and places[here].children == (row.widget,)
    places = places_of(room)
    room.board.rows[2].remove.click()
    room.board.rows[0].remove.click()
    assert shown() == expected() and len(shown()) == 4 and places_of(room) == places


def test_preview_save_and_film(room: FilmRoom, tmp_path: Path) -> None:
    room.preview(room.board.rows[3])  # which goes on from the one before
    room.wait()
    assert (
        "shot 4: a small red circle bounces" in room.board.rows[3].screen.value
        and "Shot 4" in room.board.rows[3].said.value
    )
    path = room.save()
    assert path is not None and path == tmp_path / "out" / "the-chase.yaml"
    assert read_script(path) == room.board.script()
    bare = parse_script("title: Hop\nshots: [a red circle bounces]\n")
    room.board.open(bare)
    room.go.click()
    room.wait()
    assert room.film is not None and "<video" in room.screen.value and "by the judge" in room.said.value
    film = tmp_path / "out" / "hop.mp4"
    assert read_video(film).shape[1] == 32 and read_sound(film) is not None
    assert make_film(room.pipeline, bare, keep=film.with_suffix(".shots")).made == 0
    # Opened anew, the page has what was written.
    again = FilmRoom(room.pipeline, folder=tmp_path / "out", memory=tmp_path / "film.yaml")
    assert again.board.script() == bare
    again.board.rows[0].say.value = "a red cirlce bounces"
    again.go.click()
    assert 'role="alert"' in again.board.answer.value and again.film is None
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
