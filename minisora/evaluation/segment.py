"""Foreground pixels, the palette colour of each, and the blobs that they form in every frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from minisora.worlds.render import PALETTE
from minisora.worlds.scene import COLOURS

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

CONTRAST = 0.10  #: Least distance (Euclidean, RGB in [0, 1]) from the background at which a pixel is foreground.
NOISE_MARGIN = 2.6  #: And at least this many times the median distance, which is what noise alone makes.
EDGE = 0.35  #: And at least this share of the strongest contrast nearby: the rest is the soft outside of an edge.
LEAST_AREA = 0.002  #: Smaller patches are not objects; in squared sides.
SHADES = np.linspace(-0.5, 0.25, 7, dtype=np.float32)  #: From an object's dark lower to its bright upper part.
ALIKE = 0.10  #: A pixel at this distance from every shade of a colour counts half as much for it.
STEEP = 0.15  #: A difference between neighbours in the background that may hide the edge of an object.
VANISHING = 0.2  #: Where a shade of a colour is this near to the background, parts of an object may go unseen.
HALO = 0.08  #: How far the colour of a soft edge may be from a mixture of the object's and the background's.
PRESENT = 0.04  #: A colour must hold this share of a frame's foreground patch to split it.


@dataclass(frozen=True)
class Blob:
    """A connected patch of one colour in one frame: lengths in pixels."""

    frame: int
    colour: int
    area: float
    y: float
    x: float
    strength: float  #: How far it stands out from the background: the contrast that a fifth of its pixels exceed.
    mask: Mask  #: ``h w``


def lit(colours: Array, shade: Array) -> Array:
    """Colours ``... 3`` under a shade in [-1, 1], as ``render`` lights them."""
    return np.where(shade > 0, colours + shade * (1 - colours), colours * (1 + shade))


def find_blobs(video: Array, backdrop: Array) -> list[Blob]:
    """All blobs of a video, frame by frame; both arguments ``f 3 h w`` in [0, 1]."""
    side = min(video.shape[-2:])
    least = LEAST_AREA * side * side
    contrast, steep = _contrast(video, backdrop)
    least_contrast = max(CONTRAST, NOISE_MARGIN * float(np.median(contrast)))
    nearby = ndimage.maximum_filter(contrast, size=(1, 5, 5))
    foreground = (contrast > least_contrast) & (contrast > EDGE * nearby)
    colour, alike = _label_colours(video, foreground)
    foreground |= _bridges(foreground, colour, backdrop, steep)
    blobs: list[Blob] = []
    for frame, mask in enumerate(foreground):
        regions, count = cast(tuple[NDArray[np.int32], int], ndimage.label(mask, structure=np.ones((3, 3))))
        for region, box in enumerate(ndimage.find_objects(regions, count), start=1):
            inside = regions[box] == region
            if inside.sum() < least:
                continue
            here = (frame, slice(None), *box)
            for index, part in _split(
                inside, colour[frame][box], alike[frame][box], video[here], backdrop[here], least
            ):
                whole = np.zeros(mask.shape, bool)
                whole[box] = part
                rows, columns = np.nonzero(whole)
                strength = float(np.quantile(contrast[frame][whole], 0.8))
                area, y, x = float(len(rows)), float(rows.mean()), float(columns.mean())
                blobs.append(Blob(frame, index, area, y, x, strength, whole))
    return blobs


def _contrast(video: Array, backdrop: Array) -> tuple[Array, Mask]:
    """Distance from the mixtures of the background's colours within a pixel's reach: a blurred horizon is no object.

    Also where there is such an edge in the background: ``f h w`` both.
    """
    low = ndimage.minimum_filter(backdrop, size=(1, 1, 3, 3))
    high = ndimage.maximum_filter(backdrop, size=(1, 1, 3, 3))
    along, up = video - low, high - low
    length = (up * up).sum(1)
    share = ((along * up).sum(1) / np.maximum(length, 1e-6)).clip(0, 1)
    aside = along - share[:, None] * up
    return np.sqrt((aside * aside).sum(1)), length > STEEP**2


def _label_colours(video: Array, foreground: Mask) -> tuple[NDArray[np.int64], Array]:
    """Index of the nearest palette colour of each foreground pixel, and how near it is in (0, 1]: ``f h w``."""
    palette = np.array([PALETTE[c] for c in COLOURS], np.float32)
    curves = lit(palette, SHADES[:, None, None]).reshape(-1, 3)  # (shades colours) 3
    pixels = video.transpose(0, 2, 3, 1)[foreground]
    squares = (curves**2).sum(1) - 2 * pixels @ curves.T  # the squared distance less the pixel's own square
    nearest = squares.argmin(1)
    distance = squares[np.arange(len(pixels)), nearest] + (pixels**2).sum(1)
    colour, alike = np.zeros(foreground.shape, np.int64), np.zeros(foreground.shape, np.float32)
    colour[foreground] = nearest % len(COLOURS)
    alike[foreground] = np.exp2(-distance / ALIKE**2)
    return colour, alike


def _bridges(foreground: Mask, colour: NDArray[np.int64], backdrop: Array, steep: Mask) -> Mask:
    """Pixels between parts of one object, where a shade of it may vanish into the background, as white in the sky."""
    found = np.zeros_like(foreground)
    for index in np.flatnonzero(np.bincount(colour[foreground])):
        shades = lit(np.array(PALETTE[COLOURS[index]], np.float32), SHADES[:, None])
        away = ((backdrop[:1, None] - shades[:, :, None, None]) ** 2).sum(2).min(1)  # 1 h w
        vanishing = (away < VANISHING**2) | steep
        if vanishing.any():
            own = foreground & (colour == index)
            pad = np.pad(own, ((0, 0), (3, 3), (3, 3)))
            closed = ndimage.binary_closing(pad, structure=np.ones((1, 3, 3)), iterations=2)
            found |= closed[:, 3:-3, 3:-3] & vanishing
    return found


def _split(
    inside: Mask, colour: NDArray[np.int64], alike: Array, video: Array, backdrop: Array, least: float
) -> list[tuple[int, Mask]]:
    """A connected region as parts of one colour each: nearly always one, two where objects touch or overlap."""
    votes = np.bincount(colour[inside], weights=alike[inside], minlength=len(COLOURS))
    order = np.argsort(votes)[::-1]
    strong = [int(order[0])]
    for index in order[1:]:
        if votes[index] < max(PRESENT * votes.sum(), least / 2):
            break
        # Edges mix two colours to a third, but in lines that are one pixel wide.
        solid = ndimage.uniform_filter((inside & (colour == index)).astype(np.float32), 3, mode="constant")
        if (solid > 0.7).sum() < least / 2:
            continue
        own = inside & (colour == index)
        if not _is_halo(video[:, own], backdrop[:, own], strong[0]):
            strong.append(int(index))
    if len(strong) == 1:
        return [(strong[0], inside)]
    soft = np.stack(
        [ndimage.uniform_filter(np.where(inside & (colour == k), alike, 0), 3, mode="constant") for k in strong]
    )
    nearest = soft.argmax(0)
    parts = [(k, inside & (nearest == i)) for i, k in enumerate(strong)]
    return [(k, part) for k, part in parts if part.sum() >= least]


def _is_halo(pixels: Array, behind: Array, index: int) -> bool:
    """Whether most pixels ``3 n`` are mixtures of a colour with the background: a soft edge of that colour."""
    shades = lit(np.array(PALETTE[COLOURS[index]], np.float32), SHADES[:, None])[:, :, None]  # shades 3 1
    toward, away = shades - behind, pixels - behind
    share = ((toward * away).sum(1) / np.maximum((toward * toward).sum(1), 1e-6)).clip(0, 1)
    rest = ((away - share[:, None] * toward) ** 2).sum(1).min(0)
    return bool(np.median(rest) < HALO**2)
