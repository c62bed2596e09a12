"""The page for films in a real browser, as `minisora studio --film` opens it: type, mend, preview, save, film."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install playwright)")
pytest.importorskip("voila", reason="needs voila (pip install voila)")

from minisora.film import read_script  # noqa: E402
from tests.course.notebooks.test_lab import CHROMIUM, PATIENCE  # noqa: E402
from tests.course.studio.test_studio_page import NAMELESS, loaded, served, with_planner  # noqa: E402

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs signals"),
    # One server after the other: both want one port.
    pytest.mark.xdist_group("tests/course/studio/test_studio_page.py"),
]


def test_write_a_storyboard_and_film_it(weights: Path, tmp_path: Path) -> None:
    with (
        served(with_planner(weights, tmp_path / "weights"), tmp_path, "--film") as url,
        playwright.sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE)
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None)
        loaded(page, url, page.get_by_text("17.5 of 20 s"))
        assert page.evaluate(NAMELESS) == 0

        # A slip is named while one types, and a press mends it.
        shot = page.get_by_label("Shot 1", exact=True)
        shot.fill("{hero} movse right")
        page.get_by_role("alert").filter(has_text="unknown word “movse”").wait_for()
        page.get_by_role("button", name="moves", exact=True).click()
        page.wait_for_function("input => input.value === '{hero} moves right'", arg=shot.element_handle())

        # A new shot, begun with a character's chip.
        page.get_by_role("button", name="Add a shot").press("Enter")
        last = page.get_by_label("Shot 7", exact=True)
        last.wait_for()
        page.get_by_role("button", name="+ wolf").last.press("Enter")
        page.wait_for_function("input => input.value === '{wolf} '", arg=last.element_handle())
        last.fill("{wolf} spins")
        page.get_by_text("19.5 of 20 s").wait_for()
        page.get_by_text("Every shot can be filmed").wait_for()

        # A shot goes up and keeps the focus, so that the next press moves it on; one that goes leaves the others alone.
        page.get_by_role("button", name="Earlier 4").focus()
        for number in (3, 2):
            page.keyboard.press("Enter")
            page.wait_for_function(f"document.activeElement.textContent === 'Earlier {number}'")
        for number in (3, 4):
            page.get_by_role("button", name=f"Earlier {number}").press("Enter")
        first = page.get_by_label("Shot 1", exact=True).element_handle()
        page.get_by_role("button", name="Add a shot").press("Enter")
        page.get_by_role("button", name="Remove 8").press("Enter")
        page.get_by_label("Shot 8", exact=True).wait_for(state="detached")
        assert first.is_visible()

        # How fast, along which way, and with which seed: in fields that a press unfolds.
        assert not page.get_by_label("Pace 7").is_visible()
        page.get_by_role("button", name="More 7").press("Enter")
        page.get_by_label("Pace 7").fill("9")
        page.get_by_label("Path 7").focus()
        page.get_by_role("alert").filter(has_text="pace 9: must be from 0.25 to 3").wait_for()
        page.get_by_label("Pace 7").fill("2")
        page.get_by_label("Path 7").fill("0.2,0.2 0.8,0.8")
        page.get_by_label("Seed 7").fill("5")
        page.keyboard.press("Tab")
        page.get_by_role("img", name="path of shot 7").wait_for()
        page.get_by_text("Every shot can be filmed").wait_for()
        assert page.evaluate(NAMELESS) == 0
        page.get_by_role("button", name="Preview 7").press("Enter")
        page.get_by_role("img", name="shot 7: a large blue square spins").wait_for()

        page.get_by_role("button", name="Make the film").press("Enter")
        page.get_by_label("film: The chase").wait_for()
        page.get_by_text("by the judge").wait_for()
        page.screenshot(path=str(tmp_path / "page.png"), full_page=True)
        script = read_script(tmp_path / "out" / "the-chase.yaml")
        shot = script.shots[6]
        assert shot.say == "{wolf} spins" and script.seconds == 19.5
        assert (shot.pace, shot.path, shot.seed) == (2, ((0.2, 0.2), (0.8, 0.8)), 5)
        assert (tmp_path / "out" / "the-chase.mp4").stat().st_size > 0

        # Loaded again, the page has what was written.
        loaded(page, url, page.get_by_text("19.5 of 20 s"))
        assert page.get_by_label("Path 7").input_value() == "0.2,0.2 0.8,0.8"
        assert [each for each in outside if not each.startswith(("data:", "blob:"))] == []
        browser.close()
