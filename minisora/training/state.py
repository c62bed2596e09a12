"""Where a run's state lies on disk, and how it is written so that any moment may be the last.

A state is written to a draft, flushed to the disk, and only then renamed; the state before it is kept. A crash, a kill,
or a full disk at any point leaves at least one whole state behind.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from lightning.pytorch.utilities import rank_zero_only

from minisora.errors import UserError
from minisora.files import replacing

LAST, PREVIOUS = "last.ckpt", "previous.ckpt"


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes Lightning's training states whole or not at all, and keeps the one before as ``previous.ckpt``.

    Attributes:
        failure: why the last state could not be written, if so. It is not raised, as only the first process writes and
            the others wait for it.
    """

    failure: UserError | None = None

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        """Write ``path``, or leave what was there and say in ``failure`` why."""
        self.failure = None
        try:
            _write(checkpoint, Path(path))
        except UserError as error:
            self.failure = error


def _write(checkpoint: dict[str, Any], path: Path) -> None:
    with replacing(path) as draft:
        with draft.open("wb") as file:
            try:
                torch.save(checkpoint, file)
            except RuntimeError as error:  # what torch makes of a file that takes no more
                raise OSError(str(error).splitlines()[0]) from error
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            path.replace(path.with_name(PREVIOUS))


def states(run: Path) -> list[Path]:
    """The states that the run folder holds, the newest first."""
    return [run / name for name in (LAST, PREVIOUS) if (run / name).exists()]


@rank_zero_only
def sweep_drafts(run: Path) -> None:
    """Delete what a kill left while a state was being written; no other process may be writing one."""
    for draft in run.glob(f".{Path(LAST).stem}-*"):
        draft.unlink(missing_ok=True)


def newest_state(run: Path) -> Path | None:
    """The newest state of the run folder that can be read, or None when there is none.

    Raises: UserError when there are states and none can be read.
    """
    there = states(run)
    for path in there:
        try:
            torch.load(path, map_location="cpu", weights_only=False, mmap=True)
        except Exception:  # a damaged file raises any of a dozen errors
            continue
        return path
    if there:
        raise UserError(f"{run}: no training state in it can be read; name another folder or delete this one")
    return None
