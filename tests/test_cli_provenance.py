"""`minisora test-key`, `generate --sign`, `verify`, as somebody types them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from minisora.pipeline import Pipeline
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
    assert (ended.code, ended.err, len(ended.out.splitlines())) == (1, "", 1)
    assert "no signature in it — it never had one, or somebody took it out: nobody can tell" in ended.out
    Path("text.mp4").write_text("a video, honestly " * 100)
    Path("empty.mp4").touch()
    Path("half.mp4").write_bytes(Path("a.mp4").read_bytes()[:30])
    for name, message in {
        "a.webm": "no file that can hold a C2PA signature",
        "text.mp4": "no file that can hold a C2PA signature",
        "empty.mp4": "empty.mp4: ",
        "half.mp4": "half.mp4: ",
        "nowhere.mp4": "cannot read nowhere.mp4: no such file or directory — name another file",
        ".": "cannot read .: is a directory — name another file",
    }.items():
        assert message in terminal("verify", name).refused(), name


def test_without_the_library_there_is_a_way_out(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    for arguments in (("verify", "a.mp4"), ("test-key", "keys")):
        assert 'c2pa-python is not installed — pip install "minisora[sign]"' in terminal(*arguments).refused()
    assert 'pip install "minisora[sign]"' in terminal.generate(PROMPT, "--sign", "keys").refused()
