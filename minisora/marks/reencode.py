"""Clips written to real files and read again, in the qualities that sites and people choose."""

from __future__ import annotations

import math
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import torch
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image
from torch import Tensor

from minisora.video import COMFORTABLE, read_video, resize, save_video, to_uint8

Ending = Literal[".mp4", ".webm", ".gif"]


def through_file(clip: Tensor, ending: Ending, *, fps: float = 8.0) -> Tensor:
    """A clip ``3 t h w`` as this package writes it (small ones enlarged, see ``save_video``) and reads it again."""
    with tempfile.TemporaryDirectory() as folder:
        return read_video(save_video(clip, Path(folder) / f"clip{ending}", fps=fps))


def uploaded(clip: Tensor, *, crf: int, preset: str = "medium", side: int | None = None, fps: float = 8.0) -> Tensor:
    """A clip as a site encodes it once more: H.264 of a constant quality, 4:2:0.

    Args:
        crf: 18 is hardly told from the original, 23 is x264's own choice, 28 and more is for small files.
        side: the shorter side of its pictures; by default small clips are enlarged as ``save_video`` does.
    """
    height, width = clip.shape[2:]
    scale = max(1, math.ceil(COMFORTABLE / min(height, width))) if side is None else side / min(height, width)
    sides = [2 * round(scale * each / 2) for each in (height, width)]
    pictures = to_uint8(resize(clip, *sides))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        with av.open(str(path), "w") as container:
            options = {"crf": str(crf), "preset": preset, "threads": "1"}
            stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001), options=options)
            assert isinstance(stream, VideoStream)
            stream.height, stream.width, stream.pix_fmt = sides[0], sides[1], "yuv420p"
            for picture in pictures:
                container.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode())
        return read_video(path)


def screenshot(clip: Tensor, *, frame: int = 0, jpeg: int | None = None) -> Tensor:
    """One frame as a picture ``3 1 h w``: a png, or a jpeg of this quality."""
    picture = Image.fromarray(to_uint8(clip[:, frame : frame + 1])[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("shot.png" if jpeg is None else "shot.jpg")
        picture.save(path, **({} if jpeg is None else {"quality": jpeg}))
        with Image.open(path) as again:
            levels = torch.tensor(list(again.convert("RGB").tobytes()), dtype=torch.uint8)
    return levels.unflatten(0, (*clip.shape[2:], 3)).permute(2, 0, 1)[:, None].float() / 127.5 - 1
