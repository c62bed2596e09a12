"""How the page for films looks: the bar of lengths, and the film that plays in it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from minisora.course.picture import escaped
from minisora.film import Script

AIM = 20.0  #: Seconds that a film should have.
STYLE = """<style>
.minisora-studio .ms-shot { border-top: 1px solid var(--line); padding: 10px 0; gap: 6px; }
.minisora-studio .ms-shot .ms-field { flex: 1 1 120px; }
.minisora-studio .ms-bar { display: flex; height: 22px; border-radius: 6px; overflow: hidden; background: #7f7f7f33; }
.minisora-studio .ms-bar span { font-size: 11px; line-height: 22px; text-align: center; color: white;
  border-right: 1px solid white; background: var(--accent); overflow: hidden; }
.minisora-studio .ms-bar .ms-card { background: #777; }
.minisora-studio video { width: 320px; border-radius: 10px; display: block; }
</style>"""


def length_bar(seconds: Sequence[float], script: Script | None) -> str:
    """How long each shot is, beside twenty seconds, as a bar and in words; cards are known of a whole script only."""
    opening, ending = (0.0, 0.0) if script is None else (script.opening, script.ending)
    parts = [("title", opening, "ms-card"), *((str(i), each, "") for i, each in enumerate(seconds, 1))]
    parts.append(("end", ending, "ms-card"))
    total = sum(each for _, each, _ in parts)
    whole = max(total, AIM)
    spans = "".join(
        f'<span class="{kind}" style="width: {100 * each / whole:.2f}%">{name}</span>'
        for name, each, kind in parts
        if each
    )
    left = f"{AIM - total:g} s left" if total < AIM else "as long as it should be" if total == AIM else "a little long"
    said = f"{total:g} of {AIM:g} s, {left if total <= AIM + 5 else f'{total - AIM:g} s too long'}"
    return f'<div class="ms-bar" aria-hidden="true">{spans}</div><span class="ms-help" role="status">{said}</span>'


def player(path: Path, script: Script) -> str:
    """A film that plays in the page."""
    source = base64.b64encode(path.read_bytes()).decode()
    name = escaped(script.title or "the film")
    return f'<video controls aria-label="film: {name}" src="data:video/mp4;base64,{source}"></video>'
