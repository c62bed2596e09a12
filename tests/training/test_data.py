from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from minisora.errors import UserError
from minisora.training.data import Share, VideoBatches
from minisora.training.latents import ClipSet, LatentCache, encode_clips
from minisora.training.modules import stratified_logit_normal
from minisora.training.seeds import generator_for
from minisora.worlds.claims import parse
from minisora.worlds.digits import DigitScene, DigitsWorld
from minisora.worlds.vocabulary import DIGITS
from tests.training.conftest import PoolingCodec


def test_a_batch_is_a_pure_function_of_seed_and_step(batches) -> None:
    for step in range(6):
        first, again = batches(step, Share()), batches(step, Share())
        assert torch.equal(first.latents, again.latents) and first.captions == again.captions
    assert batches(0, Share()).captions != batches(1, Share()).captions
    assert batches(0, Share()).captions != replace(batches, seed=1)(0, Share()).captions


def test_processes_share_the_joint_batch(batches) -> None:
    for step in range(8):
        whole, halves = batches(step, Share()), [batches(step, Share(rank, 2)) for rank in (0, 1)]
        assert torch.equal(whole.latents, torch.cat([half.latents for half in halves]))
        assert whole.captions == halves[0].captions + halves[1].captions
    with pytest.raises(UserError, match="3 processes"):
        replace(batches, image_share=0.0)(0, Share(0, 3))


def test_captions_are_dropped_per_sample(batches) -> None:
    many = replace(batches, batch=400, caption_dropout=0.25, image_share=0.0)
    captions = many(0, Share()).captions
    assert 60 < captions.count("") < 140
    assert not any(text == "" for text in replace(many, caption_dropout=0.0)(0, Share()).captions)


def test_images_and_shorter_clips_are_mixed_in_and_are_beginnings(batches, cache) -> None:
    mixed = replace(batches, image_share=0.4, image_batch=3, short_share=0.3)
    shapes = [batch.latents.shape for batch in (mixed(step, Share()) for step in range(60))]
    assert {shape[2] for shape in shapes} == {1, 2, 3}
    assert all(shape[0] == (12 if shape[2] == 1 else 4) for shape in shapes)
    whole = replace(batches, image_share=0.0, short_share=0.0)
    images = replace(batches, image_share=1.0, image_batch=1)
    assert torch.equal(images(7, Share()).latents, whole(7, Share()).latents[:, :, :1])


def test_captions_belong_to_their_clips(batches, cache) -> None:
    batch = replace(batches, image_share=0.0, short_share=0.0, caption_dropout=0.0)(3, Share())
    everything = cache.take(torch.arange(len(cache)))
    for latents, text in zip(batch.latents, batch.captions, strict=True):
        index = int((everything - latents).abs().flatten(1).amax(1).argmin())
        there = {(obj.colour, obj.shape) for obj in cache.scene(index).objects}
        assert {(claim.colour, claim.shape) for claim in parse(text).objects} == there


def test_video_batches_are_pure_and_shared() -> None:
    batches = VideoBatches(batch=4, frames=5, height=32, width=32, image_share=0.5)
    shapes = set()
    for step in range(6):
        whole = batches(step, Share())
        assert torch.equal(whole.video, torch.cat([batches(step, Share(rank, 2)).video for rank in (0, 1)]))
        shapes.add(whole.video.shape[2])
    assert shapes == {1, 5}


def test_some_video_batches_show_handwriting() -> None:
    mixed = VideoBatches(batch=2, frames=5, height=32, width=32, image_share=0.0, digits_share=0.5)
    drawn = replace(mixed, digits_share=0.0)
    black = [float((mixed(step, Share()).video == -1).float().mean()) > 0.5 for step in range(12)]
    assert 2 < sum(black) < 10  # digits stand on pure black
    assert not any(float((drawn(step, Share()).video == -1).float().mean()) > 0.5 for step in range(12))
    whole = mixed(black.index(True), Share()).video
    halves = [mixed(black.index(True), Share(rank, 2)).video for rank in (0, 1)]
    assert torch.equal(whole, torch.cat(halves))


def test_stratified_times_cover_every_stratum_and_keep_the_distribution() -> None:
    times = stratified_logit_normal(1000, generator_for("times"), mean=0.5)
    quantile = torch.special.ndtr(torch.logit(times.double()) - 0.5).sort().values
    assert (quantile - (torch.arange(1000) + 0.5) / 1000).abs().max() < 1.5e-3
    assert (times[1:] > times[:-1]).float().mean() < 0.6


def test_generators_depend_on_their_whole_key() -> None:
    draws = {float(torch.rand((), generator=generator_for(*key))) for key in ((1, 23), (12, 3), ("a", 1), ("a", 2))}
    assert len(draws) == 4


def test_digits_have_captions_and_scenes_of_their_own(tmp_path: Path, batches) -> None:
    world = DigitsWorld(counts=(1.0,))
    numbers = encode_clips(
        tmp_path, codec=PoolingCodec(), clip_set=ClipSet(clips=8, frames=9, height=32, width=32, world=world)
    )
    assert LatentCache(tmp_path).clip_set.world == world
    batch = replace(batches, caches=[numbers], caption_dropout=0.0)(0, Share())
    assert all(isinstance(scene, DigitScene) for scene in batch.scenes) and len(batch.scenes) == len(batch.latents)
    assert all(claim.shape in DIGITS for text in batch.captions for claim in parse(text).objects)
