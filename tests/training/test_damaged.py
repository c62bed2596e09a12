"""What a run keeps beside its state may be damaged: it is made again where it can be, else one line says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from minisora.errors import UserError
from minisora.files import from_json
from minisora.training.footage import cut_videos, encode_footage
from minisora.training.report import RunLog
from minisora.training.settings import precision_held, remember_settings
from minisora.training.state import LAST
from minisora.worlds.folder import FolderWorld
from tests.footage import write

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "cut off in the header": lambda whole: whole[:60],
    "a bracket less": lambda whole: whole.replace(b"{", b" ", 1),
    "cut off in the numbers": lambda whole: whole[:-1],
    "too long": lambda whole: whole + b"\0",
    "a zip file": lambda whole: b"PK\x03\x04" + whole,
    "a pickle": lambda whole: b"\x80\x04]\x94.",
    "of another type": lambda whole: whole.replace(b"u1", b"i1").replace(b"<f2", b"<i2"),
}


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("latents", [False, True], ids=["clips", "latents"])
def test_clips_and_latents_that_are_damaged_are_made_again(
    tmp_path: Path, pooling_codec, latents: bool, how: str
) -> None:
    (tmp_path / "mine").mkdir()
    write(tmp_path / "mine" / "a.mp4")

    def pieces() -> list[np.ndarray]:
        footage = cut_videos(
            FolderWorld(tmp_path / "mine", frames=5, height=48, width=64), tmp_path / "cache", most_words=9
        )
        encoded = encode_footage(footage, codec=codec)
        return [np.array(piece.load()) for piece in (*footage.pieces, *encoded)]

    codec = pooling_codec()
    before = pieces()
    (place,) = (path for path in (tmp_path / "cache").iterdir() if ("-" in path.name) == latents)
    place.write_bytes(DAMAGES[how](place.read_bytes()))
    assert all(np.array_equal(one, other) for one, other in zip(before, pieces(), strict=True))
    assert codec.encoded == 3 * (1 + latents)


@pytest.mark.parametrize("text", [b"", b'{"batch": 4', b"[]", b'{"machine": 3}', b"\xff\xfe", b"[" * 100_000])
def test_settings_that_are_damaged_are_one_line(tmp_path: Path, tiny, text: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(text)
    assert precision_held(tmp_path, "cpu") is None  # without a state there is nothing to go on with
    (tmp_path / LAST).write_bytes(b"a state")
    with pytest.raises(UserError, match=r"settings.json: the settings of the run there are damaged \(.+--fresh begins"):
        remember_settings(tiny.settings(tmp_path), tiny.config)
    with pytest.raises(UserError, match="damaged"):
        precision_held(tmp_path, "cpu")
    remember_settings(tiny.settings(tmp_path, resume=False), tiny.config)
    assert from_json((tmp_path / "settings.json").read_bytes())["batch"] == 4


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"", []),
        (b"some,other,table\n1,2,3\n", []),
        (b"step,name,value\n1,loss,2.5\n2,lo", ["1,loss,2.5"]),
        (b"step,name,value\n1,loss,2.5\n\xff\xff,loss,2\n2,loss,2.25\n9,loss,1\n", ["1,loss,2.5", "2,loss,2.25"]),
        (b"step,name,value\n\xc2\xb2,loss,2.5\n", []),  # a digit for Python, and no number
    ],
)
def test_metrics_that_are_damaged_lose_only_that_row(tmp_path: Path, text: bytes, kept: list[str]) -> None:
    (tmp_path / "metrics.csv").write_bytes(text)
    RunLog(tmp_path, step=5).close()
    assert (tmp_path / "metrics.csv").read_text().splitlines() == ["step,name,value", *kept]
