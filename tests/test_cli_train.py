"""From nothing to a video with the commands that a user types, in miniature; and what is refused before it starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from minisora.checkpoint import load_checkpoint, shipped_folder
from minisora.cli import main
from minisora.codec.autoencoder import Codec
from minisora.errors import UserError
from minisora.model import DiT
from minisora.pipeline import Pipeline
from minisora.presets import NANO, PRESETS
from minisora.recipe import PLANNED, clip_sets
from minisora.video import read_video
from minisora.worlds.scene import COLOURS, DIRECTION, SHAPES, SIZES
from minisora.worlds.shapes import ShapesWorld


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_train_codec_then_transformer_then_make_a_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    common = ("--preset", "nano", "--steps", "2", "--accelerator", "cpu", "--batch", "2")
    code, out, err = run(capsys, "train", "codec", *common)
    assert code == 0, err
    assert out.split()[-1] == "runs/nano-codec/codec.safetensors"
    trained = ("train", "text-to-video", *common, "--clips", "4")  # with the codec that was just trained
    code, out, err = run(capsys, *trained)
    assert code == 0, err
    assert out.split()[-1] == "runs/nano-text-to-video/text-to-video.safetensors"
    card = json.loads(Path("runs/nano-text-to-video/text-to-video.json").read_text())
    codec_card = json.loads(Path("runs/nano-codec/codec.json").read_text())
    assert (card["preset"], card["kind"], card["steps"]) == ("nano", "text-to-video", 2)
    assert card["codec"] == codec_card["sha256"]
    weights = ("--weights", "runs/nano-text-to-video", "--codec", "runs/nano-codec/codec.safetensors")
    code, out, err = run(capsys, "generate", "a red circle", *weights, "--steps", "1", "--out", "clip.mp4")
    assert code == 0, err
    assert read_video("clip.mp4").shape == (3, 17, 256, 256)
    clip = Pipeline.load(weights[1], codec=weights[3]).generate("a red circle", steps=1)
    assert clip.shape == (3, 17, 64, 64)

    taught = (*trained, "--teacher", "runs/nano-text-to-video", "--few", "1")
    code, out, err = run(capsys, *taught)
    assert code == 0, err
    assert out.split()[-1] == "runs/nano-student/text-to-video.safetensors"
    student = json.loads(Path("runs/nano-student/text-to-video.json").read_text())
    assert (student["sampling"]["steps"], student["sampling"]["guidance"]) == (1, 1.0)
    assert student["teacher"] == {"codec": card["codec"], "text-to-video": card["sha256"]}
    assert student["init"]["sha256"] == card["sha256"]
    code, _, err = run(capsys, *taught[:-1], "2")
    assert code == 2 and "holds a run with few = 1, not 2" in err
    code, _, err = run(capsys, *trained[:2], "--teacher", "runs/nano-text-to-video", "--videos", ".")
    assert code == 2 and "--teacher is for drawn clips" in err
    code, _, err = run(capsys, *taught, "--part", "planner")
    assert code == 2 and "runs/nano-text-to-video/planner.safetensors" in err

    code, _, err = run(capsys, "generate", "a red circle", "--weights", "runs/nano-codec/codec.safetensors")
    assert code == 2
    assert "'text-to-video' is needed" in err
    more = ("train", "text-to-video", *common, "--clips", "4", "--run", "runs/more")
    first = "runs/nano-text-to-video/text-to-video.safetensors"
    code, _, err = run(capsys, *more, "--init", first, "--rate", "0.5", "--time-mean", "0.7")
    assert code == 0, err
    settings = json.loads(Path("runs/more/settings.json").read_text())
    rates = settings["optimisation"]
    assert (rates["muon_lr"], rates["adam_lr"]) == (NANO.muon_lr / 2, NANO.adam_lr / 2)
    assert (settings["time_mean"], settings["image_share"]) == (0.7, NANO.image_share)
    begun = json.loads(Path("runs/more/text-to-video.json").read_text())["init"]
    assert (begun["sha256"], begun["steps"]) == (card["sha256"], 2) and "command" in begun
    code, _, err = run(capsys, *more, "--init", str(shipped_folder() / "text-to-video.safetensors"))
    assert code == 2
    assert "was trained with another codec" in err
    (Path("runs/nano-codec") / "codec.json").unlink()
    code, _, err = run(capsys, *trained)
    assert code == 2
    assert err.splitlines()[-1].startswith("error: ")


def test_a_better_decoder_for_the_same_latents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    common = ("--preset", "nano", "--steps", "2", "--accelerator", "cpu", "--batch", "2")
    decoder = ("train", "codec", *common, "--decoder-only", "--run", "runs/decoder")
    code, _, err = run(capsys, *decoder)
    assert code == 2
    assert "name the codec to begin with (--init)" in err
    assert run(capsys, "train", "codec", *common)[0] == 0
    assert run(capsys, "train", "text-to-video", *common, "--clips", "4")[0] == 0
    first = Path("runs/nano-codec/codec.safetensors")
    code, _, err = run(capsys, *decoder, "--init", str(first))
    assert code == 0, err
    (before, card), (after, new) = (load_checkpoint(path) for path in (first, Path("runs/decoder/codec.safetensors")))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("decoder.") for name in changed)
    assert new["latents"] == new["init"]["sha256"] == card["sha256"] != new["sha256"]

    # the transformer that knew the old decoder takes the new one, and more of it can be trained
    weights = "runs/nano-text-to-video/text-to-video.safetensors"
    pipeline = Pipeline.load(weights, codec="runs/decoder/codec.safetensors")
    assert pipeline.card["hashes"]["codec"] == new["sha256"]
    more = ("train", "text-to-video", *common, "--clips", "4", "--run", "runs/more", "--init", weights)
    code, _, err = run(capsys, *more, "--codec", "runs/decoder/codec.safetensors")
    assert code == 0, err  # and finds the clips encoded already, or would ask for --rebuild
    assert json.loads(Path("runs/more/text-to-video.json").read_text())["codec"] == card["sha256"]

    # a third decoder still names the encoder's codec
    third = ("--init", "runs/decoder/codec.safetensors", "--run", "runs/third")
    assert run(capsys, "train", "codec", *common, "--decoder-only", *third)[0] == 0
    assert json.loads(Path("runs/third/codec.json").read_text())["latents"] == card["sha256"]
    with pytest.raises(UserError, match="another codec"):
        Pipeline.load(weights, codec=shipped_folder() / "codec.safetensors")


def test_a_loss_that_is_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def explode(codec: Codec, *_: object, **__: object) -> tuple[torch.Tensor, dict[str, float]]:
        return codec.encoder.head.weight.sum() * float("nan"), {}

    monkeypatch.setattr("minisora.training.modules.codec_loss", explode)
    options = ("--preset", "nano", "--steps", "2", "--batch", "2", "--accelerator", "cpu")
    code, _, err = run(capsys, "train", "codec", *options)
    assert code == 2
    assert err.splitlines()[-1].startswith("error: step 0: the loss is nan")
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("kind", ["codec", "text-to-video"])
def test_dry_run(preset: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "train", kind, "--dry-run", "--preset", preset, "--accelerator", "cuda")
    assert code == 0, err
    for word in ("parameters", "FLOP", "memory", "time", "steps"):
        assert word in out
    assert not list(tmp_path.iterdir())


def test_dry_run_of_many_devices(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--preset", "large", "--dry-run", "--accelerator", "cuda", "--steps", "1000")
    code, out, _ = run(capsys, "train", "text-to-video", *options, "--devices", "8")
    assert code == 0
    assert "8 devices, fsdp" in out
    assert "1000 steps" in out
    assert "bound by" in out and "Wh, $" in out  # at_scale


@pytest.mark.parametrize(
    ("able", "gain", "chosen"), [(True, 4.0, "bf16-mixed"), (True, 0.6, "32-true"), (False, 4.0, "32-true")]
)
def test_the_processor_chooses_the_precision(
    able: bool,
    gain: float,
    chosen: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)  # where there is no run to go on with

    def teraflops(device: str, *, precision: str) -> float:
        return 0.2 * (gain if precision == "bf16-mixed" else 1.0)

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": able}, raising=False)
    monkeypatch.setattr("minisora.training.estimate.measure_teraflops", teraflops)
    asked = ("train", "text-to-video", "--preset", "nano", "--dry-run", "--accelerator", "cpu", "--steps", "10")
    assert chosen in run(capsys, *asked)[1]
    assert "32-true" in run(capsys, *asked, "--precision", "32-true")[1]


def test_a_run_goes_on_in_its_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("minisora.cli.machine.cpu_precision", lambda: "32-true")
    codec = ("train", "codec", "--preset", "nano", "--accelerator", "cpu", "--batch", "2")
    assert run(capsys, *codec, "--steps", "2", "--precision", "bf16-mixed")[0] == 0
    for more, precision in (((), "bf16-mixed"), (("--fresh",), "32-true"), (("--run", "runs/other"), "32-true")):
        assert precision in run(capsys, *codec, "--steps", "2", "--dry-run", *more)[1], more
    assert run(capsys, *codec, "--steps", "2")[0] == 0
    assert json.loads(Path("runs/nano-codec/settings.json").read_text())["machine"]["precision"] == "bf16-mixed"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--preset", "huge"], "unknown preset 'huge': try nano, starter, micro, small, base, large"),
        (["--devices", "0"], "devices 0: must be at least 1"),
        (["--batch", "-2"], "batch -2: must be at least 1"),
        (["--rate", "0"], "rate 0: must be above 0"),
        (["--steps", "0"], "a run of 0 steps"),
        (["--strategy", "magic", "--devices", "2"], "strategy 'magic': must be auto, ddp or fsdp"),
        (["--precision", "8"], "precision '8': must be 32-true or bf16-mixed"),
        (["--accelerator", "abacus"], "device 'abacus' is not there"),
        (["--accelerator", "abacus", "--dry-run"], "accelerator 'abacus': must be auto, cpu, cuda or mps"),
    ],
)
def test_bad_requests(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("codec", "text-to-video"):
        code, out, err = run(capsys, "train", kind, *options)
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert message in err
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize("mean", ["nan", "inf", "4.5", "-4.5"])
def test_a_time_mean_that_trains_on_noise_alone_or_on_none(mean: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "train", "text-to-video", "--preset", "nano", "--dry-run", "--time-mean", mean)
    assert (code, out) == (2, "")
    assert err == f"error: time mean {mean}: must be from -4 to 4 — the recipe's own is 1.1\n"


def test_presets_grow_and_fit_together() -> None:
    with torch.device("meta"):
        sizes = [sum(p.numel() for p in DiT(preset.dit).parameters()) / 1e6 for preset in PRESETS.values()]
    assert sizes == sorted(sizes)
    assert [round(size) for size in sizes] == [1, 1, 6, 33, 127, 692]
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert preset.dit.channels == preset.codec.channels
        assert preset.frames % preset.codec.temporal == 1
        assert preset.batch % preset.devices == preset.codec_batch % preset.devices == 0


def test_clips_that_the_transformer_sees_fit_codec_and_patches() -> None:
    for preset in PRESETS.values():
        for clips in clip_sets(preset):
            assert clips.height % 16 == clips.width % 16 == 0
            assert clips.frames % 4 == 1
    usual, *others = [clips.clips for clips in clip_sets(NANO, clips=100)]
    assert usual == 100
    assert all(1 <= number < 50 for number in others)
    assert min(clips.clips for clips in clip_sets(NANO, clips=1)) == 1


def test_the_starter_plans_what_it_paints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    codec = str(Path(__file__).parents[1] / "data" / "checkpoints" / "codec.safetensors")
    train = ("train", "text-to-video", "--preset", "starter", "--codec", codec, "--clips", "4", "--batch", "2")
    train = (*train, "--accelerator", "cpu")
    code, _, err = run(capsys, *train, "--steps", "1", "--run", "runs/alone")
    assert code == 0 and "no runs/alone/planner.safetensors: clips are painted without a plan" in err, err
    code, out, err = run(capsys, *train, "--steps", "1", "--part", "planner")
    assert code == 0 and out.split()[-1] == "runs/starter-text-to-video/planner.safetensors", err
    code, _, err = run(capsys, *train, "--steps", "1", "--score-minutes", "60")
    assert code == 0 and "without a plan" not in err, err
    card = json.loads(Path("runs/starter-text-to-video/text-to-video.json").read_text())
    assert set(card["scores"]) >= {"shape", "motion", "everything"}
    pipeline = Pipeline.load("runs/starter-text-to-video", codec=codec)
    assert pipeline.sampling == PLANNED and pipeline.planner is not None
    assert set(pipeline.card["hashes"]) == {"codec", "text-to-video", "planner"}


def test_a_writer_is_trained_on_digits_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    codec = str(Path(__file__).parents[1] / "data" / "checkpoints" / "codec.safetensors")
    train = ("train", "text-to-video", "--part", "writer", "--codec", codec, "--accelerator", "cpu")
    code, out, err = run(capsys, *train, "--preset", "micro", "--clips", "10", "--batch", "2", "--steps", "2")
    assert code == 0 and out.split()[-1] == "runs/micro-text-to-video/writer.safetensors", err
    card = json.loads(Path("runs/micro-text-to-video/writer.json").read_text())
    assert card["kind"] == "writer" and [each["clips"] for each in card["data"]] == [3]
    assert "shapes" not in str(list(Path("runs/latents").iterdir()))
    code, _, err = run(capsys, *train, "--preset", "micro", "--dry-run")
    assert code == 0, err
    code, _, err = run(capsys, *train, "--preset", "starter", "--steps", "1")
    assert code == 2 and err.splitlines()[-1] == "error: preset starter shows no digits: there is nothing to write"
    code, _, err = run(capsys, *train, "--preset", "nano", "--steps", "1")
    assert code == 2 and "preset nano paints without a plan" in err


def test_the_starter_world_has_one_thing_that_moves_straight_on_before_a_plain_ground() -> None:
    preset = PRESETS["starter"]
    (clips,) = clip_sets(preset)
    assert clips.world == preset.codec_world and isinstance(clips.world, ShapesWorld)
    scenes = clips.world.sample(400, generator=torch.Generator().manual_seed(0))
    assert {len(scene.objects) for scene in scenes} == {1}
    assert {scene.objects[0].motion for scene in scenes} == {"still", *DIRECTION}
    assert {scene.objects[0].shape for scene in scenes} == set(SHAPES)
    assert {scene.objects[0].colour for scene in scenes} == set(COLOURS)
    assert {scene.objects[0].size for scene in scenes} == set(SIZES)
    assert {scene.background for scene in scenes} == {"black", "grey", "navy"}
    assert {scene.camera for scene in scenes} == {"static"}
