"""The world of chapter 16 in a real browser, as `minisora studio --play` opens it: keys, buttons, and live."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install playwright)")
pytest.importorskip("voila", reason="needs voila (pip install voila)")

from tests.course.notebooks.test_lab import CHROMIUM, PATIENCE  # noqa: E402
from tests.course.studio.test_studio_page import NAMELESS, opened, served  # noqa: E402

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs signals"),
    # One server after the other: both want one port.
    pytest.mark.xdist_group("tests/course/studio/test_studio_page.py"),
]


def frame(page: Any) -> int:
    found = re.search(r"frame (\d+)", page.get_by_text(re.compile(r"Room \d")).inner_text())
    assert found is not None
    return int(found[1])


def test_walk_by_keys_and_buttons_and_let_time_go_by(weights: Path, tmp_path: Path) -> None:
    with served(weights, tmp_path, "--play") as url, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE)
        opened(page, url, "dreamt: the room")
        assert frame(page) == 0 and page.evaluate(NAMELESS) == 0
        page.get_by_role("button", name="right").press("Enter")
        page.get_by_text("frame 1:").wait_for()
        page.get_by_label("Keys").press_sequentially("wasd", delay=200)
        page.get_by_text("frame 5:").wait_for()
        page.get_by_role("button", name="Live").press("Enter")
        page.wait_for_function("() => /frame [1-9][0-9]/.test(document.body.innerText)")
        page.get_by_role("button", name="Another room").press("Enter")
        page.get_by_text("Room 1").wait_for()
