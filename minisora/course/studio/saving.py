"""Saving the clip on the screen: as what, and with which marks and signature."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from minisora.course.studio import look
from minisora.course.studio.order import WORDS_ALONE, Piece
from minisora.course.studio.parts import box, button
from minisora.errors import UserError
from minisora.files import slug
from minisora.marks.message import DEFAULT
from minisora.provenance import Keys


class Saving:
    """Buttons that write a clip, and ticks for what the file gets; without any it is as ``minisora generate`` has it.

    Args:
        keys: to sign with, which is then ticked.
    Attributes:
        ticks: by name: mark (letters in a corner), watermark (a hidden number), and with keys sign and prompt.
        kept: where the file is, or why there is none.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys = keys
        self.mp4 = button("Save mp4", "write the clip on the screen to a video file")
        self.gif = button("Save gif", "write the clip on the screen to an animated picture")
        said = {
            "mark": ("AI in a corner", "stamp the letters AI into a corner of every frame of the file"),
            "watermark": ("hidden watermark", "hide a number in every frame of the file, which minisora verify finds"),
        }
        if keys is not None:
            said["sign"] = (f"signed by {keys.name}", "say in the file what made it, and sign that (C2PA)")
            said["prompt"] = ("prompt in the signature", "everybody can read the prompt in the signed file")
        self.ticks = {
            name: ipywidgets.Checkbox(value=name == "sign", description=text, tooltip=tip, indent=False)
            for name, (text, tip) in said.items()
        }
        self.kept = ipywidgets.HTML()
        head = ipywidgets.HTML('<span class="ms-help">What is saved gets:</span>')
        self.choices = box(ipywidgets.HBox, "ms-ticks", head, *self.ticks.values())

    @property
    def chosen(self) -> dict[str, bool]:
        """What is ticked."""
        return {name: bool(tick.value) for name, tick in self.ticks.items()}

    @chosen.setter
    def chosen(self, chosen: dict[str, bool]) -> None:
        for name, tick in self.ticks.items():
            tick.value = chosen.get(name, tick.value)

    def save(self, piece: Piece, folder: Path, ending: str) -> Path | None:
        """Write a piece as mp4 or gif beside the others, and say where; None, and why, if that cannot be done."""
        chosen = self.chosen
        visible, hidden, sign = chosen["mark"], chosen["watermark"], chosen.get("sign", False)
        name = slug(piece.title) if piece.opened else f"{slug(piece.order.prompt)}-{piece.order.seed}"
        name += "-marked" * visible + "-watermarked" * hidden
        path, count = folder / f"{name}.{ending}", 1
        while path.exists():
            count += 1
            path = folder / f"{name}-{count}.{ending}"
        try:
            if sign and piece.clip.origin is None:
                raise UserError(
                    f"cannot sign {piece.title[:40]!r}: {_unknown(piece)} — untick signed to save it as it is"
                )
            clip = piece.clip.marked(visible=visible, watermark=DEFAULT if hidden else None)
            clip.save(path, sign=self.keys if sign else None, sign_prompt=sign and chosen["prompt"])
        except UserError as error:
            self.kept.value = look.note(str(error), wrong=True)
            return None
        self.kept.value = look.saved(path)
        return path


def _unknown(piece: Piece) -> str:
    """Why nobody can say what made a piece."""
    if piece.opened:
        return "it comes out of a file"
    if piece.order.power not in WORDS_ALONE:
        return "a part of it was given"
    return "its weights have no card that names them"
