"""Commands as somebody types them, and how they end."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from minisora.cli import main

PROMPT = "a red circle moves right"


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    def refused(self) -> str:
        """The one line of complaint."""
        assert self.code == 2, self
        assert self.out == ""
        lines = [line for line in self.err.splitlines() if line]
        assert len(lines) == 1, lines
        assert lines[0].startswith("error: ")
        assert len(lines[0]) < 400
        return lines[0].removeprefix("error: ")


class Terminal:
    """Runs commands in a fresh folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str], weights: Path) -> None:
        self.capsys, self.weights = capsys, weights

    def __call__(self, *arguments: str) -> Ended:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = self.capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    def generate(self, prompt: str = PROMPT, *options: str) -> Ended:
        return self("generate", prompt, "--weights", str(self.weights), "--device", "cpu", *options)
