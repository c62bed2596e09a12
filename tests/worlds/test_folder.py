"""A user's folder: what is usable comes out as clips, everything else is reported by name and never stops a run."""

import json
import unicodedata
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from minisora.errors import UserError
from minisora.worlds.folder import FolderWorld
from minisora.worlds.listing import list_videos
from tests.footage import REORDERED, UNEVEN, UNEVEN_AT_8, numbers, write


def write_video(path: Path, *, frames: int = 40, height: int = 48, width: int = 64, fps: int = 16) -> None:
    """A lossless video whose red tells the time and whose green tells the column."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=Fraction(fps))
        assert isinstance(stream, VideoStream)
        stream.pix_fmt, stream.height, stream.width = "bgr0", height, width
        for i in range(frames):
            picture = np.zeros((height, width, 3), np.uint8)
            picture[..., 0] = 5 * i
            picture[..., 1] = np.linspace(0, 255, width).round()
            container.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def write_sound(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))


def world(folder: Path, **options) -> FolderWorld:
    return FolderWorld(folder, **{**dict(frames=5, height=32, width=32), **options})


def test_videos_are_resampled_resized_and_cropped(tmp_path: Path):
    write_video(tmp_path / "a.mkv")
    clips = list(world(tmp_path, frames=9).clips())
    assert [(clip.name, clip.caption) for clip in clips] == [("a.mkv", "")] * 2  # 20 frames at 8 fps: two clips of 9
    assert all(clip.video.shape == (3, 9, 32, 32) and clip.video.dtype == torch.float32 for clip in clips)
    red = torch.cat([clip.video[0].mean((1, 2)) for clip in clips])
    torch.testing.assert_close(red, torch.arange(18) * 10 / 127.5 - 1, atol=0.01, rtol=0)  # every second frame
    green = clips[0].video[1].mean((0, 1))
    assert green[0] == pytest.approx(-0.75, abs=0.06) and green[-1] == pytest.approx(0.75, abs=0.06)  # the middle 3/4


def test_upright_videos_are_cropped_too(tmp_path: Path):
    write_video(tmp_path / "a.mkv", height=90, width=40)
    clip = next(world(tmp_path, height=32, width=48).clips())
    assert clip.video.shape == (3, 5, 32, 48)
    assert clip.video[1, 0, 0, 0] < -0.9 and clip.video[1, 0, 0, -1] > 0.9  # all columns are left


def test_no_more_clips_of_a_video_than_wanted(tmp_path: Path):
    write_video(tmp_path / "a.mkv")
    assert len(list(world(tmp_path).clips())) == 4
    assert len(list(world(tmp_path, clips_per_video=1).clips())) == 1
    assert len(list(world(tmp_path, frames=1, clips_per_video=3).clips())) == 3


@pytest.mark.parametrize("column", ["caption", "text"])
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_captions_come_from_the_metadata(tmp_path: Path, kind: str, column: str):
    write_video(tmp_path / "train" / "a.mkv")
    write_video(tmp_path / "train" / "deep" / "b.mkv")
    rows = [("a.mkv", "a red ball, and a box"), ("deep/b.mkv", "ein Würfel")]
    if kind == "jsonl":
        text = "\n".join(json.dumps({"file_name": name, column: caption}) for name, caption in rows) + "\n\n"
    else:
        text = f"file_name,{column}\n" + "\n".join(f'{name},"{caption}"' for name, caption in rows)
    (tmp_path / "train" / f"metadata.{kind}").write_text(text, encoding="utf-8")
    clips = list(world(tmp_path, clips_per_video=1).clips())
    assert [(c.name, c.caption) for c in clips] == [(f"train/{name}", caption) for name, caption in rows]


TABLES = {
    "Metadata.CSV": "File_Name;Caption\r\na.mkv;ein Würfel\r\n".encode("cp1252"),
    "metadata.csv": "sep=;\nfile name;text\n A.MKV ;ein Würfel\n".encode("utf-8-sig"),
    "metadata.tsv": "caption\tfilename\nein Würfel\ta.mkv\n".encode("utf-16"),
    "METADATA.jsonl": '{"File_Name": "./A.mkv", "TEXT": "ein Würfel"}\n'.encode(),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_as_programs_write_them(tmp_path: Path, name: str):
    write_video(tmp_path / "a.mkv")
    (tmp_path / name).write_bytes(TABLES[name])
    folder = world(tmp_path)
    assert (folder.entries, folder.skipped) == ([("a.mkv", "ein Würfel")], [])


def test_names_with_backslashes_other_capitals_and_accents_in_two_parts(tmp_path: Path):
    names = ("deep/b.mkv", "Übung.mkv", "c\\d.mkv", "E.mkv", "e.mkv")
    for name in names:
        write_video(tmp_path / name)
    said = {"deep\\B.mkv": "deep", unicodedata.normalize("NFD", "übung.mkv"): "practice", "c\\d.mkv": "odd"}
    rows = [{"file_name": name, "caption": caption} for name, caption in {**said, "e.mkv": "small"}.items()]
    (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    folder = world(tmp_path)
    assert dict(folder.entries) == dict(zip([*names[:3], "e.mkv"], ["deep", "practice", "odd", "small"], strict=True))
    assert folder.skipped == [("E.mkv", "not in the metadata")]
    (tmp_path / "metadata.jsonl").write_text(json.dumps({"file_name": "..\\deep\\b.mkv"}))
    assert dict(world(tmp_path / "deep").entries) == {"b.mkv": ""}
    assert dict(list_videos(tmp_path).skipped)["..\\deep\\b.mkv"].endswith("outside the folder")


def test_captions_in_a_text_beside_the_clip(tmp_path: Path):
    for name in ("a.mkv", "b.mkv", "deep/c.mkv"):
        write_video(tmp_path / name)
    (tmp_path / "a.txt").write_text("a red ball\n  and a box\n")
    (tmp_path / "deep" / "c.TXT").write_bytes("ein Würfel".encode("cp1252"))
    (tmp_path / "b.txt").write_text("The quick brown fox jumps over the lazy dog.\n" * 2000)
    folder = world(tmp_path)
    assert folder.entries == [("a.mkv", "a red ball and a box"), ("b.mkv", ""), ("deep/c.mkv", "ein Würfel")]
    assert folder.skipped == [("b.txt", "too long for a caption: 89999 characters, at most 1000")]
    (tmp_path / "metadata.csv").write_text("file_name,caption\nb.mkv,a fox\na.mkv,\n")
    assert dict(world(tmp_path).entries) == {
        "b.mkv": "a fox",
        "a.mkv": "a red ball and a box",
        "deep/c.mkv": "ein Würfel",
    }


def test_a_text_is_never_a_video(tmp_path: Path):
    write_video(tmp_path / "a.mkv")
    for name in ("novel.txt", "poem.nfo"):
        (tmp_path / name).write_text("The quick brown fox jumps over the lazy dog.\n" * 2000)
    folder = world(tmp_path)
    assert {clip.name for clip in folder.clips()} == {"a.mkv"}
    assert dict(folder.skipped) == {
        "novel.txt": "a text, and no video of that name",
        "poem.nfo": "is a text and no video",
    }


def test_linked_folders_are_followed_once(tmp_path: Path):
    write_video(tmp_path / "elsewhere" / "deep" / "a.mkv")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (mine / "again.mkv").symlink_to(tmp_path / "elsewhere" / "deep" / "a.mkv")
    (tmp_path / "elsewhere" / "deep" / "back").symlink_to(mine, target_is_directory=True)
    assert [name for name, _ in world(mine).entries] == ["again.mkv", "linked/deep/a.mkv"]


def test_clips_are_upright_and_in_their_own_time(tmp_path: Path):
    write(
        tmp_path / "10:30.mp4", options=REORDERED, times=UNEVEN, prepare=lambda stream: stream.set_display_rotation(90)
    )
    [clip] = world(tmp_path, frames=29, height=64, width=48).clips()
    assert numbers(clip.video.flip(2).transpose(2, 3)) == UNEVEN_AT_8[:29]


def test_whatever_cannot_be_used_is_reported_and_passed_over(tmp_path: Path):
    write_video(tmp_path / "good.mkv")
    write_video(tmp_path / "short.mkv", frames=5)
    write_video(tmp_path / "tiny.mkv", height=8, width=64)
    write_video(tmp_path / "slim.mkv", height=32, width=400)
    write_video(tmp_path / "uneven.mkv", height=49, width=63)
    write_sound(tmp_path / "sound.wav")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "notes.txt").write_text("no video")
    (tmp_path / "cut.mkv").write_bytes((tmp_path / "good.mkv").read_bytes()[:300])
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    (tmp_path / ".hidden").touch()
    folder = world(tmp_path)
    assert {clip.name for clip in folder.clips()} == {"good.mkv", "uneven.mkv"}
    reasons = dict(folder.skipped)
    assert set(reasons) == {
        *("short.mkv", "tiny.mkv", "slim.mkv", "sound.wav", "empty.mp4", "notes.txt", "cut.mkv", "noise.mp4")
    }
    assert reasons["short.mkv"] == "too short: 3 of 5 frames at 8 fps"
    assert reasons["tiny.mkv"].startswith("odd size: 64x8")
    assert reasons["slim.mkv"].startswith("odd size: of 400x32")
    assert reasons["sound.wav"] == "has no pictures in it (audio only)"
    assert reasons["empty.mp4"] == "empty file"
    assert reasons["noise.mp4"].startswith("cannot read it: ")
    assert all("\n" not in reason and str(tmp_path) not in reason for reason in reasons.values())
    list(folder.clips())
    assert len(folder.skipped) == 8  # a second round does not report twice


def test_metadata_that_is_broken_is_reported_by_place(tmp_path: Path):
    for name in ("a.mkv", "b.mkv", "c.mkv"):
        write_video(tmp_path / name, frames=12)
    rows = """
        {"file_name": "a.mkv", "caption": null}
        {broken
        ["a"]
        {"caption": "x"}
        {"file_name": "../b.mkv"}
        {"file_name": "missing.mkv", "text": "x"}
        {"file_name": "b.mkv", "text": 3}
        "b.mkv"
    """
    (tmp_path / "metadata.jsonl").write_text(rows.strip() + "\n" + "[" * 100_000)
    folder = world(tmp_path)
    assert [(clip.name, clip.caption) for clip in folder.clips()] == [("a.mkv", ""), ("b.mkv", "")]
    reasons = dict(folder.skipped)
    assert set(reasons) == {
        *("metadata.jsonl line 2", "metadata.jsonl line 3", "metadata.jsonl line 4", "../b.mkv", "missing.mkv"),
        *("metadata.jsonl line 8", "metadata.jsonl line 9", "c.mkv"),
    }
    assert reasons["metadata.jsonl line 3"] == reasons["metadata.jsonl line 8"] == "not an object"
    assert reasons["metadata.jsonl line 9"].startswith("not JSON: ")
    assert reasons["missing.mkv"] == "no such file"
    assert reasons["c.mkv"] == "not in the metadata"
    assert "outside the folder" in reasons["../b.mkv"]


def test_a_folder_with_nothing_usable_is_an_error(tmp_path: Path):
    with pytest.raises(UserError, match="no such folder"):
        world(tmp_path / "nowhere")
    with pytest.raises(UserError, match="no video to try"):
        world(tmp_path)
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(UserError, match=r"none of 1 files can be used \(empty.mp4: empty file\)"):
        list(world(tmp_path).clips())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(frames=16), "16 frames: a clip has 1 \\+ 4k of them \\(codec\\) — try 13 or 17"),
        (dict(frames=0), "try 1 or 5"),
        (dict(height=0), "must be positive"),
        (dict(fps=float("nan")), "must be positive"),
        (dict(clips_per_video=0), "must be positive"),
    ],
)
def test_clips_that_cannot_be_are_refused(tmp_path: Path, options: dict, message: str):
    with pytest.raises(UserError, match=message):
        world(tmp_path, **options)
