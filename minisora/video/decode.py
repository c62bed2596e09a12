"""The pictures of a video file by FFmpeg: each at its own time, upright, and only if they are made for a screen."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.error
import av.format
import numpy as np
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from av.video.stream import VideoStream

from minisora.errors import UserError

#: FFmpeg can paint a text in the letters of an old terminal; nobody means that by a video.
TEXT = {"ansi", "bintext", "idf", "xbin"}
#: Files that only name others.
LISTS = {"hls", "concat", "dash", "sdp", "imf"}
HDR = {int(ColorTrc.SMPTE2084): "PQ", int(ColorTrc.ARIB_STD_B67): "HLG"}
OPTIONS = {
    "protocol_whitelist": "file",  # nothing that a file says makes us look elsewhere
    "pattern_type": "none",  # 'a%03d.png' is one picture, whatever lies beside it
}
UNSET, USUAL = 0.02, 0.1  #: Seconds: a GIF's delay below the one was never set, and every browser shows the other.


@dataclass(frozen=True)
class Shown:
    """A picture that is on screen from ``start`` for ``duration`` seconds: uint8 ``h w 3``, made when asked for."""

    start: float
    duration: float
    picture: Callable[[], np.ndarray]


@dataclass(frozen=True)
class Footage:
    """Everything that a player shows of an opened file, to be taken once; ``size`` is the first one's height and width.

    ``size`` counts square pixels: a picture may have to be scaled to it.
    """

    size: tuple[int, int]
    shown: Iterator[Shown]


@contextlib.contextmanager
def decoding(path: Path) -> Iterator[Footage]:
    """A video opened, its first picture decoded.

    Raises: UserError for what is no video or HDR, and what FFmpeg raises.
    """
    # 'file:' keeps names such as 10:30.mp4 and concat:a.mp4 from being taken for an address.
    with av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace") as container:
        # Times that the file does not hold are not to be made up: see _Clock.
        container.flags &= ~av.container.Flags.gen_pts.value
        stream = _stream(container, path)
        frames = _frames(container, stream)
        first = next(frames, None)
        if first is None:
            raise UserError(f"{path} has no readable frames — name another file")
        _refuse_hdr(first, path)
        clock = _Delays() if container.format.name == "gif" else _Clock(stream, container.format)
        yield Footage(_shown_size(first, stream), map(clock.shown, itertools.chain([first], frames)))


def _stream(container: av.container.InputContainer, path: Path) -> VideoStream:
    """The stream that players choose: the largest; never the cover of a song."""
    known = [s for s in container.streams.video if s.codec_context is not None]
    streams = [s for s in known if not s.disposition & Disposition.attached_pic]
    if container.format.name in LISTS or any(s.codec_context.name in TEXT for s in streams):
        kind = "list of files" if container.format.name in LISTS else "text"
        raise UserError(f"{path} is a {kind} and no video — name a video file")
    if not streams:
        audio = " (audio only)" if container.streams.audio else ""
        raise UserError(f"{path} has no pictures in it{audio} — name a video file")
    # The most frames among equals: an animated AVIF holds its first picture as a stream of its own.
    return max(
        streams, key=lambda s: (s.width * s.height + 5_000_000 * bool(s.disposition & Disposition.default), s.frames)
    )


def _frames(container: av.container.InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """What can be decoded: as players do, past a broken packet, and up to where the file was cut off."""
    with contextlib.suppress(av.error.InvalidDataError):
        for packet in container.demux(stream):
            decoded: list[VideoFrame] = []
            with contextlib.suppress(av.error.InvalidDataError):
                decoded = stream.decode(packet)
            yield from decoded


class _Clock:
    """When each frame comes on screen, as FFmpeg's own program has it.

    By the time that is written for showing it; where that is missing or goes back more often than the time for decoding
    it, by that one (frames leave the decoder in the order in which they are shown, so both must grow); where both are
    missing, as soon as the frame before has had its time.
    """

    def __init__(self, stream: VideoStream, container: av.format.ContainerFormat) -> None:
        self.usual = float(1 / (stream.guessed_rate or stream.average_rate or Fraction(25)))
        self.unit = float(stream.time_base or 0)
        # Where frames are stored in another order than shown, their durations are those of that other order.
        self.reordered = stream.codec_context.has_b_frames
        # Times may start anew in the middle, as in recordings that were joined.
        self.jumps = bool(container.flags & av.format.Flags.ts_discont.value)
        self.last = {"pts": float("-inf"), "dts": float("-inf")}
        self.faults = {"pts": 0, "dts": 0}
        self.before, self.next, self.shift = float("-inf"), 0.0, 0.0

    def shown(self, frame: VideoFrame) -> Shown:
        written = self._written(frame.pts, frame.dts)
        start = self.next if written is None else written * self.unit + self.shift
        if start < self.before or (self.jumps and self.before > float("-inf") and start > self.next + 10):
            self.shift += self.next - start
            start = self.next
        duration = self.usual if self.reordered or not frame.duration else frame.duration * self.unit
        self.before, self.next = start, start + duration
        return _shown(frame, start, duration)

    def _written(self, pts: int | None, dts: int | None) -> int | None:
        for name, value in (("pts", pts), ("dts", dts)):
            if value is not None:
                self.faults[name] += value <= self.last[name]
                self.last[name] = value
        if pts is None:
            return dts
        return pts if dts is None or self.faults["pts"] <= self.faults["dts"] else dts


class _Delays:
    """When each frame of a GIF comes on screen: after the delays before it."""

    def __init__(self) -> None:
        self.next = 0.0

    def shown(self, frame: VideoFrame) -> Shown:
        delay = float((frame.duration or 0) * (frame.time_base or 0))
        start, duration = self.next, delay if delay >= UNSET else USUAL
        self.next += duration
        return _shown(frame, start, duration)


def _shown(frame: VideoFrame, start: float, duration: float) -> Shown:
    return Shown(start, duration, lambda: upright(frame.to_ndarray(format="rgb24"), display_matrix(frame)))


def display_matrix(frame: VideoFrame) -> np.ndarray | None:
    """The 2x2 part ``[[a, b], [c, d]]`` of how a frame is to be shown: ``x' = a x + c y`` and ``y' = b x + d y``."""
    written = frame.side_data.get("DISPLAYMATRIX")
    return None if written is None else np.frombuffer(bytes(written), dtype=np.int32).reshape(3, 3)[:2, :2]


def upright(picture: np.ndarray, matrix: np.ndarray | None) -> np.ndarray:
    """A picture ``h w 3`` turned by quarters and mirrored as the matrix says, the nearest such way."""
    if matrix is None or not matrix.any():
        return picture
    if _lies(matrix):
        picture, down, right = picture.swapaxes(0, 1), matrix[0, 1], matrix[1, 0]
    else:
        down, right = matrix[1, 1], matrix[0, 0]
    return np.ascontiguousarray(picture[:: -1 if down < 0 else 1, :: -1 if right < 0 else 1])


def _lies(matrix: np.ndarray | None) -> bool:
    return matrix is not None and abs(int(matrix[0, 1])) > abs(int(matrix[0, 0]))


def _shown_size(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Height and width with square pixels: one side grows, none shrinks, as HTML wants it."""
    height, width = frame.height, frame.width
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 10) < aspect < 10:  # what nobody means
        aspect = Fraction(1)
    if aspect > 1:
        width = round(width * aspect)
    else:
        height = round(height / aspect)
    return (width, height) if _lies(display_matrix(frame)) else (height, width)


def _refuse_hdr(frame: VideoFrame, path: Path) -> None:
    """There is no one way from such brightness to a screen's 256 levels: that is said, not guessed."""
    kind = HDR.get(frame.color_trc)
    if "DOVI_RPU_BUFFER" in frame.side_data and kind is None:
        kind = "Dolby Vision"
    if kind:
        raise UserError(
            f"{path} is HDR ({kind}): its brightness has no one form in 256 levels — convert it to SDR (BT.709) first"
        )
