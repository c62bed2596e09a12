"""What a chapter begins with: versions, the profile, and a command that examines notebooks."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from minisora.cli import main
from minisora.course import begin, progress, start
from minisora.course.exercises import chapter_exercises
from minisora.errors import UserError


def test_a_chapter_begins_by_saying_what_runs(capsys):
    begin("02")
    assert capsys.readouterr().out.startswith("Chapter 02 · minisora ")


@pytest.mark.parametrize(("wanted", "says"), [("torch<1", "torch .* is outside <1"), ("no-such", "not installed")])
def test_wrong_versions_are_named_with_the_way_out(monkeypatch, wanted, says):
    monkeypatch.setattr(start, "requirements", lambda extra: [Requirement(wanted)])
    with pytest.raises(UserError, match=rf"{says}.*chapter 02.*pip install"):
        begin("02")


def test_a_missing_package_is_named_with_the_way_out_before_anything_can_begin():
    command = "import sys; sys.modules['matplotlib'] = None; from minisora.course import begin"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("minisora.errors.UserError: matplotlib is not installed, and the chapters need it")
    assert "pip install -c requirements.lock" in last


def test_a_chapter_names_its_exercises_and_leaves_what_is_there(monkeypatch):
    mine = object()
    shell = SimpleNamespace(user_ns={"patchify": mine})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    begin("02")
    assert shell.user_ns["patchify"] is mine
    assert shell.user_ns.keys() == {exercise.name for exercise in chapter_exercises("02")}
    with pytest.raises(NotImplementedError, match="its cell has not run to its end"):
        shell.user_ns["unpatchify"](1)


def test_an_unknown_profile_is_refused():
    command = [sys.executable, "-c", "import minisora.course.profile"]
    done = subprocess.run(command, env={**os.environ, "MINISORA_PROFILE": "quick"}, capture_output=True, text=True)
    assert done.returncode != 0 and "must be full or fast" in done.stderr


def test_progress_goes_through_everything(capsys):
    assert list(progress(range(3), "counting")) == [0, 1, 2]
    assert "counting" in capsys.readouterr().err


def test_the_command_names_what_it_cannot_read(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["check", "02", str(tmp_path / "nothing.ipynb")])
    assert ended.value.code == 2 and "nothing.ipynb" in capsys.readouterr().err
