"""Videos whose pictures count: what a reader must see is known from how they were made."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from PIL import Image
from torch import Tensor

#: x264 that sends later frames first, so that the order of the file is not the order on screen.
REORDERED = {"bf": "3", "b-pyramid": "normal", "x264-params": "b-adapt=0", "crf": "4"}
#: When each of 16 pictures appears, in twelfths of a second: gaps, and the longest ones last.
UNEVEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 32, 45]
UNEVEN_AT_8 = [0, 1, 3, 4, 6, 7, 9, 10, 12, 12, *[13] * 12, *[14] * 8, 15]


def picture(number: int, height: int = 48, width: int = 64) -> np.ndarray:
    """uint8 ``h w 3``: the right half's red counts in steps of 15, the upper left corner is green."""
    levels = np.full((height, width, 3), 40, np.uint8)
    levels[..., 0] = 15 * number
    levels[: height // 2, : width // 2] = 40, 200, 40
    return levels


def numbers(clip: Tensor) -> list[int]:
    """Which pictures a clip ``3 t h w`` shows."""
    return ((clip[0, :, :, clip.shape[3] * 5 // 8 :].mean((1, 2)) + 1) * 127.5 / 15).round().int().tolist()


def write(
    target: Path | io.BytesIO,
    codec: str = "libx264",
    *,
    options: dict[str, str] | None = None,
    pictures: Sequence[np.ndarray] | None = None,
    format: str | None = None,
    pixels: str = "yuv420p",
    times: Sequence[int] | None = None,
    prepare: Callable[[VideoStream], object] = lambda stream: None,
    matrix: Colorspace = Colorspace.ITU601,
    levels: ColorRange = ColorRange.MPEG,
) -> Path | io.BytesIO:
    """A video at 8 frames per second, or with its pictures at ``times`` in twelfths of a second."""
    pictures = [picture(i) for i in range(16)] if pictures is None else pictures
    # Of one or two pictures its decoding times are no numbers that anybody set, and the muxer refuses some of them.
    assert codec != "libx265" or len(pictures) >= 4, "libx265 wants four pictures"
    with av.open(str(target) if isinstance(target, Path) else target, "w", format=format) as container:
        stream = container.add_stream(codec, rate=Fraction(8), options={"crf": "4"} if options is None else options)
        assert isinstance(stream, VideoStream)
        stream.pix_fmt, (stream.height, stream.width) = pixels, pictures[0].shape[:2]
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 12)
        prepare(stream)
        for i, levels_of in enumerate(pictures):
            frame = VideoFrame.from_ndarray(levels_of, format="rgb24")
            if "rgb" not in pixels and pixels != "bgr0":
                frame = frame.reformat(format=pixels, dst_colorspace=matrix, dst_color_range=levels)
            if times is not None:
                frame.pts, frame.time_base = times[i], Fraction(1, 12)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target


def tagged(context: VideoCodecContext, *, matrix: int, levels: int = 1, transfer: int = 1, primaries: int = 1) -> None:
    """What the file says of its colours, in the numbers of ITU-T H.273."""
    context.colorspace, context.color_range = matrix, levels
    context.color_trc, context.color_primaries = transfer, primaries


def raw(pictures: Sequence[np.ndarray]) -> bytes:
    """H.264 without a container, and so without any times but its rate."""
    buffer = io.BytesIO()
    write(buffer, options=REORDERED, format="h264", pictures=pictures)
    return buffer.getvalue()


def of_two_sizes(path: Path) -> None:
    small = [picture(i) for i in range(8)]
    large = [picture(i, 96, 128) for i in range(8, 16)]
    path.write_bytes(raw(small) + raw(large))


def joined(path: Path) -> None:
    """A recording glued to itself: its times start anew in the middle."""
    write(path, options=REORDERED)
    path.write_bytes(path.read_bytes() * 2)


def with_edit_list(path: Path) -> None:
    """An mp4 that begins four pictures before it is to be shown, as after cutting without encoding anew."""
    whole = path.with_suffix(".mkv")
    write(whole, options={"bf": "0", "crf": "4"})
    options = {"avoid_negative_ts": "disabled"}
    with av.open(str(whole)) as source, av.open(str(path), "w", options=options) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None and packet.pts is not None:
                packet.stream, packet.pts, packet.dts = stream, packet.pts - 500, packet.dts - 500
                target.mux(packet)
    whole.unlink()


def broken_in_the_middle(path: Path) -> None:
    """One packet of noise among sixteen good ones."""
    whole = path.with_suffix(".mov")
    write(whole, "mjpeg", options={"qscale": "2"}, pixels="yuvj420p", levels=ColorRange.JPEG)
    noise = np.random.default_rng(0).bytes(300)
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for i, packet in enumerate(source.demux(video=0)):
            if packet.dts is None:
                continue
            changed = av.Packet(noise) if i == 5 else packet
            changed.pts, changed.dts, changed.time_base, changed.stream = (
                packet.pts,
                packet.dts,
                packet.time_base,
                stream,
            )
            target.mux(changed)
    whole.unlink()


def animated(path: Path, delays: Sequence[int] = (100, 200, 100, 0, 50, 100)) -> None:
    """Six pictures, the fourth with a delay that was never set."""
    first, *rest = [Image.fromarray(picture(i)) for i in range(6)]
    # Only WebP knows 'lossless'; the others are.
    first.save(path, save_all=True, append_images=rest, duration=list(delays), loop=0, lossless=True)


def every(file: Callable[[Path], object]) -> tuple[Callable[[Path], object], list[int], list[int]]:
    return file, list(range(16)), list(range(16))


_UNEVEN = list(range(16)), UNEVEN_AT_8
#: name: (how it is made, all pictures in their order, those on screen every eighth of a second)
FOOTAGE: dict[str, tuple[Callable[[Path], object], list[int], list[int]]] = {
    "reordered.mp4": every(lambda path: write(path, options=REORDERED)),
    "reordered.avi": every(lambda path: write(path, options=REORDERED)),
    "packed.avi": every(lambda path: write(path, "mpeg4", options={"bf": "2", "qscale": "1", "flags": "qscale"})),
    "bare.h264": every(lambda path: path.write_bytes(raw([picture(i) for i in range(16)]))),
    "bare.m4v": every(lambda path: write(path, "mpeg4", format="m4v", options={"qscale": "1", "flags": "qscale"})),
    "recording.ts": every(lambda path: write(path, options=REORDERED)),
    "interlaced.mp4": every(lambda path: write(path, options={"x264-params": "interlaced=1", "crf": "4"})),
    "sizes.h264": every(of_two_sizes),
    "joined.ts": (joined, [*range(16), *range(16)], [*range(16), *range(16)]),
    "edited.mp4": (with_edit_list, list(range(4, 16)), list(range(4, 16))),
    "uneven.mp4": (lambda path: write(path, options=REORDERED, times=UNEVEN), *_UNEVEN),
    "uneven.mkv": (lambda path: write(path, options=REORDERED, times=UNEVEN), *_UNEVEN),
    "broken.avi": (broken_in_the_middle, [i for i in range(16) if i != 5], [0, 1, 2, 3, 4, 4, *range(6, 16)]),
    "animated.gif": (animated, list(range(6)), [0, 1, 1, 2, 4, 5]),
    "animated.webp": (animated, list(range(6)), [0, 1, 1, 2, 4, 5]),
    "animated.png": (lambda path: animated(path, [125] * 6), list(range(6)), list(range(6))),
}


def made(name: str, folder: Path) -> Path:
    """The video of this name in :data:`FOOTAGE`, written into ``folder``."""
    path = folder / name
    torch.manual_seed(0)
    FOOTAGE[name][0](path)
    return path
