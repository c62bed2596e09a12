"""What people and programs do to a signed file, each as a function of its bytes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageSequence

#: Of the box that holds a manifest, after its size and "uuid" (C2PA Technical Specification 2.4, "Embedding manifests
#: into BMFF-based assets").
C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def parts(kind: str, content: bytes) -> Iterator[tuple[str, slice]]:
    """The boxes of an mp4 and the chunks of a png, and where they are; of a gif its C2PA block and the rest."""
    if kind == "gif":
        begin = content.index(b"\x21\xff\x0bC2PA_GIF")
        end = begin + 14
        while content[end]:  # sub-blocks, each with its length before it
            end += content[end] + 1
        yield from {
            "head": slice(0, begin),
            "manifest": slice(begin, end + 1),
            "rest": slice(end + 1, len(content)),
        }.items()
        return
    at = 0 if kind == "mp4" else 8
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big") + (0 if kind == "mp4" else 12)
        name = content[at + 4 : at + 8].decode()
        if name == "caBX" or content[at + 8 : at + 24] == C2PA_BOX:
            name = "manifest"
        yield name, slice(at, at + size)
        at += size


def where(kind: str, content: bytes, name: str) -> slice:
    return dict(parts(kind, content))[name]


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def flip_in(kind: str, content: bytes, name: str) -> bytes:
    """One bit in the middle of a part."""
    part = where(kind, content, name)
    return flip(content, (part.start + part.stop) // 2)


def without(kind: str, content: bytes) -> bytes:
    """The manifest taken out; of an mp4 its box is called free space, so that nothing else moves."""
    part = where(kind, content, "manifest")
    if kind == "mp4":
        return content[: part.start + 4] + b"free" + content[part.start + 8 :]
    return content[: part.start] + content[part.stop :]


def said_otherwise(content: bytes) -> bytes:
    """The manifest says that a camera made it, in as many letters."""
    made = b"trainedAlgorithmicMedia"
    assert content.count(made) == 1
    return content.replace(made, b"digitalCapture".ljust(len(made), b"_"))


def padding(kind: str, content: bytes) -> bytes:
    """One bit in the middle of the longest run of zeros in the manifest: the room that the signature left."""
    part = where(kind, content, "manifest")
    runs = content[part].split(b"\0" * 64)
    assert len(runs) > 1
    return flip(content, part.start + content[part].index(b"\0" * 64) + 32)


def another_brand(content: bytes) -> bytes:
    """What kind of mp4 it is, says its first box."""
    assert content[4:8] == b"ftyp"
    return content[:8] + b"M4V " + content[12:]


def free_space(content: bytes) -> bytes:
    """A box of free space at the end, with a message in it."""
    message = b"nobody looks here"
    return content + struct.pack(">I", 8 + len(message)) + b"free" + message


def png_text(content: bytes) -> bytes:
    """A line of text before the end."""
    chunk = b"tEXt" + b"Author\0somebody else"
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    end = where("png", content, "IEND").start
    return content[:end] + framed + content[end:]


def slower(content: bytes) -> bytes:
    """The first picture of a gif stays for longer."""
    at = content.index(b"\x21\xf9\x04") + 4
    return flip(content, at)


def remuxed(content: bytes, *, frames: int | None = None) -> bytes:
    """The same pictures in a new file, as programs do that cut a clip or take its metadata out."""
    made = io.BytesIO()
    with av.open(io.BytesIO(content), "r") as source, av.open(made, "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for place, packet in enumerate(source.demux(video=0)):
            if packet.dts is not None and (frames is None or place < frames):
                packet.stream = stream
                target.mux(packet)
    return made.getvalue()


def encoded_again(content: bytes) -> bytes:
    """Other numbers for nearly the same pictures, as every site does that takes uploads."""
    made = io.BytesIO()
    with av.open(io.BytesIO(content), "r") as source, av.open(made, "w", format="mp4") as target:
        shown = source.streams.video[0]
        stream = target.add_stream("libx264", rate=Fraction(8))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = shown.width, shown.height, "yuv420p"
        for frame in source.decode(shown):
            target.mux(stream.encode(VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24"))))
        target.mux(stream.encode())
    return made.getvalue()


def saved_again(kind: str, content: bytes) -> bytes:
    """Opened and saved by a picture editor."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        pictures = [Image.fromarray(np.asarray(each.convert("RGB"))) for each in ImageSequence.Iterator(image)]
    first, *others = pictures
    first.save(made, kind, **({"save_all": True, "append_images": others} if others else {}))
    return made.getvalue()


def moved(kind: str, content: bytes, other: bytes) -> bytes:
    """The manifest of ``content`` in the place of another file's own."""
    from_here, there = where(kind, content, "manifest"), where(kind, other, "manifest")
    assert from_here.stop - from_here.start == there.stop - there.start
    return other[: there.start] + content[from_here] + other[there.stop :]
