from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from minisora.checkpoint import load_checkpoint, load_weights
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.errors import UserError
from minisora.model import DiT, DiTConfig
from minisora.presets import VOCABULARY
from minisora.training.fit import Outcome
from minisora.training.latents import ClipSet
from minisora.training.optim import hidden_matrices
from minisora.training.pace import Budget, Schedule
from minisora.training.run import _export, _half, train_codec, train_text_to_video
from minisora.training.score import judged_prompts
from minisora.training.settings import CodecSettings, TextToVideoSettings
from minisora.velocities import Sampling

CODEC = CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=1)
DIT = DiTConfig(channels=4, width=12, depth=1, heads=1, text_width=8, text_depth=1, text_heads=1, vocabulary=VOCABULARY)


def test_from_nothing_to_exported_weights(tmp_path: Path) -> None:
    first = CodecSettings(
        run=tmp_path / "codec", budget=Budget(steps=2), batch=2, frames=9, height=32, width=32, sample_minutes=0.0
    )
    outcome = train_codec(first, CODEC, card={"preset": "tiny"})
    assert outcome.finished and outcome.step == 2 and outcome.weights is not None
    tensors, card = load_checkpoint(outcome.weights, kind="codec")
    assert card["steps"] == 2 and card["preset"] == "tiny" and card["command"].startswith("minisora")
    codec = Codec(CODEC)
    load_weights(codec, tensors, source=outcome.weights)
    assert all(value.isfinite().all() for value in tensors.values())
    assert codec.latent_std.min() > 0 and not torch.equal(codec.latent_std, torch.ones(4))
    assert len(list((tmp_path / "codec" / "samples").glob("*.png"))) >= 2

    second = TextToVideoSettings(
        run=tmp_path / "t2v",
        budget=Budget(steps=50),
        batch=2,
        sample_minutes=60,
        evaluate_minutes=60,
        sampling_steps=1,
        save_minutes=60,
    )
    clip_set = ClipSet(clips=3, frames=9, height=32, width=32)
    scored = {"everything": 0.25}
    outcome = train_text_to_video(second, DIT, codec=codec, clip_sets=[clip_set], evaluate=lambda *_: scored)
    assert outcome.weights is not None and (tmp_path / "latents").is_dir()
    tensors, card = load_checkpoint(outcome.weights, kind="text-to-video")
    assert card["data"][0]["clips"] == 3 and card["seed"] == 0
    assert card["scores"] == scored and card["sampling"] == {"steps": 1, "guidance": 3.0, "shift": 3.0}
    rung, card = load_checkpoint(tmp_path / "t2v" / "ladder" / "0000050.safetensors", kind="text-to-video")
    assert card["steps"] == 50 and all(torch.equal(rung[name], value) for name, value in tensors.items())
    load_weights(DiT(DIT), tensors, source=outcome.weights)
    assert list((tmp_path / "t2v" / "samples").glob("0000050.png"))

    # Begun with weights of before there was a summary, a first step at a hundredth of the rate hardly moves them.
    old = {name: value for name, value in tensors.items() if not name.startswith("summary.")}
    third = replace(second, run=tmp_path / "more", budget=Budget(steps=1), schedule=Schedule(warm_up=1000))
    outcome = train_text_to_video(third, DIT, codec=codec, clip_sets=[clip_set], start=old)
    assert outcome.weights is not None
    begun, _ = load_checkpoint(outcome.weights)
    assert all(torch.allclose(begun[name], value, atol=1e-3) for name, value in old.items())
    assert begun["summary.weight"].abs().max() < 1e-3

    wrong = DiTConfig(**{**DIT.__dict__, "vocabulary": 7})
    with pytest.raises(UserError, match="vocabulary 7"):
        train_text_to_video(second, wrong, codec=codec, clip_sets=[clip_set])


def test_scores_are_shares_and_repeat() -> None:
    torch.manual_seed(0)
    evaluate = judged_prompts(Codec(CODEC), prompts=2, size=(64, 64), sampling=Sampling(steps=1))
    network = DiT(DIT)
    scores = evaluate(network, 0)
    assert set(scores) == {"count", "colour", "shape", "size", "motion", "everything"}
    assert all(0 <= value <= 1 for value in scores.values()) and scores == evaluate(network, 1)


def test_muon_takes_the_matrices_of_the_blocks_alone() -> None:
    codec, dit = Codec(CODEC), DiT(DIT)
    chosen = {id(p) for network in (codec, dit) for p in hidden_matrices(network)}
    names = [name for network in (codec, dit) for name, p in network.named_parameters() if id(p) in chosen]
    assert names and all("blocks." in name for name in names)
    assert len(hidden_matrices(dit)) == 4 * (DIT.depth + DIT.text_depth)


def test_a_weight_that_is_too_large_for_half_precision_is_kept_whole() -> None:
    network = torch.nn.Linear(2, 2)
    network.bias.data[0] = 1e5
    weights = _half(network)
    assert (weights["weight"].dtype, weights["bias"].dtype) == (torch.float16, torch.float32)
    assert weights["bias"][0] == 1e5


@pytest.mark.parametrize("earlier", [True, False, None])
def test_weights_of_a_stopped_run_never_replace_finished_ones(tmp_path: Path, earlier: bool | None) -> None:
    settings = CodecSettings(run=tmp_path, budget=Budget(steps=1))
    if earlier is not None:
        _export(Outcome(9, 1.0, finished=earlier), settings, Codec(CODEC), {"kind": "codec", "settings": {}}, "codec")
    stopped = _export(
        Outcome(3, 1.0, finished=False), settings, Codec(CODEC), {"kind": "codec", "settings": {}}, "codec"
    )
    assert stopped.weights == tmp_path / ("codec-stopped.safetensors" if earlier else "codec.safetensors")
    assert stopped.weights is not None and load_checkpoint(stopped.weights)[1]["steps"] == 3
    if earlier:
        assert load_checkpoint(tmp_path / "codec.safetensors")[1]["steps"] == 9
    done = _export(Outcome(5, 1.0, finished=True), settings, Codec(CODEC), {"kind": "codec", "settings": {}}, "codec")
    assert done.weights == tmp_path / "codec.safetensors"
    assert load_checkpoint(tmp_path / "codec.safetensors")[1]["steps"] == 5
