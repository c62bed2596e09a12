"""Squares over the screen: what is marked counts, is said in words, outlives clips and pages, and is what gets made."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from minisora.course import Studio
from minisora.course.studio.order import POWERS, Order, grid_of
from minisora.course.studio.powers import direction, regions
from minisora.course.studio.squares import ALL, HOW, NO_CLIP, Squares
from minisora.directing import along
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from tests.conftest import planned
from tests.course.studio.test_studio import Machine, studio_with, words


def shown(squares: Squares) -> list[str]:
    """What the buttons are called, if there are any to see."""
    if squares.board.layout.display == "none":
        return []
    return [button.description for button in squares.board.children[0].children]


def press(squares: Squares, *places: tuple[int, int]) -> None:
    """Press these squares, row and column counted from 1, as they are called."""
    for row, column in places:
        called = re.compile(rf"row {row}, column {column}(,.*)?")
        (button,) = [each for each in squares.board.children[0].children if called.fullmatch(each.description)]
        button.click()


def line(squares: Squares) -> str:
    return words(html.unescape(squares.below.children[0].value))


def drawn(squares: Squares) -> str:
    return squares.board.children[1].value


def clear(squares: Squares) -> None:
    squares.below.children[1].click()


@pytest.mark.parametrize(
    ("size", "grid"), [((64, 64), (4, 4)), ((48, 80), (3, 5)), ((96, 96), (6, 6)), ((16, 16), (1, 1))]
)
def test_there_is_a_square_for_every_token(size: tuple[int, int], grid: tuple[int, int]) -> None:
    rows, columns = grid
    squares = Squares()
    squares.lay("part", size)
    assert grid_of(*size) == grid
    assert shown(squares) == [f"row {r + 1}, column {c + 1}" for r in range(rows) for c in range(columns)]
    width, height = (int(side.removesuffix("px")) for side in (squares.board.layout.width, squares.board.layout.height))
    assert max(width, height) == 320 and width * size[0] == pytest.approx(height * size[1])
    everywhere = tuple((r, c) for r in range(rows) for c in range(columns))
    covered = torch.zeros(size)
    for top, left, tall, wide in regions(Order("", size=size, marked=everywhere), *size):
        covered[top : top + tall, left : left + wide] += 1
    assert (covered == 1).all()


def test_only_two_powers_have_squares() -> None:
    panel = studio_with(Machine()).panel
    for power in POWERS:
        panel.power.value = power
        assert (panel.squares.below.layout.display == "") == (power in ("part", "path"))
        assert (shown(panel.squares) != []) == (power == "path")  # nothing is on the screen yet
    assert line(panel.squares) == NO_CLIP
    panel.power.value = "words"
    clear(panel.squares)  # which nobody sees, and which does nothing
    assert panel.squares.marks == {"part": [], "path": []}


def test_marks_are_made_taken_away_and_cleared() -> None:
    squares, heard = Squares(), []
    squares.heed(lambda: heard.append(squares.marked))
    squares.lay("part", (32, 48))
    assert line(squares) == HOW["part"] and not drawn(squares)
    press(squares, (1, 2), (2, 3))
    assert squares.marked == ((0, 1), (1, 2))
    assert shown(squares)[1] == "row 1, column 2, marked" and shown(squares)[0] == "row 1, column 1"
    assert line(squares) == "2 of 6 squares are new; all else stays."
    assert drawn(squares).count("<rect") == 4  # each dimmed, and framed
    press(squares, (1, 2))
    assert squares.marked == ((1, 2),) and shown(squares)[1] == "row 1, column 2"
    press(squares, (1, 1), (1, 2), (1, 3), (2, 1), (2, 2))
    assert line(squares) == ALL
    clear(squares)
    assert squares.marked == () and line(squares) == HOW["part"] and not drawn(squares)
    assert heard[:3] == [((0, 1),), ((0, 1), (1, 2)), ((1, 2),)] and heard[-1] == () and len(heard) == 9


def test_a_path_shows_its_order() -> None:
    squares = Squares()
    squares.lay("path", (48, 80))
    assert line(squares) == HOW["path"]
    press(squares, (3, 1))
    assert "where to from there?" in line(squares)
    press(squares, (1, 3), (3, 5))
    assert squares.marked == ((2, 0), (0, 2), (2, 4))
    assert [name for name in shown(squares) if "number" in name] == [
        "row 1, column 3, number 2",
        "row 3, column 1, number 1",
        "row 3, column 5, number 3",
    ]
    numbers = re.findall(r'<text x="([\d.]+)" y="(\d)[.\d]*">(\d)</text>', drawn(squares))
    assert numbers == [("0.5", "2", "1"), ("2.5", "0", "2"), ("4.5", "2", "3")]
    assert 'points="0.5,2.5 2.5,0.5 4.5,2.5"' in drawn(squares)
    press(squares, (1, 3))  # the later ones move up
    assert squares.marked == ((2, 0), (2, 4)) and "row 3, column 5, number 2" in shown(squares)
    assert line(squares) == "It goes through 2 squares, in this order."


def test_each_power_has_its_own_marks_and_a_smaller_picture_forgets_none() -> None:
    squares = Squares()
    squares.lay("path", (64, 64))
    press(squares, (4, 4), (1, 1))
    squares.lay("part", (64, 64))
    assert squares.marked == ()
    press(squares, (2, 2))
    squares.lay("path", (48, 80))
    assert squares.marked == ((0, 0),) and "row 1, column 1, number 1" in shown(squares)
    squares.lay("path", (80, 48))
    press(squares, (5, 3))
    squares.lay("path", (64, 64))
    assert squares.marked == ((3, 3), (0, 0))
    assert squares.marks == {"part": [(1, 1)], "path": [(3, 3), (0, 0), (4, 2)]}


def test_a_path_follows_the_size_and_a_part_the_clip() -> None:
    studio = studio_with(Machine())
    panel = studio.panel
    panel.power.value = "path"
    assert len(shown(panel.squares)) == 16 and "ms-unlike" in panel.stack._dom_classes
    panel.size.value = (48, 80)
    assert len(shown(panel.squares)) == 15
    press(panel.squares, (1, 1), (3, 5))
    studio.generate()
    studio.wait(20)
    assert studio.history[0].order.marked == ((0, 0), (2, 4)) and "ms-unlike" not in panel.stack._dom_classes
    assert "48×80 · the words, along the marked squares (2)" in panel.about.value
    assert panel.squares.marked == ((0, 0), (2, 4))  # marks outlive the making of a clip
    panel.size.value = (64, 64)
    assert len(shown(panel.squares)) == 16 and "ms-unlike" in panel.stack._dom_classes
    panel.power.value = "part"
    assert len(shown(panel.squares)) == 15 and "ms-unlike" not in panel.stack._dom_classes


def test_what_is_not_marked_is_said_and_marks_take_that_back() -> None:
    machine = Machine()
    studio = studio_with(machine)
    panel = studio.panel
    panel.power.value = "part"
    studio.generate()
    assert "nothing on the screen" in words(panel.answer)
    panel.power.value = "path"
    for places, said in (((), "two squares at least"), (((1, 1),), "two squares at least")):
        press(panel.squares, *places)
        studio.generate()
        assert said in words(panel.answer) and 'role="alert"' in panel.answer
    press(panel.squares, (2, 2))
    assert 'role="alert"' not in panel.answer
    assert machine.calls == 0
    studio.generate()
    studio.wait(20)
    panel.power.value = "part"
    studio.generate()
    assert "no square is marked" in words(panel.answer) and machine.calls == 1


def test_history_and_the_next_page_bring_marks_back(tmp_path: Path) -> None:
    first = studio_with(Machine(), memory=tmp_path)
    first.panel.power.value = "path"
    press(first.panel.squares, (4, 1), (1, 4))
    first.generate()
    first.wait(20)
    clear(first.panel.squares)
    press(first.panel.squares, (2, 2))
    again = studio_with(Machine(), memory=tmp_path)
    assert again.panel.typed == first.panel.typed and again.panel.squares.marked == ((1, 1),)
    again.bring_back(again.history[0])
    assert again.order == first.history[0].order and again.order.marked == ((3, 0), (0, 3))
    assert "row 4, column 1, number 1" in shown(again.panel.squares)


def test_a_path_is_what_gets_made(weights: Path) -> None:
    pipeline = planned(Pipeline.load(weights, device="cpu"))
    studio = Studio("a blue square bounces", pipeline, seconds=0.5, size=(32, 48))
    studio.panel.power.value = "path"
    press(studio.panel.squares, (2, 1), (1, 3))
    studio.generate()
    studio.wait(60)
    (piece,) = studio.history
    settings: dict[str, Any] = {"seconds": 0.5, "size": (32, 48)}
    way = along([(1 / 6, 0.75), (5 / 6, 0.25)])
    led = pipeline.generate("a blue square bounces", direct=way, **settings)
    alone = pipeline.generate("a blue square bounces", **settings)
    assert torch.equal(piece.clip.frames, led.frames)
    assert not torch.allclose(led.frames, alone.frames, atol=1e-3)


def test_weights_without_a_planner_say_so(weights: Path) -> None:
    studio = Studio(pipeline=Pipeline.load(weights, device="cpu"), seconds=0.5)
    studio.panel.power.value = "path"
    press(studio.panel.squares, (1, 1), (2, 2))
    studio.generate()
    studio.wait(60)
    assert "the weights need a planner" in words(studio.panel.answer) and not studio.history


def test_orders_of_other_powers_have_no_direction() -> None:
    marked = ((2, 0), (0, 2))
    assert direction(Order("a star", power="path", marked=marked)) is not None
    assert direction(Order("a star", power="words", marked=marked)) is None
    with pytest.raises(UserError, match="two points or more"):
        direction(Order("a star", power="path", marked=marked[:1]))
