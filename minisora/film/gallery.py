"""A folder of films becomes one page that anybody can open: no network, no scripts, nothing but HTML."""

from __future__ import annotations

import base64
import html
import os
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from minisora.errors import UserError
from minisora.files import from_json, reason, replacing
from minisora.film.cards import USUAL
from minisora.film.reading import read_script
from minisora.film.script import Script

KINDS = {".mp4": "video/mp4", ".webm": "video/webm"}
STORYBOARDS = (".yaml", ".yml")
MOST = 60_000_000  #: Bytes of films that one page holds at most: browsers open larger ones slowly.

STYLE = """
:root { color-scheme: light dark; --soft: light-dark(#555, #aaa); --line: light-dark(#ddd, #444); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 1.5rem; align-items: start; }
article { border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
video { width: 100%; border-radius: 4px; background: #000; display: block; object-fit: cover; object-position: top; }
h2 { font-size: 1.15rem; margin: .6rem 0 0; } p { margin: .1rem 0; color: var(--soft); }
ol { margin: .5rem 0; padding-left: 1.4rem; } summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; }
.judge { font-size: .85rem; color: var(--soft); }
"""


class Shown(NamedTuple):
    """A film on the page: its file, its storyboard as read and as written, and what the judge found, if known."""

    film: Path
    script: Script
    text: str
    report: dict[str, Any]


def write_gallery(
    folder: str | Path, out: str | Path, *, title: str = "Films", beside: bool = False
) -> tuple[Path, int, list[str]]:
    """Write a page with every film in a folder, and in those within it, that has its storyboard beside it.

    Args:
        beside: the page names the films' files; otherwise it holds them, and is one file to be sent or put anywhere.
    Returns: the page, how many films are on it, and a line for each film that is not.
    Raises: UserError when there is no film, or more of them than one page should hold.
    """
    folder, out = Path(folder), Path(out)
    shown, told = films_in(folder)
    if not shown:
        raise UserError(f"no films in {folder}: {told[0] if told else 'put NAME.mp4 and NAME.yaml there'}")
    size = sum(each.film.stat().st_size for each in shown)
    if not beside and size > MOST:
        raise UserError(f"{len(shown)} films of {size / 1e6:.0f} MB: more than a page should hold — add --beside")
    cards = "\n".join(card(each, out.parent if beside else None) for each in shown)
    text = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{_safe(title)}</h1>\n"
        f"<main>\n{cards}\n</main>\n</body>\n</html>\n"
    )
    with replacing(out) as draft:
        draft.write_text(text, encoding="utf-8")
    return out, len(shown), told


def films_in(folder: Path) -> tuple[list[Shown], list[str]]:
    """The films with their storyboards, by title; and why others cannot be shown."""
    shown: list[Shown] = []
    told: list[str] = []
    if not folder.is_dir():
        raise UserError(f"{folder}: no folder — name one with films in it")
    for film in sorted(path for path in folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file()):
        board = next((path for ending in STORYBOARDS if (path := film.with_suffix(ending)).exists()), None)
        if board is None:
            told.append(f"{film}: left out, for there is no {film.with_suffix('.yaml').name} beside it")
            continue
        try:
            shown.append(Shown(film, read_script(board), board.read_text(encoding="utf-8-sig"), _report(film)))
        except UserError as error:
            told.append(f"{film}: left out: {error}")
    return sorted(shown, key=lambda each: (each.script.title.casefold(), each.film)), told


def card(shown: Shown, beside: Path | None) -> str:
    """One film as HTML; what people wrote is escaped, all of it."""
    script = shown.script
    title = script.title or shown.film.stem
    poster = shown.film.with_suffix(".png")
    picture = f' poster="{_source(poster, "image/png", beside)}"' if poster.exists() else ""
    source = _source(shown.film, KINDS[shown.film.suffix.lower()], beside)
    author = f"by {_safe(script.author)} · " if script.author else ""
    height, width = script.size or USUAL
    shots = "".join(f"<li>{_safe(shot.sentence)}</li>" for shot in script.shots)
    return (
        f'<article>\n<video controls preload="none" playsinline style="aspect-ratio: {width} / {height}"'
        f' aria-label="{_safe(title)}"{picture} src="{source}"></video>\n'
        f"<h2>{_safe(title)}</h2>\n"
        f"<p>{author}{script.seconds:g} s, {len(script.shots)} shots</p>\n{_judged(shown.report)}"
        f"<details><summary>What it says</summary><ol>{shots}</ol></details>\n"
        f"<details><summary>Storyboard</summary><pre>{_safe(shown.text)}</pre></details>\n</article>"
    )


def _judged(report: dict[str, Any]) -> str:
    right, shots = report.get("right"), report.get("shots")
    if not isinstance(right, int) or not isinstance(shots, list):
        return ""
    return f'<p class="judge">the judge: everything right in {right} of {len(shots)} shots</p>\n'


def _source(path: Path, kind: str, beside: Path | None) -> str:
    """Where a browser finds a file: in the page itself, or beside it."""
    if beside is not None:
        steps = Path(os.path.relpath(path.resolve(), beside.resolve())).parts
        return _safe("/".join(quote(step) for step in steps))
    try:
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — or leave it out of the folder") from error


def _report(film: Path) -> dict[str, Any]:
    try:
        found = from_json(film.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _safe(text: str) -> str:
    return html.escape(text, quote=True)
