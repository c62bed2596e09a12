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

from minisora.course.notebooks import compose

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install playwright)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")

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


def test_a_slider_changes_the_picture(tmp_path):
    source = compose.sources(["02"])[0]
    book = compose.with_references(compose.compose(source))
    explorer = next(cell for cell in book.cells if "explore(" in cell.source and "import" not in cell.source)
    # JupyterLab renders only what is near the window: keep the page down to what the explorer needs.
    needed = ("begin(", "scene =", "exercise", "def count", "def summary")
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    book.cells = [c for c in code if c is explorer or "exercise" in c.metadata or any(n in c.source for n in needed)]
    nbformat.write(book, tmp_path / "chapter.ipynb")
    settings = tmp_path / "settings"
    settings.mkdir()
    with lab(tmp_path, settings) as (address, token), playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        outside = []
        page.on("request", lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None)
        page.goto(f"{address}/lab/tree/chapter.ipynb?token={token}&reset", timeout=PATIENCE)
        page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=PATIENCE)
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=PATIENCE)
        run_all(page)
        picture = page.locator(".jp-OutputArea .widget-html img").last
        picture.wait_for(timeout=PATIENCE)
        before = picture.get_attribute("src")
        handle = page.locator(".jp-OutputArea .widget-slider .noUi-handle").first
        handle.focus()
        page.keyboard.press("ArrowRight")
        changed = "before => [...document.querySelectorAll('.widget-html img')].at(-1).src !== before"
        page.wait_for_function(changed, arg=before, timeout=PATIENCE)
        assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []
        browser.close()
