"""A picture as the course shows it: HTML with an alt text, the same in JupyterLab, on GitHub and in print."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from minisora.errors import UserError

#: Widest that a picture is shown, in CSS pixels: the text column of JupyterLab and of GitHub.
WIDEST = 760

#: JupyterLab aligns the cells of tables to the right unless told otherwise.
CENTRED = "text-align: center; vertical-align: top"


#: CSS pixels that a cell of a table takes beside what is in it.
PADDING = 13


@dataclass(frozen=True)
class Picture:
    """HTML that shows something, the text for those who cannot see it, and how many CSS pixels it wants in width."""

    html: str
    alt: str
    width: int = WIDEST

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Picture({self.alt})"


def image(
    data: np.ndarray | bytes, *, alt: str, width: int | None = None, kind: str = "png", smooth: bool = False
) -> Picture:
    """A picture of an array ``h w 3`` (uint8) or of a file's bytes, ``width`` CSS pixels wide.

    Where it is enlarged its pixels stay sharp, unless it is ``smooth``.

    Raises: UserError when the alt text says nothing.
    """
    alt = described(alt)
    content = data if isinstance(data, bytes) else png(data)
    size = "" if width is None else f' width="{min(width, WIDEST)}"'
    wants = width or (data.shape[1] if isinstance(data, np.ndarray) else WIDEST)
    source = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    style = "" if smooth else ' style="image-rendering: pixelated"'
    return Picture(f'<img src="{source}" alt="{escaped(alt)}"{size}{style}>', alt, min(wants, WIDEST))


def described(alt: str, form: str = "") -> str:
    """An alt text, after what form the picture has.

    Raises: UserError when it says nothing.
    """
    if len(alt.split()) < 2:
        raise UserError(f"alt text {alt!r}: say in a sentence what is to be seen, for those who cannot see it")
    return f"{form}: {alt}" if form.strip() else alt


def table(cells: dict[str, Picture], *, columns: int = 4) -> Picture:
    """Pictures with a caption over each, ``columns`` to a row."""
    if not cells:
        raise UserError("no pictures: give at least one")
    items = list(cells.items())
    rows, width = [], 0
    for start in range(0, len(items), columns):
        row = items[start : start + columns]
        rows.append(
            [f'<td align="center" style="{CENTRED}">{escaped(label)}<br>{each.html}</td>' for label, each in row]
        )
        width = max(width, sum(each.width + PADDING for _, each in row))
    return Picture(grid(rows), "; ".join(each.alt for _, each in items), min(width, WIDEST))


def grid(rows: Sequence[Sequence[str]]) -> str:
    """A table of cells ``<td>...</td>`` as HTML, each row in a body of its own.

    JupyterLab and GitHub darken every second row of a body, and pictures that are to be compared want one ground.
    """
    bodies = (f"<tbody><tr>{''.join(row)}</tr></tbody>" for row in rows)
    return f"<table>{''.join(bodies)}</table>"


def stack(*pictures: Picture) -> Picture:
    """Pictures under each other."""
    width = max(each.width for each in pictures)
    return Picture("<br>".join(each.html for each in pictures), "; ".join(each.alt for each in pictures), width)


def note(text: str) -> Picture:
    """A line of small print among pictures."""
    return Picture(f"<small>{escaped(text)}</small>", text, width=0)


def png(pixels: np.ndarray) -> bytes:
    """The bytes of a PNG of ``h w 3`` (uint8), in 256 colours at most: a notebook has to stay small."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).quantize(256, dither=Image.Dither.NONE).save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def gif(pictures: np.ndarray, *, fps: float) -> bytes:
    """The bytes of a GIF of ``t h w 3`` (uint8) in one palette of 128 colours, so that nothing flickers."""
    palette = Image.fromarray(pictures.reshape(-1, *pictures.shape[2:])).quantize(128)
    frames = [Image.fromarray(each).quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]
    buffer = io.BytesIO()
    frames[0].save(buffer, format="gif", save_all=True, append_images=frames[1:], duration=round(1000 / fps), loop=0)
    return buffer.getvalue()


def escaped(text: str) -> str:
    """Text as HTML shows it, in attributes too."""
    return html.escape(text, quote=True)
