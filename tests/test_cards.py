"""The cards say what the weights' own cards and the scores say: ``python docs/cards.py`` writes them anew."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
WRITTEN = runpy.run_path(str(DOCS / "cards.py"))


@pytest.mark.parametrize("name", sorted(WRITTEN["PAGES"]))
def test_cards_are_not_stale(name: str) -> None:
    said = (DOCS / name).read_text(encoding="utf-8")
    assert said == WRITTEN["PAGES"][name](), "python docs/cards.py"
