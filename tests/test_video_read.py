"""A video is read as a player shows it: order, speed, shape, colours; what is none is said to be none."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from PIL import Image

from minisora.errors import UserError
from minisora.video import read_video, shown_size, to_uint8
from tests.footage import FOOTAGE, made, numbers, picture, raw, tagged, write

FFMPEG = shutil.which("ffmpeg")


def lossless(path: Path, stored: np.ndarray, prepare: Callable[[VideoStream], object]) -> None:
    write(path, "libx264rgb", pixels="rgb24", options={"qp": "0"}, pictures=[stored], prepare=prepare)


@pytest.mark.parametrize("name", FOOTAGE)
def test_pictures_come_in_their_order_and_at_their_times(name: str, tmp_path: Path) -> None:
    path = made(name, tmp_path)
    _, stored, at_8 = FOOTAGE[name]
    assert numbers(read_video(path)) == stored
    assert numbers(read_video(path, fps=8)) == at_8


@pytest.mark.skipif(FFMPEG is None, reason="compares with the ffmpeg program, which is not installed")
@pytest.mark.parametrize("name", [name for name in FOOTAGE if not name.endswith((".webp", ".gif"))])
def test_ffmpeg_sees_the_same(name: str, tmp_path: Path) -> None:
    """Not asked of WebP, which it cannot read, and GIF, whose unset delays its versions take differently.

    Nor do they agree for how long the last picture stands in an mp4 that stores pictures in another order and at uneven
    times: 9 shows it once more.
    """
    path = made(name, tmp_path)
    clip = read_video(path, fps=8)
    height, width = clip.shape[2:]
    command = f"{FFMPEG} -v fatal -i file:{path} -vf fps=8:round=up,scale={width}:{height} -pix_fmt rgb24 -f rawvideo -"
    seen = subprocess.run(command.split(), capture_output=True, check=True).stdout
    theirs = np.frombuffer(seen, np.uint8).reshape(-1, height, width, 3)
    ours = to_uint8(clip)
    if name == "uneven.mp4" and len(theirs) == len(ours) + 1:
        ours = np.concatenate([ours, ours[-1:]])
    assert len(theirs) == len(ours)
    assert np.abs(theirs.astype(int) - ours).mean() < 1


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotated_and_mirrored(degrees: int, mirrored: bool, tmp_path: Path) -> None:
    stored = picture(9)
    path = tmp_path / "telephone.mp4"
    lossless(path, stored, lambda s: s.set_display_rotation(degrees, hflip=mirrored))
    turned = np.rot90(stored, degrees // 90)
    upright = turned[:, ::-1] if mirrored else turned
    assert np.array_equal(to_uint8(read_video(path))[0], upright)
    assert shown_size(path) == upright.shape[:2]


@pytest.mark.parametrize(
    ("aspect", "degrees", "size"), [("16/9", 0, (48, 114)), ("1/2", 0, (96, 64)), ("2", 90, (128, 48))]
)
def test_pixels_that_are_not_square(aspect: str, degrees: int, size: tuple[int, int], tmp_path: Path) -> None:
    def prepare(stream: VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(aspect)
        stream.set_display_rotation(degrees)

    path = tmp_path / "wide.mp4"
    lossless(path, picture(9), prepare)
    assert shown_size(path) == size == tuple(read_video(path).shape[2:])


@pytest.mark.parametrize(
    ("codec", "pixels"), [("libx264", "yuv420p"), ("libx265", "yuv420p10le"), ("libx264", "yuv444p")]
)
@pytest.mark.parametrize(
    ("matrix", "tag", "levels"),
    [
        (Colorspace.ITU601, 6, ColorRange.MPEG),
        (Colorspace.ITU709, 1, ColorRange.MPEG),
        (Colorspace.ITU709, 1, ColorRange.JPEG),
        (Colorspace.BT2020, 9, ColorRange.MPEG),
        (Colorspace.ITU601, 2, ColorRange.MPEG),  # no tag
    ],
)
def test_colours(codec: str, pixels: str, matrix: Colorspace, tag: int, levels: ColorRange, tmp_path: Path) -> None:
    patches = np.zeros((64, 96, 3), np.uint8)
    for i, colour in enumerate(
        [(230, 30, 30), (30, 230, 30), (30, 30, 230), (230, 230, 230), (20, 20, 20), (230, 230, 30)]
    ):
        patches[i // 3 * 32 :, i % 3 * 32 :] = colour
    options = {"crf": "4"} if codec == "libx264" else {"x265-params": "crf=4:log-level=none"}
    path = tmp_path / "patches.mp4"
    write(
        path,
        codec,
        pixels=pixels,
        options=options,
        pictures=[patches] * 4,
        matrix=matrix,
        levels=levels,
        prepare=lambda s: tagged(s.codec_context, matrix=tag, levels=int(levels)),
    )
    read = to_uint8(read_video(path))[0]
    for middle in np.ndindex(2, 3):
        y, x = 32 * middle[0] + 16, 32 * middle[1] + 16
        assert np.abs(read[y, x].astype(int) - patches[y, x]).max() <= 4


@pytest.mark.parametrize(("transfer", "kind"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_said(transfer: int, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bright.mp4"
    write(
        path,
        "libx265",
        pixels="yuv420p10le",
        options={"x265-params": "log-level=none"},
        pictures=[picture(9)] * 4,
        prepare=lambda s: tagged(s.codec_context, matrix=9, transfer=transfer, primaries=9),
    )
    with pytest.raises(UserError, match=rf"bright.mp4 is HDR \({kind}\): .* — convert it to SDR"):
        read_video(path)


def test_a_picture_of_another_size_is_scaled_to_the_first(tmp_path: Path) -> None:
    path = tmp_path / "both.h264"
    path.write_bytes(raw([picture(9)]) + raw([picture(9, 96, 128)]))
    clip = read_video(path)
    assert clip.shape == (3, 2, 48, 64)
    assert (clip[:, 0] - clip[:, 1]).abs().mean() < 0.05


def test_what_shines_through_an_animation_is_white(tmp_path: Path) -> None:
    path = tmp_path / "glass.webp"
    Image.fromarray(np.zeros((20, 20, 4), np.uint8)).save(path, lossless=True, exact=True)
    assert (read_video(path) == 1).all()


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut.mkv"
    write(path, options={"bf": "0", "crf": "4"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    seen = numbers(read_video(path))
    assert 1 <= len(seen) < 16 and seen == list(range(len(seen)))


@pytest.mark.parametrize(
    "name", ["10:30.mp4", "concat:a|b.mp4", "http:x.mp4", "a%03d.mp4", "-y.mp4", "what?#.mp4", "Łódź.mp4"]
)
def test_any_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "plain.mp4", pictures=[picture(9)])
    (tmp_path / "plain.mp4").rename(name)
    assert numbers(read_video(name)) == [9]


def test_a_picture_named_like_a_pattern_is_one_picture(tmp_path: Path) -> None:
    for name, number in (("a%03d.png", 3), ("a001.png", 9)):
        Image.fromarray(picture(number)).save(tmp_path / name)
    assert numbers(read_video(tmp_path / "a%03d.png")) == [3]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("diary.txt", "The quick brown fox jumps over the lazy dog.\n" * 2000, "text"),
        ("screen.ans", "\x1b[31mred\x1b[0m\n" * 2000, "text"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nclip.ts\n#EXT-X-ENDLIST\n", "list of files"),
    ],
)
def test_a_text_is_no_video(name: str, content: str, kind: str, tmp_path: Path) -> None:
    write(tmp_path / "clip.ts", pictures=[picture(9)])
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=f"{name} is a {kind} and no video — name a video file"):
        read_video(tmp_path / name)


def test_the_cover_of_a_song_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=8000, layout="mono")
        cover = container.add_stream("png", rate=1)
        cover.pix_fmt, cover.height, cover.width = "rgb24", 48, 64
        cover.disposition = Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(cover.encode(VideoFrame.from_ndarray(picture(3), format="rgb24")) + cover.encode())
        container.mux(sound.encode(frame) + sound.encode())
    with pytest.raises(UserError, match=r"has no pictures in it \(audio only\)"):
        read_video(path)


def test_a_rate_needs_no_more_than_it_shows(tmp_path: Path) -> None:
    path = made("reordered.avi", tmp_path)
    assert numbers(read_video(path, fps=4, frames=3)) == [0, 2, 4]
    assert numbers(read_video(path, fps=16, frames=5)) == [0, 0, 1, 1, 2]
    assert read_video(path, size=(32, 40), frames=1).dtype == torch.float32
