"""`minisora test-key`, `generate --sign`, `verify`, as somebody types them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch

from minisora.clip import Clip
from minisora.pipeline import Pipeline
from minisora.video import read_video
from minisora.worlds import ShapesWorld
from minisora.worlds.drawn import draw
from tests.provenance.clips import ORIGIN
from tests.terminal import PROMPT, Terminal

QUICK = ("--seconds", "0.5", "--steps", "1", "--seed", "3")


def test_from_a_key_to_a_verdict(terminal: Terminal) -> None:
    made = terminal("test-key", "keys")
    assert made.code == 0
    assert "This is a TEST key, for a year: no player and no site trusts it" in made.out
    assert "PRIVATE" not in made.out + made.err
    assert "is there already, and a key is never overwritten" in terminal("test-key", "keys").refused()
    ended = terminal.generate(PROMPT, *QUICK, "--sign", "keys")
    assert ended.code == 0, ended.err
    assert "signed by minisora test key (a test key): the prompt is not in it, but may be the file's name" in ended.err
    for name in ended.out.split():
        checked = terminal("verify", name)
        assert checked.code == 0, checked
        assert "signed, and nothing of what is signed was changed since" in checked.out
        assert "seed 3" in checked.out and "prompt      not said" in checked.out
        for digest in Pipeline.load(terminal.weights, device="cpu").card["hashes"].values():
            assert digest in checked.out
    video = ended.out.split()[0]
    assert terminal("verify", video, "--trust", "keys/root.pem").code == 0
    terminal("test-key", "others")
    stranger = terminal("verify", video, "--trust", "others/root.pem")
    assert stranger.code == 1
    assert "NOT on the list that you gave" in stranger.out
    facts = json.loads(terminal("verify", video, "--json").out)
    assert (facts["ok"], facts["state"], facts["trusted"]) == (True, "valid", None)
    content = Path(video).read_bytes()
    Path(video).write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    changed = terminal("verify", video)
    assert changed.code == 1
    assert "NOT as it was signed" in changed.out and "the video was changed since it was signed" in changed.out
    assert json.loads(terminal("verify", video, "--json").out)["ok"] is False


def test_the_prompt_is_said_if_asked_for(terminal: Terminal) -> None:
    terminal("test-key", "keys")
    ended = terminal.generate(PROMPT, *QUICK, "--sign", "keys", "--sign-prompt", "--out", "a.gif")
    assert "the prompt is in it" in ended.err
    assert PROMPT in terminal("verify", "a.gif").out
    assert "add --sign KEYS" in terminal.generate(PROMPT, "--sign-prompt").refused()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sign", "keys", "--out", "made/clip.webm"], "C2PA has no place for a signature in .webm — use .mp4"),
        (["--sign", "nowhere"], "no key at nowhere — name a folder with key.pem and chain.pem"),
        (["--sign", "clip.mp4"], "clip.mp4 holds no private key in PEM"),
    ],
)
def test_what_cannot_be_signed_is_said_before_anything_is_made(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    terminal("test-key", "keys")
    Path("clip.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    monkeypatch.setattr(Pipeline, "load", lambda *_, **__: pytest.fail("weights were read"))
    assert message in terminal.generate(PROMPT, *options).refused()
    assert not Path("made").exists() and not Path("out").exists()


def test_files_that_nobody_signed(terminal: Terminal) -> None:
    assert terminal.generate(PROMPT, *QUICK, "--out", "a.mp4").code == 0
    assert terminal.generate(PROMPT, *QUICK, "--out", "a.webm").code == 0
    ended = terminal("verify", "a.mp4")
    assert (ended.code, ended.err, len(ended.out.splitlines())) == (1, "", 2)
    assert "no watermark of number 17: " in ended.out
    assert "no signature in it — it never had one, or somebody took it out: nobody can tell" in ended.out
    Path("text.mp4").write_text("a video, honestly " * 100)
    Path("empty.mp4").touch()
    Path("half.mp4").write_bytes(Path("a.mp4").read_bytes()[:30])
    for name, message in {
        "text.mp4": "no file that can hold a C2PA signature",
        "empty.mp4": "empty.mp4: ",
        "half.mp4": "half.mp4: ",
        "nowhere.mp4": "cannot read nowhere.mp4: no such file or directory — name another file",
        ".": "cannot read .: is a directory — name another file",
    }.items():
        assert message in terminal("verify", name).refused(), name


def drawn(number: int) -> Clip:
    """A marked clip; what these tests' untrained weights make is too wild to hide anything in."""
    scenes = ShapesWorld().sample(1, generator=torch.Generator().manual_seed(5))
    clip = Clip.of(draw(scenes, frames=9, height=64, width=64)[0], fps=8, prompt=PROMPT, origin=ORIGIN)
    return clip.marked(watermark=number)


def test_marks_in_the_pixels(terminal: Terminal) -> None:
    """Of a file with a signature, of one that can hold none, and of a filmstrip; with and without the right number."""
    terminal("test-key", "keys")
    clip = drawn(2026)
    clip.save("a.mp4", sign="keys")
    for name in ("b.webm", "b.png"):
        clip.save(name)
    for name, code, other in (("a.mp4", 0, 0), ("b.webm", 3, 1), ("b.png", 3, 1)):
        checked = terminal("verify", name, "--watermark-number", "2026")
        assert checked.code == code, checked
        assert "the watermark of number 2026 is in them: " in checked.out
        stranger = terminal("verify", name, "--json")
        assert stranger.code == other
        facts = json.loads(stranger.out)["watermark"]
        assert (facts["number"], facts["found"], len(facts["bits"])) == (17, False, 48)
        assert facts["chance"] > 1e-6
    assert "marks visible, watermark" in terminal("verify", "a.mp4").out
    assert "a file of a kind that can hold no C2PA signature" in terminal("verify", "b.webm").out


def test_a_mark_does_not_make_good_what_is_wrong_with_a_signature(terminal: Terminal) -> None:
    terminal("test-key", "keys")
    drawn(17).save("a.mp4", sign="keys")
    content = Path("a.mp4").read_bytes()
    Path("a.mp4").write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    changed = terminal("verify", "a.mp4")
    assert changed.code == 1
    assert "NOT as it was signed" in changed.out and "the watermark of number 17 is in them" in changed.out


def test_commands_that_mark(terminal: Terminal) -> None:
    """What they write is another clip, and says so in its name and its signature."""
    terminal("test-key", "keys")
    plain = terminal.generate(PROMPT, *QUICK, "--sign", "keys").out.split()[0]
    made = terminal.generate(PROMPT, *QUICK, "--sign", "keys", "--mark", "--watermark").out.split()[0]
    assert "marked" not in plain and "-marked-watermarked-" in made
    assert read_video(made).shape == read_video(plain).shape and not torch.equal(read_video(made), read_video(plain))
    assert "marks visible, watermark" in terminal("verify", made).out
    hidden = terminal.generate(PROMPT, *QUICK, "--watermark-number", "2026").out.split()[0]
    assert "2026" not in hidden and "watermarked-" in hidden


def test_a_number_that_cannot_be_hidden_is_said_before_anything_is_made(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pipeline, "load", lambda *_, **__: pytest.fail("weights were read"))
    assert "must be from 0 to" in terminal.generate(PROMPT, "--watermark-number", "-1").refused()
    assert "must be from 0 to" in terminal("verify", "a.mp4", "--watermark-number", "-1").refused()


def test_without_the_library_there_is_a_way_out(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    for arguments in (("verify", "a.mp4"), ("test-key", "keys")):
        assert 'c2pa-python is not installed — pip install "minisora[sign]"' in terminal(*arguments).refused()
    assert 'pip install "minisora[sign]"' in terminal.generate(PROMPT, "--sign", "keys").refused()
