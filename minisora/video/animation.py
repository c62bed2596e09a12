"""Animated WebP, which FFmpeg does not read: by Pillow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from minisora.video.decode import Footage, Shown

#: Browsers take a delay of up to 10 ms for one that was never set, and show the picture for 100 ms.
UNSET, USUAL = 0.010, 0.100


def is_webp(path: Path) -> bool:
    """Whether the file begins like a WebP, whatever its name. Raises ``OSError``."""
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


@contextlib.contextmanager
def animation(path: Path) -> Iterator[Footage]:
    """A WebP opened: its pictures over white, as on an empty page. Raises ``OSError``."""
    with Image.open(path) as image:
        width, height = ImageOps.exif_transpose(image).size
        yield Footage((height, width), _shown(image))


def _shown(image: Image.Image) -> Iterator[Shown]:
    start = 0.0
    for picture in ImageSequence.Iterator(image):
        picture.load()  # only then the delay is this picture's
        delay = picture.info.get("duration", 0) / 1000
        duration = delay if delay > UNSET else USUAL
        levels = _over_white(ImageOps.exif_transpose(picture))
        yield Shown(start, duration, lambda levels=levels: levels)
        start += duration


def _over_white(image: Image.Image) -> np.ndarray:
    """uint8 ``h w 3``."""
    layers = image.convert("RGBA")
    page = Image.new("RGBA", layers.size, "white")
    return np.array(Image.alpha_composite(page, layers).convert("RGB"))
