from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from minisora.errors import UserError
from minisora.training.latents import CHUNK, LatentCache, draw_clips, encode_clips
from minisora.worlds.drawn import draw
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld


class Interrupted(Exception):
    pass


def stop(done: int, total: int) -> None:
    raise Interrupted


def test_latents_and_scenes_belong_together(cache, clip_set, pooling_codec) -> None:
    assert len(cache) == clip_set.clips and cache.clip_set == clip_set
    for index in (0, CHUNK - 1, CHUNK, len(cache) - 1):
        video = render([cache.scene(index)], frames=9, height=32, width=32)
        with torch.no_grad():
            expected = pooling_codec().encode(video)
        torch.testing.assert_close(cache.take(torch.tensor([index])), expected, atol=2e-3, rtol=0)


def test_an_interrupted_encoding_goes_on(tmp_path: Path, cache, clip_set, pooling_codec) -> None:
    with pytest.raises(Interrupted):
        encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set, watch=stop)
    with pytest.raises(UserError, match="64 of 70"):
        LatentCache(tmp_path)
    (next(tmp_path.glob("scenes-*")) / f"{CHUNK:07}.jsonl").write_text(
        "half a line of a scene"
    )  # a kill in the middle of a chunk
    codec = pooling_codec()
    resumed = encode_clips(tmp_path, codec=codec, clip_set=clip_set)
    assert codec.encoded == clip_set.clips - CHUNK
    everything = torch.arange(len(cache))
    assert torch.equal(resumed.take(everything), cache.take(everything))
    assert [resumed.scene(i) for i in range(70)] == [cache.scene(i) for i in range(70)]


def test_two_runs_may_encode_the_same_clips_at_once(tmp_path: Path, cache, clip_set, pooling_codec) -> None:
    def another_run(done: int, total: int) -> None:
        if done == CHUNK:
            encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)

    both = encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set, watch=another_run)
    everything = torch.arange(len(cache))
    assert torch.equal(both.take(everything), cache.take(everything))
    assert [both.scene(i) for i in range(70)] == [cache.scene(i) for i in range(70)]


def test_a_whole_cache_is_opened_without_encoding(tmp_path: Path, clip_set, pooling_codec) -> None:
    encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    codec = pooling_codec()
    encode_clips(tmp_path, codec=codec, clip_set=clip_set)
    assert codec.encoded == 0


def test_a_stale_cache_is_noticed_and_rebuilt_on_request(tmp_path: Path, clip_set, pooling_codec) -> None:
    encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    others = [(pooling_codec(gain=3.0), clip_set)]
    others += [(pooling_codec(), replace(clip_set, seed=1))]
    others += [(pooling_codec(), replace(clip_set, world=ShapesWorld(counts=(1.0,))))]
    for codec, other_set in others:
        with pytest.raises(UserError, match="rebuild"):
            encode_clips(tmp_path, codec=codec, clip_set=other_set)
    rebuilt = encode_clips(tmp_path, codec=pooling_codec(gain=3.0), clip_set=clip_set, rebuild=True)
    assert len(rebuilt) == clip_set.clips


def test_a_missing_cache_and_non_finite_latents_are_named(tmp_path: Path, clip_set, pooling_codec) -> None:
    with pytest.raises(UserError, match="no encoded clips"):
        LatentCache(tmp_path)
    with pytest.raises(UserError, match="non-finite"):
        encode_clips(tmp_path, codec=pooling_codec(gain=float("nan")), clip_set=clip_set)


def test_chunks_are_a_pure_function_of_set_and_number(clip_set) -> None:
    first, again = draw_clips(clip_set, 1), draw_clips(clip_set, 1)
    assert first[0] == again[0] and torch.equal(first[1], again[1])
    assert len(first[0]) == clip_set.clips - CHUNK and first[0] != draw_clips(clip_set, 0)[0][: len(first[0])]


def test_rebuilding_leaves_another_run_what_it_has_mapped(tmp_path: Path, cache, clip_set, pooling_codec) -> None:
    first = encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    smaller = replace(clip_set, clips=10)
    second = encode_clips(tmp_path, codec=pooling_codec(gain=3.0), clip_set=smaller, rebuild=True)
    everything = torch.arange(len(first))
    assert torch.equal(first.take(everything), cache.take(everything)), "it was truncated or written over"
    assert [first.scene(i) for i in range(70)] == [cache.scene(i) for i in range(70)]
    assert len(second) == 10
    assert len(list(tmp_path.iterdir())) == 3, "what nobody has open any more is gone"


def test_a_run_that_encodes_notices_that_another_has_taken_its_folder(tmp_path: Path, clip_set, pooling_codec) -> None:
    def another_run(done: int, total: int) -> None:
        if done == CHUNK:
            encode_clips(tmp_path, codec=pooling_codec(gain=3.0), clip_set=clip_set, rebuild=True)

    with pytest.raises(UserError, match="another run has begun to encode other clips"):
        encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set, watch=another_run)
    there = LatentCache(tmp_path)
    video = draw([there.scene(69)], frames=9, height=32, width=32, fps=clip_set.fps)
    with torch.no_grad():
        expected = pooling_codec(gain=3.0).encode(video)
    torch.testing.assert_close(there.take(torch.tensor([69])), expected, atol=4e-3, rtol=0)


@pytest.mark.parametrize("when", ["before", "first chunk", "last chunk", "scenes"])
def test_a_full_disk_is_one_line_and_the_encoding_goes_on(
    when: str, tmp_path: Path, cache, clip_set, pooling_codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    if when == "before":
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    elif when == "scenes":
        monkeypatch.setattr("json.dumps", full_from(json.dumps, 3))
    else:
        monkeypatch.setattr("os.fsync", full_from(os.fsync, 2 if when == "first chunk" else 5))
    with pytest.raises(
        UserError, match=r"no space left|latents need 2.02e-05 GB and 1e-06 GB are free — make room"
    ) as error:
        encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob(".*")), "drafts"
    monkeypatch.undo()
    resumed = encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    everything = torch.arange(len(cache))
    assert torch.equal(resumed.take(everything), cache.take(everything))


def full_from(function, call: int):
    """The function until its so-maniest call, when the disk is full."""
    calls = []

    def full(*arguments, **options):
        calls.append(arguments)
        if len(calls) >= call:
            raise OSError(errno.ENOSPC, "No space left on device")
        return function(*arguments, **options)

    return full


@pytest.mark.parametrize("spoiled", ["manifest", "other json", "latents", "shorter", "scenes"])
def test_damaged_latents_are_named_and_rebuilt_on_request(
    spoiled: str, tmp_path: Path, cache, clip_set, pooling_codec
) -> None:
    encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    manifest, (latents,) = tmp_path / "manifest.json", tmp_path.glob("latents-*")
    if spoiled in ("manifest", "other json"):
        manifest.write_text({"manifest": '{"key": ', "other json": "[1]"}[spoiled])
    elif spoiled == "latents":
        latents.unlink()
    elif spoiled == "shorter":
        latents.write_bytes(latents.read_bytes()[:1000])
    else:
        next(tmp_path.glob("scenes-*/*")).write_text("")
    for open_it in (
        lambda: LatentCache(tmp_path),
        lambda: encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set),
    ):
        with pytest.raises(
            UserError, match=r"the encoded clips there are damaged \(.*\); encode anew \(rebuild\)"
        ) as error:
            open_it()
        assert "\n" not in str(error.value)
    rebuilt = encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set, rebuild=True)
    everything = torch.arange(len(cache))
    assert torch.equal(rebuilt.take(everything), cache.take(everything))


def test_clips_that_an_earlier_version_encoded_still_serve(tmp_path: Path, cache, clip_set, pooling_codec) -> None:
    encode_clips(tmp_path, codec=pooling_codec(), clip_set=clip_set)
    next(tmp_path.glob("latents-*")).rename(tmp_path / "latents.f16")
    next(tmp_path.glob("scenes-*")).rename(tmp_path / "scenes")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(
        json.dumps({k: v for k, v in manifest.items() if k not in ("latents", "scenes")})
    )
    codec = pooling_codec()
    opened = encode_clips(tmp_path, codec=codec, clip_set=clip_set)
    assert codec.encoded == 0 and opened.scene(69) == cache.scene(69)


@pytest.mark.parametrize("line", [b"\xff{}", b"{", b"[]", b'{"objects": 3}', b"{}"])
def test_a_damaged_scene_is_named(line: bytes, tmp_path: Path, clip_set, pooling_codec) -> None:
    small = replace(clip_set, clips=2)
    encode_clips(tmp_path, codec=pooling_codec(), clip_set=small)
    (path,) = tmp_path.glob("scenes-*/*")
    path.write_bytes(path.read_bytes().splitlines()[0] + b"\n" + line + b"\n")
    there = LatentCache(tmp_path)
    assert there.scene(0)
    with pytest.raises(UserError, match=r"the encoded clips there are damaged \(scene 1: "):
        there.scene(1)


@pytest.mark.parametrize(
    "change", [{"done": "all"}, {"shape": [3]}, {"shape": "x"}, {"clip_set": []}, {"clip_set": {"clips": 70}}]
)
def test_a_manifest_of_other_values_is_named(
    change: dict[str, object], tmp_path: Path, clip_set, pooling_codec
) -> None:
    encode_clips(tmp_path, codec=pooling_codec(), clip_set=replace(clip_set, clips=2))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, **change}))
    with pytest.raises(UserError, match=r"the encoded clips there are damaged \("):
        LatentCache(tmp_path)
