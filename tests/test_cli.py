"""The command line: files appear, and every mistake of a user's is one line on stderr with exit code 2."""

from __future__ import annotations

import io
import json
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import safetensors.torch

from minisora.checkpoint import IDENTITY, load_checkpoint, sha256
from minisora.cli import main
from minisora.cli.making import parse_size
from minisora.errors import UserError
from minisora.files import slug
from minisora.language import translate
from minisora.pipeline import Pipeline
from minisora.video import read_video
from tests.terminal import PROMPT, Ended, Terminal


def test_generate_writes_a_video_and_a_filmstrip(terminal: Terminal, tmp_path: Path) -> None:
    ended = terminal.generate()
    assert ended.code == 0
    video, strip = map(Path, ended.out.split())
    assert re.fullmatch(r"a-red-circle-moves-right-0-w[0-9a-f]{6}\.mp4", video.name)
    assert strip == video.with_suffix(".png")
    assert read_video(video).shape == (3, 17, 256, 256)
    assert sorted(p.name for p in Path("out").iterdir()) == [Path(line).name for line in ended.out.split()]
    assert "3/3 steps" in ended.err


QUICK = ("--seconds", "0.5", "--steps", "1")


def test_a_prompt_in_another_language_makes_the_same_clip(terminal: Terminal) -> None:
    foreign = terminal.generate("ein roter Kreis bewegt sich nach rechts", *QUICK, "--out", "de.gif")
    assert (foreign.code, foreign.err.splitlines()[0]) == (0, "German: a red circle moves right")
    assert "German" not in terminal.generate(PROMPT, *QUICK, "--out", "en.gif").err
    assert Path("de.gif").read_bytes() == Path("en.gif").read_bytes()
    name = terminal.generate("kırmızı daire sağa gidiyor", *QUICK).out.split()[0]
    assert Path(name).name.startswith("a-red-circle-moves-right-0-")


def test_a_short_prompt_in_full_is_shown_and_may_be_refused(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = ("two stars dancing", "--upsample", *QUICK, "--out", "a.gif")
    assert "there is no terminal to answer: add --yes" in terminal.generate(*short).refused()
    made = terminal.generate(*short, "--yes")
    assert made.code == 0
    assert re.search(r"in full: an? \w+ \w+ star (bounces|spins) and a \w+ \w+ star", made.err)
    assert "replaced dancing → " in made.err
    Path("a.gif").unlink()
    for answer, code in (("n", 1), ("y", 0)):
        monkeypatch.setattr("sys.stdin", Typed(f"{answer}\n"))
        ended = terminal.generate(*short)
        assert (ended.code, Path("a.gif").exists()) == (code, answer == "y")
        assert "make it?" in ended.err
    assert "unknown word 'cat'" in terminal.generate("a cat", "--upsample", "--yes").refused()


class Typed(io.StringIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png", "MP4"])
def test_out_chooses_the_format(terminal: Terminal, ending: str) -> None:
    ended = terminal.generate(PROMPT, "--out", f"some/where/my clip.{ending}", "--seconds", "0.5", "--steps", "1")
    assert ended.code == 0
    assert Path(f"some/where/my clip.{ending}").stat().st_size > 500
    assert Path("some/where/my clip.png").exists()


def test_options_reach_the_pipeline(terminal: Terminal) -> None:
    options = ["--size", "32x48", "--seconds", "0.5", "--steps", "2", "--guidance", "1.5"]
    first = terminal.generate(PROMPT, *options, "--seed", "3", "--out", "a.gif")
    assert "2/2 steps" in first.err
    assert read_video("a.gif").shape == (3, 5, 32 * 8, 48 * 8)
    terminal.generate(PROMPT, *options, "--seed", "3", "--out", "b.gif")
    terminal.generate(PROMPT, *options, "--seed", "4", "--out", "c.gif")
    a, b, c = (Path(f"{name}.gif").read_bytes() for name in "abc")
    assert a == b != c


def test_a_camera_is_in_the_name_and_moves(terminal: Terminal) -> None:
    ended = terminal.generate(PROMPT, "--seconds", "0.5", "--camera", "pans left")
    assert ended.code == 0 and "-pans-left" in ended.out
    still = terminal.generate(PROMPT, "--seconds", "0.5")
    one, other = (read_video(each.out.split()[0]) for each in (ended, still))
    assert one.shape == other.shape and bool((one != other).any())


def test_a_prompt_may_begin_with_a_dash(terminal: Terminal) -> None:
    assert "unknown word" in terminal("generate", "--weights", str(terminal.weights), "--", "-zzzz").refused()


BAD_REQUESTS = [
    ([""], "empty prompt: say what to show"),
    (["red " * 10_000], "prompt of 10000 words: at most 64"),
    (["a rde circle"], "unknown word 'rde': try 'red'"),
    ([PROMPT, "--size", "60x64"], "size 60x64: height and width must be multiples of 16 — try 64x64"),
    ([PROMPT, "--size", "0x0"], "size 0x0: height and width must be from 16 to 512 — try 64x64"),
    ([PROMPT, "--size", "99999x99999"], "size 99999x99999: height and width must be from 16 to 512"),
    ([PROMPT, "--size", "big"], "size 'big': must be HEIGHTxWIDTH in pixels — try 64x64"),
    ([PROMPT, "--size", "-64x64"], "size '-64x64': must be HEIGHTxWIDTH"),
    ([PROMPT, "--seconds", "-1"], "duration -1 seconds: must be from 0 to 60"),
    ([PROMPT, "--seconds", "1e9"], "duration 1e+09 seconds"),
    ([PROMPT, "--seconds", "nan"], "duration nan seconds"),
    ([PROMPT, "--seconds", "60", "--size", "512x512"], "tokens, at most"),
    ([PROMPT, "--steps", "0"], "steps 0: must be from 1 to 1000"),
    ([PROMPT, "--guidance", "nan"], "guidance nan: must be from 0 to 30"),
    ([PROMPT, "--guidance", "-3"], "guidance -3"),
    ([PROMPT, "--out", "clip.avi"], "ending '.avi' — use .mp4, .webm, .gif, .png"),
    ([PROMPT, "--out", "clip"], "ending 'missing' — use .mp4"),
    ([PROMPT, "--out", "file/clip.mp4"], "cannot write to file"),
    ([PROMPT, "--out", "folder.mp4"], "cannot write folder.mp4: is a directory"),
    ([PROMPT, "--device", "teapot"], "device 'teapot' is not there"),
    ([PROMPT, "--seed", "x"], "valid int"),
    ([PROMPT, "--speed", "3"], "o such option"),
    ([PROMPT, "--camera", "flies"], "camera 'flies': it can do static, pans left, pans right, zooms in, zooms out"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_REQUESTS)
def test_bad_requests(terminal: Terminal, arguments: list[str], message: str) -> None:
    Path("file").write_text("not a folder")
    Path("folder.mp4").mkdir()
    assert message in terminal.generate(*arguments).refused()
    assert not Path("out").exists() or not list(Path("out").iterdir())


def test_absurd_seeds(terminal: Terminal) -> None:
    for seed in ("-1", str(10**30)):
        assert "seed" in terminal.generate(PROMPT, "--seed", seed).refused()


def spoil(folder: Path, how: str) -> None:
    path = folder / "text-to-video.safetensors"
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "tampered":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "pickle":
        path.write_bytes(pickle.dumps({"weight": [1.0] * 1000}))
    elif how == "text":
        path.write_text("weights, honestly" * 100)
    elif how == "card":
        path.with_suffix(".json").write_text("{")
    elif how == "kind":
        shutil.copy(folder / "codec.safetensors", path)
        shutil.copy(folder / "codec.json", path.with_suffix(".json"))
    elif how == "preset":
        card = json.loads(path.with_suffix(".json").read_text())
        card["settings"]["width"] *= 2
        path.with_suffix(".json").write_text(json.dumps(card))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", "no weights at"),
        ("truncated", "is truncated"),
        ("tampered", "was changed or damaged"),
        ("pickle", "is a pickle"),
        ("text", "is not a safetensors file"),
        ("card", "is no card"),
        ("kind", "holds weights of kind 'codec'"),
        ("preset", "describes other weights (another preset or settings)"),
    ],
)
def test_spoiled_weights(terminal: Terminal, tmp_path: Path, how: str, message: str) -> None:
    terminal.weights = Path(shutil.copytree(terminal.weights, tmp_path / "weights"))
    spoil(terminal.weights, how)
    assert message in terminal.generate().refused()


@pytest.mark.parametrize("part", ["weights", "sampler", "decoder"])
def test_no_file_is_made_of_numbers_that_are_not_finite(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    if part == "weights":
        terminal.weights = Path(shutil.copytree(terminal.weights, tmp_path / "weights"))
        path = terminal.weights / "text-to-video.safetensors"
        tensors, card = load_checkpoint(path)
        tensors["patch_out.weight"][0, 0] = float("nan")
        metadata = {"card": json.dumps({key: card.get(key) for key in IDENTITY}, sort_keys=True)}
        safetensors.torch.save_file(tensors, path, metadata=metadata)
        path.with_suffix(".json").write_text(json.dumps({**card, "sha256": sha256(path)}))
    else:
        name = {"sampler": "_sample", "decoder": "_decode"}[part]
        made = getattr(Pipeline, name)
        monkeypatch.setattr(Pipeline, name, lambda *arguments: made(*arguments).log())
    assert "numbers that are not finite — " in terminal.generate().refused()
    assert not list(Path("out").iterdir())


def test_unknown_commands_and_no_command(terminal: Terminal) -> None:
    assert "No such command" in terminal("dance").refused()
    assert "Missing argument" in terminal("generate").refused()
    for arguments in ((), ("train",)):
        ended = terminal(*arguments)
        assert "Usage" in ended.out
        assert "error" not in ended.err


def test_out_of_memory_and_missing_packages(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_with(error: Exception) -> Ended:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("minisora.pipeline.Pipeline.generate", fail)
        return terminal.generate()

    assert "not enough memory" in fail_with(RuntimeError("CUDA out of memory. Tried to allocate")).refused()
    assert "not enough memory" in fail_with(MemoryError()).refused()
    with pytest.raises(RuntimeError, match="illegal"):  # a bug keeps its traceback
        fail_with(RuntimeError("CUDA error: an illegal memory access was encountered"))
    no_package = fail_with(ModuleNotFoundError("No module named 'lightning'", name="lightning.pytorch")).refused()
    assert no_package.startswith('lightning is not installed — pip install "minisora[train]"')
    assert fail_with(KeyboardInterrupt()).code == 130  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="a bug"):  # not the user's fault: keeps its traceback
        monkeypatch.setattr(
            "minisora.pipeline.Pipeline.generate", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("a bug"))
        )
        main(["generate", PROMPT, "--weights", str(terminal.weights)])


def test_words(terminal: Terminal) -> None:
    short = terminal("words")
    assert short.code == 0
    assert "shapes: circle (ball" in short.out
    everything = terminal("words", "--all").out.split()
    assert {"circle", "crimson", "bounces"} <= set(everything)
    assert "." not in everything


@pytest.mark.parametrize(("code", "word"), [("de", "Kreis"), ("tr", "daire"), ("az", "dairə"), ("ru", "круг")])
def test_words_of_other_languages(terminal: Terminal, code: str, word: str) -> None:
    listed = terminal("words", "--language", code)
    assert listed.code == 0
    assert f"shapes: {word} (" in listed.out
    for example in re.findall('"([^"]+)"', listed.out.splitlines()[-1]):
        assert translate(example).language == code
    assert word in terminal("words", "--language", code, "--all").out.split()
    assert "must be one of en, de, tr, az, ru" in terminal("words", "--language", "xx").refused()


def test_evaluate_prints_scores_beside_floors(terminal: Terminal) -> None:
    options = ("--weights", str(terminal.weights), "--device", "cpu", "--steps", "1", "--prompts", "1")
    ended = terminal("evaluate", *options, "--out", "scores.json", "--log", "log.jsonl", "--markdown")
    assert ended.code == 0, ended.err
    scores = json.loads(Path("scores.json").read_text())
    rows = scores["rows"]
    sources = ["ground truth", "ground truth through the codec", "model"]
    assert [row["source"] for row in rows[:3]] == sources
    assert [(name, len(digest)) for name, digest in scores["weights"].items()] == [("codec", 64), ("text-to-video", 64)]
    assert rows[0]["scores"]["everything"] == {"right": 1, "of": 1, "share": 1.0} | {
        key: rows[0]["scores"]["everything"][key] for key in ("low", "high")
    }
    assert ended.out.count("|") > 30
    known = Path("log.jsonl").read_text()
    assert terminal("evaluate", *options, "--log", "log.jsonl").code == 0
    assert Path("log.jsonl").read_text() == known  # nothing is made twice
    assert "prompts 0: must be at least 1" in terminal("evaluate", "--prompts", "0").refused()
    assert "no weights at" in terminal("evaluate", "--weights", "nowhere.safetensors").refused()


def test_help_is_quick_and_does_not_import_torch() -> None:
    script = (
        "import sys, minisora.cli as c\n"
        "try: c.main(['--help'])\n"
        "finally: assert not {'torch', 'numpy', 'av', 'PIL'} & set(sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "generate" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c(weights: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "minisora", "generate", PROMPT, "--weights", str(weights), "--steps", "1000"]
    command += ["--size", "256x256", "--out", str(tmp_path / "out" / "clip.mp4")]

    def listen() -> None:  # a shell's background jobs, and what they start, are deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=listen
    ) as process:
        deadline = time.monotonic() + 120
        while not (tmp_path / "out").exists() and time.monotonic() < deadline:  # made just before the weights are read
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_during_an_import(tmp_path: Path) -> None:
    """Imports run text (dataclasses, namedtuples): an interrupt there must end like any other."""
    (tmp_path / "interrupted.py").write_text(
        "import minisora.pipeline\n"
        "minisora.pipeline.Pipeline.load = lambda *_, **__: exec('raise KeyboardInterrupt')\n"
        "from minisora.cli import main\n"
        "main(['generate', 'a red circle'])\n"
    )
    done = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (130, "") and "Traceback" not in done.stderr


def test_parse_size() -> None:
    assert parse_size("64x96") == (64, 96)
    assert parse_size(" 64 X 96 ") == (64, 96)
    assert parse_size("128") == (128, 128)
    for text in ("", "x", "64x", "64x64x64", "6.4x64", "1" * 10):
        with pytest.raises(UserError, match="must be HEIGHTxWIDTH"):
            parse_size(text)


LONG = "a red circle moves right and a blue square bounces and a green star spins"
NAMES = [
    ("a-red-circle-moves-right-0", "A red  circle moves RIGHT", "--seconds 2.1 --steps 3 --guidance 2 --size 64"),
    ("a-red-circle-moves-right-7", PROMPT, "--seed 7"),
    ("a-red-circle-moves-right-0-16x32", PROMPT, "--size 16x32"),
    ("a-red-circle-moves-right-0-0.5s", PROMPT, "--seconds 0.6"),
    ("a-red-circle-moves-right-0-2steps", PROMPT, "--steps 2"),
    ("a-red-circle-moves-right-0-g3.5", PROMPT, "--guidance 3.5"),
    ("a-red-circle-moves-right-0-g3.5000001", PROMPT, "--guidance 3.5000001"),
    (
        "a-red-circle-moves-right-7-16x32-0s-1steps-g0",
        PROMPT,
        "--seed 7 --size 16x32 --seconds 0 --steps 1 --guidance 0",
    ),
    ("a-red-circle-moves-right-[0-9a-f]{6}-0", f"{PROMPT}.", ""),
    ("a-red-circle-moves-right-and-a-blue-square-bounces-[0-9a-f]{6}-0", LONG, ""),
    ("a-red-circle-moves-right-and-a-blue-square-bounces-[0-9a-f]{6}-0", f"{LONG} slowly", ""),
    ("a-red-circle-moves-right-0-w[0-9a-f]{6}", PROMPT, "--weights weights"),
]


def test_what_makes_a_clip_different_makes_its_name_different(
    terminal: Terminal, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minisora.pipeline.shipped_folder", lambda: weights)
    Path("weights").symlink_to(weights)
    written: list[str] = []
    for name, prompt, options in NAMES:
        ended = terminal("generate", prompt, "--device", "cpu", *options.split())
        video, strip = map(Path, ended.out.split())
        assert re.fullmatch(name, video.stem) and strip == video.with_suffix(".png")
        written += [video.name, strip.name]
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(written)
    assert len(set(written)) == 2 * len(NAMES)


def test_slug() -> None:
    assert slug("a red Circle  moves right") == "a-red-circle-moves-right"
    assert slug("x " * 30) == "-".join("x" * 30)
    short = re.compile(r"[a-z0-9-]{1,53}-[0-9a-f]{6}")
    others = [
        "A red circle, moves right",
        "a red circle moves right!",
        "../../etc/passwd",
        "!?",
        "?!",
        "\ud800",
        "red " * 100,
    ]
    others += ["red " * 99, "x" * 61, "x" * 62]
    names = [slug(text) for text in others]
    assert len(set(names)) == len(names)
    assert all(short.fullmatch(name) for name in names), names
    assert names[0].startswith("a-red-circle-moves-right-") and names[3].startswith("clip-")
    assert names[6].startswith("red-red-") and re.search("-red-[0-9a-f]{6}$", names[6]), "cut between words"
