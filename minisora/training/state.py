"""Where a run's state lies on disk, and how it is written so that any moment may be the last.

A state is written to a temporary file, flushed to the disk, and only then renamed; the state before it is kept. A crash,
a kill, or a full disk at any point leaves at least one whole state behind.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from minisora.errors import UserError

LAST, PREVIOUS = "last.ckpt", "previous.ckpt"


def write_atomically(path: Path, write: Callable[[BinaryIO], object], *, previous: Path | None = None) -> None:
    """Write a file so that ``path`` holds either its old or its whole new content; the old one may be kept as ``previous``.

    Raises: OSError when the content cannot be written; ``path`` is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".tmp")
    try:
        with draft.open("wb") as file:
            try:
                write(file)
            except RuntimeError as error:  # torch.save wraps the error of the file that it writes to
                raise OSError(f"{path}: {error}") from error
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    if previous is not None and path.exists():
        path.replace(previous)
    draft.replace(path)
    with contextlib.suppress(OSError):  # not every file system can flush a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class AtomicCheckpointIO(TorchCheckpointIO):
    """Lightning's training states, written with :func:`write_atomically`."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        path = Path(path)
        write_atomically(path, lambda file: torch.save(checkpoint, file), previous=path.with_name(PREVIOUS))


def newest_state(run: Path) -> Path | None:
    """The newest state of the run folder that can be read, or None when there is none.

    Raises: UserError when there are states and none can be read.
    """
    there = [run / name for name in (LAST, PREVIOUS) if (run / name).exists()]
    for path in there:
        try:
            torch.load(path, map_location="cpu", weights_only=False, mmap=True)
        except Exception:  # a damaged file raises any of a dozen errors
            continue
        return path
    if there:
        raise UserError(
            f"{run}: no training state in it can be read; start afresh with another folder or delete this one"
        )
    return None
