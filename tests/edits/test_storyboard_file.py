"""A storyboard is a text that anybody can write, and every slip in it is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from minisora.edits import read_storyboard
from minisora.errors import UserError

GOOD = """# a red circle and its day
0-2: a red circle moves right
2 – 3.5 s : the red circle: moves up   # a colon may be said

3.5-4:a red circle stays still
"""


def test_lines_are_shots(tmp_path: Path) -> None:
    path = tmp_path / "board.txt"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    assert read_storyboard(path) == [
        (2, "a red circle moves right"),
        (1.5, "the red circle: moves up"),
        (0.5, "a red circle stays still"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0-2: one\n1-3: two", "line 2: 1-3 overlaps with the shot before, up to 2 s — begin it there"),
        ("2-4: two\n0-2: one", "line 1: nothing is said of 0 to 2 s — begin it at 0"),
        ("0-2: one\n2-4: two\n0-2: three", "line 3: 0-2 overlaps"),
        ("0-2: one\n\n3-4: two", "line 3: nothing is said of 2 to 3 s"),
        ("2-0: one", "line 1: 2-0 ends before it begins"),
        ("0-0: one", "line 1: 0-0 ends before it begins"),
        ("a red circle", "line 1: 'a red circle' is no shot — write 0-2: a red circle moves right"),
        ("0-2:", "line 1: '0-2:' is no shot"),
        ("# nothing", "has no shots in it"),
        ("", "has no shots in it"),
    ],
)
def test_slips(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "board.txt"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_storyboard(path)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(bytes(range(256)))
    for name in ("clip.mp4", "missing.txt", "."):
        with pytest.raises(UserError, match="cannot read"):
            read_storyboard(tmp_path / name)
