"""Which videos lie in a folder, and what is said of each: in a table, or in a text beside it."""

from __future__ import annotations

import codecs
import csv
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from minisora.files import from_json

TABLES = ("metadata.jsonl", "metadata.csv", "metadata.tsv")
LONGEST = 1000  #: Characters of a text beyond which it is no caption.


@dataclass
class Listing:
    """What a folder holds, by names relative to it.

    Attributes:
        captions: what is said of each file that is worth a try, empty where nothing is.
        skipped: (name, reason) of what is left out already.
    """

    captions: dict[str, str] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def list_videos(folder: Path) -> Listing:
    """Look through the folder, and through those that are linked into it.

    With tables, only what they name or what has a text beside it; without them, every file.
    """
    names = sorted(_names(folder))
    tables = [name for name in names if PurePosixPath(name).name.casefold() in TABLES]
    texts = {name for name in names if name.casefold().endswith(".txt")}
    videos = [name for name in names if name not in tables and name not in texts]
    found = Listing()
    beside = _texts_beside(folder, sorted(texts), videos, found)
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_folded(name), []).append(name)
    for table in tables:
        _read_table(folder, table, alike, found)
    if not tables:
        found.captions = dict.fromkeys(videos, "")
    for name in videos:
        if name in beside and not found.captions.get(name):
            found.captions[name] = beside[name]
    found.skipped += [(name, "not in the metadata") for name in videos if name not in found.captions]
    return found


def _names(folder: Path) -> Iterator[str]:
    """Every file that is not hidden, relative to the folder; a link that leads round in a circle is followed once."""
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith("."))
        if real not in seen:
            inside = Path(place).relative_to(folder)
            yield from ((inside / name).as_posix() for name in files if not name.startswith("."))
        seen.add(real)


def _texts_beside(folder: Path, texts: list[str], videos: list[str], found: Listing) -> dict[str, str]:
    """The captions in ``clip.txt`` for ``clip.mp4``."""
    owners: dict[str, list[str]] = {}
    for video in videos:
        owners.setdefault(str(PurePosixPath(video).with_suffix("")), []).append(video)
    captions: dict[str, str] = {}
    for name in texts:
        mine = owners.get(str(PurePosixPath(name).with_suffix("")), [])
        if not mine:
            found.skipped.append((name, "a text, and no video of that name"))
            continue
        try:
            caption = " ".join(_text(folder / name).split())
        except OSError as error:
            found.skipped.append((name, f"not a readable text: {error.strerror}"))
            continue
        if len(caption) > LONGEST:
            found.skipped.append((name, f"too long for a caption: {len(caption)} characters, at most {LONGEST}"))
            continue
        captions |= dict.fromkeys(mine, caption)
    return captions


def _read_table(folder: Path, table: str, alike: dict[str, list[str]], found: Listing) -> None:
    inside = PurePosixPath(table).parent
    try:
        rows = list(_rows(_text(folder / table), table.casefold()))
    except (OSError, csv.Error) as error:
        found.skipped.append((table, f"not a readable table: {error}"))
        return
    for place, row in rows:
        name = row.get("filename") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name.strip():
            found.skipped.append((f"{table} {place}", row if isinstance(row, str) else "no file_name"))
            continue
        path = _resolve(inside, name.strip(), alike)
        if path is None:
            found.skipped.append((name, f"{table} {place}: outside the folder"))
        else:
            text = row.get("caption", row.get("text")) if isinstance(row, dict) else None
            found.captions[path] = text.strip() if isinstance(text, str) else ""


def _resolve(inside: PurePosixPath, name: str, alike: dict[str, list[str]]) -> str | None:
    """The file that a table means: as it says, with Windows' backslashes, or in other capitals; None if outside."""
    as_is, slashed = str(inside / name), inside / name.replace("\\", "/")
    if as_is in alike.get(_folded(as_is), []):
        return as_is
    if slashed.is_absolute() or ".." in slashed.parts:
        return None
    meant = alike.get(_folded(str(slashed)), [])
    return meant[0] if len(meant) == 1 else str(slashed)


def _folded(name: str) -> str:
    """The same for names that differ in capitals, or in how their accents are put together."""
    return unicodedata.normalize("NFC", name).casefold()


def _text(path: Path) -> str:
    """A text of a table or caption, whether an editor, Excel or the Windows Notepad wrote it."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(text: str, name: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """(place, row) for every row, its columns in plain small letters; a row that cannot be read is a reason instead."""
    if not name.endswith(".jsonl"):
        lines = text.splitlines(keepends=True)
        if lines and lines[0].startswith("sep="):  # Excel's own way to say it
            lines = lines[1:]
        reader = csv.DictReader(lines, delimiter=_delimiter(lines[0] if lines else ""))
        yield from ((f"row {i}", _plain(row)) for i, row in enumerate(reader, start=1))
        return
    for i, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = from_json(line)
            except ValueError as error:
                yield f"line {i}", f"not JSON: {error}"
            else:
                yield f"line {i}", _plain(row) if isinstance(row, dict) else "not an object"


def _delimiter(head: str) -> str:
    """What parts the columns: where a decimal is written with a comma, tables have semicolons."""
    return next((d for d in ",;\t" if "filename" in map(_column, head.split(d))), ",")


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {_column(key): value for key, value in row.items() if isinstance(key, str)}


def _column(name: str) -> str:
    """``File_Name``, ``file name`` and ``"filename"`` are one column."""
    return re.sub(r"[\s_\"-]", "", name).casefold()
