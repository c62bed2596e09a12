"""One's own videos: cut once, encoded once, told what was of no use; words of one's own that weights learn and keep."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from minisora.cli import main
from minisora.errors import UserError
from minisora.model import DiT
from minisora.pipeline import Pipeline
from minisora.presets import NANO, PRESETS
from minisora.training import footage as footages
from minisora.training.data import Share
from minisora.training.footage import FootageBatches, FootageLatentBatches, cut_videos, encode_footage
from minisora.training.run import with_more_words
from minisora.video import read_video
from minisora.worlds.folder import FolderWorld
from minisora.worlds.vocabulary import WORDS
from tests.conftest import CODEC, DIT
from tests.footage import numbers, picture, write


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Two videos of 16 pictures, of which the first ends dark, and things that are none."""
    folder = tmp_path / "mine"
    folder.mkdir()
    write(folder / "a.mp4")
    write(folder / "b.mp4", pictures=[picture(15 - i) for i in range(16)])
    (folder / "a.txt").write_text("The dog's ball, getting brighter!")
    (folder / "notes.md").write_text("no video")
    return folder


def world(folder: Path) -> FolderWorld:
    return FolderWorld(folder, frames=5, height=48, width=64)


def cut(folder: Path, cache: Path, *, most_words: int = 64) -> footages.Footage:
    return cut_videos(world(folder), cache, most_words=most_words)


def test_clips_follow_on_one_another_and_know_their_captions(videos: Path, tmp_path: Path) -> None:
    footage = cut(videos, tmp_path / "cache")
    clips = footage.take(torch.arange(6))
    assert clips.shape == (6, 3, 5, 48, 64)
    assert [numbers(clip) for clip in clips[:3]] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11, 12, 13, 14]]
    assert [piece.caption for piece in footage.pieces] == ["the dogs ball , getting brighter ."] * 3 + [""] * 3
    assert footage.words == ["brighter", "dogs"]
    assert footage.prompts == ("the dogs ball , getting brighter .",)
    assert footage.summary.splitlines()[:2] == ["6 clips of 2 videos, 1 of them with a caption", "skipped 1:"]
    assert footage.summary.splitlines()[2].startswith("  notes.md: cannot read it: ")
    assert footage.about["videos"] == "mine"  # no more of where it lies


def test_what_was_cut_and_encoded_is_not_done_again(
    videos: Path, tmp_path: Path, pooling_codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec, seen = pooling_codec(), []
    real = FolderWorld.cut

    def watched(self: FolderWorld, name: str):
        seen.append(name)
        return real(self, name)

    monkeypatch.setattr(FolderWorld, "cut", watched)
    encode_footage(cut(videos, tmp_path / "cache"), codec=codec)
    assert (sorted(seen), codec.encoded) == (["a.mp4", "b.mp4", "notes.md"], 6)
    (videos / "a.mp4").rename(videos / "renamed.mp4")
    (videos / "a.txt").unlink()
    (videos / "renamed.txt").write_text("a cat")
    write(videos / "new.mp4", pictures=[picture(7)] * 5)
    seen.clear()
    latents = encode_footage(cut(videos, tmp_path / "cache"), codec=codec)
    assert (sorted(seen), codec.encoded) == (["new.mp4", "notes.md"], 7)
    assert [piece.caption for piece in latents] == [""] * 4 + ["a cat"] * 3
    assert latents[-1].load().shape == (3, 2, 6, 8)
    encode_footage(cut(videos, tmp_path / "cache"), codec=pooling_codec(gain=3.0))  # another codec: encoded anew
    assert len(list((tmp_path / "cache").glob("*-*.npy"))) == 6


def test_batches_are_a_function_of_seed_and_step_and_shared_by_processes(
    videos: Path, tmp_path: Path, pooling_codec
) -> None:
    footage = cut(videos, tmp_path / "cache")
    clips = FootageBatches(footage, batch=4)
    latents = FootageLatentBatches(encode_footage(footage, codec=pooling_codec()), batch=4)
    for batches, field in ((clips, "video"), (latents, "latents")):
        kinds = set()
        for step in range(40):
            whole = getattr(batches(step, Share()), field)
            halves = [getattr(batches(step, Share(rank, 2)), field) for rank in range(2)]
            assert torch.equal(whole, torch.cat(halves))
            kinds.add(tuple(whole.shape))
        assert len(kinds) == 2  # single pictures, and whole clips
    captions = [caption for step in range(40) for caption in latents(step, Share()).captions]
    assert 0.3 < np.mean([caption != "" for caption in captions]) < 0.6  # half have one, a tenth of those dropped


def test_a_caption_that_is_too_long_is_said(videos: Path, tmp_path: Path) -> None:
    footage = cut(videos, tmp_path / "cache", most_words=4)
    assert ("a.mp4", "caption of 7 words: at most 4") in footage.skipped
    with pytest.raises(UserError, match=r"none of 1 files can be used \(x.mp4: cannot read it"):
        (tmp_path / "empty").mkdir()
        (tmp_path / "empty" / "x.mp4").write_text("no video")
        cut(tmp_path / "empty", tmp_path / "cache")


def test_a_full_disk_stops_the_run(videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(footages.np, "save", full)
    with pytest.raises(UserError, match="no space left on device"):
        cut(videos, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_old_words_keep_their_places(tiny) -> None:
    old, new = DiT(tiny.config), DiT(replace(tiny.config, vocabulary=tiny.config.vocabulary + 3))
    weights = with_more_words(new, old.state_dict())
    assert torch.equal(weights["text.embedding.weight"][:-3], old.state_dict()["text.embedding.weight"])
    assert torch.equal(weights["text.embedding.weight"][-3:], new.state_dict()["text.embedding.weight"][-3:])
    new.load_state_dict(weights)


def test_what_is_known_besides_begins_as_nothing(tiny) -> None:
    old, new = DiT(replace(tiny.config, known=5)), DiT(replace(tiny.config, known=8))
    assert old.known_in is not None and new.known_in is not None
    torch.nn.init.normal_(old.known_in.weight)
    new.load_state_dict(with_more_words(new, old.state_dict()))
    assert torch.equal(new.known_in.weight[:, :5], old.known_in.weight) and not new.known_in.weight[:, 5:].any()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_from_a_folder_to_a_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny = replace(NANO, name="tiny", codec=CODEC, dit=DIT, frames=5, height=32, width=32)
    monkeypatch.setitem(PRESETS, "tiny", tiny)
    Path("mine").mkdir()
    write(tmp_path / "mine" / "a.mp4", pictures=[picture(i, 32, 32) for i in range(6)])
    Path("mine/a.txt").write_text("the dog's green corner")
    Path("mine/b.mp4").write_text("no video")
    common = ("--preset", "tiny", "--steps", "2", "--accelerator", "cpu", "--batch", "2", "--videos", "mine")
    assert run("train", "codec", *common) == 0
    said = capsys.readouterr().err
    assert "1 clips of 1 videos, 1 of them with a caption" in said and "b.mp4: cannot read it" in said
    assert run("train", "text-to-video", *common) == 0
    said = capsys.readouterr()
    assert "b.mp4: cannot read it" in said.err.splitlines()[-1]
    weights = Path(said.out.split()[-1])
    card = json.loads(weights.with_suffix(".json").read_text())
    assert card["words"] == [*WORDS, "dogs"]
    assert card["data"] == [{"videos": "mine", "clips": 1, "frames": 5, "height": 32, "width": 32, "fps": 8.0}]
    codec = ("--codec", "runs/tiny-codec/codec.safetensors")
    assert run("generate", "a dog's corner!", "--weights", str(weights), *codec, "--steps", "1", "--out", "x.mp4") == 0
    assert read_video("x.mp4").shape == (3, 17, 256, 256)
    with pytest.raises(UserError, match=r"unknown word 'dots2': try .*'dogs'"):
        Pipeline.load(weights, codec=codec[1]).generate("dots2")

    Path("mine/a.txt").write_text("a cat in a green corner")
    more = ("--run", "runs/more", "--init", str(weights))
    assert run("train", "text-to-video", *common, *more) == 0
    assert json.loads(Path("runs/more/text-to-video.json").read_text())["words"] == [*WORDS, "dogs", "cat"]
    capsys.readouterr()
    assert run("train", "text-to-video", *common, "--clips", "3") == 2
    assert "--clips is for drawn clips" in capsys.readouterr().err
    Path("mine/a.txt").unlink()
    assert run("train", "text-to-video", *common) == 2
    assert "mine: no video has a caption" in capsys.readouterr().err
