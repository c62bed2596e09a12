"""Marks for notebooks, the hostile ones among them: whatever an exercise does costs that exercise and nothing else."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from minisora.course.grading.grade import Limits, as_json, as_text, grade
from minisora.course.notebooks.extract import NotThere, extract
from minisora.errors import UserError

RIGHT = """def patchify(latents, patch=2):
    return cut(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)"""
HOSTILE = {
    "unpatchify": ("def unpatchify(*arguments):\n    while True: pass", "loop never end"),
    "coordinates": ("import os\ndef coordinates(*arguments):\n    os._exit(0)", "whole process"),
    "block_flops": ("import torch\ndef block_flops(*arguments):\n    return torch.ones(10**10).sum()", "memory"),
}


def notebook(*cells):
    return new_notebook(cells=[new_code_cell(cell) for cell in cells])


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    book = notebook(
        "%matplotlib inline\nfrom einops import rearrange",
        "raise SystemExit",
        "cut = rearrange",
        RIGHT,
        "check.patchify(patchify)",
        "this is no Python",
        *(source for source, _ in HOSTILE.values()),
    )
    path = tmp_path_factory.mktemp("grade") / "mine.ipynb"
    nbformat.write(book, path)
    seen = []
    _, marks = grade("2", path, limits=Limits(seconds=2, gigabytes=1), watch=lambda mark, of: seen.append((mark, of)))
    assert seen == [(mark, len(marks)) for mark in marks]  # while it works, in order
    return {mark.exercise: mark for mark in marks}


def test_what_is_right_gets_its_points_whatever_else_is_wrong(marks):
    assert marks["patchify"].points == marks["patchify"].of > 0


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_exercise_costs_its_own_points(marks, name):
    assert marks[name].points == 0 and HOSTILE[name][1] in marks[name].says


def test_a_missing_cell_is_named(marks):
    assert marks["packing_mask"].points == 0 and "no cell defines packing_mask" in marks["packing_mask"].says


def test_score_cards(marks, tmp_path):
    card = json.loads(as_json("2", tmp_path, list(marks.values())))
    assert card["chapter"] == "02" and card["points"] == 2 and card["of"] == 10
    assert len(card["exercises"]) == 5
    assert "✓ patchify" in as_text("2", tmp_path, list(marks.values()))


def test_only_what_an_exercise_needs_is_taken():
    book = notebook("a = 1", "b = a + 1\nc = 3", "def f(x):\n    return x + b", "check.f(f)", "f = use(f=f)")
    assert extract(book, "f").split("\n") == ["a = 1", "b = a + 1", "def f(x):", "    return x + b"]


def test_a_cell_may_be_timed_and_call_its_own_check():
    book = notebook("%%time\ndef f(x):\n    return x\ncheck.f(f)", "f(1)", "check.f(f)", "def f(x): pass")
    book.cells[2].metadata["check"] = "f"
    assert extract(book, "f") == "def f(x):\n    return x"
    del book.cells[1:3]  # the check's own cell is gone
    assert extract(book, "f") == "def f(x):\n    return x"


def test_what_is_filled_after_it_was_made_is_taken_filled():
    book = notebook("table = {}\ntable['a'] = 1", "class C: pass\nC.g = len", "def f(x):\n    return table[x], C.g(x)")
    assert extract(book, "f").split("\n")[:5] == ["table = {}", "table['a'] = 1", "class C:", "    pass", "C.g = len"]


def test_parameters_are_no_names_of_the_page_and_later_meanings_build_on_earlier_ones():
    book = notebook(
        "t = 1 / 0",
        "def g(x): return x",
        "check.g(g)",
        "g = use(g=g)",
        "scale = 2",
        "scale += 1",
        "def f(t, many=[t for t in (1, 2)]):\n    h = t\n    return g(h) * scale + later",
        "later = 3",
    )
    extracted = extract(book, "f")
    assert "1 / 0" not in extracted
    assert [line for line in extracted.split("\n") if "def f" not in line and not line.startswith("  ")] == [
        "def g(x):",
        "g = use(g=g)",
        "scale = 2",
        "scale += 1",
        "later = 3",
    ]


@pytest.mark.parametrize(
    "cheat",
    [
        "f = use(f=f)",
        'f = reference("f")',
        "from minisora.model import f",
        "",
        "def f(:\n    pass",
        "def f():\n    nonlocal x",
    ],
)
def test_what_is_handed_out_or_broken_is_no_solution(cheat):
    with pytest.raises(NotThere):
        extract(notebook(cheat), "f")


def with_a_cell(**wrong):
    """A notebook as JupyterLab saves it, but for one cell."""
    cell = {"cell_type": "code", "id": "a", "execution_count": None, "metadata": {}, "outputs": [], "source": "x = 1"}
    kept = {name: value for name, value in {**cell, **wrong}.items() if value != "gone"}
    return json.dumps({"cells": [cell, kept], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize("part", ["source", "cell_type", "metadata"])
@pytest.mark.parametrize("value", ["gone", None, 3, [3]])
def test_a_cell_that_is_none_is_a_users_error(tmp_path, part, value):
    path = tmp_path / "x.ipynb"
    path.write_text(with_a_cell(**{part: value}))
    with pytest.raises(UserError, match=r"x\.ipynb"):
        grade("02", path)


@pytest.mark.parametrize("text", ["", "{}", "no notebook", '{"cells": 3}', '{"nbformat": 4, "nbformat_minor": 5}'])
def test_what_is_no_notebook_is_a_users_error(tmp_path, text):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(UserError, match=r"x\.ipynb"):
        grade("02", path)
    with pytest.raises(UserError, match="chapter '99'"):
        grade("99", path)
    with pytest.raises(UserError, match="is a folder — name a notebook, or let minisora class"):
        grade("02", tmp_path)
