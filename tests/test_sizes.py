"""Any size works, and one line says where it is beyond what the weights were trained on."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import torch

from minisora import Pipeline, edits
from minisora.sizes import Shape, beyond, trained_shapes
from tests.terminal import PROMPT, Terminal

SEEN = [(17, 64, 64), (17, 48, 80), (17, 80, 48), (33, 64, 64), (17, 96, 96), (17, 64, 64)]
CARD = {"data": [{"frames": f, "height": h, "width": w, "fps": 8.0} for f, h, w in SEEN]}


def said(*shape: int) -> str | None:
    return beyond(Shape(*shape), CARD, fps=8.0, temporal=4)


def test_a_card_says_each_shape_once_and_may_say_nothing() -> None:
    assert trained_shapes(CARD) == [Shape(*each) for each in SEEN[:-1]]
    for card in ({}, {"data": None}, {"data": [{"fps": 8.0}]}, {"data": "footage"}):
        assert trained_shapes(card) == []
        assert beyond(Shape(999, 512, 16), card, fps=8.0, temporal=4) is None


@pytest.mark.parametrize("shape", [*SEEN, (1, 64, 64), (1, 96, 96), (5, 48, 48), (9, 80, 64), (25, 64, 64)])
def test_nothing_is_said_of_what_is_within(shape: tuple[int, int, int]) -> None:
    assert said(*shape) is None


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ((65, 64, 64), "8 s of 64x64 .* 4 s of 64x64"),  # too long
        ((17, 128, 128), "2 s of 128x128 .* 2 s of 96x96"),  # too large
        ((1, 32, 32), "a picture of 32x32 .* 2 s of (64x64|48x80|80x48)"),  # too small
        ((17, 48, 96), "2 s of 48x96 .* 2 s of 48x80"),  # too wide
        ((33, 96, 96), "4 s of 96x96 .* (4 s of 64x64|2 s of 96x96)"),  # each seen, but not together
    ],
)
def test_one_line_names_what_is_beyond_and_what_is_nearest(shape: tuple[int, int, int], names: str) -> None:
    line = said(*shape)
    assert line is not None and "\n" not in line
    assert re.search(names, line), line


@pytest.fixture(scope="module")
def pipeline(weights: Path) -> Pipeline:
    plain = Pipeline.load(weights, device="cpu")
    card = {**plain.card, **CARD}
    return Pipeline(plain.codec, plain.dit, plain.tokenizer, sampling=plain.sampling, card=card, device="cpu")


@pytest.mark.parametrize("size", [(32, 32), (32, 64), (64, 32), (128, 64), (64, 128), (128, 128)])
def test_every_size_comes_out(pipeline: Pipeline, size: tuple[int, int]) -> None:
    for seconds, frames in ((0, 1), (0.5, 5)):
        assert pipeline.generate(PROMPT, seconds=seconds, size=size, steps=1).shape == (3, frames, *size)


def test_sixteen_seconds_come_out(pipeline: Pipeline) -> None:
    assert pipeline.generate(PROMPT, seconds=16, size=(32, 64), steps=1).shape == (3, 129, 32, 64)


def test_an_edit_says_it_once_and_windows_of_the_usual_length_are_not_too_long(pipeline: Pipeline) -> None:
    told: list[str] = []
    clip = torch.zeros(3, 5, 32, 64)
    edits.extend(pipeline, clip, PROMPT, 8.0, steps=1, tell=told.append)
    assert len(told) == 1 and "of 32x64 is beyond" in told[0]
    told.clear()
    edits.extend(pipeline, torch.zeros(3, 5, 64, 64), PROMPT, 8.0, steps=1, tell=told.append)
    assert told == []


def test_commands_say_it_on_stderr(tmp_path: Path, terminal: Terminal) -> None:
    folder = Path(shutil.copytree(terminal.weights, tmp_path / "weights"))
    card = folder / "text-to-video.json"
    card.write_text(json.dumps({**json.loads(card.read_text("utf-8")), **CARD}), encoding="utf-8")
    where = ("--weights", str(folder), "--device", "cpu", "--steps", "2")
    ended = terminal("generate", PROMPT, "--size", "32x32", "--seconds", "0", *where)
    assert ended.code == 0 and ended.err.count("beyond what these weights were trained on") == 1
    assert "beyond" not in ended.out
    assert "beyond" not in terminal("generate", PROMPT, "--size", "64", "--seconds", "0.5", *where).err
    assert "beyond" in terminal("loop", PROMPT, "--size", "128", "--seconds", "1.5", *where).err
