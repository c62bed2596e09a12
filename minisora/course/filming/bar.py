"""How the page for films looks: the bar of lengths, and the film that plays in it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from minisora.course.picture import escaped
from minisora.film import Script

AIM = 20.0  #: Seconds that a film should have.
STYLE = """<style>
.minisora-studio .ms-storyboard { gap: 14px; }
.minisora-studio .ms-storyboard .ms-fields > :first-child { grid-column: auto; }
.minisora-studio .ms-texts { gap: 14px; flex-wrap: wrap; }
.minisora-studio .ms-texts .ms-field { flex: 1 1 300px; min-width: 0; }
.minisora-studio .ms-field textarea { width: 100%; font-family: inherit;
  border-radius: 6px; padding: 7px 10px; font-size: 14px; }
.minisora-studio .ms-shot { border-top: 1px solid var(--line); padding: 14px 0; gap: 8px; }
.minisora-studio .ms-shot .widget-html { height: auto; }
.minisora-studio .ms-shot :is(.ms-how, .ms-more) { gap: 8px; flex-wrap: wrap; align-items: flex-end; }
.minisora-studio .ms-shot :is(.ms-how, .ms-more) .ms-field { flex: 1 1 104px; min-width: 0; }
.minisora-studio .ms-shot .ms-more .ms-field:nth-child(2) { flex: 3 1 190px; }
.minisora-studio .ms-shot .ms-how button.jupyter-button { height: 34px; line-height: 32px; padding: 0 12px; }
.minisora-studio .ms-shot .ms-ask .ms-field input { height: 38px; }
.minisora-studio .ms-shot .ms-keep button.jupyter-button { height: 26px; line-height: 24px; padding: 0 10px; }
.minisora-studio .ms-way { display: block; width: 56px; height: 56px; }
.minisora-studio .ms-bar { display: flex; height: 22px; border-radius: 6px; overflow: hidden; background: #7f7f7f33; }
.minisora-studio .ms-bar span { font-size: 11px; line-height: 22px; text-align: center; color: white;
  border-right: 1px solid white; background: var(--accent); overflow: hidden; }
.minisora-studio .ms-bar .ms-card { background: #777; }
.minisora-studio video { width: 320px; max-width: 100%; border-radius: 10px; display: block; }
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


def path_drawn(path: str, number: int) -> str:
    """The way of a shot's first thing over a frame: a dot where it begins, an arrow where it ends."""
    points = " ".join(path.split())
    begin = points.split()[0].split(",")
    return (
        f'<svg class="ms-way" viewBox="-.06 -.06 1.12 1.12" role="img" aria-label="path of shot {number}">'
        '<rect x="-.05" y="-.05" width="1.1" height="1.1" rx=".08" fill="#16181c"/>'
        '<marker id="ms-end" viewBox="0 0 4 4" refX="2" refY="2" orient="auto-start-reverse">'
        '<path d="M0 0 4 2 0 4z" fill="#fff"/></marker>'
        f'<polyline points="{escaped(points)}" fill="none" stroke="#fff" stroke-width=".04" stroke-linejoin="round" '
        'marker-end="url(#ms-end)"/>'
        f'<circle cx="{escaped(begin[0])}" cy="{escaped(begin[1])}" r=".07" fill="#0072B2" stroke="#fff" '
        'stroke-width=".025"/></svg>'
    )


def player(path: Path, script: Script) -> str:
    """A film that plays in the page."""
    source = base64.b64encode(path.read_bytes()).decode()
    name = escaped(script.title or "the film")
    return f'<video controls aria-label="film: {name}" src="data:video/mp4;base64,{source}"></video>'
