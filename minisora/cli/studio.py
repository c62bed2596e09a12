"""`minisora studio`."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from minisora.errors import UserError
from minisora.processors import wait_asleep

#: The notebook that the page is made of.
CODE = """from minisora.course.page import Page

Page({weights!r}, first={first!r}, folder={out!r}, memory={memory!r}, sign={sign!r}).widget"""

INTRODUCTION = "# minisora · Studio\n\nClips, films, and a world to play in: made on this machine and nowhere else."

#: Seconds after which the kernel of a page that is gone is ended, if the page could not say that it goes (it crashed,
#: or was closed while it was opening); and how often that is looked at.
GONE, LOOK = 120, 30

#: Voilà's settings. A page that is closed or loaded again asks the server to end its kernel; the server refuses (403)
#: unless the page has the cookie against cross-site requests, which Voilà never sets: the hook does. Of the times of
#: pings and of unencrypted sockets the terminal would speak otherwise.
CONFIG = """import zmq

c = get_config()  # noqa: F821


def give_the_cookie(request, notebook, cwd):
    request.xsrf_token


c.VoilaConfiguration.prelaunch_hook = give_the_cookie
c.VoilaConfiguration.extension_allowlist = {extensions!r}
c.VoilaConfiguration.template = "minisora"
c.Voila.ip = "127.0.0.1"
c.Voila.port = {port!r}
c.Voila.port_retries = 0  # the address that was said, or none
c.Voila.token = {token!r}
c.Voila.log_level = "ERROR"
c.Voila.tornado_settings = {{"ws_ping_interval": 30_000, "ws_ping_timeout": 30_000}}
if zmq.has("curve"):
    c.KernelManager.transport_encryption = "auto"
c.MappingKernelManager.cull_idle_timeout = {gone!r}
c.MappingKernelManager.cull_interval = {look!r}
"""

#: Of JupyterLab's extensions those that show widgets; others were made for another JupyterLab than Voilà's.
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]

#: Voilà's page without what it would load from the network, and with the panel in the middle.
TEMPLATE = """{%- extends 'voila/templates/lab/index.html.j2' -%}
{% import "spinner.macro.html.j2" as spinner %}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
{{ super.super() }}
<style>
html, body.jp-Notebook, #main { background: var(--jp-layout-color0, white) !important; }
body.jp-Notebook { padding: 0; }
#rendered_cells { padding: 28px max(20px, calc(50% - 430px)) 60px !important; }
.jp-Cell { padding: 0 !important; }
.jp-OutputPrompt, .jp-InputPrompt, .jp-OutputArea-prompt, .jp-CodeCell .jp-InputArea { display: none !important; }
.jp-OutputArea, .jp-OutputArea-child { overflow: visible !important; }
.jp-OutputArea-output { overflow: visible !important; padding: 0 !important; }
.jp-RenderedMarkdown h1 { font-size: 22px !important; font-weight: 600; margin: 0 0 2px !important; }
.jp-RenderedMarkdown p { color: #5f6368; margin: 0 0 16px !important; }
.jp-RenderedMarkdown .anchor-link, .spinner-container { display: none !important; }
#loading_text { font-size: 0; }
#loading_text::after { content: "Opening the Studio …"; font-size: 18px; font-weight: 400; color: #5f6368; }
#gone { position: fixed; z-index: 1000; inset: 0 0 auto; padding: 10px 20px; text-align: center; }
#gone { background: #b3401a; color: white; }
.ms-play .ms-keys { display: none; }
</style>
<script>
// The page says so when nobody answers any more, and a page out of the browser's memory has no kernel.
const watching = setInterval(async () => {
  const config = document.getElementById("jupyter-config-data");
  if (!config) return;
  const {baseUrl, kernelId} = JSON.parse(config.textContent);
  const status = await fetch(`${baseUrl}api/kernels/${kernelId}`).then(answer => answer.status, () => 0);
  if (status !== 0 && status !== 404) return;
  clearInterval(watching);
  const says = document.createElement("div");
  says.id = "gone";
  says.setAttribute("role", "alert");
  says.textContent = status ? "This page has lost its connection. Load it again: history and prompt are kept."
    : "The Studio has been ended. Start it again, and open the address that it prints.";
  document.body.append(says);
}, 5000);
// In the world to play in keys act, wherever one is on the page but in a field or on a tab.
addEventListener("keydown", event => {
  const world = [...document.querySelectorAll(".ms-play")].find(each => each.offsetParent);
  if (!world || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, [role=tab]")) return;
  const key = event.key.toLowerCase().replace("arrow", "");
  const name = {w: "up", a: "left", s: "down", d: "right"}[key] || key;
  if (!["up", "left", "down", "right"].includes(name)) return;
  event.preventDefault();  // arrows would scroll
  world.querySelector(`.ms-pad button[title="${name}"]`).click();
});
addEventListener("pageshow", event => event.persisted && location.reload());
</script>
{%- endblock notebook_css -%}
"""


def studio(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Another one is taken if it is in use.")] = 8866,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    out: Annotated[Path, typer.Option(help="Folder that clips are saved in.")] = Path("out"),
    weights: Annotated[
        Path | None, typer.Option(help="Text-to-video weights, or their folder.", show_default="the shipped ones")
    ] = None,
    sign: Annotated[
        Path | None,
        typer.Option(
            help="Sign what is saved (C2PA): a folder with key.pem and chain.pem, or a PEM file with both.",
            show_default="unsigned",
        ),
    ] = None,
    play: Annotated[
        bool, typer.Option("--play", help="Open it with Play, the world of chapter 16 to walk in.")
    ] = False,
    film: Annotated[bool, typer.Option("--film", help="Open it with Film, a storyboard to write and film.")] = False,
) -> None:
    """Open the Studio on a page of its own: clips, films, a world to play in. Only this machine can reach it."""
    if importlib.util.find_spec("voila") is None:
        raise UserError('voila is not installed — pip install "minisora[course]" (see minisora doctor)')
    if play and film:
        raise UserError("--play and --film: the page opens with one of them — leave the other out")
    if sign is not None:
        from minisora.provenance import Keys

        Keys.load(sign)  # what is wrong with them is said here, and not in the page
    port, token = free_port(port), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="minisora-studio-") as name:
        first = "play" if play else "film" if film else "clips"
        page = write_page(
            Path(name),
            out=out.absolute(),
            weights=weights and weights.absolute(),
            sign=sign and sign.absolute(),
            first=first,
        )
        write_config(Path(name), port=port, token=token)
        command = [sys.executable, "-m", "voila", str(page), *([] if browser else ["--no-browser"])]
        wait_asleep()
        environment = dict(os.environ)
        for variable in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
            environment[variable] = os.pathsep.join([name, *filter(None, [os.environ.get(variable)])])
        print(f"The Studio: http://127.0.0.1:{port}/?token={token} (Ctrl-C ends it)", flush=True)
        server = subprocess.Popen(command, env=environment)
        try:
            raise typer.Exit(server.wait())
        except KeyboardInterrupt:  # the way to end it, and no error
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                server.wait(10)
        finally:
            server.kill()
            server.wait()


def write_page(
    folder: Path, *, out: Path, weights: Path | None = None, sign: Path | None = None, first: str = "clips"
) -> Path:
    """The page's notebook, and its template where Voilà finds it when ``folder`` is in ``JUPYTER_PATH``."""
    template = folder / "voila" / "templates" / "minisora"
    template.mkdir(parents=True)
    (template / "conf.json").write_text(json.dumps({"base_template": "lab"}), encoding="utf-8")
    (template / "index.html.j2").write_text(TEMPLATE, encoding="utf-8")
    source = CODE.format(
        out=str(out),
        weights=weights and str(weights),
        sign=sign and str(sign),
        memory=str(folder / "memory"),
        first=first.capitalize(),
    )
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": INTRODUCTION}
    cell = {"cell_type": "code", "execution_count": None, "id": "studio", "metadata": {}, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "title": "minisora · Studio"}
    book = {"cells": [title, {**cell, "source": source}], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "Studio.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def write_config(folder: Path, *, port: int, token: str) -> None:
    """Voilà's settings, where it finds them when ``folder`` is in ``JUPYTER_CONFIG_PATH``; others cannot read them."""
    text = CONFIG.format(port=port, token=token, extensions=EXTENSIONS, gone=GONE, look=LOOK)
    (folder / "voila.py").write_text(text, encoding="utf-8")


def free_port(wanted: int) -> int:
    """The wanted port of 127.0.0.1 if nobody listens there, else another one."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise UserError("no free port on 127.0.0.1 — end a program that listens there")
