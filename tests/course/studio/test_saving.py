"""What is saved in the Studio: with marks, signed, or as it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from PIL import Image

from minisora.clip import Clip
from minisora.course import Studio
from minisora.course.filming import FilmRoom
from minisora.course.studio.memory import Memory
from minisora.course.studio.order import Order, Piece
from minisora.errors import UserError
from minisora.film import parse_script
from minisora.marks import detect, stamp
from minisora.pipeline import Pipeline
from minisora.provenance import Origin, make_test_key, verify
from minisora.video import read_video
from tests.conftest import planned

PROMPT = "a red circle moves right"
ORIGIN = Origin({"text-to-video": "ab" * 32}, "micro", 6, 2.0, 3)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    pytest.importorskip("c2pa", reason="needs c2pa-python (the extra sign)")
    make_test_key(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def pipeline(weights: Path) -> Pipeline:
    return Pipeline.load(weights, device="cpu")


def clip(origin: Origin | None = ORIGIN) -> Clip:
    """Something that is smooth, as clips are."""
    rows = torch.linspace(-0.8, 0.8, 64)[:, None] * torch.linspace(0.2, 1, 64)
    return Clip.of(rows.expand(3, 17, 64, 64), fps=8.0, prompt=PROMPT, origin=origin)


def studio_with(pipeline: Pipeline, folder: Path, *pieces: Piece, sign: Path | None = None) -> Studio:
    """With these on the shelf, the last of them on the screen."""
    for piece in pieces or (Piece(Order(PROMPT, 3), clip(), 1.0),):
        Memory(folder / "memory", most=9).keep(piece)
    return Studio(pipeline=pipeline, folder=folder / "out", memory=folder / "memory", sign=sign)


def test_files_are_without_marks_unless_they_are_ticked(pipeline: Pipeline, tmp_path: Path) -> None:
    studio = studio_with(pipeline, tmp_path)
    saving = studio.panel.saving
    assert saving.chosen == {"mark": False, "watermark": False}  # and nothing of signatures: there are no keys
    plain = studio.save("gif")
    assert plain is not None and plain.read_bytes() == clip().save(tmp_path / "plain.gif").read_bytes()
    saving.ticks["mark"].value = True
    marked = studio.save("gif")
    assert marked is not None and marked.name == "a-red-circle-moves-right-3-marked.gif"
    stamped = Clip.of(stamp(clip().frames, fps=8.0), fps=8.0)
    assert marked.read_bytes() == stamped.save(tmp_path / "stamped.gif").read_bytes() != plain.read_bytes()
    saving.ticks["watermark"].value, saving.ticks["mark"].value = True, False
    hidden = studio.save("mp4")
    assert hidden is not None and hidden.name == "a-red-circle-moves-right-3-watermarked.mp4"
    saving.ticks["watermark"].value = False
    bare = studio.save("mp4")
    assert bare is not None
    assert detect(read_video(hidden)).found and not detect(read_video(bare)).found
    assert torch.equal(studio.history[0].clip.frames, clip().frames)  # the marks are in the files alone


def test_ticks_outlive_the_page(pipeline: Pipeline, tmp_path: Path) -> None:
    studio_with(pipeline, tmp_path).panel.saving.ticks["watermark"].value = True
    again = studio_with(pipeline, tmp_path)
    assert again.panel.saving.chosen == {"mark": False, "watermark": True}
    again.bring_back(again.history[0])
    assert again.panel.saving.chosen == {"mark": False, "watermark": True}


def test_with_keys_files_are_signed(pipeline: Pipeline, tmp_path: Path, keys: Path) -> None:
    studio = studio_with(pipeline, tmp_path, sign=keys)
    saving = studio.panel.saving
    assert saving.chosen == {"mark": False, "watermark": False, "sign": True, "prompt": False}
    assert saving.ticks["sign"].description == "signed by minisora test key"
    saving.ticks["mark"].value = True
    path = studio.save("mp4")
    assert path is not None
    report = verify(path)
    assert report.ok and report.prompt is None and report.facts["seed"] == "3" and report.facts["marks"] == "visible"
    saving.ticks["prompt"].value = True
    told = studio.save("gif")
    assert told is not None and verify(told).prompt == PROMPT
    saving.ticks["sign"].value = False
    unsigned = studio.save("gif")
    assert unsigned is not None and verify(unsigned).state == "none"


def test_what_cannot_be_signed_is_said_in_a_line(pipeline: Pipeline, tmp_path: Path, keys: Path) -> None:
    given = Piece(Order(PROMPT, power="after"), clip(origin=None), 1.0)
    studio = studio_with(pipeline, tmp_path, given, sign=keys)
    assert studio.save("mp4") is None and "a part of it was given" in studio.panel.saving.kept.value
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), (255, 0, 0)).save(picture, "png")
    studio.open("mine.png", picture.getvalue())
    assert studio.save("mp4") is None
    said = studio.panel.saving.kept.value
    assert "cannot sign &#x27;mine.png&#x27;: it comes out of a file — untick signed to save it as it is" in said
    assert 'role="alert"' in said and "\n" not in said and not (tmp_path / "out").exists()
    studio.panel.saving.ticks["sign"].value = False
    assert studio.save("gif") is not None
    with pytest.raises(UserError, match=r"name a folder with key\.pem"):
        Studio(pipeline=pipeline, sign=tmp_path / "nothing")


def test_a_film_is_signed_too(pipeline: Pipeline, tmp_path: Path, keys: Path) -> None:
    room = FilmRoom(planned(pipeline), folder=tmp_path / "out", sign=keys)
    room.board.open(parse_script("title: Hop\nshots: [a red circle bounces]\n"))
    room.make()
    room.wait()
    assert "signed by minisora test key" in room.said.value
    report = verify(tmp_path / "out" / "hop.mp4")
    assert report.ok and report.source == "compositeWithTrainedAlgorithmicMedia"
