"""What outlives a page of the Studio: its pieces and what was typed, as files in a folder."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from minisora.clip import Clip
from minisora.course.studio.order import Order, Piece, grid_of
from minisora.files import from_json, replacing
from minisora.provenance import Origin

HALVES = ("left", "right")  #: Powers that there were before squares could be marked: this half was new.


@dataclass(frozen=True)
class Memory:
    """A folder with the last ``most`` pieces and the last draft. Several pages may share it."""

    folder: Path
    most: int

    def keep(self, piece: Piece) -> None:
        """Write a piece down. Raises: UserError when that cannot be done."""
        facts = {"order": asdict(piece.order), "took": piece.took, "opened": piece.opened, "fps": piece.clip.fps}
        facts["origin"] = piece.clip.origin and asdict(piece.clip.origin)
        with replacing(self.folder / f"{time.time_ns():020d}.safetensors") as draft:
            save_file({"frames": piece.clip.frames.contiguous()}, draft, metadata={"piece": json.dumps(facts)})
        for old in self._files()[self.most :]:
            with contextlib.suppress(OSError):
                old.unlink()

    def pieces(self) -> list[Piece]:
        """What was kept, the latest first; what cannot be read is passed over."""
        found = []
        for path in self._files()[: self.most]:
            with contextlib.suppress(OSError, SafetensorError, KeyError, TypeError, ValueError):
                found.append(_read(path))
        return found

    def note(self, typed: dict[str, Any]) -> None:
        """Write down what the controls say. Raises: UserError when that cannot be done."""
        with replacing(self.folder / "draft.json") as draft:
            draft.write_text(json.dumps(typed), encoding="utf-8")

    def noted(self) -> dict[str, Any]:
        """What the controls said last, or nothing."""
        with contextlib.suppress(OSError, ValueError):
            found = from_json((self.folder / "draft.json").read_text(encoding="utf-8"))
            return _draft(found) if isinstance(found, dict) else {}
        return {}

    def _files(self) -> list[Path]:
        """The kept pieces, the latest first. Names that begin with a dot are being written."""
        return sorted((p for p in self.folder.glob("*.safetensors") if p.name[0] != "."), reverse=True)


def _read(path: Path) -> Piece:
    with safe_open(path, framework="pt") as file:
        facts = from_json((file.metadata() or {})["piece"])
        frames = file.get_tensor("frames")
    asked = facts["order"]
    if asked.get("power") in HALVES:
        asked = {**asked, "power": "part", "marked": _half(asked["power"], *grid_of(*frames.shape[2:]))}
    marked = tuple((row, column) for row, column in asked.get("marked", ()))
    order = Order(**{**asked, "size": tuple(asked["size"]), "marked": marked})
    origin = Origin(**facts["origin"]) if facts.get("origin") else None
    clip = Clip.of(frames, fps=facts["fps"], prompt=order.prompt, origin=origin)
    return Piece(order, clip, facts["took"], facts.get("opened", ""))


def _draft(typed: dict[str, Any]) -> dict[str, Any]:
    """What the controls said, as they are today."""
    if "power" not in typed:
        return typed
    return {"marks": {}, **typed, "power": "part" if typed["power"] in HALVES else typed["power"]}


def _half(side: str, rows: int, columns: int) -> list[tuple[int, int]]:
    """The squares that one half of a picture touches."""
    new = range((columns + 1) // 2) if side == "left" else range(columns // 2, columns)
    return [(row, column) for row in range(rows) for column in new]
