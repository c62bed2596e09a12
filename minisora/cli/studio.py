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

#: The notebook that the page is made of. The first clip is begun at once, so that there is something to see.
CODE = """from minisora.course import Studio
from minisora.pipeline import Pipeline

weights = {weights!r}
studio = Studio(pipeline=Pipeline.load(weights) if weights else None, folder={out!r})
studio.generate()
studio.widget"""

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
.jp-RenderedMarkdown h1 { font-size: 22px !important; font-weight: 600; margin: 0 0 12px !important; }
.jp-RenderedMarkdown .anchor-link, .spinner-container { display: none !important; }
#loading_text { font-size: 0; }
#loading_text::after { content: "Opening the Studio …"; font-size: 18px; font-weight: 400; color: #5f6368; }
</style>
{%- endblock notebook_css -%}
"""


def studio(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Another one is taken if it is in use.")] = 8866,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    out: Annotated[Path, typer.Option(help="Folder that clips are saved in.")] = Path("out"),
    weights: Annotated[
        Path | None, typer.Option(help="Text-to-video weights, or their folder.", show_default="the shipped ones")
    ] = None,
) -> None:
    """Open the Studio on a page of its own: prompts, a live preview, a history. Only this machine can reach it."""
    if importlib.util.find_spec("voila") is None:
        raise UserError('voila is not installed — pip install "minisora[course]" (see minisora doctor)')
    port, token = free_port(port), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="minisora-studio-") as name:
        page = write_page(Path(name), out=out.absolute(), weights=weights and weights.absolute())
        command = [sys.executable, "-m", "voila", str(page), "--template=minisora", "--Voila.ip=127.0.0.1"]
        command += [f"--port={port}", f"--Voila.token={token}", "--Voila.log_level=WARN"]
        command += [f"--VoilaConfiguration.extension_allowlist={extension}" for extension in EXTENSIONS]
        command += [] if browser else ["--no-browser"]
        paths = [name, *filter(None, [os.environ.get("JUPYTER_PATH")])]
        environment = {**os.environ, "JUPYTER_PATH": os.pathsep.join(paths)}
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


def write_page(folder: Path, *, out: Path, weights: Path | None = None) -> Path:
    """The page's notebook, and its template where Voilà finds it when ``folder`` is in ``JUPYTER_PATH``."""
    template = folder / "voila" / "templates" / "minisora"
    template.mkdir(parents=True)
    (template / "conf.json").write_text(json.dumps({"base_template": "lab"}), encoding="utf-8")
    (template / "index.html.j2").write_text(TEMPLATE, encoding="utf-8")
    source = CODE.format(out=str(out), weights=weights and str(weights))
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# minisora · Studio"}
    cell = {"cell_type": "code", "execution_count": None, "id": "studio", "metadata": {}, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "title": "minisora · Studio"}
    book = {"cells": [title, {**cell, "source": source}], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "Studio.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def free_port(wanted: int) -> int:
    """The wanted port of 127.0.0.1 if nobody listens there, else another one."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise UserError("no free port on 127.0.0.1 — end a program that listens there")
