"""How the Studio looks: its style sheet, and the pieces of HTML that it shows between its controls."""

from __future__ import annotations

import base64
from pathlib import Path

from minisora import video
from minisora.clip import Clip
from minisora.course import plots
from minisora.course.picture import Picture, escaped, gif, image, png, stack
from minisora.course.studio.order import Order, Piece

#: The longer side of the clip on the screen, in CSS pixels.
SCREEN = 320

#: Colours are the front end's own where it has any, so that the Studio is light or dark as its surroundings are.
STYLE = """<style>
.minisora-studio {
  --ink: var(--jp-ui-font-color1, #202124); --soft: var(--jp-ui-font-color2, #5f6368);
  --line: var(--jp-border-color2, #dadce0); --accent: #0072B2; --wrong: #b3401a;
  container-type: inline-size; max-width: 860px; padding: 4px 4px 12px; gap: 16px;
  color: var(--ink); font-size: 14px;
}
body[data-jp-theme-light="false"] .minisora-studio { --wrong: #ff9d76; }
.minisora-studio, .minisora-studio .widget-box, .minisora-studio .jupyter-widgets { overflow: visible; }
.minisora-studio .jupyter-widgets { margin: 0; }
.minisora-studio .widget-html:has(> .widget-html-content:empty) { display: none; }
.minisora-studio :is(.widget-html, .widget-html-content) { line-height: 1.5; font-size: 14px; }
.minisora-studio :is(button, input, select, summary, a):focus-visible {
  outline: 2px solid var(--accent) !important; outline-offset: 2px;
}
.minisora-studio .ms-field { flex-direction: column; align-items: stretch; width: auto; height: auto; }
.minisora-studio .ms-field .widget-label {
  flex: none; width: auto; height: 20px; line-height: 20px; text-align: left; font-size: 12px; color: var(--soft);
}
.minisora-studio .ms-field :is(input, select) {
  flex: none; width: 100%; height: 34px; border-radius: 6px; padding: 0 10px; font-size: 14px;
}
.minisora-studio .ms-field select {
  background-position: calc(100% - 8px) center; padding-right: 28px; text-overflow: ellipsis;
}
.minisora-studio button.jupyter-button {
  width: auto; height: 32px; line-height: 30px; padding: 0 14px; border-radius: 6px; font-size: 13px;
}
.minisora-studio .ms-ask { align-items: flex-end; gap: 8px; flex-wrap: wrap; }
.minisora-studio .ms-ask .ms-field { flex: 1 1 300px; min-width: 0; }
.minisora-studio .ms-ask .ms-field input { height: 42px; font-size: 16px; padding: 0 12px; }
.minisora-studio .ms-ask button.jupyter-button { height: 42px; line-height: 40px; font-size: 14px; padding: 0 18px; }
.minisora-studio button.jupyter-button.mod-active {
  box-shadow: none; background: color-mix(in srgb, var(--accent) 18%, transparent); color: var(--ink);
}
.minisora-studio button.jupyter-button.ms-go { background: var(--accent); color: white; font-weight: 600; }
.minisora-studio button.jupyter-button.ms-resting { opacity: 0.45; }
.minisora-studio .ms-answer { min-height: 26px; gap: 6px; margin: -6px 0 -2px; }
.minisora-studio :is(.ms-answer, .ms-helped, .ms-beside) .widget-html { height: auto; }
.minisora-studio .ms-said { align-items: center; gap: 6px; flex-wrap: wrap; }
.minisora-studio .ms-said button.jupyter-button { height: 26px; line-height: 24px; padding: 0 10px; }
.minisora-studio a { color: var(--accent); text-decoration: underline; }
.minisora-studio .ms-wrong { color: var(--wrong); font-weight: 500; }
.minisora-studio .ms-bad input { border-color: var(--wrong) !important; }
.minisora-studio .ms-saved { font-size: 13px; overflow-wrap: anywhere; }
.minisora-studio .ms-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.minisora-studio .ms-fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px; }
.minisora-studio .ms-fields > :first-child { grid-column: span 2; }
.minisora-studio .ms-helped { gap: 6px; }
.minisora-studio .ms-helped :is(.ms-help, .ms-wrong) { display: block; font-size: 12px; line-height: 1.4; }
.minisora-studio .ms-help { color: var(--soft); }
.minisora-studio .ms-seed { align-items: flex-end; gap: 6px; }
.minisora-studio .ms-seed .ms-field { flex: 1 1 40px; min-width: 0; }
.minisora-studio .ms-seed button.jupyter-button { height: 34px; line-height: 32px; padding: 0 10px; flex: none; }
.minisora-studio .ms-stage { gap: 22px; flex-wrap: wrap; align-items: flex-start; }
.minisora-studio .ms-screen {
  width: 320px; height: 320px; display: grid; place-items: center; border-radius: 10px; overflow: hidden;
  background: #16181c; color: #c6c9cf;
}
.minisora-studio .ms-screen img { display: block; max-width: none; }
.minisora-studio .ms-left { gap: 8px; width: 320px; }
.minisora-studio :is(.ms-stack, .ms-board) { display: grid; }
.minisora-studio :is(.ms-stack, .ms-board) > * { grid-area: 1 / 1; min-width: 0; min-height: 0; }
.minisora-studio .ms-unlike .ms-screen :is(img, div) { opacity: 0.2; }
.minisora-studio .ms-board { place-self: center; border-radius: 2px; background: #7f7f7f1a; }
.minisora-studio .ms-board > .widget-html { height: auto; pointer-events: none; }
.minisora-studio .ms-board svg { display: block; width: 100%; height: auto; }
.minisora-studio .ms-squares { width: 100%; height: 100%; grid-auto-rows: 1fr; }
.minisora-studio .ms-squares button.jupyter-button {
  width: auto; height: auto; min-width: 0; min-height: 0; padding: 0; border-radius: 0; font-size: 0;
  background: none; border: 1px solid #ffffffa0; box-shadow: inset 0 0 0 1px #0000008c;
}
.minisora-studio .ms-squares button.jupyter-button:hover { background: #ffffff38; }
.minisora-studio .ms-squares button.jupyter-button:focus-visible {
  outline: 3px solid white !important; outline-offset: -6px; box-shadow: inset 0 0 0 8px var(--accent);
}
.minisora-studio .ms-below { gap: 8px; align-items: center; }
.minisora-studio .ms-below .ms-help { display: block; font-size: 13px; line-height: 1.4; }
.minisora-studio .ms-below .widget-html { flex: 1; min-width: 0; height: auto; }
.minisora-studio .ms-below button.jupyter-button { flex: none; height: 28px; line-height: 26px; padding: 0 12px; }
.minisora-studio .ms-beside { flex: 1 1 300px; gap: 14px; min-width: 0; }
.minisora-studio h4 { margin: 0; font-size: 17px; font-weight: 600; line-height: 1.35; color: var(--ink); }
.minisora-studio .ms-beside img { display: block; width: 100%; border-radius: 4px; margin-top: 12px; }
.minisora-studio .ms-soft { color: var(--soft); font-size: 13px; }
.minisora-studio progress { width: 100%; height: 8px; margin-top: 10px; accent-color: var(--accent); }
.minisora-studio .ms-keep { gap: 8px; flex-wrap: wrap; }
.minisora-studio .ms-saving { gap: 12px; }
.minisora-studio .ms-ticks { gap: 4px 16px; flex-wrap: wrap; align-items: center; }
.minisora-studio .ms-ticks .widget-html { height: auto; flex: none; }
.minisora-studio .ms-ticks .widget-checkbox { width: auto; height: 24px; }
.minisora-studio .ms-ticks label { width: auto; font-size: 13px; line-height: 24px; cursor: pointer; }
.minisora-studio .ms-ticks label { display: flex; align-items: center; gap: 6px; }
.minisora-studio .ms-ticks input { width: 15px; height: 15px; margin: 0; accent-color: var(--accent); }
.minisora-studio .ms-piece { gap: 14px; align-items: center; border-top: 1px solid var(--line); padding: 10px 0; }
.minisora-studio .ms-piece .widget-html { flex: 1 1 auto; min-width: 0; height: auto; }
.minisora-studio .ms-row { display: grid; grid-template-columns: minmax(160px, 320px) 1fr; gap: 16px; }
.minisora-studio .ms-row > div { align-self: center; }
.minisora-studio .ms-row img { display: block; width: 100%; border-radius: 4px; }
.minisora-studio summary { cursor: pointer; color: var(--soft); font-size: 13px; width: max-content; }
.minisora-studio dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 8px 0 0; }
.minisora-studio :is(dt, dd) { margin: 0; float: none; width: auto; font-size: 13px; line-height: 1.5; }
.minisora-studio dt { color: var(--soft); font-weight: 400; }
@container (max-width: 330px) { .minisora-studio .ms-fields > :first-child { grid-column: auto; } }
@container (max-width: 560px) { .minisora-studio .ms-row { grid-template-columns: 1fr; gap: 6px; } }
</style>"""

HELP = {
    "seed": "Another seed, another clip of the same sentence",
    "size": "In pixels; larger takes longer. What is on the screen keeps its own",
    "seconds": "Of the clip, or of what is added to it; a picture is a single frame",
    "steps": "How often noise is taken away: fewer are faster and rougher",
    "guidance": "How hard the words pull: 0 not at all, 1 as learnt",
    "negative": "What to steer away from, of what the prompt leaves open",
    "pace": "How fast things move; for clips of the words alone",
    "camera": "A window over a larger clip; for clips of the words alone",
    "power": "What is given already; the words say what it shows, too",
}

HINT = '<span class="ms-soft">Words are completed as you type, in five languages; Enter generates.</span>'

WORDS = """<details><summary>What can be said</summary><dl>
<dt>objects</dt><dd>one to three: circle, square, triangle, star, diamond, ring</dd>
<dt>colours</dt><dd>red, orange, yellow, green, cyan, blue, purple, white</dd>
<dt>sizes</dt><dd>small, medium, large</dd>
<dt>motions</dt><dd>stays still; moves left, right, up, down, up and to the left, …; bounces, orbits, spins, grows,
shrinks, blinks</dd>
<dt>places</dt><dd>on a black, grey or navy background, under a cloudy sky; left of, right of, above,
below, in front of</dd>
<dt>camera</dt><dd>pans left, pans right, zooms in, zooms out</dd>
</dl></details>"""


def empty(text: str) -> str:
    """The screen before there is anything on it."""
    return f'<div class="ms-screen"><div>{escaped(text)}</div></div>'


def screen(clip: Clip, *, alt: str, moving: bool = True) -> str:
    """A clip on the screen, playing or standing still in its middle."""
    height, width = clip.shape[2:]
    shown = round(SCREEN * width / max(height, width))
    frames = video.to_uint8(clip.frames)
    if moving and len(frames) > 1:
        data, kind = gif(frames, fps=clip.fps), "gif"
    else:
        data, kind = png(frames[len(frames) // 2]), "png"
    return f'<div class="ms-screen">{image(data, alt=alt, width=shown, kind=kind, smooth=True).html}</div>'


def strip(piece: Piece, *, columns: int) -> str:
    """A clip as a filmstrip."""
    pixels = video.filmstrip(piece.clip.frames, columns=columns)
    return image(pixels, alt=f"filmstrip: {piece.title}, {piece.facts}").html


def progress(order: Order, done: int, steps: int) -> str:
    """The work on an order, in a bar and in words."""
    bar = f'<progress aria-label="sampling" max="{steps}" value="{done}"></progress>'
    words = f"step {done} of {steps}" if done < steps else "decoding"
    return f'<h4>{escaped(order.prompt)}</h4><div class="ms-soft">{words}</div>{bar}'


def finished(piece: Piece) -> str:
    """What is on the screen, and its filmstrip."""
    facts = f'<div class="ms-soft" role="status">{escaped(piece.facts)}</div>'
    return f"<h4>{escaped(piece.title)}</h4>{facts}{strip(piece, columns=5)}"


def past(piece: Piece) -> str:
    """A piece in the history."""
    how = piece.opened or piece.order.settings
    words = f'<div>{escaped(piece.title)}<div class="ms-soft">{escaped(how)}</div></div>'
    return f'<div class="ms-row">{strip(piece, columns=6)}{words}</div>'


def help_line(name: str, usual: str | None) -> str:
    """What a control is for, below it."""
    more = f" (usual: {usual})" if usual else ""
    return f'<span class="ms-help">{escaped(HELP[name] + more)}</span>'


def note(text: str, *, wrong: bool = False) -> str:
    """A line below what it is about, spoken by screen readers at once where something is wrong."""
    role, name = ("alert", "ms-wrong") if wrong else ("status", "")
    return f'<span class="{name}" role="{role}">{escaped(text)}</span>'


def unknown(word: str, offers: list[str]) -> str:
    """An unknown word, before the buttons with known ones, which are spoken as well."""
    hint = "try" if offers else "not among what can be said"
    more = f'<span class="ms-unseen">{escaped(" or ".join(offers))}</span>' if offers else ""
    return f'<span class="ms-wrong" role="alert">{escaped(f"unknown word “{word[:40]}”: {hint}")} {more}</span>'


def saved(path: Path) -> str:
    """Where a file lies, and a link for those whose browser is not on the same machine."""
    kind = "image/gif" if path.suffix == ".gif" else f"video/{path.suffix[1:]}"
    link = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    copy = f'<a download="{escaped(path.name)}" href="{link}">download a copy</a>'
    return f'<span class="ms-saved" role="status">saved as {escaped(str(path))} · {copy}</span>'


def still(piece: Piece) -> Picture:
    """The result for where no widgets run: GitHub, print, nbviewer."""
    order, clip = piece.order, piece.clip
    title = Picture(f"<b>{escaped(order.prompt)}</b><br><small>{order.settings}</small>", order.prompt)
    shown = plots.player(clip.frames, alt=f"made from the prompt: {order.prompt}", fps=clip.fps)
    hint = "run this cell for the Studio: other prompts, other seeds, and a preview of the clip as it emerges"
    return stack(title, shown, Picture(f"<small>{hint}</small>", hint))
