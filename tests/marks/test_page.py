"""The page says what was measured."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_is_that_of_the_measurement() -> None:
    table = runpy.run_path(str(ROOT / "experiments" / "watermark.py"), run_name="watermark")["table"]()
    assert table in (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")
