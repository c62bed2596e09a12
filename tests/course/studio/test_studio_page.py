"""The Studio in a real browser, as `make studio` opens it: type a prompt, press generate, see a clip."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import minisora
from minisora.checkpoint import save_checkpoint
from minisora.course.studio.order import POWERS
from minisora.pipeline import Pipeline
from tests.conftest import planned

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install playwright)")
pytest.importorskip("voila", reason="needs voila (pip install voila)")

from tests.course.notebooks.test_lab import CHROMIUM, PATIENCE  # noqa: E402

playwright.expect.set_options(timeout=PATIENCE)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs signals"),
]

ROOT = Path(minisora.__file__).parents[1]
LOADED = "image => image.complete && image.naturalWidth > 0"
KERNEL = "() => JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
#: Inputs without a label, and buttons in sight without a text.
NAMELESS = """() => [...document.querySelectorAll('.minisora-studio :is(input, select, button)')].filter(each =>
    each.offsetParent && !(each.labels?.[0]?.innerText || each.innerText).trim()).length"""


@contextlib.contextmanager
def started(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command that serves a page, with a terminal that is a file; ends it as Ctrl-C does."""

    def listen() -> None:  # a shell's background jobs, and what they start, are deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with log.open("w") as file:
        server = subprocess.Popen(
            command, stdout=file, stderr=file, env=environment, start_new_session=True, preexec_fn=listen
        )
    try:
        yield server
    finally:
        os.killpg(server.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


@contextlib.contextmanager
def served(weights: Path, folder: Path, *more: str) -> Iterator[str]:
    """The page on a port of this process's own, apart from the user's settings. Yields its address."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{name: str(folder / name) for name in names}, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "minisora", "studio", "--no-browser", "--weights", str(weights)]
    command += ["--out", str(folder / "out"), *more]

    log, code = folder / "studio.log", None
    for left in reversed(range(3)):
        port = 20_000 + os.getpid() % 10_000 + left  # the usual one may be taken, and those above 32,767 are given away
        with started([*command, "--port", str(port)], log, environment) as server:
            url = address(log, server)
            answered = answers(url)  # once in many runs of a busy machine it never does
            if answered or not left:
                yield url
        code = server.returncode
        if answered:
            break
    assert code == 0, log.read_text()[-2000:]
    # The terminal shows the address, and speaks of nothing else (but of kernels that this test asks for in vain).
    said = [line for line in log.read_text().splitlines() if line and not line.startswith("404 GET /api/kernels/")]
    assert len(said) == 1 and said[0].startswith("The Studio: http://"), said


def address(log: Path, server: subprocess.Popen[bytes]) -> str:
    """What the command printed, once somebody listens there."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end and server.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\S+", log.read_text())
        with contextlib.suppress(OSError):
            if found is not None:
                socket.create_connection(("127.0.0.1", int(found[1])), timeout=5).close()
                return found[0]
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-2000:])


def answers(url: str) -> bool:
    """Whether the page's own server speaks there: it alone knows the token, and says that there is no such kernel."""
    try:
        return ended(url, "00000000-0000-0000-0000-000000000000")
    except OSError:
        return False


def opened(page: Any, url: str, image: str) -> None:
    """The page with a picture of this name."""
    loaded(page, url, page.get_by_role("img", name=image))


def loaded(page: Any, url: str, wanted: Any, *, tries: int = 3) -> None:
    """The page with what is wanted of it; once in many runs of a busy machine it stays empty and is loaded again."""
    for left in reversed(range(tries)):
        page.goto(url, wait_until="commit")
        try:
            return wanted.wait_for(timeout=PATIENCE)
        except playwright.TimeoutError:
            if not left:
                raise


def with_planner(weights: Path, folder: Path) -> Path:
    """The same weights in a folder where a planner lies beside them."""
    shutil.copytree(weights, folder)
    more = planned(Pipeline.load(weights, device="cpu"))
    assert more.planner is not None
    about = {"kind": "planner", "settings": asdict(more.planner.config), "codec": more.card["latents"]}
    save_checkpoint(folder, "planner", more.planner.state_dict(), about)
    card = {**json.loads((folder / "text-to-video.json").read_text()), "settings": asdict(more.dit.config)}
    save_checkpoint(folder, "text-to-video", more.dit.state_dict(), card)
    return folder


def ended(url: str, kernel: str) -> bool:
    """Whether a page's kernel ends, and soon: it takes half a gigabyte."""
    place, token = url.split("?")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{place}api/kernels/{kernel}?{token}", timeout=30).close()
        except urllib.error.HTTPError as error:
            return error.code == 404
        time.sleep(0.2)
    return False


def test_type_a_prompt_press_generate_see_a_clip(weights: Path, tmp_path: Path) -> None:
    with served(weights, tmp_path) as url, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(viewport={"width": 1100, "height": 900})  # which outlives the page
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None)

        # It opens with a clip of the prompt that stands there.
        opened(page, url, "clip: a red circle moves right")
        prompt = page.get_by_label("Prompt")

        # An unknown word is named while one types, and a press puts a known one in its place.
        prompt.fill("a pnik grene sta")
        page.get_by_role("alert").filter(has_text="unknown word “pnik”").wait_for()
        page.get_by_role("alert").filter(has_text="unknown word “grene”").wait_for()
        prompt.fill("a pink sta")
        page.get_by_role("button", name="purple", exact=True).click()
        page.wait_for_function("input => input.value === 'a purple sta'", arg=prompt.element_handle())
        page.wait_for_function("() => document.querySelector('datalist option')?.value === 'a purple star'")
        page.wait_for_function("input => document.activeElement === input", arg=prompt.element_handle())

        # The rest by the keyboard alone.
        page.keyboard.type("r spins")
        page.wait_for_function("() => !document.querySelector('datalist option')")  # the kernel knows all of it
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # on Generate
        clip = page.get_by_role("img", name="clip: a purple star spins")
        clip.wait_for()
        page.wait_for_function(LOADED, arg=clip.element_handle())
        assert clip.get_attribute("src").startswith("data:image/gif")

        assert page.evaluate(NAMELESS) == 0
        press = page.get_by_role("button", name="Save mp4")
        press.press("Enter")
        note = page.get_by_text("saved as")
        note.wait_for()
        gap = note.bounding_box()["y"] - press.bounding_box()["y"]
        assert 0 < gap < 100  # pixels: by the button
        with page.expect_download() as download:  # which is no way to leave the page
            page.get_by_text("download a copy").click()
        assert download.value.suggested_filename == "a-purple-star-spins-0.mp4"
        assert (tmp_path / "out" / "a-purple-star-spins-0.mp4").stat().st_size > 0
        page.get_by_label("AI in a corner").press("Space")
        press.press("Enter")
        page.get_by_text("a-purple-star-spins-0-marked.mp4").wait_for()

        # A picture of one's own is put on the screen, and moves.
        Image.new("RGB", (90, 60), (200, 0, 0)).save(tmp_path / "mine.png")
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Open").press("Enter")
        chooser.value.set_files(tmp_path / "mine.png")
        page.get_by_role("img", name="clip: mine.png").wait_for()
        page.get_by_label("Begin with").select_option("the first picture on the screen")
        page.get_by_role("button", name="Generate").press("Enter")
        page.get_by_role("status").filter(has_text="the first picture on the screen").wait_for()
        page.get_by_label("Begin with").select_option("the words alone")

        # A camera zooms in.
        page.get_by_label("Camera").select_option("zooms in")
        page.get_by_role("button", name="Generate").press("Enter")
        page.get_by_role("status").filter(has_text="camera zooms in").wait_for()
        page.get_by_label("Camera").select_option("stands still")

        # A number that cannot be stays as it was typed, and what is wrong with it stands below.
        page.get_by_label("Steps").fill("0")
        page.get_by_label("Seed").fill("5")
        page.get_by_role("alert").filter(has_text="steps 0: must be from 1 to 1000").wait_for()
        assert page.get_by_label("Steps").input_value() == "0"
        rows = page.get_by_role("button", name="Bring back")
        playwright.expect(rows).to_have_count(5)

        # Whoever stands on a row stands there still when a clip arrives, and brings back what is beside it.
        page.get_by_label("Steps").fill("3")
        page.get_by_label("Seed").fill("6")
        page.get_by_role("alert").filter(has_text="steps 0").wait_for(state="detached")
        oldest = rows.last.element_handle()
        oldest.focus()
        page.get_by_role("button", name="Generate").evaluate("button => button.click()")  # which takes no focus
        playwright.expect(rows).to_have_count(6)
        assert oldest.evaluate("row => row === document.activeElement")
        page.keyboard.press("Enter")
        page.get_by_role("img", name="clip: a red circle moves right").wait_for()
        playwright.expect(prompt).to_have_value("a red circle moves right")
        playwright.expect(page.get_by_label("Seed")).to_have_value("0")

        # Loaded again, the page has its history and its prompt, and the kernel that it had is ended.
        prompt.fill("a white ring bou")
        page.wait_for_function("() => document.querySelector('datalist option')?.value === 'a white ring bounce'")
        before = page.evaluate(KERNEL)
        opened(page, url, "clip: a purple star spins")
        assert page.get_by_label("Prompt").input_value() == "a white ring bou"
        assert page.get_by_role("button", name="Bring back").count() == 6
        after = page.evaluate(KERNEL)
        assert after != before
        assert ended(url, before)
        page.close(run_before_unload=True)
        assert ended(url, after)
        assert [each for each in outside if not each.startswith(("data:", "blob:"))] == []
        browser.close()


#: Which square lies under the middle of each square, as it is called, and whether it ends where the picture ends.
OVER = """image => {
    const frame = image.getBoundingClientRect();
    const squares = [...document.querySelectorAll('.ms-squares button')];
    const boxes = squares.map(each => each.getBoundingClientRect());
    const far = (a, b) => Math.abs(a - b) > 1.5;
    const ends = [["left", Math.min], ["top", Math.min], ["right", Math.max], ["bottom", Math.max]];
    return {
        away: ends.filter(([end, most]) => far(most(...boxes.map(box => box[end])), frame[end])).map(([end]) => end),
        hidden: squares.filter((each, i) => each !== document.elementFromPoint(
            (boxes[i].left + boxes[i].right) / 2, (boxes[i].top + boxes[i].bottom) / 2)).map(each => each.innerText),
        names: squares.map(each => each.innerText),
    };
}"""
ALONE, PATH, PART = (POWERS[name] for name in ("words", "path", "part"))


def test_squares_by_mouse_and_by_keyboard(weights: Path, tmp_path: Path) -> None:
    with served(with_planner(weights, tmp_path / "weights"), tmp_path) as url, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_context(viewport={"width": 1100, "height": 1000}).new_page()
        page.set_default_timeout(PATIENCE)
        opened(page, url, "clip: a red circle moves right")
        power, generate = page.get_by_label("Begin with"), page.get_by_role("button", name="Generate")
        image = page.locator(".ms-screen img")

        def square(name: str) -> Any:
            return page.get_by_role("button", name=name, exact=True)

        # There is a square on each token of the clip, on top of whatever is drawn, and Generate says what to do.
        assert page.locator(".ms-squares button:visible").count() == 0
        power.select_option(PART)
        square("row 4, column 4").wait_for()
        over = page.evaluate(OVER, image.element_handle())
        assert (over["away"], over["hidden"]) == ([], [])
        assert over["names"] == [f"row {row}, column {column}" for row in range(1, 5) for column in range(1, 5)]
        page.get_by_role("status").filter(has_text="Mark the squares that are to be new").wait_for()
        generate.press("Enter")
        page.get_by_role("alert").filter(has_text="no square is marked").wait_for()

        # By mouse, somewhere on the picture; by keyboard, from square to square, which keep the focus.
        frame = image.bounding_box()
        page.mouse.click(frame["x"] + 0.7 * frame["width"], frame["y"] + 0.3 * frame["height"])
        square("row 2, column 3, marked").wait_for()
        square("row 1, column 1").focus()
        page.keyboard.press("Space")
        square("row 1, column 1, marked").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        second = square("row 1, column 2, marked")
        second.wait_for()
        assert second.evaluate("each => each === document.activeElement")
        assert second.evaluate("each => parseFloat(getComputedStyle(each).outlineWidth)") >= 2
        assert page.evaluate(OVER, image.element_handle())["hidden"] == []
        page.get_by_role("status").filter(has_text="3 of 16 squares are new").wait_for()
        assert page.evaluate(NAMELESS) == 0

        generate.press("Enter")
        page.get_by_role("status").filter(has_text=f"{PART} (3)").wait_for()
        assert square("row 1, column 2, marked").is_visible()  # marks outlive the clip

        # A path is marked on the size that is chosen; its order is written into the squares.
        power.select_option(PATH)
        page.get_by_label("Height × width").select_option("48 × 80, wide")
        square("row 3, column 5").wait_for()
        assert len(page.evaluate(OVER, image.element_handle())["names"]) == 15
        for i, place in enumerate(("row 3, column 1", "row 1, column 3", "row 3, column 5"), 1):
            square(place).click()
            square(f"{place}, number {i}").wait_for()
        assert page.locator(".ms-board svg text").all_text_contents() == ["1", "2", "3"]
        generate.press("Enter")
        page.get_by_role("status").filter(has_text=f"48×80 · {PATH} (3)").wait_for()
        assert page.evaluate(OVER, image.element_handle())["away"] == []

        # Loaded again, the page has them; Clear takes them away, and those of the other power stay.
        opened(page, url, "clip: a red circle moves right")
        square("row 1, column 3, number 2").wait_for()
        clear = page.get_by_role("button", name="Clear", exact=True)
        clear.press("Enter")
        square("row 1, column 3").wait_for()
        assert clear.evaluate("each => each === document.activeElement")
        power.select_option(PART)
        square("row 2, column 3, marked").wait_for()
        power.select_option(ALONE)
        page.locator(".ms-squares").wait_for(state="hidden")
        browser.close()
