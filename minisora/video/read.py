"""People's own videos as clips: at each moment the picture that a player shows then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import av.error
import torch
from PIL import Image
from torch import Tensor

from minisora.errors import UserError
from minisora.files import reason
from minisora.video.animation import animation, is_webp
from minisora.video.decode import Footage, Shown, decoding
from minisora.video.picture import resize


def read_video(
    path: str | Path, *, fps: float | None = None, size: tuple[int, int] | None = None, frames: int | None = None
) -> Tensor:
    """Read a video or animated picture as a clip ``3 t h w`` in [-1, 1], as a player shows it.

    Pictures are upright and their pixels square: what the file says of rotation, mirroring and the shape of its pixels
    is done. They come by their own times. A picture of another size is scaled to that of the first. Colours are those
    that the file is tagged with, and BT.601 where it says nothing, as FFmpeg has it; interlaced lines stay woven.

    Args:
        fps: resample in time by taking, for each moment, the frame that is on screen; by default every stored frame.
        size: height and width to scale to (antialiased when smaller); the aspect ratio is not kept.
        frames: read at most so many.
    Raises: UserError when the file is missing, broken, without pictures, a text, or HDR.
    """
    clip: list[Tensor] = []
    with _opened(Path(path)) as footage:
        for shown in at_rate(footage.shown, fps):
            picture = torch.from_numpy(shown.picture()).movedim(-1, 0).float() / 127.5 - 1
            clip.append(resize(picture[:, None], *(size or footage.size))[:, 0])
            if len(clip) == frames:
                break
    return torch.stack(clip, dim=1)


def shown_size(path: str | Path) -> tuple[int, int]:
    """Height and width of a video as a player shows it: upright, with square pixels.

    Raises: UserError as :func:`read_video`.
    """
    with _opened(Path(path)) as footage:
        return footage.size


def at_rate(pictures: Iterator[Shown], fps: float | None) -> Iterator[Shown]:
    """For each moment 0, 1/fps, ... after the first picture begins, the one that is on screen then."""
    if fps is None:
        yield from pictures
        return
    on_screen = next(pictures)
    begin, moment = on_screen.start, 0
    for shown in pictures:
        while moment / fps < shown.start - begin - 1e-6:
            yield on_screen
            moment += 1
        on_screen = shown
    while moment == 0 or moment / fps < on_screen.start + on_screen.duration - begin - 1e-6:
        yield on_screen
        moment += 1


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Footage]:
    try:
        with animation(path) if is_webp(path) else decoding(path) as footage:
            yield footage
    except (av.error.FFmpegError, OSError, Image.DecompressionBombError) as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
