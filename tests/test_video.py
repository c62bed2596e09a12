"""Clips survive the way to a file and back, whatever the ending, size and rate."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import torch
from av.video.reformatter import Colorspace
from PIL import Image

from minisora.errors import UserError
from minisora.video import filmstrip, read_video, resize, save_video, to_uint8


def a_clip(frames: int = 9, height: int = 32, width: int = 32) -> torch.Tensor:
    """A bright disc that moves right over a dark gradient."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    clip = torch.empty(3, frames, height, width)
    for frame in range(frames):
        disc = torch.sigmoid((0.4 - ((x + 0.6 - 1.2 * frame / max(frames - 1, 1)) ** 2 + y**2).sqrt()) * 20)
        for channel, (dark, bright) in enumerate(((-0.9, 0.9), (-0.6, 0.2), (-0.7, -0.5))):
            clip[channel, frame] = (dark + 0.1 * y) * (1 - disc) + bright * disc
    return clip


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(-10 * torch.log10(((a - b) / 2).square().mean()))


@pytest.mark.parametrize(("ending", "least"), [("mp4", 36), ("webm", 36), ("gif", 36)])
def test_round_trip(tmp_path: Path, ending: str, least: float) -> None:
    clip = a_clip()
    path = save_video(clip, tmp_path / "new" / f"clip.{ending}", fps=8)
    back = read_video(path, fps=8, size=(32, 32))
    assert back.shape == clip.shape
    assert psnr(back, clip) > least
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # no drafts stay behind


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif"])
def test_rate_and_duration(tmp_path: Path, ending: str) -> None:
    path = save_video(a_clip(frames=17), tmp_path / f"clip.{ending}", fps=8)
    with av.open(str(path)) as container:
        times = [float(frame.time or 0) for frame in container.decode(video=0)]
        stream = container.streams.video[0]
        assert (stream.height, stream.width) == (256, 256)
    assert len(times) == 17
    assert times[-1] - times[0] == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png"])
@pytest.mark.parametrize(("frames", "height", "width"), [(1, 32, 32), (5, 33, 47), (2, 300, 16)])
def test_any_size_and_a_single_frame(tmp_path: Path, ending: str, frames: int, height: int, width: int) -> None:
    path = save_video(a_clip(frames, height, width), tmp_path / f"clip.{ending}", scale=1)
    read = np.asarray(Image.open(path)) if ending == "png" else read_video(path)
    assert min(read.shape) >= 1
    if ending == "gif":
        assert read.shape == (3, frames, height, width)


@pytest.mark.parametrize("frames", [1, 9])
@pytest.mark.parametrize("fps", [0.3, 8, 30])
@pytest.mark.parametrize("ending", ["mp4", "webm", "gif"])
def test_still_clips_keep_their_length(tmp_path: Path, ending: str, fps: float, frames: int) -> None:
    path = save_video(a_clip(1).expand(3, frames, 32, 32), tmp_path / f"still.{ending}", fps=fps, scale=1)
    with av.open(str(path)) as container:
        assert (container.duration or 0) / av.time_base == pytest.approx(frames / fps, abs=0.011)


@pytest.mark.parametrize(("frames", "fps"), [(30, 60), (7, 1000), (9, 33), (20, 50), (20, 40)])
def test_a_gif_has_no_delay_that_browsers_take_for_unset(tmp_path: Path, frames: int, fps: float) -> None:
    noise = torch.rand(3, frames, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    path = save_video(noise, tmp_path / "fast.gif", fps=fps, scale=1)
    delays = []
    with Image.open(path) as image:
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            delays.append(image.info["duration"])
    assert min(delays) >= 20
    assert sum(delays) == pytest.approx(max(20, 1000 * frames / fps), abs=10)


def test_a_picture_that_stands_longer_than_a_gif_can_say(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"at most 655 s — try \.mp4"):
        save_video(a_clip(1), tmp_path / "ice.gif", fps=0.001)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [64, 768])
@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_colours_are_tagged_as_they_were_made(tmp_path: Path, ending: str, size: int) -> None:
    """With the tag the colours are right, and so they are for those who only guess by the number of rows."""
    patches = torch.tensor([[0.8, -0.8, -0.8], [-0.8, 0.8, -0.8], [-0.8, -0.8, 0.8], [0.8, 0.8, 0.8]])
    clip = (
        patches.T.reshape(3, 1, 2, 2).expand(3, 2, 2, 2).repeat_interleave(size // 2, 2).repeat_interleave(size // 2, 3)
    )
    path = save_video(clip, tmp_path / f"patches.{ending}")
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        tags = frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc
        guessed = frame.to_ndarray(
            format="rgb24", src_colorspace=Colorspace.ITU709 if frame.height >= 720 else Colorspace.ITU601
        )
    assert tags == (1 if size >= 720 else 6, 1, 1, 1)
    assert np.abs(guessed.astype(int) - to_uint8(read_video(path))[0]).max() <= 1
    middles = read_video(path)[:, 0, [64, 64, -64, -64], [64, -64, 64, -64]]
    assert (middles.T - patches).abs().max() * 127.5 < 4


def test_a_name_that_looks_like_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for ending in ("mp4", "webm", "gif", "png"):
        save_video(a_clip(2), f"10:30.{ending}")
    assert len(list(tmp_path.iterdir())) == 4


def test_reading_at_another_rate(tmp_path: Path) -> None:
    clip = a_clip(frames=17)
    path = save_video(clip, tmp_path / "clip.mp4", fps=8)
    assert psnr(read_video(path, fps=4, size=(32, 32)), clip[:, ::2]) > 36
    doubled = read_video(path, fps=16, size=(32, 32))
    assert doubled.shape[1] in (33, 34)
    assert torch.equal(doubled[:, 0], doubled[:, 1])
    assert read_video(path, frames=3).shape[1] == 3


def test_filmstrip_shows_first_and_last() -> None:
    clip = a_clip(frames=17)
    strip = filmstrip(clip, columns=4, gap=2)
    assert strip.dtype == np.uint8
    assert strip.shape == (32, 4 * 32 + 3 * 2, 3)
    pictures = to_uint8(clip)
    assert np.array_equal(strip[:, :32], pictures[0])
    assert np.array_equal(strip[:, -32:], pictures[-1])
    assert (strip[:, 32:34] == 255).all()
    assert filmstrip(clip[:, :1]).shape == (32, 32, 3)


def test_filmstrip_as_png(tmp_path: Path) -> None:
    picture = Image.open(save_video(a_clip(), tmp_path / "strip.png"))
    assert picture.mode == "RGB"
    assert picture.width > 4 * picture.height


def test_resize_keeps_the_mean_and_the_range() -> None:
    clip = torch.rand(3, 2, 16, 24, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert resize(clip, 16, 24) is clip
    assert resize(clip, 8, 12).mean() == pytest.approx(float(clip.mean()), abs=0.02)
    assert resize(clip, 64, 96).abs().max() <= 1


def test_levels_are_clamped_and_rounded() -> None:
    assert to_uint8(torch.tensor([-2.0, 0.0, 2.0]).view(3, 1, 1, 1)).ravel().tolist() == [0, 128, 255]


@pytest.mark.parametrize("name", ["clip.avi", "clip", "clip.mp4.txt"])
def test_unknown_ending(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"use \.mp4, \.webm, \.gif, \.png"):
        save_video(a_clip(), tmp_path / name)


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png"])
def test_unwritable_place(tmp_path: Path, ending: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match=r"cannot write .*: (not a directory|file exists) — choose another place"):
        save_video(a_clip(), tmp_path / "file" / f"clip.{ending}")


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_video(a_clip(), tmp_path / "clip.png")
    before = path.read_bytes()

    def full_disk(self: Image.Image, target: Path, **_: object) -> None:
        Path(target).write_bytes(b"half a pict")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(UserError, match="no space left on device"):
        save_video(a_clip(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("shape", [(3, 4, 4), (1, 2, 4, 4), (3, 0, 4, 4)])
def test_no_clip(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="it must be 3 t h w"):
        save_video(torch.zeros(shape), tmp_path / "clip.mp4")


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), 1e6])
def test_absurd_rate(tmp_path: Path, fps: float) -> None:
    with pytest.raises(UserError, match="frames per second"):
        save_video(a_clip(), tmp_path / "clip.mp4", fps=fps)


def test_reading_what_is_no_video(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("this is not a video" * 100)
    for path in (text, tmp_path / "missing.mp4", tmp_path):
        with pytest.raises(UserError, match=r"^cannot read .* — name another file$"):
            read_video(path)


def test_reading_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="has no pictures in it"):
        read_video(path)


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_clip_of_no_numbers_is_not_written(tmp_path: Path, ending: str, bad: float) -> None:
    clip = a_clip()
    clip[1, 2, 3, 4] = bad
    with pytest.raises(UserError, match="the clip holds numbers that are not finite"):
        save_video(clip, tmp_path / "new" / f"clip.{ending}")
    assert not list(tmp_path.iterdir())
