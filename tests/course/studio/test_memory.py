"""What outlives a page: broken files are passed over, and a place that cannot be written to stops nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

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


@pytest.mark.parametrize(
    ("power", "width", "columns"),
    [("left", 80, (0, 1, 2)), ("right", 80, (2, 3, 4)), ("left", 64, (0, 1)), ("right", 64, (2, 3))],
)
def test_what_was_remembered_of_halves_is_marked_squares(
    tmp_path: Path, power: str, width: int, columns: tuple[int, ...]
) -> None:
    """As they were written before squares could be marked."""
    memory, clip = Memory(tmp_path, most=3), Clip.of(torch.rand(3, 5, 32, width), fps=8.0)
    order = asdict(Order("a red circle", power=power))
    del order["marked"]
    facts = {"order": order, "took": 1.0, "opened": "", "fps": 8.0}
    save_file({"frames": clip.frames.contiguous()}, tmp_path / "1.safetensors", metadata={"piece": json.dumps(facts)})
    (piece,) = memory.pieces()
    assert piece.order == Order(
        "a red circle", power="part", marked=tuple((row, column) for row in (0, 1) for column in columns)
    )
    memory.keep(piece)
    assert memory.pieces()[0].order == piece.order
    memory.note({"prompt": "a star", "power": power})
    assert memory.noted() == {"prompt": "a star", "power": "part", "marks": {}}
    memory.note(kept := {"prompt": "a star", "power": "path", "marks": {"path": [[0, 1]]}})
    assert memory.noted() == kept


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file", most=3)
    with pytest.raises(UserError, match="cannot write"):
        memory.keep(PIECE)
    with pytest.raises(UserError, match="cannot write"):
        memory.note({})
    assert (memory.pieces(), memory.noted()) == ([], {})
