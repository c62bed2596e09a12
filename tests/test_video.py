"""Clips survive the way to a file and back, whatever the ending, size and rate."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import torch
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


def test_still_clips_keep_their_length_as_gif(tmp_path: Path) -> None:
    still = a_clip(1).expand(3, 9, 32, 32)
    assert read_video(save_video(still, tmp_path / "still.gif", fps=8), fps=8).shape[1] == 9


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
