"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minisora.errors import UserError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A fresh path beside ``path`` (same ending) to write to; it takes ``path``'s place when the block ends well.

    Until then ``path`` holds what it held before, whatever happens: an error, Ctrl-C, a kill, a full disk.
    Folders are made as needed.

    Raises: UserError when the place cannot be written to or the disk is full.
    """
    draft = path.with_name(f".{path.stem[:100]}-{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise UserError(f"cannot write {path}: {reason(error)} — choose another place") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def from_json(text: str | bytes) -> Any:
    """What a text of JSON says.

    Raises: ValueError where it is none, or is nested deeper than anybody means it.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def reason(error: Exception) -> str:
    """What the operating system (or FFmpeg) says, in a few words and without the path."""
    return (getattr(error, "strerror", None) or " ".join(str(error).split())[:120]).lower()


def check_writable(folder: Path) -> None:
    """See that files can be made in ``folder``, which is made if need be, before any work is done for them.

    Raises: UserError when they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {reason(error)} — choose another place") from error


def slug(text: str) -> str:
    """A text as the beginning of a file name: lower-case words with hyphens, at most 60 characters.

    Where the text cannot be told from its words (it is cut off, or has punctuation), six digits of its hash follow, so
    that other texts have other names.
    """
    whole = "-".join(text.lower().split())
    name = "-".join(re.findall(r"[a-z0-9]+", whole))
    if name and name == whole and len(name) <= 60:
        return name
    short = name if len(name) <= 53 else name[:54].rpartition("-")[0] or name[:53]
    return f"{short or 'clip'}-{short_hash(whole)}"


def short_hash(text: str) -> str:
    """Six hexadecimal digits that differ for different texts, but for one pair of 16 million."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
