"""Chapter 08's small world is what its text says, and the ladder is made and opened as the chapter does it."""

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from minisora.checkpoint import save_checkpoint
from minisora.codec import Codec, CodecConfig
from minisora.course.exercises import c08_training as c08
from minisora.course.ladder import KINDS, Ladder
from minisora.diffusion.solvers import euler
from minisora.errors import UserError
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.pipeline import Pipeline
from minisora.worlds.vocabulary import WORDS

ROOT = Path(__file__).resolve().parents[3]
DIT = DiTConfig(3, 12, 1, 1, text_width=8, text_depth=1, text_heads=1, vocabulary=len(WORDS) + 2)
CODEC = CodecConfig(channels=3, width=8, encoder_depth=1, decoder_depth=1)


def script():
    spec = importlib.util.spec_from_file_location("ladder_script", ROOT / "experiments" / "ladder.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What a finished run leaves: rungs, final weights, settings and metrics; and a codec beside it."""
    torch.manual_seed(0)
    codec = Codec(CODEC)
    path = save_checkpoint(tmp_path, "codec", codec.state_dict(), {"kind": "codec", "settings": asdict(CODEC)})
    digest = json.loads(path.with_suffix(".json").read_text())["sha256"]
    folder = tmp_path / "run"
    for where, name, steps in (("ladder", "0000050", 50), ("ladder", "0000100", 100), ("", "text-to-video", 120)):
        card = {"kind": "text-to-video", "settings": asdict(DIT), "steps": steps, "codec": digest}
        weights = {key: value.half() for key, value in DiT(DIT).state_dict().items()}
        save_checkpoint(folder / where, name, weights, card)
    settings = {"sampling_steps": 2, "guidance": 3.0, "shift": 3.0, "batch": 4, "prompts": ["a red circle", "a star"]}
    (folder / "settings.json").write_text(json.dumps(settings))
    logged = (("loss", lambda step: step), ("seconds", lambda step: 60))
    rows = [f"{step},{name},{value(step)}" for step in (40, 60, 100, 120) for name, value in logged]
    (folder / "metrics.csv").write_text("\n".join(["step,name,value", *rows]))
    return folder


def test_a_ladder_is_made_and_opened(run: Path) -> None:
    ladder, out = script(), run.parent / "data"
    out.mkdir()
    (out / "clips-0000007.safetensors").write_bytes(b"of an earlier run")
    about = json.loads(
        ladder.make_ladder(run, out, codec=run.parent / "codec.safetensors", prompts=1, watch=str).read_text()
    )
    assert [rung["steps"] for rung in about["rungs"]] == [50, 100, 120]
    assert [rung["loss"] for rung in about["rungs"]] == [50, 110, 110]
    assert {rung["minutes"] for rung in about["rungs"]} == {1.0}
    assert sorted(path.name for path in out.iterdir()) == [
        "0000100.json",
        "0000100.safetensors",
        *(f"clips-{steps:07}.safetensors" for steps in (50, 100, 120)),
        "ladder.json",
    ]
    pipeline = Pipeline(Codec(CODEC), DiT(DIT), Tokenizer(WORDS))
    opened = Ladder(out, about, pipeline)
    assert opened.clips(0).shape == (2, 3, 17, 64, 64)
    assert opened.some(4) == [0, 1, 2] and opened.some(2) == [0, 2]
    assert all(kind in opened.table() for kind in KINDS) and "loss" in opened.picture(100).alt


def test_a_ladder_of_another_codec_is_refused(run: Path) -> None:
    torch.manual_seed(1)
    other = save_checkpoint(run, "other", Codec(CODEC).state_dict(), {"kind": "codec", "settings": asdict(CODEC)})
    with pytest.raises(UserError, match="another codec"):
        script().make_ladder(run, run / "out", codec=other, prompts=1, watch=str)


def test_loss_is_floor_and_distance() -> None:
    test, best = c08.examination()
    network = c08.SmallNetwork(best[0].numel())
    with torch.no_grad():
        predicted = network(test.x, test.t)
    loss, floor = (predicted - test.velocity).square().mean(), (best - test.velocity).square().mean()
    assert abs(float(loss) - float(floor) - c08.distance(network)) < 0.1  # of 512 clips
    expected = c08.small_world().loss_floor(test.t.flatten()).mean()
    torch.testing.assert_close(floor, expected, atol=0.05, rtol=0)


def test_a_batch_is_a_function_of_its_step() -> None:
    one, other = c08.batch_of(3), c08.batch_of(3)
    assert torch.equal(one.x, other.x) and not torch.equal(one.x, c08.batch_of(4).x)
    clean, _ = euler(lambda x, t: one.velocity, one.x, one.t, torch.zeros(()), None)
    assert clean.shape == one.x.shape


@pytest.mark.parametrize(("name", "trouble"), c08.BROKEN.items())
def test_the_patients_show_their_signs(name: str, trouble: str) -> None:
    healthy, ill = c08.ill_run("healthy", steps=100), c08.ill_run(name, steps=100)
    test, best = c08.examination()
    floor = float((best - test.velocity).square().mean())
    if trouble == "same batch":
        assert ill.training[-1] < floor / 2 and ill.held_out[-1] > 2 * floor
    elif trouble == "slow average":
        assert ill.held_out == healthy.held_out and ill.average[-1] > healthy.average[-1] + 0.3
    elif trouble == "deaf to time":
        assert ill.training[-1] > healthy.training[-1] + 0.05 and abs(ill.training[-1] - ill.held_out[-1]) < 0.2
    else:
        assert max(ill.training) > 10 and max(ill.gradient) > 10


def test_in_processes_says_when_it_cannot() -> None:
    assert c08.in_processes("import sys; sys.exit(1)") is None


def test_a_small_run_goes_on_bit_for_bit_and_a_robbed_one_does_not() -> None:
    def rate(step: int, share: float) -> float:
        return 1.0

    whole, half = c08.SmallRun(8, rate).go_on(8), c08.SmallRun(8, rate).go_on(4)
    assert half.apart(whole) > 0
    robbed = c08.SmallRun(8, rate).go_on(4)
    robbed.new_optimizer()
    assert half.go_on(4).apart(whole) == 0 and robbed.go_on(4).apart(whole) > 0
