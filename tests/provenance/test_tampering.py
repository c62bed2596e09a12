"""What is done to a signed and watermarked file, what is noticed of it, and what its pixels still say.

Each row stands in docs/provenance.md as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from minisora.errors import UserError
from minisora.marks import detect
from minisora.marks.looking import pictures
from minisora.provenance import verify
from tests.provenance import tampering as t
from tests.provenance.clips import NUMBER

#: How a row ends: the words of the page, of the signature and of the watermark.
NOTICED, UNSEEN, GONE, BROKEN = "noticed", "**not noticed**", "**nothing left to check**", "noticed: cannot be read"
THERE, AWAY, UNREADABLE = "there", "**not there**", "cannot be read"

Row = tuple[str, str, Callable[[dict[str, bytes]], bytes], str, str]

ROWS: list[Row] = [
    ("mp4", "nothing", lambda f: f["mp4"], UNSEEN, THERE),
    ("mp4", "a bit of the pictures (`mdat`)", lambda f: t.flip_in("mp4", f["mp4"], "mdat"), NOTICED, THERE),
    ("mp4", "a bit of what describes them (`moov`)", lambda f: t.flip_in("mp4", f["mp4"], "moov"), NOTICED, UNREADABLE),
    ("mp4", "the manifest says that a camera made it", lambda f: t.said_otherwise(f["mp4"]), NOTICED, THERE),
    ("mp4", "the manifest put into another clip", lambda f: t.moved("mp4", f["mp4"], f["other mp4"]), NOTICED, AWAY),
    ("mp4", "the file cut off in its middle", lambda f: f["mp4"][: len(f["mp4"]) // 2], NOTICED, THERE),
    ("mp4", "the file cut off in its manifest", lambda f: f["mp4"][:1000], BROKEN, UNREADABLE),
    ("mp4", "a bit of the padding in the manifest", lambda f: t.padding("mp4", f["mp4"]), UNSEEN, THERE),
    ("mp4", "another brand in `ftyp`", lambda f: t.another_brand(f["mp4"]), UNSEEN, THERE),
    ("mp4", "bytes added after the end", lambda f: f["mp4"] + b"nobody looks here", BROKEN, THERE),
    ("mp4", "a message in a `free` box at the end", lambda f: t.free_space(f["mp4"]), UNSEEN, THERE),
    ("mp4", "the manifest taken out", lambda f: t.without("mp4", f["mp4"]), GONE, THERE),
    ("mp4", "metadata stripped (remuxed, same pictures)", lambda f: t.remuxed(f["mp4"]), GONE, THERE),
    ("mp4", "cut to its first frames (remuxed)", lambda f: t.remuxed(f["mp4"], frames=4), GONE, THERE),
    ("mp4", "encoded again", lambda f: t.encoded_again(f["mp4"]), GONE, THERE),
    ("png", "nothing", lambda f: f["png"], UNSEEN, THERE),
    ("png", "a bit of the picture (`IDAT`)", lambda f: t.flip_in("png", f["png"], "IDAT"), NOTICED, UNREADABLE),
    ("png", "a bit of its size (`IHDR`)", lambda f: t.flip_in("png", f["png"], "IHDR"), NOTICED, UNREADABLE),
    ("png", "a line of text added", lambda f: t.png_text(f["png"]), NOTICED, THERE),
    ("png", "bytes added after the end", lambda f: f["png"] + b"nobody looks here", NOTICED, THERE),
    ("png", "the manifest says that a camera made it", lambda f: t.said_otherwise(f["png"]), NOTICED, THERE),
    ("png", "the manifest put into another picture", lambda f: t.moved("png", f["png"], f["other png"]), NOTICED, AWAY),
    ("png", "a bit of the padding in the manifest", lambda f: t.padding("png", f["png"]), UNSEEN, THERE),
    ("png", "the manifest taken out", lambda f: t.without("png", f["png"]), GONE, THERE),
    ("png", "saved again by an editor", lambda f: t.saved_again("png", f["png"]), GONE, THERE),
    ("gif", "nothing", lambda f: f["gif"], UNSEEN, THERE),
    ("gif", "a bit of the pictures", lambda f: t.flip_in("gif", f["gif"], "rest"), NOTICED, THERE),
    ("gif", "how long a picture stays", lambda f: t.slower(f["gif"]), NOTICED, THERE),
    ("gif", "bytes added after the end", lambda f: f["gif"] + b"nobody looks here", NOTICED, THERE),
    ("gif", "the manifest says that a camera made it", lambda f: t.said_otherwise(f["gif"]), NOTICED, THERE),
    ("gif", "the manifest put into another clip", lambda f: t.moved("gif", f["gif"], f["other gif"]), NOTICED, AWAY),
    ("gif", "a bit of the padding in the manifest", lambda f: t.padding("gif", f["gif"]), UNSEEN, THERE),
    ("gif", "the manifest taken out", lambda f: t.without("gif", f["gif"]), GONE, THERE),
    ("gif", "saved again by an editor", lambda f: t.saved_again("gif", f["gif"]), GONE, THERE),
]


def seen(path: Path) -> str:
    try:
        report = verify(path)
    except UserError:
        return BROKEN
    return {"valid": UNSEEN, "invalid": NOTICED, "damaged": NOTICED, "none": GONE}[report.state]


@pytest.fixture(scope="module")
def found() -> dict[tuple[tuple[int, ...], bytes], str]:
    """What was said of pixels: many changes leave all of them alone, and looking takes a second."""
    return {}


def in_pixels(path: Path, found: dict[tuple[tuple[int, ...], bytes], str]) -> str:
    """Whether the watermark is still in the pixels, whatever the signature says."""
    try:
        clip = pictures(path)
    except UserError:
        return UNREADABLE
    key = tuple(clip.shape), clip.numpy().tobytes()
    if key not in found:
        found[key] = THERE if detect(clip, NUMBER).found else AWAY
    return found[key]


@pytest.mark.parametrize(
    ("kind", "what", "change", "expected", "mark"), ROWS, ids=[f"{kind}: {what}" for kind, what, *_ in ROWS]
)
def test_what_is_noticed(
    signed: dict[str, bytes],
    found: dict[tuple[tuple[int, ...], bytes], str],
    tmp_path: Path,
    kind: str,
    what: str,
    change: Callable[[dict[str, bytes]], bytes],
    expected: str,
    mark: str,
) -> None:
    path = tmp_path / f"changed.{kind}"
    path.write_bytes(change(signed))
    assert (path.read_bytes() != signed[kind]) == (what != "nothing")
    assert (seen(path), in_pixels(path, found)) == (expected, mark)


def test_the_page_says_the_same() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "provenance.md").read_text(encoding="utf-8")
    listed = [line for line in page.splitlines() if line.startswith(("| mp4 |", "| png |", "| gif |"))]
    rows = [f"| {kind} | {what} | {seen} | {mark} |" for kind, what, _, seen, mark in ROWS if what != "nothing"]
    assert listed == rows


@pytest.mark.parametrize("kind", ["mp4", "png", "gif"])
def test_whatever_bit_of_a_manifest_is_flipped_it_says_nothing_else(
    signed: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    """Either it is noticed, or the file says the same as before: a quarter of a manifest is padding."""
    path = tmp_path / f"changed.{kind}"
    path.write_bytes(signed[kind])
    before, part = verify(path), t.where(kind, signed[kind], "manifest")
    places, unseen = range(part.start, part.stop, 61), 0
    for at in places:
        path.write_bytes(t.flip(signed[kind], at))
        if seen(path) == UNSEEN:
            unseen += 1
            assert verify(path) == before, at
    assert 0.2 < unseen / len(places) < 0.35
