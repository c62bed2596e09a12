"""Files that this project did not make come in a size that the model can take, and what is lost on the way is said."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from minisora import Pipeline, edits
from minisora.edits.fit import covering, near_size
from minisora.errors import UserError
from minisora.video.still import read_still
from tests.footage import numbers, write


def photo(path: Path, height: int = 120, width: int = 181, **options: object) -> Path:
    """Red on the left, green on the right."""
    levels = np.zeros((height, width, 3), np.uint8)
    levels[:, : width // 2, 0] = levels[:, width // 2 :, 1] = 200
    Image.fromarray(levels).save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "tiff"])
def test_a_picture_of_any_size_is_cropped_and_that_is_said(plain: Pipeline, tmp_path: Path, ending: str) -> None:
    told: list[str] = []
    fitted = edits.fit_picture(photo(tmp_path / f"photo.{ending}"), plain, tell=told.append)
    assert fitted.clip.shape == (3, 1, 48, 80) and fitted.whole == (120, 181)
    (line,) = told
    assert line == f"photo.{ending}: 120x181 to 48x80; cut off: 5 pixels at the top, 7 pixels at the bottom"
    assert fitted.clip[0, 0, :, :30].mean() > 0.4 and fitted.clip[1, 0, :, 50:].mean() > 0.4
    square = edits.fit_picture(tmp_path / f"photo.{ending}", plain, size=(64, 64), tell=told.append)
    assert square.clip.shape == (3, 1, 64, 64) and "at the left" in told[1] and "at the right" in told[1]
    top, left, height, width = square.left
    assert (top, height) == (0, 120) and left + width + left == pytest.approx(181, abs=2)


def test_what_fits_is_left_alone(plain: Pipeline) -> None:
    told: list[str] = []
    clip = torch.rand(3, 5, 96, 32) * 2 - 1
    fitted = edits.fit_clip(clip, plain, tell=told.append)
    assert torch.equal(fitted.clip, clip) and not told and fitted.left == (0, 0, 96, 32)
    other = edits.fit_clip(torch.zeros(3, 5, 33, 60), plain, tell=told.append)
    assert other.size == (48, 80) and "33x60 to 48x80" in told[0]


def test_pictures_are_upright_and_see_through_to_black(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter, clockwise
    still = read_still(photo(tmp_path / "turned.jpg", exif=turned))
    assert still is not None and still.picture.shape == (3, 1, 181, 120) and not still.transparent
    assert still.picture[0, 0, :60].mean() > 0.4 and still.picture[1, 0, 120:].mean() > 0.4
    glass = Image.new("RGBA", (20, 20), (255, 255, 255, 0))
    glass.paste((255, 0, 0, 255), (0, 0, 10, 20))
    for ending in ("png", "webp"):
        glass.save(tmp_path / f"glass.{ending}")
        still = read_still(tmp_path / f"glass.{ending}")
        assert still is not None and still.transparent
        assert (still.picture[:, 0, :, 12:] == -1).all() and still.picture[0, 0, :, :8].min() > 0.9


def test_what_is_transparent_is_said(plain: Pipeline, tmp_path: Path) -> None:
    told: list[str] = []
    Image.new("LA", (64, 64), (255, 100)).save(tmp_path / "veil.png")
    edits.fit_picture(tmp_path / "veil.png", plain, tell=told.append)
    assert told == ["veil.png: what is transparent is black"]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_greys_and_palettes(tmp_path: Path, mode: str) -> None:
    grey = Image.fromarray(np.full((8, 8), 255 * 257, np.uint16)) if mode == "I;16" else Image.new("L", (8, 8), 255)
    image = grey if mode == "I;16" else grey.convert("RGB").convert(mode)
    image.save(tmp_path / f"grey.{'tiff' if mode == 'CMYK' else 'png'}")
    still = read_still(next(tmp_path.iterdir()))
    assert still is not None and still.picture.min() > 0.95
    if mode == "I;16":
        half = Image.fromarray(np.full((8, 8), 128 * 257, np.uint16))
        half.save(tmp_path / "half.png")
        there = read_still(tmp_path / "half.png")
        assert there is not None and there.picture.abs().max() < 0.01


def test_a_frame_of_a_clip_of_odd_size(plain: Pipeline, tmp_path: Path) -> None:
    levels = [np.full((51, 67, 3), (15 * i, 40, 40), np.uint8) for i in range(16)]
    write(tmp_path / "odd.mkv", "ffv1", options={}, pixels="bgr0", pictures=levels)
    told: list[str] = []
    fitted = edits.fit_picture(tmp_path / "odd.mkv", plain, at=1.3, tell=told.append)
    assert fitted.clip.shape == (3, 1, 64, 80) or fitted.size == near_size(51, 67, plain)
    assert numbers(fitted.clip) == [10] and told[0].startswith("odd.mkv: 51x67 to ")
    clip = edits.fit_clip(tmp_path / "odd.mkv", plain, tell=told.append).clip
    assert numbers(clip) == list(range(16))


def test_moving_pictures_are_clips(plain: Pipeline, tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full((40, 40, 3), (15 * i, 0, 0), np.uint8)) for i in range(4)]
    for ending in ("gif", "webp", "png"):
        path = tmp_path / f"moving.{ending}"
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=250, lossless=True)
        assert read_still(path) is None
        clip = edits.fit_clip(path, plain, tell=lambda line: None).clip
        assert clip.shape == (3, 8, 64, 64) and numbers(clip) == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.png", None, "no such file"),
        ("notes.txt", b"not a picture, honestly", "needed"),
        ("empty.png", b"", "needed"),
        ("folder", "folder", "directory|needed"),
        ("cut.png", "cut", "cannot read .*cut.png"),
        ("cut.jpg", "cut", "cannot read .*cut.jpg"),
        ("song.mp4", b"\0\0\0\x18ftypisom", "needed"),
    ],
)
def test_what_is_no_picture(plain: Pipeline, tmp_path: Path, name: str, content: bytes | str, message: str) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content == "cut":
        whole = io.BytesIO()
        noise = np.random.default_rng(0).integers(0, 255, (50, 50, 3), np.uint8)
        Image.fromarray(noise).save(whole, "png" if name.endswith("png") else "jpeg")
        path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        edits.fit_picture(path, plain, tell=lambda line: None)
    assert "\n" not in str(caught.value)


def test_pictures_that_would_fill_the_memory(plain: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5_000)
    with pytest.raises(UserError, match="million pixels — make it smaller"):
        edits.fit_picture(photo(tmp_path / "large.png"), plain)


def test_an_hour_is_refused(plain: Pipeline, tmp_path: Path) -> None:
    black = Image.new("RGB", (16, 16))
    others = [Image.new("RGB", (16, 16), (i, 0, 0)) for i in (50, 100)]
    black.save(tmp_path / "long.gif", save_all=True, append_images=others, duration=40_000)
    with pytest.raises(UserError, match="longer than 60 s — cut it first"):
        edits.fit_clip(tmp_path / "long.gif", plain)


@given(height=st.integers(1, 5000), width=st.integers(1, 5000))
def test_any_shape_has_a_size_near_it(height: int, width: int) -> None:
    from types import SimpleNamespace as Fake

    fake = Fake(size=(64, 64), codec=Fake(config=Fake(spatial=8)), dit=Fake(config=Fake(patch=2)))
    tall, wide = near_size(height, width, fake)  # type: ignore[arg-type]
    assert tall % 16 == wide % 16 == 0 and 16 <= tall <= 512 and 16 <= wide <= 512
    if 1 / 2 <= height / width <= 2:
        assert 0.7 < tall * wide / 64**2 < 1.4
    cover = covering(height, width, (tall, wide))
    assert cover[0] >= tall and cover[1] >= wide and (cover[0] == tall or cover[1] == wide)
