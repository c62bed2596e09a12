"""A chapter in JupyterLab, in a real browser: it runs, and moving a slider changes the picture."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from minisora.course.notebooks import compose

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install playwright)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")

SOURCE = compose.sources(["02"])[0]
PATIENCE = 180_000  #: Milliseconds for what a busy machine may take.
RAN = "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
BEGUN = RAN + r".some(prompt => /\[(\*|\d+)\]/.test(prompt.innerText))"
DONE = RAN + r".every(prompt => /\[\d+\]/.test(prompt.innerText))"


@contextlib.contextmanager
def lab(root, settings):
    """JupyterLab on a free port, with settings of its own and no look at the user's. Yields address and token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR")
    own = {name: str(settings / name) for name in (*folders, "JUPYTERLAB_WORKSPACES_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    command += [f"--ServerApp.root_dir={root}", "--LabApp.extension_manager=readonly"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]
    environment = {**os.environ, **own, "MINISORA_PROFILE": "fast"}
    with (settings / "lab.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, settings / "lab.log")
            yield f"http://127.0.0.1:{port}", token
        finally:
            server.terminate()  # it shuts its kernels down too
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(20)
            server.kill()


def wait_for(address, server, log):
    end = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < end and server.poll() is None, log.read_text()[-2000:]
            time.sleep(0.2)


def run_all(page):
    """'Run All Cells' is dropped silently while the kernel still connects: ask again until a prompt shows a number."""
    for _ in range(10):
        page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content").first.click()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with contextlib.suppress(playwright.TimeoutError):
            page.wait_for_function(BEGUN, timeout=5000)
            break
    page.wait_for_function(DONE, timeout=PATIENCE)


@contextlib.contextmanager
def opened(folder):
    """The page ``chapter.ipynb`` of a folder in JupyterLab, its kernel ready. Yields it and all addresses it asked."""
    settings = folder / "settings"
    settings.mkdir(exist_ok=True)
    with lab(folder, settings) as (address, token), playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/lab/tree/chapter.ipynb?token={token}&reset", timeout=PATIENCE)
        page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=PATIENCE)
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=PATIENCE)
        yield page, asked
        browser.close()


def short_page(book):
    """Of a notebook what its explorer needs: JupyterLab renders only what is near the window."""
    needed, parts = ("begin(", "scene =", "def count", "def summary"), ("patchify", "unpatchify", "block_flops")
    cells = []
    for cell in book.cells:
        if cell.metadata.get("exercise", cell.metadata.get("check")) in parts or any(n in cell.source for n in needed):
            cells += [cell] if cell.cell_type == "code" else []
        if name := cell.metadata.get("check") if cell in cells else None:
            cells.append(new_code_cell(f"{name} = use({name}={name})"))
    book.cells = cells
    return book


def test_a_slider_changes_the_picture(tmp_path):
    book = short_page(compose.with_references(compose.compose(SOURCE)))
    nbformat.write(book, tmp_path / "chapter.ipynb")
    with opened(tmp_path) as (page, asked):
        run_all(page)
        picture = page.locator(".jp-OutputArea .widget-html img").last
        picture.wait_for(timeout=PATIENCE)
        before = picture.get_attribute("src")
        handle = page.locator(".jp-OutputArea .widget-slider .noUi-handle").first
        handle.focus()
        page.keyboard.press("ArrowRight")
        changed = "before => [...document.querySelectorAll('.widget-html img')].at(-1).src !== before"
        page.wait_for_function(changed, arg=before, timeout=PATIENCE)
        assert [url for url in asked if not url.startswith(("data:", "blob:")) and "127.0.0.1" not in url] == []


def test_an_unsolved_page_runs_to_its_end_and_keeps_its_pictures_when_it_is_saved_and_opened_again(tmp_path):
    path = tmp_path / "chapter.ipynb"
    nbformat.write(short_page(compose.learners_copy(compose.compose(SOURCE))), path)
    still = "[id*=still-]"
    with opened(tmp_path) as (page, _):
        run_all(page)
        page.locator(".jp-OutputArea .widget-html img").last.wait_for(timeout=PATIENCE)
        assert page.locator(still).count() == 1 and not page.locator(still).is_visible()
        page.keyboard.press("Control+s")
        end = time.monotonic() + PATIENCE / 1000
        while "still-" not in path.read_text(encoding="utf-8"):
            assert time.monotonic() < end, "the page is not saved"
            time.sleep(0.2)
    saved = nbformat.read(path, as_version=4)
    failed = [cell.metadata.get("check") for cell in saved.cells if cell.id in compose.errors(saved)]
    assert failed == [cell.metadata["check"] for cell in saved.cells if "check" in cell.metadata]
    with opened(tmp_path) as (page, _):  # another server: whatever lived is gone
        page.locator(f"{still} img").first.wait_for(state="visible", timeout=PATIENCE)
