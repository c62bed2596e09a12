"""How the course draws: filmstrips, players, x-t slices, images and charts in one look, every one with an alt text.

Colours are Okabe and Ito's, which colour-blind people tell apart; maps of numbers are in cividis, made for the same.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from IPython.display import display
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from minisora import video
from minisora.course.picture import Picture, described, escaped, gif, grid, image, note, stack, table
from minisora.errors import UserError
from minisora.worlds.plan import numbers_of, paths

__all__ = [
    "COLOURS",
    "Picture",
    "canvas",
    "chart",
    "drawn",
    "escaped",
    "filmstrip",
    "images",
    "plan",
    "player",
    "stack",
    "strips",
    "xt_slice",
]

#: Okabe and Ito's palette, in the order in which the course uses it.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

_LOOK: dict[Any, Any] = {
    "axes.prop_cycle": f"cycler('color', {list(COLOURS)!r})",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.titlesize": 11,
    "grid.alpha": 0.25,
    "font.size": 10,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "savefig.dpi": 100,
    "svg.hashsalt": "minisora",
}


def filmstrip(clip: Tensor, *, alt: str, columns: int = 8) -> Picture:
    """Up to ``columns`` evenly spaced frames of a clip ``3 t h w`` in [-1, 1], side by side."""
    pixels = video.filmstrip(_clip(clip), columns=columns)
    return image(pixels, alt=described(alt, "filmstrip"), width=_comfortable(pixels))


def player(clip: Tensor, *, alt: str, fps: float = 8.0, width: int = 192) -> Picture:
    """A clip that plays by itself, and under it the same as a filmstrip, since moving pictures do not print."""
    return stack(_gif(clip, alt=alt, fps=fps, width=width), filmstrip(clip, alt=alt))


def strips(
    clips: Mapping[str, Tensor],
    *,
    alt: str | Mapping[str, str],
    fps: float = 8.0,
    columns: int = 6,
    moving: bool = True,
) -> Picture:
    """Clips to compare: a row for each, playing on the left (if ``moving``) and as a filmstrip on the right.

    Args:
        alt: of all of them, or what is to be seen in each.
    """
    said = dict.fromkeys(clips, alt) if isinstance(alt, str) else alt
    rows = []
    for label, clip in clips.items():
        pixels = video.filmstrip(_clip(clip), columns=columns)
        still = image(pixels, alt=described(said[label], f"filmstrip of {label}"), width=560)
        cells = [escaped(label), still.html]
        if moving:
            cells.insert(1, _gif(clip, alt=described(said[label], label), fps=fps, width=112).html)
        rows.append([f"<td>{each}</td>" for each in cells])
    return Picture(grid(rows), alt if isinstance(alt, str) else "; ".join(f"{name}: {alt[name]}" for name in clips))


def xt_slice(clip: Tensor, *, alt: str, row: int | None = None, scale: int = 5) -> Picture:
    """One row of pixels (the middle one) through time: x to the right, time downwards; what moves draws a slope."""
    pixels = video.to_uint8(_clip(clip))
    line = pixels[:, pixels.shape[1] // 2 if row is None else row]
    enlarged = line.repeat(scale, axis=0).repeat(scale, axis=1)
    return stack(image(enlarged, alt=described(alt, "x-t slice")), note("x →   time ↓"))


def patches(frame: Tensor, patch: int, *, alt: str, width: int = 300, gap: int = 1) -> Picture:
    """A frame ``3 h w`` cut into squares of ``patch`` pixels, pulled ``gap`` pixels apart."""
    pixels = video.to_uint8(frame.detach().float().cpu()[:, None])[0]
    rows, columns = pixels.shape[0] // patch, pixels.shape[1] // patch
    apart = np.full((rows * (patch + gap) - gap, columns * (patch + gap) - gap, 3), 255, dtype=np.uint8)
    for row in range(rows):
        for column in range(columns):
            square = pixels[row * patch : (row + 1) * patch, column * patch : (column + 1) * patch]
            top, left = row * (patch + gap), column * (patch + gap)
            apart[top : top + patch, left : left + patch] = square
    return image(apart, alt=alt, width=width)


def images(pictures: Mapping[str, Tensor], *, alt: str, width: int = 160, columns: int = 4) -> Picture:
    """Captioned pictures: ``3 h w`` in [-1, 1] as colours, ``h w`` as a map from its smallest number to its largest."""
    return table(
        {label: image(_pixels(each), alt=described(alt, label), width=width) for label, each in pictures.items()},
        columns=columns,
    )


def plan(plan: Tensor, *, alt: str) -> Picture:
    """A plan ``NUMBERS t h w``, a panel for each latent frame: where each cell expects its object, in its colour.

    A line runs through the pictures of the latent frame and ends in a dot at the last one; cells far from any object
    draw nothing.
    """
    numbers, (_, frames, rows, columns) = numbers_of(plan.cpu()), plan.shape
    near, ways = numbers["near"][0] > 0, paths(plan.cpu())
    colour = ((numbers["colour"] + 1) / 2).clamp(0, 1)
    with canvas(size=(1.6 * frames, 1.75), panels=frames) as panels:
        for frame, axes in enumerate([panels] if frames == 1 else panels):
            for row, column in near[frame].nonzero().tolist():
                x, y = ways[:, :, frame, row, column]
                axes.plot(x, y, color=tuple(colour[:, frame, row, column].tolist()), linewidth=1.5)
                axes.plot(x[-1], y[-1], "o", color=axes.lines[-1].get_color(), markersize=4)
            axes.set(xlim=(-columns / 2, columns / 2), ylim=(rows / 2, -rows / 2), facecolor="#404040", aspect="equal")
            axes.set_xticks(torch.arange(columns + 1) - columns / 2, [])
            axes.set_yticks(torch.arange(rows + 1) - rows / 2, [])
            axes.set_title(f"latent frame {frame}")
        return drawn(panels, alt=alt)


@contextlib.contextmanager
def chart(*, alt: str, size: tuple[float, float] = (6.4, 3.0), panels: int = 1) -> Iterator[Any]:
    """A chart in the course's look: ``with plots.chart(alt="…") as axes: axes.plot(…)``; it is shown at the end.

    Yields: matplotlib axes, or a list of them when there are several ``panels`` side by side.
    """
    with canvas(size=size, panels=panels) as axes:
        yield axes
    display(drawn(axes, alt=alt))


@contextlib.contextmanager
def canvas(*, size: tuple[float, float] = (6.4, 3.0), panels: int = 1) -> Iterator[Any]:
    """As :func:`chart`, but it is not shown: end with ``return plots.drawn(axes, alt="…")``, for explorers."""
    with rc_context(_LOOK):
        figure = Figure(figsize=size, layout="constrained")
        axes = list(figure.subplots(1, panels, squeeze=False)[0])
        yield axes[0] if panels == 1 else axes


def drawn(axes: Axes | list[Axes], *, alt: str) -> Picture:
    """What was drawn on a :func:`canvas` as a picture."""
    figure = (axes[0] if isinstance(axes, list) else axes).figure
    assert isinstance(figure, Figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    pixels = np.asarray(Image.open(buffer).convert("RGB"))
    return image(pixels, alt=alt, width=round(figure.get_figwidth() * 100), smooth=True)


def map_colours(numbers: Tensor) -> np.ndarray:
    """``h w`` -> pixels ``h w 3``, from the smallest number (dark) to the largest (light)."""
    numbers = numbers.detach().float().cpu()
    low, high = float(numbers.min()), float(numbers.max())
    level = (numbers - low) / (high - low) if high > low else torch.zeros_like(numbers)
    return (colormaps["cividis"](level.numpy())[..., :3] * 255).round().astype(np.uint8)


def _gif(clip: Tensor, *, alt: str, fps: float, width: int) -> Picture:
    moving = gif(video.to_uint8(_clip(clip)), fps=fps)
    return image(moving, alt=described(alt, "moving picture"), width=width, kind="gif")


def _clip(clip: Tensor) -> Tensor:
    clip = clip.detach().as_subclass(Tensor).float().cpu()
    clip = clip[0] if clip.ndim == 5 and len(clip) == 1 else clip
    if clip.ndim != 4 or clip.shape[0] != 3:
        raise UserError(f"clip of shape {tuple(clip.shape)}: a single clip 3 t h w is shown — take one, as in clips[0]")
    return clip


def _pixels(picture: Tensor) -> np.ndarray:
    if picture.ndim == 2:
        pixels = map_colours(picture)
    elif picture.ndim == 3 and len(picture) == 3:
        pixels = video.to_uint8(picture[:, None])[0]
    else:
        raise UserError(f"picture of shape {tuple(picture.shape)}: must be 3 h w (colours) or h w (numbers)")
    scale = max(1, 256 // max(pixels.shape[:2]))  # whole factors keep pixels square and sharp where styles are ignored
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def _comfortable(pixels: np.ndarray) -> int:
    return pixels.shape[1] * max(1, 760 // pixels.shape[1])
