"""People's own pictures: png, jpg, webp and whatever else Pillow reads, upright, in 256 levels."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from minisora.errors import UserError
from minisora.files import reason


class Still(NamedTuple):
    """A picture, and whether something in it was transparent."""

    picture: Tensor  #: ``3 1 h w`` in [-1, 1], over black
    transparent: bool


def read_still(path: str | Path) -> Still | None:
    """The picture in a file as a viewer shows it, turned as its EXIF says; None where it is none, or a moving one.

    Raises: UserError when the file is missing, broken, or so large that it may be meant to fill the memory.
    """
    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if getattr(image, "is_animated", False):
                    return None
                upright = ImageOps.exif_transpose(image)
                layers = _in_256_levels(upright).convert("RGBA")
    except UnidentifiedImageError:
        return None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        most = Image.MAX_IMAGE_PIXELS or 0
        raise UserError(f"{path} has more than {most // 10**6} million pixels — make it smaller") from error
    except Exception as error:  # a foreign file may fail in any way
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
    black = Image.new("RGBA", layers.size, "black")
    levels = np.array(Image.alpha_composite(black, layers).convert("RGB"))
    transparent = layers.getextrema()[3][0] < 255  # type: ignore[index]
    return Still(torch.from_numpy(levels).movedim(-1, 0)[:, None].float() / 127.5 - 1, transparent)


def _in_256_levels(image: Image.Image) -> Image.Image:
    """Pillow would clip greys of 16 bits at 255."""
    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
