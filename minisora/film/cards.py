"""Title and credits: a few words in pixel letters, which come out of the dark and go back into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from minisora.errors import UserError
from minisora.film import lettering
from minisora.video import resize, to_uint8

USUAL = (64, 64)  #: Pixels of a film of which no size is said.
MARGIN = 3  #: Pixels that are kept free at each side.
HEIGHT = lettering.ABOVE + lettering.ROWS + lettering.BELOW
INK, ACCENT, PAPER = (1.0, 1.0, 1.0), (1.0, 0.82, 0.25), (0.05, 0.06, 0.16)  #: Red, green and blue, 0 to 1.
FADE = 0.5  #: Seconds.


class Row(NamedTuple):
    """A line of a card: its pixels ``8 w``, by what factor they are enlarged, and its colour."""

    pixels: np.ndarray
    scale: int
    colour: tuple[float, float, float]


def title_card(title: str, size: tuple[int, int], *, frames: int, fps: float, author: str = "") -> Tensor:
    """The title in large letters where they fit, with who made it below; ``3 frames h w`` in [-1, 1].

    Raises: UserError as :func:`check_card`.
    """
    rows = _laid_out([title], size, large=True, colour=ACCENT, where="title")
    if author:
        more = _laid_out([author], size, large=False, colour=INK, where="author")
        if _height([*rows, *more]) <= size[0] - 2 * MARGIN:
            rows += more
    return _shown(rows, size, frames, fps)


def credits_card(lines: Sequence[str], size: tuple[int, int], *, frames: int, fps: float) -> Tensor:
    """Lines of small letters; ``3 frames h w`` in [-1, 1]. Raises: UserError as :func:`check_card`."""
    return _shown(_laid_out(lines, size, large=False, colour=INK, where="credits"), size, frames, fps)


def check_card(lines: Sequence[str], size: tuple[int, int] | None, *, large: bool = False) -> None:
    """Raises: UserError for letters that there are no pixels for, and for more text than a card of this size holds."""
    _laid_out(lines, size or USUAL, large=large, colour=INK, where="title" if large else "credits")


def poster(picture: Tensor, title: str = "", *, scale: int = 4) -> Image.Image:
    """A picture ``3 h w`` enlarged, with the title in letters on a bar below it."""
    _, height, width = picture.shape
    shown = Image.fromarray(to_uint8(resize(picture[:, None], height * scale, width * scale))[0])
    parts = [lettering.line(part) for part in _broken(title, width - 2 * MARGIN)]
    room = len(parts) * HEIGHT * scale + (MARGIN * scale if parts else 0)
    sheet = Image.new("RGB", (width * scale, height * scale + room), _rgb(PAPER))
    sheet.paste(shown, (0, 0))
    for i, pixels in enumerate(parts):
        letters = Image.fromarray(pixels.repeat(scale, 0).repeat(scale, 1))
        left = (sheet.width - letters.width) // 2
        sheet.paste(_rgb(ACCENT), (left, height * scale + i * HEIGHT * scale), letters)
    return sheet


def _rgb(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (round(255 * each) for each in colour)
    return red, green, blue


def faded(clip: Tensor, fps: float, *, into: bool = True, out: bool = True) -> Tensor:
    """The clip ``3 t h w`` out of black at its beginning, and into black at its end."""
    frames = clip.shape[1]
    length = max(1, min(round(FADE * fps), frames // 2))
    light = torch.ones(frames)
    rise = torch.arange(1, length + 1) / (length + 1)
    if into:
        light[:length] = rise
    if out:
        light[frames - length :] = torch.minimum(light[frames - length :], rise.flip(0))
    return (clip + 1) * light[:, None, None] - 1


def _shown(rows: Sequence[Row], size: tuple[int, int], frames: int, fps: float) -> Tensor:
    height, width = size
    picture = torch.tensor(PAPER)[:, None, None].repeat(1, height, width)
    top = (height - _height(rows)) // 2
    for pixels, scale, colour in rows:
        big = torch.from_numpy(pixels.repeat(scale, 0).repeat(scale, 1))
        left = (width - big.shape[1]) // 2
        part = picture[:, top : top + big.shape[0], left : left + big.shape[1]]
        part[:] = torch.where(big, torch.tensor(colour)[:, None, None], part)
        top += big.shape[0]
    return faded((picture * 2 - 1)[:, None].repeat(1, frames, 1, 1), fps)


def _laid_out(
    lines: Sequence[str], size: tuple[int, int], *, large: bool, colour: tuple[float, float, float], where: str
) -> list[Row]:
    height, width = (side - 2 * MARGIN for side in size)
    if unknown := list(dict.fromkeys(each for line in lines for each in lettering.unknown_letters(line))):
        raise UserError(f"{where}: no pixels for {', '.join(map(repr, unknown[:5]))} — use Latin or Cyrillic")
    for scale in (2, 1) if large else (1,):
        broken = [_broken(line, width // scale) for line in lines]
        rows = [Row(lettering.line(part), scale, colour) for parts in broken for part in parts]
        if all(each.pixels.shape[1] * scale <= width for each in rows) and _height(rows) <= height:
            return rows
    most = height // HEIGHT
    raise UserError(
        f"{where}: does not fit on {size[0]}x{size[1]} pixels: at most {most} lines of {width // 4} letters"
    )


def _broken(text: str, width: int) -> list[str]:
    """A text in lines of at most so many pixels, broken between words; a longer word has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        if lines and lettering.width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _height(rows: Sequence[Row]) -> int:
    return sum(each.pixels.shape[0] * each.scale for each in rows)
