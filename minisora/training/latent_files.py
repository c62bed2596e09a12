"""Encoded clips on disk: latents and scenes in files of their own for each key, and a manifest that says which count.

Files of another key are never written over: a run that reads them, or maps them into its memory, keeps them.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from minisora.errors import UserError
from minisora.files import from_json, reason, replacing

#: ``key``, ``clip_set``, ``shape`` of the latents, how many clips are ``done``, and the names of the files.
Manifest = dict[str, Any]


def make_room(folder: Path, manifest: Manifest) -> Manifest:
    """Files for the latents of a new manifest, which from now on counts; those of others are deleted.

    Raises: UserError when there is not enough room, or the folder cannot be written to.
    """
    key, needs = manifest["key"][:12], 2 * math.prod(manifest["shape"])
    manifest = {**manifest, "latents": f"latents-{key}.f16", "scenes": f"scenes-{key}"}
    try:
        (folder / manifest["scenes"]).mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(folder).free) < needs:
            short = f"latents need {needs / 1e9:.3g} GB and {free / 1e9:.3g} GB are free"
            raise UserError(f"{folder}: {short} — make room, or encode fewer clips")
        with latents_path(folder, manifest).open("ab") as file:  # another run may have begun to write the same
            file.truncate(needs)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {reason(error)} — choose another place") from error
    write_manifest(folder, manifest)
    for path in folder.iterdir():
        if path.name.startswith(("latents", "scenes")) and path.name not in manifest.values():
            with contextlib.suppress(OSError):  # Windows keeps what somebody has open
                path.unlink() if path.is_file() else shutil.rmtree(path)
    return manifest


def latents_path(folder: Path, manifest: Manifest) -> Path:
    """All latents, ``n c t h w`` float16."""
    return folder / manifest.get("latents", "latents.f16")  # as earlier versions called it


def scenes_path(folder: Path, manifest: Manifest, start: int) -> Path:
    """The scenes of the chunk that begins with clip ``start``, one in a line."""
    return folder / manifest.get("scenes", "scenes") / f"{start:07}.jsonl"


def write_latents(path: Path, start: int, latents: np.ndarray) -> None:
    """Put latents in the places from ``start`` on.

    Not through mapped memory, where a full disk is no error but the end of the process.

    Raises: UserError when they cannot be written.
    """
    try:
        with path.open("r+b") as file:
            file.seek(start * latents[0].nbytes)
            file.write(latents.tobytes())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UserError(f"cannot write {path}: {reason(error)} — make room, and give the same command again") from error


def read_manifest(folder: Path) -> Manifest | None:
    """The folder's manifest; None if there is none.

    Raises: UserError when it is damaged.
    """
    path = folder / "manifest.json"
    try:
        manifest = from_json(path.read_text(encoding="utf-8")) if path.exists() else None
    except (OSError, ValueError) as error:
        raise damaged(folder, reason(error)) from error
    if manifest is not None and not (
        isinstance(manifest, dict)
        and manifest.keys() >= {"key", "clip_set", "shape", "done"}
        and isinstance(manifest["key"], str)
        and isinstance(manifest["done"], int)
    ):
        raise damaged(folder, "manifest.json is none of ours")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest as a whole."""
    with replacing(folder / "manifest.json") as draft:
        draft.write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def damaged(folder: Path, why: str) -> UserError:
    """The error for encoded clips that are not as they were written."""
    return UserError(f"{folder}: the encoded clips there are damaged ({why}); encode anew (rebuild)")
