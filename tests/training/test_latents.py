from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from minisora.errors import UserError
from minisora.training.latents import CHUNK, LatentCache, draw_clips, encode_clips
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
    (tmp_path / "scenes" / f"{CHUNK:07}.jsonl").write_text("half a line of a scene")  # a kill in the middle of a chunk
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
