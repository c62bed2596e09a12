"""What outlives a page: broken files are passed over, and a place that cannot be written to stops nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from minisora.clip import Clip
from minisora.course.studio.memory import Memory
from minisora.course.studio.order import Order, Piece
from minisora.errors import UserError

PIECE = Piece(Order("a red circle", 3, (16, 24), 0.5, 4, 1.5), Clip.of(torch.rand(3, 5, 16, 24), fps=8.0), 1.25)


def test_a_piece_comes_back_as_it_was(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "new" / "folder", most=3)
    assert (memory.pieces(), memory.noted()) == ([], {})
    memory.keep(PIECE)
    (piece,) = memory.pieces()
    assert (piece.order, piece.took, piece.clip.fps) == (PIECE.order, PIECE.took, 8.0)
    assert piece.clip.prompt == "a red circle"
    assert torch.equal(piece.clip.frames, PIECE.clip.frames)


def test_the_oldest_go_first(tmp_path: Path) -> None:
    one, other = Memory(tmp_path, most=2), Memory(tmp_path, most=2)  # two pages
    for seed, memory in enumerate((one, other, one)):
        memory.keep(Piece(Order("a star", seed), PIECE.clip, 1.0))
    assert [piece.order.seed for piece in other.pieces()] == [2, 1]


def test_broken_files_are_passed_over(tmp_path: Path) -> None:
    memory = Memory(tmp_path, most=9)
    memory.keep(PIECE)
    whole = next(tmp_path.glob("*.safetensors")).read_bytes()
    for name, content in {"1": b"", "2": whole[:200], "3": whole.replace(b"fps", b"fpx"), ".4": whole}.items():
        (tmp_path / f"{name}.safetensors").write_bytes(content)
    assert [piece.order for piece in memory.pieces()] == [PIECE.order]
    for content in ("{", "[1]"):
        (tmp_path / "draft.json").write_text(content)
        assert memory.noted() == {}
    memory.note({"prompt": "a ★"})
    assert memory.noted() == {"prompt": "a ★"} == json.loads((tmp_path / "draft.json").read_text("utf-8"))


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file", most=3)
    with pytest.raises(UserError, match="cannot write"):
        memory.keep(PIECE)
    with pytest.raises(UserError, match="cannot write"):
        memory.note({})
    assert (memory.pieces(), memory.noted()) == ([], {})
