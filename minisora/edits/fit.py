"""People's pictures and clips in a size that the model can take: scaled, and cropped around the middle."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.request import LARGEST_SIDE, LONGEST_SECONDS, check_range
from minisora.video import read_video, resize, shown_size
from minisora.video.still import read_still

Tell = Callable[[str], object]
Source = str | Path | Tensor  #: A file, or a tensor: ``3 t h w`` (a picture may be ``3 h w``) in [-1, 1].

TOLERATED = 1.01  #: Rounding may lead a little beyond 1.


@dataclass(frozen=True)
class Fitted:
    """A clip in a size that the model can take, and what it is a part of.

    Attributes:
        clip: ``3 t h w`` in [-1, 1].
        whole: height and width in pixels of what was handed in.
        left: top, left, height and width of the part of it that the clip shows, in the same pixels.
    """

    clip: Tensor
    whole: tuple[int, int]
    left: tuple[float, float, float, float]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the clip."""
        return self.clip.shape[2], self.clip.shape[3]


def fit_picture(
    picture: Source,
    pipeline: Pipeline,
    *,
    size: tuple[int, int] | None = None,
    at: float = 0.0,
    tell: Tell = print,
) -> Fitted:
    """A picture as a clip of one frame; of a video, the one that is on screen ``at`` so many seconds.

    Args:
        size: height and width; by default those of the picture's own shape that are nearest to what the model was
            trained on. A tensor that fits as it is stays as it is.
        tell: is told in one line what was scaled, cut off, or put on black.
    Raises: UserError for what is no picture, and for a moment after the end.
    """
    check_range("picture at", at, low=0, high=24 * 3600, unit=" seconds", advice="0")
    index = int(at * pipeline.fps + 1e-6)
    fitted = fit_clip(picture, pipeline, size=size, tell=tell, most=index + 1)
    if (frames := fitted.clip.shape[1]) <= index:
        length = "is a still picture" if frames == 1 else f"ends after {frames / pipeline.fps:g} s"
        raise UserError(f"picture at {at:g} s: {_name(picture)} {length} — name an earlier moment")
    return Fitted(fitted.clip[:, index : index + 1], fitted.whole, fitted.left)


def fit_clip(
    clip: Source,
    pipeline: Pipeline,
    *,
    size: tuple[int, int] | None = None,
    tell: Tell = print,
    most: int | None = None,
) -> Fitted:
    """A clip at the pipeline's frame rate; a picture is a clip of one frame.

    Args:
        size, tell: as for :func:`fit_picture`.
        most: read so many frames; by default all of a clip of up to a minute.
    Raises: UserError for what cannot be read, and for longer clips.
    """
    if size is not None:
        pipeline.latent_shape(0, size)  # refuses what no clip can have
    if isinstance(clip, Tensor):
        fitted, remarks = _fit_tensor(_plain(clip), pipeline, size), []
    else:
        fitted, remarks = _fit_file(Path(clip), pipeline, size, most)
    (height, width), (top, left, tall, wide) = fitted.whole, fitted.left
    if fitted.whole != fitted.size:
        remarks = [f"{height}x{width} to {fitted.size[0]}x{fitted.size[1]}", *remarks]
    over = {"the top": top, "the bottom": height - top - tall, "the left": left, "the right": width - left - wide}
    if cut := [f"{round(pixels)} pixels at {side}" for side, pixels in over.items() if pixels >= 0.5]:
        remarks.append(f"cut off: {', '.join(cut)}")
    if remarks:
        tell(f"{_name(clip)}: {'; '.join(remarks)}")
    return fitted


def near_size(height: int, width: int, pipeline: Pipeline) -> tuple[int, int]:
    """A height and a width that the model can take: near this shape, and near the pixels that it was trained on."""
    unit = pipeline.codec.config.spatial * pipeline.dit.config.patch
    area = pipeline.size[0] * pipeline.size[1]
    sides = range(unit, LARGEST_SIDE + 1, unit)

    def far(size: tuple[int, int]) -> float:
        shape, pixels = size[0] / size[1] / (height / width), size[0] * size[1] / area
        return abs(math.log(shape)) + abs(math.log(pixels)) / 2

    return min(itertools.product(sides, sides), key=far)


def covering(height: int, width: int, size: tuple[int, int]) -> tuple[int, int]:
    """Height and width of a picture when it just covers ``size``."""
    scale = max(size[0] / height, size[1] / width)
    return max(size[0], round(height * scale)), max(size[1], round(width * scale))


def _fit_file(
    path: Path, pipeline: Pipeline, size: tuple[int, int] | None, most: int | None
) -> tuple[Fitted, list[str]]:
    still = read_still(path)
    if still is not None:
        remarks = ["what is transparent is black"] if still.transparent else []
        return _cropped(still.picture, pipeline, size), remarks
    longest = round(LONGEST_SECONDS * pipeline.fps) + 1
    try:
        whole = shown_size(path)
        size = near_size(*whole, pipeline) if size is None else size
        enough = longest + 1 if most is None else most
        clip = read_video(path, fps=pipeline.fps, size=covering(*whole, size), frames=enough)
    except UserError as error:
        raise UserError(f"{error} (a picture or a video is needed)") from error
    if most is None and clip.shape[1] > longest:
        raise UserError(f"{path} is longer than {LONGEST_SECONDS:g} s — cut it first")
    return _cropped(clip, pipeline, size, whole=whole), [f"at {pipeline.fps:g} frames a second"]


def _fit_tensor(clip: Tensor, pipeline: Pipeline, size: tuple[int, int] | None) -> Fitted:
    height, width = clip.shape[2:]
    unit = pipeline.codec.config.spatial * pipeline.dit.config.patch
    if size is None and height % unit == 0 and width % unit == 0 and max(height, width) <= LARGEST_SIDE:
        size = (height, width)
    return _cropped(clip, pipeline, size)


def _cropped(
    clip: Tensor, pipeline: Pipeline, size: tuple[int, int] | None, *, whole: tuple[int, int] | None = None
) -> Fitted:
    """Scaled until it just covers the size, and the middle of that; ``whole`` if it was scaled already."""
    whole = (clip.shape[2], clip.shape[3]) if whole is None else whole
    size = near_size(*whole, pipeline) if size is None else size
    tall, wide = covering(*whole, size)
    top, left = (tall - size[0]) // 2, (wide - size[1]) // 2
    inside = resize(clip, tall, wide)[:, :, top : top + size[0], left : left + size[1]]
    down, across = whole[0] / tall, whole[1] / wide
    return Fitted(inside, whole, (top * down, left * across, size[0] * down, size[1] * across))


def _plain(clip: Tensor) -> Tensor:
    """A tensor that people hand in, as ``3 t h w``. Raises: UserError when it is no clip."""
    plain = clip.detach().as_subclass(Tensor)
    plain = plain[:, None] if plain.ndim == 3 else plain
    if plain.ndim != 4 or plain.shape[0] != 3 or 0 in plain.shape:
        raise UserError(f"clip of shape {tuple(clip.shape)}: it must be 3 t h w, a picture 3 h w")
    if not plain.is_floating_point() or not plain.isfinite().all() or plain.abs().max() > TOLERATED:
        low, high = (f"{float(end):g}" for end in plain.aminmax())
        raise UserError(f"clip with numbers from {low} to {high}: they must be from -1 to 1 — divide and shift them")
    return plain.float().cpu().clamp(-1, 1)


def _name(source: Source) -> str:
    return "clip" if isinstance(source, Tensor) else Path(source).name
