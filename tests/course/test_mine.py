"""The learner's machine: their parts from their notebooks, and the package's where theirs are not right."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from minisora.course.checks.check import WRITE_THIS
from minisora.course.checks.time_limit import Patience
from minisora.course.mine import mine
from minisora.errors import UserError
from minisora.pipeline import Pipeline

PATCHIFY = """from einops import rearrange
def patchify(latents, patch=2):
    if latents.shape[-1] % patch or latents.shape[-2] % patch:
        raise ValueError("no")
    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)"""
WRONG = "def unpatchify(tokens, t, h, w, patch=2):\n    return tokens.reshape(len(tokens), -1, t, h, w)"
STUB = f'def coordinates(*arguments):\n    raise NotImplementedError("{WRITE_THIS}")'
LOOP = "while True:\n    unpatchify = 1"
EXIT = "block_flops = exit()"
BROKEN = "def block_flops(*arguments:\n    return 1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine")
    sources = (PATCHIFY, "check.patchify(patchify)", WRONG, "check.unpatchify(unpatchify)", STUB, BROKEN)
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), folder / "02_mine.ipynb")
    return folder


@pytest.fixture(scope="module")
def machine(folder, weights):
    return mine(folder, load=lambda: Pipeline.load(weights, device="cpu"), seconds=0.5, steps=2, only=["02"])


def test_every_part_has_its_state(machine):
    states = {part.name: part.state for part in machine.parts}
    assert states == {
        "patchify": "passes",
        "unpatchify": "fails",
        "coordinates": "stub",
        "block_flops": "missing",
        "packing_mask": "missing",
    }


def test_the_clip_is_made_with_what_passes(machine):
    assert machine.own == ["patchify"] and not machine.spoilers
    assert machine.clip.equal(machine.whole)
    assert str(machine).startswith(
        "1 of 5 parts pass; 1 of them took the places of the package's (some are for training, and wait there), and "
        "what came out is the same clip as the package's"
    )
    html = machine._repr_html_()
    assert html.count("<tr>") >= 8 and "alt=" in html and "still a stub" in html


@pytest.mark.parametrize("stub", [True, False], ids=["and a stub", "alone"])
def test_a_part_that_passes_and_yet_spoils_the_clip_is_left_out(stub, folder, weights, monkeypatch, tmp_path):
    monkeypatch.setattr("minisora.course.mine.examine", lambda exercise, solution: None)
    if not stub:
        nbformat.write(new_notebook(cells=[new_code_cell(PATCHIFY), new_code_cell(WRONG)]), tmp_path / "02_mine.ipynb")
        folder = tmp_path
    load = lambda: Pipeline.load(weights, device="cpu")  # noqa: E731
    machine = mine(folder, load=load, seconds=0.5, steps=2, only=["02"])
    spoilers = {"unpatchify", "coordinates"} if stub else {"unpatchify"}
    assert set(machine.spoilers) == spoilers and machine.own == ["patchify"]
    assert machine.clip.equal(machine.whole) and "spoils the clip although it passes: unpatchify" in str(machine)


def test_a_page_that_never_ends_or_leaves_costs_only_its_own_part(weights, tmp_path, monkeypatch):
    monkeypatch.setattr("minisora.course.mine.PATIENCE", Patience(computing=0.5, waiting=20))
    cells = [new_code_cell(source) for source in (PATCHIFY, "check.patchify(patchify)", LOOP, EXIT)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "02_mine.ipynb")
    load = lambda: Pipeline.load(weights, device="cpu")  # noqa: E731
    machine = mine(tmp_path, load=load, seconds=0, steps=1, only=["02"])
    parts = {part.name: part for part in machine.parts}
    assert parts["patchify"].state == "passes" and parts["unpatchify"].state == "fails"
    assert "its cell stops with SystemExit" in parts["block_flops"].says
    assert "is not done after" in parts["unpatchify"].says and "does a loop never end?" in parts["unpatchify"].says


def test_notebooks_that_are_none(weights, tmp_path):
    for text in ("", "{}", '{"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'):
        (tmp_path / "02_mine.ipynb").write_text(text)
        with pytest.raises(UserError, match=r"02_mine\.ipynb"):
            mine(tmp_path, only=["02"])


def test_a_chapter_without_a_notebook_and_a_folder_that_is_not_there(weights, tmp_path):
    load = lambda: Pipeline.load(weights, device="cpu")  # noqa: E731
    machine = mine(tmp_path, load=load, seconds=0, steps=1, only=["04"])
    assert {part.state for part in machine.parts} == {"missing"} and machine.own == []
    with pytest.raises(UserError, match="no folder"):
        mine(tmp_path / "nowhere")
