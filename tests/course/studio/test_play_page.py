"""The world of chapter 16 in a real browser, behind its tab and as `minisora studio --play` opens it."""

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


def moving(page: Any) -> None:
    """Let time go by until it goes as fast as is said: ten frames a second, but for moments of a busy machine."""
    page.get_by_role("button", name="Live").press("Enter")
    page.wait_for_function("() => Number(document.body.innerText.match(/([0-9.]+) frames a second/)?.[1]) >= 9.5")


def test_walk_by_keys_and_buttons_and_let_time_go_by(weights: Path, tmp_path: Path) -> None:
    with served(weights, tmp_path, "--play") as url, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE)
        opened(page, url, "dreamt: the room")
        assert page.get_by_role("tab", selected=True).inner_text() == "Play"
        assert page.get_by_label("Prompt").count() == 0  # nobody has asked for clips
        assert frame(page) == 0 and page.evaluate(NAMELESS) == 0
        page.get_by_role("button", name="right").press("Enter")
        page.get_by_text("frame 1:").wait_for()
        for count, key in enumerate(("w", "a", "S", "d", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"), 2):
            page.keyboard.press(key)
            page.get_by_text(f"frame {count}:").wait_for()
        moving(page)
        page.get_by_role("button", name="Another room").press("Enter")
        page.get_by_text("Room 1").wait_for()
        browser.close()


def test_from_clips_to_the_world_and_back_by_keyboard(weights: Path, tmp_path: Path) -> None:
    with served(weights, tmp_path) as url, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE)
        opened(page, url, "clip: a red circle moves right")
        assert page.get_by_role("tab").all_inner_texts() == ["Clips", "Film", "Play"]
        assert page.locator(".ms-play, .ms-storyboard").count() == 0  # what nobody has opened is not there
        clip = page.get_by_role("img", name="clip: a red circle moves right")
        before = clip.get_attribute("src")
        page.get_by_label("Prompt").fill("a blue st")

        # Shift and Tab lead to the tabs, arrows from one to the next, Enter opens it, and Tab leads into the room.
        page.get_by_label("Prompt").press("Shift+Tab")
        assert page.evaluate("document.activeElement.innerText") == "Clips"
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        world = page.get_by_role("img", name="dreamt: the room")
        world.wait_for()
        clip.wait_for(state="hidden")
        page.keyboard.press("ArrowLeft")  # on a tab an arrow leads to another tab, and not into a wall
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "↑ up"
        assert frame(page) == 0 and page.evaluate(NAMELESS) == 0
        seen = {world.get_attribute("src")}
        for count, key in enumerate(("ArrowRight", "s", "ArrowLeft", "w"), 1):
            page.keyboard.press(key)
            page.get_by_text(f"frame {count}:").wait_for()
            seen.add(world.get_attribute("src"))
        assert len(seen) >= 3  # there are walls; and the dream's colours are never quite the same
        page.get_by_role("button", name="stay").click()
        page.get_by_text("frame 5:").wait_for()
        moving(page)

        # Back at the clips all is as it was left, and time no longer goes by in the other room.
        page.get_by_role("tab", name="Clips").press("Enter")
        clip.wait_for()
        assert clip.get_attribute("src") == before
        assert page.get_by_label("Prompt").input_value() == "a blue st"
        page.get_by_role("tab", name="Play").click()
        world.wait_for()
        page.wait_for_function("() => !document.querySelector('.ms-time .mod-active')")
        count = frame(page)
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="stay").click()
        page.get_by_text(f"frame {count + 1}:").wait_for()
        browser.close()
