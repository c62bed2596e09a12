"""Clips to files that people can watch, and back: mp4, webm and gif, and filmstrips as png."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import torch
import torch.nn.functional as F
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image
from torch import Tensor

from minisora.errors import UserError
from minisora.files import reason, replacing

#: Small clips are scaled up by a whole factor until the shorter side has this many pixels: players blur tiny videos,
#: and yuv420p halves the resolution of colour.
COMFORTABLE = 256


def save_video(clip: Tensor, path: str | Path, *, fps: float = 8.0, scale: int | None = None) -> Path:
    """Write a clip ``3 t h w`` in [-1, 1] as mp4, webm, gif, or (a filmstrip) png, whole or not at all.

    Args:
        scale: whole factor by which to enlarge; by default as much as a small clip needs to be comfortable to watch.
    Raises: UserError for an unknown ending, numbers that are not finite, and a place that cannot be written to.
    """
    path = Path(path)
    check_ending(path)
    if clip.ndim != 4 or clip.shape[0] != 3 or 0 in clip.shape:
        raise UserError(f"cannot save {path}: clip of shape {tuple(clip.shape)}, it must be 3 t h w")
    if not clip.isfinite().all():  # would be black
        raise UserError(f"cannot save {path}: the clip holds numbers that are not finite — look where they come from")
    if not 0 < fps <= 1000:
        raise UserError(f"cannot save {path}: {fps} frames per second, it must be above 0 and at most 1000 — try 8")
    scale = max(1, math.ceil(COMFORTABLE / min(clip.shape[2:]))) if scale is None else scale
    with replacing(path) as draft:
        _WRITERS[path.suffix.lower()](clip, draft, fps, scale)
    return path


def check_ending(path: Path) -> None:
    """Raises: UserError when :func:`save_video` does not know the file's ending, or a folder has this name."""
    if path.suffix.lower() not in _WRITERS:
        raise UserError(f"cannot save {path}: ending {path.suffix or 'missing'!r} — use {', '.join(_WRITERS)}")
    if path.is_dir():
        raise UserError(f"cannot write {path}: is a directory — choose another place")


def read_video(
    path: str | Path, *, fps: float | None = None, size: tuple[int, int] | None = None, frames: int | None = None
) -> Tensor:
    """Read a video or animated picture as a clip ``3 t h w`` in [-1, 1].

    Args:
        fps: resample in time by taking, for each moment, the frame that is on screen; by default every stored frame.
        size: height and width to scale to (antialiased when smaller); the aspect ratio is not kept.
        frames: read at most so many.
    Raises: UserError when the file is missing, broken, or without pictures.
    """
    path = Path(path)
    shown: list[Tensor] = []
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise UserError(f"{path} has no pictures in it — name a video file")
            for frame in _at_rate(container.decode(video=0), fps):
                picture = torch.from_numpy(frame.to_ndarray(format="rgb24")).movedim(-1, 0).float() / 127.5 - 1
                shown.append(picture if size is None else resize(picture[:, None], *size)[:, 0])
                if len(shown) == frames:
                    break
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
    if not shown:
        raise UserError(f"{path} has no readable frames — name another file")
    return torch.stack(shown, dim=1)


def filmstrip(clip: Tensor, *, columns: int = 8, gap: int = 2) -> np.ndarray:
    """Up to ``columns`` evenly spaced frames (first and last among them) of a clip ``3 t h w`` side by side.

    Returns: uint8 picture ``h w 3``, frames parted by ``gap`` white pixels.
    """
    frames = clip.shape[1]
    chosen = torch.linspace(0, frames - 1, min(columns, frames)).round().long()
    pictures = to_uint8(clip[:, chosen.to(clip.device)])
    space = np.full((pictures.shape[1], gap, 3), 255, dtype=np.uint8)
    return np.concatenate([part for picture in pictures for part in (space, picture)][1:], axis=1)


def to_uint8(clip: Tensor) -> np.ndarray:
    """``3 t h w`` in [-1, 1] -> pictures ``t h w 3`` in 0..255."""
    levels = ((clip.detach().float() + 1) * 127.5).round().clamp(0, 255)
    return levels.to("cpu", torch.uint8).permute(1, 2, 3, 0).contiguous().numpy()


def resize(clip: Tensor, height: int, width: int) -> Tensor:
    """``3 t h w`` -> ``3 t height width``: bicubic, antialiased where it gets smaller."""
    if clip.shape[2:] == (height, width):
        return clip
    bicubic = F.interpolate(clip.movedim(1, 0), (height, width), mode="bicubic", antialias=True, align_corners=False)
    return bicubic.movedim(0, 1).clamp(-1, 1)


def _at_rate(frames: Iterator[VideoFrame], fps: float | None) -> Iterator[VideoFrame]:
    """For each moment 0, 1/fps, ... the frame that is on screen then; frames without a time are taken one by one."""
    if fps is None:
        yield from frames
        return
    start, moment, on_screen = None, 0, None
    for frame in frames:
        if frame.time is None:
            yield frame
            continue
        start = frame.time if start is None else start
        while on_screen is not None and moment / fps < frame.time - start - 1e-6:
            yield on_screen
            moment += 1
        on_screen = frame
    while on_screen is not None:
        yield on_screen
        moment += 1
        end = (on_screen.time or 0) - (start or 0) + float((on_screen.duration or 0) * (on_screen.time_base or 0))
        if moment / fps >= end - 1e-6:
            return


def _encode(clip: Tensor, path: Path, fps: float, scale: int, codec: str, options: dict[str, str]) -> None:
    pictures = to_uint8(clip)
    # yuv420p shares one colour among 2x2 pixels, so both sides must be even: repeat the last row or column.
    odd = [(0, side * scale % 2) for side in pictures.shape[1:3]]
    pictures = np.pad(pictures, ((0, 0), *odd, (0, 0)), mode="edge")
    height, width = (side * scale for side in pictures.shape[1:3])
    container_options = {"movflags": "+faststart"} if path.suffix.lower() == ".mp4" else {}
    try:
        with av.open(str(path), "w", options=container_options) as container:
            stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=options)
            assert isinstance(stream, VideoStream)
            stream.pix_fmt, stream.height, stream.width = "yuv420p", height, width
            for picture in pictures:
                frame = VideoFrame.from_ndarray(picture, format="rgb24")
                frame = frame.reformat(width, height, "yuv420p", interpolation="BICUBIC")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    except av.error.FFmpegError as error:
        raise OSError(error.errno, error.strerror) from error


def _save_mp4(clip: Tensor, path: Path, fps: float, scale: int) -> None:
    # One thread: a small clip is written before others have begun to help.
    _encode(clip, path, fps, scale, "libx264", {"crf": "14", "preset": "superfast", "threads": "1"})


def _save_webm(clip: Tensor, path: Path, fps: float, scale: int) -> None:
    _encode(clip, path, fps, scale, "libvpx-vp9", {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "4"})


def _save_gif(clip: Tensor, path: Path, fps: float, scale: int) -> None:
    pictures = to_uint8(_enlarge(clip, scale))
    # One palette for all frames, so that nothing flickers: from a tall picture of up to 16 of them.
    some = pictures[:: math.ceil(len(pictures) / 16)]
    palette = Image.fromarray(some.reshape(-1, *some.shape[2:])).quantize(256, method=Image.Quantize.MEDIANCUT)
    images = [Image.fromarray(p).quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for p in pictures]
    # GIF counts in hundredths of a second: the clip keeps its length, and no frame comes later than it should.
    ends = [int(100 * (i + 1) / fps + 1e-6) * 10 for i in range(len(images))]
    durations = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=False)


def _save_png(clip: Tensor, path: Path, fps: float, scale: int) -> None:
    del fps
    Image.fromarray(filmstrip(_enlarge(clip, min(scale, 2)), gap=4)).save(path, optimize=True)


def _enlarge(clip: Tensor, scale: int) -> Tensor:
    return resize(clip.detach().float().cpu(), clip.shape[2] * scale, clip.shape[3] * scale)


_WRITERS: dict[str, Callable[[Tensor, Path, float, int], None]] = {
    ".mp4": _save_mp4,
    ".webm": _save_webm,
    ".gif": _save_gif,
    ".png": _save_png,
}
