"""What is shown in two forms: alive while a kernel runs; still on GitHub, in print, and when a page is opened again."""

from __future__ import annotations

import hashlib
from typing import Any

import ipywidgets
from IPython.display import display

from minisora.course.picture import Picture

#: What notebooks store for a living widget; meaningless without its kernel, so that the build takes such outputs out.
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


def show(widget: ipywidgets.Widget, still: Picture) -> None:
    """A widget and, for whoever has no kernel behind the page, a still picture under it.

    They are two outputs: of one output in two forms JupyterLab shows the living one even when the page is opened again
    and nothing lives any more. As long as it does live, it hides the still one by its name.
    """
    name = f"still-{hashlib.sha256(still.html.encode()).hexdigest()[:12]}"
    hides = ipywidgets.HTML(f"<style>#{name} {{ display: none }}</style>", layout={"display": "none"})
    living: dict[str, Any] = ipywidgets.VBox([widget, hides])._repr_mimebundle_() or {}
    display({WIDGET_MIME: living[WIDGET_MIME], "text/plain": "(it moves while a kernel runs)"}, raw=True)
    display(Picture(f'<div id="{name}">{still.html}</div>', still.alt))
