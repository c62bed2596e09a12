from __future__ import annotations

import subprocess
import sys

import pytest

import minisora.worlds as worlds

SAY = "import sys; from minisora.cli import main\ntry: main(['words'])\nfinally: print('torch' in sys.modules)"
MODULES_FIRST = """
import minisora.worlds.caption, minisora.worlds.render
from minisora.worlds import caption, render
print(caption.__name__, render.__name__)
"""


def test_words_are_listed_without_what_draws_them() -> None:
    done = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True)
    assert "circle" in done.stdout and done.stdout.split()[-1] == "False"


def test_functions_are_not_hidden_by_the_modules_of_their_names() -> None:
    done = subprocess.run([sys.executable, "-c", MODULES_FIRST], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["caption", "render"]


def test_every_name_is_there_and_no_other() -> None:
    assert all(getattr(worlds, name) is not None for name in worlds.__all__)
    with pytest.raises(AttributeError, match="no attribute 'circle'"):
        worlds.circle  # type: ignore[attr-defined]  # noqa: B018
