"""The commands that are given something: files appear, named after what made them, or one line says what is wrong."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import typer.main
from PIL import Image

from minisora.cli import app
from minisora.cli.edits import COMMANDS, parse_region
from minisora.cli.making import Options, mark_of
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.video import read_video
from tests.footage import write
from tests.terminal import PROMPT, Ended, Terminal

BOARD = "0-1: a red circle moves right\n1-1.5: a red circle moves up\n"
#: Each command with what it needs, how its file is called, and how many frames it has.
POWERS: list[tuple[list[str], str, int]] = [
    (["animate", "photo.jpg", PROMPT, "--seconds", "0.5"], "P-0-48x64-0.5s-2steps-animated-photo-{}", 5),
    (["animate", "odd.mp4", PROMPT, "--at", "1"], "P-0-48x64-2steps-animated-odd-{}-at1s", 17),
    (["extend", "odd.mp4", PROMPT], "P-0-48x64-2.875s-2steps-extended-odd-{}", 24),
    (["extend", "odd.mp4", PROMPT, "--before", "0.5", "--after", "0", "--context", "0.5"],
     "P-0-48x64-2.375s-2steps-extended-odd-{}-0.5s-before-0s-after-c0.5", 20),
    (["loop", PROMPT], "P-0-2steps-looped", 17),
    (["loop", PROMPT, "--clip", "odd.mp4", "--back", "0.5"], "P-0-48x64-2.375s-2steps-looped-odd-{}-back0.5s", 20),
    (["connect", "photo.jpg", "odd.mp4", PROMPT, "--size", "64"], "P-0-3s-2steps-connected-photo-{}-odd-{}", 25),
    (["storyboard", "board.txt"], "storyboard-board-{}-0-1.5s-2steps", 13),
    (["storyboard", "board.txt", "--cut"], "storyboard-board-{}-0-1.5s-2steps-cut", 13),
    (["edit", "odd.mp4", PROMPT, "--region", "0,0,20,20"], "P-0-48x64-1.5s-2steps-edited-odd-{}-region0x0x20x20", 13),
    (["edit", "odd.mp4", PROMPT, "--region", "0,0,20,20", "--region", "30,50,20,16"],
     "P-0-48x64-1.5s-2steps-edited-odd-{}-2regions-{}", 13),
    (["edit", "photo.jpg", PROMPT, "--canvas", "96x112"], "P-0-96x112-0s-2steps-expanded-photo-{}", 1),
    (["restyle", "odd.mp4", PROMPT, "--strength", "0.5", "--negative", "blue"],
     "P-0-48x64-1.5s-2steps-without-blue-restyled-odd-{}-s0.5", 13),
]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A photo, a video of odd size, and a storyboard, where the terminal stands."""
    levels = np.random.default_rng(0).integers(0, 255, (151, 200, 3), np.uint8)
    Image.fromarray(levels).save(tmp_path / "photo.jpg")
    odd = [np.full((51, 67, 3), (15 * i, 40, 40), np.uint8) for i in range(16)]
    write(tmp_path / "odd.mkv", "ffv1", options={}, pixels="bgr0", pictures=odd)
    (tmp_path / "odd.mkv").rename(tmp_path / "odd.mp4")  # players look at the content
    (tmp_path / "board.txt").write_text(BOARD)
    return tmp_path


def ask(terminal: Terminal, *arguments: str) -> Ended:
    return terminal(*arguments, "--weights", str(terminal.weights), "--device", "cpu", "--steps", "2")


@pytest.mark.parametrize(("arguments", "name", "frames"), POWERS, ids=[each[1].strip("{}-") for each in POWERS])
def test_each_writes_a_video_and_a_filmstrip(
    terminal: Terminal, files: Path, arguments: list[str], name: str, frames: int
) -> None:
    ended = ask(terminal, *arguments)
    assert ended.code == 0, ended.err
    video, strip = map(Path, ended.out.split())
    pattern = name.replace("P-", "a-red-circle-moves-right-").replace("{}", "[0-9a-f]{6}")
    assert re.fullmatch(f"{pattern}-w[0-9a-f]{{6}}", video.stem)
    assert strip == video.with_suffix(".png") and strip.exists()
    assert read_video(video).shape[1] == frames
    assert re.search(r"(\d+)/\1 steps", ended.err)
    assert ("odd.mp4: 51x67 to " in ended.err) == ("odd.mp4" in arguments)


def test_another_picture_of_the_same_name_has_another_file(terminal: Terminal, files: Path) -> None:
    first = ask(terminal, "animate", "photo.jpg", PROMPT, "--seconds", "0.5").out
    Image.new("RGB", (70, 70)).save(files / "photo.jpg")
    assert ask(terminal, "animate", "photo.jpg", PROMPT, "--seconds", "0.5").out != first


def test_regions_have_one_name_in_whatever_order(terminal: Terminal, files: Path) -> None:
    def named(*regions: str) -> str:
        options = [each for region in regions for each in ("--region", region)]
        return ask(terminal, "edit", "photo.jpg", PROMPT, *options).out

    first = named("0,0,40,40", "80,80,40,40")
    assert named("80,80,40,40", "0,0,40,40") == named("80,80,40,40", "0,0,40,40", "80,80,40,40") == first
    assert named("0,0,40,40", "80,80,40,48") != first
    assert "region0x0x40x40" in named("0,0,40,40", "0,0,40,40")


BAD: list[tuple[list[str], str]] = [
    (["animate", "board.txt", PROMPT], "board.txt"),
    (["animate", "missing.png", PROMPT], "cannot read missing.png"),
    (["animate", "photo.jpg", "a rde circle"], "unknown word 'rde': try 'red'"),
    (["animate", "photo.jpg", PROMPT, "--seconds", "0"], "nothing is left to generate"),
    (["animate", "photo.jpg", PROMPT, "--at", "2"], "is a still picture"),
    (["animate", "photo.jpg", PROMPT, "--size", "60x64"], "multiples of 16 — try 64x64"),
    (["animate", "photo.jpg", PROMPT, "--out", "clip.avi"], "ending '.avi'"),
    (["extend", "odd.mp4", PROMPT, "--after", "0"], "nothing is left to generate"),
    (["loop", PROMPT, "--seconds", "1"], "nothing is left to begin with"),
    (["connect", "photo.jpg", "square.png", PROMPT], "clips of different sizes, 48x64 and 64x64"),
    (["storyboard", "overlap.txt"], "line 2: 1-3 overlaps"),
    (["storyboard", "unknown.txt"], "unknown word 'rde'"),
    (["edit", "odd.mp4", PROMPT], "name a --region TOP,LEFT,HEIGHT,WIDTH, or a larger --canvas"),
    (["edit", "odd.mp4", PROMPT, "--region", "0,0,16"], "region '0,0,16': must be TOP,LEFT,HEIGHT,WIDTH"),
    (["edit", "odd.mp4", PROMPT, "--region", "0,0,99,16"], "must lie within the frame of 51x67"),
    (["edit", "odd.mp4", PROMPT, "--region", "0,0,16,16", "--region", "0,0"], "region '0,0': must be TOP,LEFT"),
    (["edit", "odd.mp4", PROMPT, "--region", "0,0,51,67"], "all of 48x64 is to be made anew"),
    (
        ["edit", "odd.mp4", PROMPT, "--region", "0,0,16,16", "--canvas", "96"],
        "name a --region TOP,LEFT,HEIGHT,WIDTH, or",
    ),
    (["edit", "odd.mp4", PROMPT, "--canvas", "48x64"], "canvas 48x64 for a clip of 48x64: it must be larger"),
    (["edit", "odd.mp4", PROMPT, "--canvas", "big"], "canvas 'big': must be HEIGHTxWIDTH"),
    (["restyle", "odd.mp4", PROMPT, "--strength", "0"], "strength 0 changes nothing"),
    (["restyle", "odd.mp4", PROMPT, "--negative", "grene"], "unknown word 'grene': try 'green'"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_requests_leave_one_line_and_no_file(
    terminal: Terminal, files: Path, arguments: list[str], message: str
) -> None:
    Image.new("RGB", (70, 70)).save("square.png")
    Path("overlap.txt").write_text("0-2: a red circle\n1-3: a red circle")
    Path("unknown.txt").write_text("0-2: a rde circle")
    assert message in ask(terminal, *arguments).refused()
    assert not Path("out").exists() or not list(Path("out").iterdir())


def test_generate_has_a_negative_prompt_too(terminal: Terminal) -> None:
    first = terminal.generate(PROMPT, "--seconds", "0")
    other = terminal.generate(PROMPT, "--seconds", "0", "--negative", "a blue square")
    assert "without-a-blue-square" in other.out and other.code == 0
    usual, steered = (np.asarray(Image.open(ended.out.split()[1])) for ended in (first, other))
    assert not np.array_equal(usual, steered)


def test_they_read_like_one_family() -> None:
    """Every command has what ``generate`` has, with the same words about it."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]

    def options(name: str) -> dict[str, tuple[str | None, object]]:
        return {
            p.name: (getattr(p, "help", None), p.default)
            for p in commands[name].params
            if p.param_type_name == "option"
        }

    family = {each.name for each in dataclasses.fields(Options)}
    assert {"seed", "out"} < family
    usual = options("generate")
    for command in COMMANDS:
        name = command.__name__
        assert {key: options(name)[key] for key in family} == {key: usual[key] for key in family}
        assert "size" in options(name) and commands[name].help.endswith((".", "stays."))


def test_the_help_lists_them_in_a_panel_of_their_own(terminal: Terminal) -> None:
    said = terminal("--help").out
    begin = said.index("From a picture, a clip, or several sentences")
    panel = said[begin : said.find("╰", begin)]
    assert re.findall(r"│ (\w+)", panel) == [command.__name__ for command in COMMANDS]
    for command in COMMANDS:
        assert "--seed" in terminal(command.__name__, "--help").out


def test_parse_region() -> None:
    assert parse_region("16,0,32,48") == parse_region(" 16 x0x32x 48") == (16, 0, 32, 48)
    for text in ("", "1,2,3", "1,2,3,4,5", "-1,2,3,4", "a,b,c,d", "1.5,2,3,4"):
        with pytest.raises(UserError, match="must be TOP,LEFT,HEIGHT,WIDTH"):
            parse_region(text)


def test_marks_say_name_and_content(tmp_path: Path) -> None:
    (tmp_path / "My Photo (1).PNG").write_bytes(b"1")
    (tmp_path / "Фото.png").write_bytes(b"2")
    assert re.fullmatch(r"my-photo-1-[0-9a-f]{6}", mark_of(tmp_path / "My Photo (1).PNG"))
    assert re.fullmatch(r"file-[0-9a-f]{6}", mark_of(tmp_path / "Фото.png"))


def test_no_file_is_left_of_a_failure(terminal: Terminal, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Pipeline._decode
    monkeypatch.setattr(Pipeline, "_decode", lambda *arguments: made(*arguments).log())
    ended = ask(terminal, "extend", "odd.mp4", PROMPT, "--after", "2")
    assert ended.code == 2 and not ended.out
    assert "error: the codec gives numbers that are not finite" in ended.err.splitlines()[-1]
    assert not list(Path("out").iterdir())
