"""Finished shots in a folder beside the film, so that what is there already is not made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from minisora.files import replacing
from minisora.film.takes import Check

#: Another number makes all shots anew: when the same settings mean another clip.
VERSION = 1


def key_of(settings: Mapping[str, Any]) -> str:
    """A name for all that a shot follows from: weights, words, length, size, seeds, and a shot before it."""
    text = json.dumps({**settings, "version": VERSION}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def keep(folder: Path, key: str, levels: Tensor, check: Check) -> None:
    """Write a shot (uint8 ``3 t h w``) and what the judge said of it.

    Raises: UserError when the folder cannot be written to.
    """
    with replacing(folder / f"{key}.safetensors") as draft:
        try:
            about = {"check": json.dumps(asdict(check))}
            safetensors.torch.save_file({"levels": levels.contiguous()}, draft, metadata=about)
        except safetensors.SafetensorError as error:
            raise OSError(str(error)) from error


def kept(folder: Path, key: str) -> tuple[Tensor, Check] | None:
    """The shot of this key; None where there is none, or it is damaged."""
    path = folder / f"{key}.safetensors"
    if not path.exists():
        return None
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            levels, about = file.get_tensor("levels"), json.loads((file.metadata() or {})["check"])
        if levels.dtype != torch.uint8 or levels.ndim != 4:
            return None
        return levels, Check(**about)
    except Exception:  # safetensors raises its own, undocumented kinds; a damaged shot is made again
        return None
