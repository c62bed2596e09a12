"""Clips to files that people can watch: mp4 and webm (with sound, where there is any), gif, and filmstrips as png."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import av.error
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from PIL import Image
from torch import Tensor

from minisora.errors import UserError
from minisora.files import replacing
from minisora.video.audio import add_sound_stream, check_sound, fitted, mux_sound
from minisora.video.picture import filmstrip, resize, to_uint8

#: Small clips are scaled up by a whole factor until the shorter side has this many pixels: players blur tiny videos,
#: and yuv420p halves the resolution of colour.
COMFORTABLE = 256
#: Browsers take delays of a GIF under 20 ms for unset, and show 100 ms instead: beyond this rate, frames are left out.
GIF_FASTEST = 50.0


def save_video(
    clip: Tensor,
    path: str | Path,
    *,
    fps: float = 8.0,
    scale: int | None = None,
    sound: Tensor | None = None,
    finish: Callable[[Path], object] | None = None,
) -> Path:
    """Write a clip ``3 t h w`` in [-1, 1] as mp4, webm, gif, or (a filmstrip) png, whole or not at all.

    Args:
        scale: whole factor by which to enlarge; by default as much as a small clip needs to be comfortable to watch.
        sound: a waveform ``n`` in [-1, 1] of ``audio.RATE`` samples a second, for mp4 (AAC) and webm (Opus); it begins
            with the first picture, and ends with the last.
        finish: is called with the written file before it takes its place.
    Raises: UserError for an unknown ending, numbers that are not finite, sound for a file that has none (gif, png), and
        a place that cannot be written to.
    """
    path = Path(path)
    check_ending(path)
    if sound is not None:
        check_sound(path, sound)
    if clip.ndim != 4 or clip.shape[0] != 3 or 0 in clip.shape:
        raise UserError(f"cannot save {path}: clip of shape {tuple(clip.shape)}, it must be 3 t h w")
    if not clip.isfinite().all():  # would be black
        raise UserError(f"cannot save {path}: the clip holds numbers that are not finite — look where they come from")
    if not 0 < fps <= 1000:
        raise UserError(f"cannot save {path}: {fps} frames per second, it must be above 0 and at most 1000 — try 8")
    scale = max(1, math.ceil(COMFORTABLE / min(clip.shape[2:]))) if scale is None else scale
    with replacing(path) as draft:
        _WRITERS[path.suffix.lower()](clip, draft, fps, scale, sound)
        if finish is not None:
            finish(draft)
    return path


def check_ending(path: Path) -> None:
    """Raises: UserError when :func:`save_video` does not know the file's ending, or a folder has this name."""
    if path.suffix.lower() not in _WRITERS:
        raise UserError(f"cannot save {path}: ending {path.suffix or 'missing'!r} — use {', '.join(_WRITERS)}")
    if path.is_dir():
        raise UserError(f"cannot write {path}: is a directory — choose another place")


@dataclass(frozen=True)
class _Colours:
    """The matrix that makes luma and colour differences of RGB, as the converter and as the file call it."""

    converter: Colorspace
    tag: int


#: Where nobody reads the tag, pictures of many rows are taken for BT.709 and all others for BT.601: so the matrix that
#: is used is the one that would be guessed, and the tag says it to those who read it.
_SMALL, _LARGE, LARGE = _Colours(Colorspace.ITU601, 6), _Colours(Colorspace.ITU709, 1), 720

_BICUBIC = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


def _encode(
    clip: Tensor, path: Path, fps: float, scale: int, sound: Tensor | None, codec: str, options: dict[str, str]
) -> None:
    pictures = to_uint8(clip)
    # yuv420p shares one colour among 2x2 pixels, so both sides must be even: repeat the last row or column.
    odd = [(0, side * scale % 2) for side in pictures.shape[1:3]]
    pictures = np.pad(pictures, ((0, 0), *odd, (0, 0)), mode="edge")
    height, width = (side * scale for side in pictures.shape[1:3])
    colours = _LARGE if height >= LARGE else _SMALL
    container_options = {"movflags": "+faststart"} if path.suffix.lower() == ".mp4" else {}
    try:
        with av.open(f"file:{path}", "w", options=container_options) as container:
            stream = container.add_stream(codec, rate=_rate(fps), options=options)
            assert isinstance(stream, VideoStream)
            stream.pix_fmt, stream.height, stream.width = "yuv420p", height, width
            context = stream.codec_context
            context.colorspace, context.color_range = colours.tag, ColorRange.MPEG
            context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
            heard = None if sound is None else add_sound_stream(container, path.suffix.lower())
            # One converter, of one thread: each frame's own would begin with tables, and threads, for that frame alone.
            convert = partial(
                VideoReformatter().reformat,
                width=width,
                height=height,
                format="yuv420p",
                dst_colorspace=colours.converter,
                interpolation=_BICUBIC,
                threads=1,
            )
            for picture in pictures:
                container.mux(stream.encode(convert(VideoFrame.from_ndarray(picture, format="rgb24"))))
            container.mux(stream.encode())
            if heard is not None and sound is not None:
                mux_sound(container, heard, fitted(sound, len(pictures) / fps))
    except av.error.FFmpegError as error:
        raise OSError(error.errno, error.strerror) from error


def _rate(fps: float) -> Fraction:
    """``fps`` as the fraction of small numbers that a file can hold: 29.97 becomes 2997/100, a rate is never 0."""
    return Fraction(fps).limit_denominator(1001) if fps >= 1 else 1 / Fraction(1 / fps).limit_denominator(1001)


def _save_mp4(clip: Tensor, path: Path, fps: float, scale: int, sound: Tensor | None) -> None:
    # One thread: a small clip is written before others have begun to help.
    _encode(clip, path, fps, scale, sound, "libx264", {"crf": "16", "preset": "ultrafast", "threads": "1"})


def _save_webm(clip: Tensor, path: Path, fps: float, scale: int, sound: Tensor | None) -> None:
    _encode(clip, path, fps, scale, sound, "libvpx-vp9", {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "4"})


def _save_gif(clip: Tensor, path: Path, fps: float, scale: int, sound: Tensor | None) -> None:
    del sound
    if fps > GIF_FASTEST:
        chosen = [int(i * fps / GIF_FASTEST + 1e-6) for i in range(round(clip.shape[1] * GIF_FASTEST / fps) or 1)]
        clip, fps = clip[:, chosen], GIF_FASTEST
    pictures = to_uint8(_enlarge(clip, scale))
    # One palette for all frames, so that nothing flickers: from a tall picture of up to 16 of them.
    some = pictures[:: math.ceil(len(pictures) / 16)]
    palette = Image.fromarray(some.reshape(-1, *some.shape[2:])).quantize(256, method=Image.Quantize.MEDIANCUT)
    images = [Image.fromarray(p).quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for p in pictures]
    # GIF counts in hundredths of a second: the clip keeps its length, and no frame comes later than it should.
    ends = [int(100 * (i + 1) / fps + 1e-6) * 10 for i in range(len(images))]
    durations = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    try:
        images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=False)
    except OverflowError as error:  # equal pictures are written as one
        raise UserError(
            f"{len(images) / fps:g} s at {fps:g} frames per second: a picture of a GIF lasts at most 655 s — try .mp4"
        ) from error


def _save_png(clip: Tensor, path: Path, fps: float, scale: int, sound: Tensor | None) -> None:
    del fps, sound
    Image.fromarray(filmstrip(_enlarge(clip, min(scale, 2)), gap=4)).save(path, optimize=True)


def _enlarge(clip: Tensor, scale: int) -> Tensor:
    return resize(clip.detach().float().cpu(), clip.shape[2] * scale, clip.shape[3] * scale)


_WRITERS: dict[str, Callable[[Tensor, Path, float, int, Tensor | None], None]] = {
    ".mp4": _save_mp4,
    ".webm": _save_webm,
    ".gif": _save_gif,
    ".png": _save_png,
}
