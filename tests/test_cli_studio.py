"""`minisora studio` without a browser: what it hands to Voilà, and how it ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from minisora.cli.studio import free_port, studio, write_page
from minisora.errors import UserError


def test_the_page_is_a_notebook_and_a_template(tmp_path: Path) -> None:
    out = tmp_path / "it's a \\ folder"
    page = write_page(tmp_path, out=out, weights=tmp_path / "w")
    book = json.loads(page.read_text(encoding="utf-8"))
    _, cell = book["cells"]
    tree = compile(cell["source"], "cell", "exec")
    assert str(out) in tree.co_consts
    assert str(tmp_path / "w") in tree.co_consts
    assert str(tmp_path / "memory") in tree.co_consts
    template = (tmp_path / "voila" / "templates" / "minisora" / "index.html.j2").read_text(encoding="utf-8")
    assert "://" not in template


@pytest.mark.parametrize(("option", "room"), [({}, "Clips"), ({"play": True}, "Play"), ({"film": True}, "Film")])
def test_the_page_opens_with_a_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: dict[str, Any], room: str
) -> None:
    sources: list[str] = []

    def run(command: list[str], **_: Any) -> Any:
        sources.append(json.loads(Path(command[3]).read_text(encoding="utf-8"))["cells"][1]["source"])
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", run)
    with pytest.raises(KeyboardInterrupt):
        studio(port=50123, browser=False, out=tmp_path, **option)
    assert f"first={room!r}" in sources[0]


def test_it_opens_with_one_of_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--play and --film: the page opens with one of them"):
        studio(port=50123, browser=False, out=tmp_path, play=True, film=True)


def voila_settings(folder: Path) -> Any:
    """What Voilà reads of its settings there."""
    from traitlets.config.loader import PyFileConfigLoader

    return PyFileConfigLoader("voila.py", path=str(folder)).load_config()


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert free_port(port) not in (0, port)
    assert free_port(port) == port


def test_only_this_machine_and_only_with_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []
    settings: list[Any] = []

    class Server:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            commands.append(command)
            assert Path(command[3]).exists()
            folder = str(Path(command[3]).parent)
            assert folder == env["JUPYTER_PATH"].split(":")[0] == env["JUPYTER_CONFIG_PATH"].split(":")[0]
            settings.append(voila_settings(Path(folder)))

            self.interrupted = len(commands) == 2

        def wait(self, timeout: float | None = None) -> int:
            del timeout
            if self.interrupted:
                self.interrupted = False
                raise KeyboardInterrupt
            return 0

        def kill(self) -> None:
            pass

    monkeypatch.setattr(subprocess, "Popen", Server)
    with pytest.raises(typer.Exit) as ended:
        studio(port=50123, browser=False, out=tmp_path)
    assert ended.value.exit_code == 0
    (command,) = commands
    assert "--no-browser" in command
    assert (settings[0].Voila.ip, settings[0].Voila.port) == ("127.0.0.1", 50123)
    assert settings[0].Voila.port_retries == 0
    token = settings[0].Voila.token
    assert len(token) == 32
    assert not any(token in argument for argument in command)  # which everybody on the machine may read
    assert f"/?token={token}" in capsys.readouterr().out
    assert settings[0].MappingKernelManager.cull_idle_timeout > 0  # pages that crashed
    studio(port=50123, browser=True, out=tmp_path)  # Ctrl-C is the way to end it, and no error
    assert not Path(commands[1][3]).exists()


def test_without_voila(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "voila", None)
    with pytest.raises(UserError, match=r'voila is not installed — pip install "minisora\[course\]"'):
        studio(port=50123, browser=False, out=tmp_path)


def test_bad_keys_are_said_before_there_is_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a page was opened"))
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(UserError, match=r"name a folder with key\.pem and chain\.pem") as said:
        studio(port=50123, browser=False, out=tmp_path, sign=tmp_path)
    assert "\n" not in str(said.value)
    page = write_page(tmp_path, out=tmp_path, sign=tmp_path / "keys")
    assert f"sign={str(tmp_path / 'keys')!r}" in json.loads(page.read_text(encoding="utf-8"))["cells"][1]["source"]
