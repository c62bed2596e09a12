"""How the Studio looks: its style sheet, and the pieces of HTML that it shows between its controls."""

from __future__ import annotations

from minisora import video
from minisora.clip import Clip
from minisora.course.picture import escaped, gif, image, png
from minisora.course.studio_work import Order, Piece

#: The longer side of the clip on the screen, in CSS pixels.
SCREEN = 320

#: Colours are the front end's own where it has any, so that the Studio is light or dark as its surroundings are.
STYLE = """<style>
.minisora-studio {
  --ink: var(--jp-ui-font-color1, #202124); --soft: var(--jp-ui-font-color2, #5f6368);
  --line: var(--jp-border-color2, #dadce0); --accent: #0072B2; --wrong: #b3401a;
  container-type: inline-size; max-width: 860px; padding: 4px 2px 12px; gap: 14px; overflow: visible;
  color: var(--ink); font-size: 14px;
}
.minisora-studio .widget-html, .minisora-studio .widget-html-content { margin: 0; line-height: 1.5; }
.minisora-studio .widget-box { overflow: visible; }
.minisora-studio .widget-label { color: var(--soft); font-size: 12px; }
.minisora-studio input, .minisora-studio select { border-radius: 6px !important; }
.minisora-studio :is(button, input, select, summary, a):focus-visible {
  outline: 2px solid var(--accent) !important; outline-offset: 2px;
}
.minisora-studio button { border-radius: 6px; width: auto; min-width: 0; padding: 0 14px; margin: 0; }
.minisora-studio .ask { align-items: stretch; gap: 8px; }
.minisora-studio .ask .widget-combobox { flex: 1 1 240px; width: auto; height: 40px; margin: 0; }
.minisora-studio .ask .widget-combobox .widget-label {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.minisora-studio .ask input { height: 40px; font-size: 16px; padding: 0 12px; }
.minisora-studio .ask button { height: 40px; font-size: 14px; }
.minisora-studio .go { background: var(--accent); color: white; font-weight: 600; }
.minisora-studio .resting { opacity: 0.45; }
.minisora-studio .said { min-height: 28px; align-items: center; gap: 8px; flex-wrap: wrap; margin-top: -8px; }
.minisora-studio .said .wrong { color: var(--wrong); font-weight: 600; }
.minisora-studio .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.minisora-studio .said button { height: 26px; line-height: 26px; padding: 0 10px; }
.minisora-studio .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); gap: 12px; }
.minisora-studio .fields > * { flex-direction: column; height: auto; width: auto; margin: 0; align-items: stretch; }
.minisora-studio .fields .widget-label { width: auto; text-align: left; line-height: 20px; height: 20px; }
.minisora-studio .fields :is(input, select) { width: 100%; height: 32px; }
.minisora-studio .stage { gap: 20px; flex-wrap: wrap; align-items: flex-start; }
.minisora-studio .screen {
  width: 320px; height: 320px; display: grid; place-items: center; border-radius: 10px; overflow: hidden;
  background: #16181c; color: #c6c9cf; text-align: center;
}
.minisora-studio .screen img { display: block; max-width: none; }
.minisora-studio .beside { flex: 1 1 300px; gap: 12px; min-width: 0; }
.minisora-studio .beside h4 { margin: 0; font-size: 17px; font-weight: 600; line-height: 1.35; color: var(--ink); }
.minisora-studio .beside img { width: 100%; border-radius: 4px; margin-top: 10px; }
.minisora-studio .soft { color: var(--soft); font-size: 13px; }
.minisora-studio progress { width: 100%; height: 6px; accent-color: var(--accent); }
.minisora-studio .keep { gap: 8px; flex-wrap: wrap; }
.minisora-studio .past { gap: 0; }
.minisora-studio .past > * { gap: 14px; align-items: center; border-top: 1px solid var(--line); padding: 10px 0; }
.minisora-studio .past > * > .widget-html { flex: 1 1 auto; min-width: 0; }
.minisora-studio .past .row { display: grid; grid-template-columns: minmax(160px, 336px) 1fr; gap: 14px; }
.minisora-studio .past img { width: 100%; border-radius: 4px; }
.minisora-studio summary { cursor: pointer; color: var(--soft); font-size: 13px; }
.minisora-studio dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; margin: 8px 0 0; }
.minisora-studio dl { font-size: 13px; }
.minisora-studio dt { color: var(--soft); font-weight: 400; } .minisora-studio dd { margin: 0; }
@container (max-width: 560px) { .minisora-studio .past .row { grid-template-columns: 1fr; gap: 6px; } }
</style>"""

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
    return f'<div class="screen"><div>{escaped(text)}</div></div>'


def screen(clip: Clip, *, alt: str, moving: bool = True) -> str:
    """A clip on the screen, playing or standing still in its middle."""
    height, width = clip.shape[2:]
    shown = round(SCREEN * width / max(height, width))
    frames = video.to_uint8(clip.frames)
    if moving and len(frames) > 1:
        data, kind = gif(frames, fps=clip.fps), "gif"
    else:
        data, kind = png(frames[len(frames) // 2]), "png"
    return f'<div class="screen">{image(data, alt=alt, width=shown, kind=kind, smooth=True).html}</div>'


def strip(piece: Piece, *, columns: int) -> str:
    """A clip as a filmstrip."""
    pixels = video.filmstrip(piece.clip.frames, columns=columns)
    return image(pixels, alt=f"filmstrip: {piece.order.prompt}, {piece.order.settings}").html


def progress(order: Order, done: int) -> str:
    """The work on an order, in a bar and in words."""
    bar = f'<progress aria-label="sampling" max="{order.steps}" value="{done}"></progress>'
    words = f"step {done} of {order.steps}" if done < order.steps else "decoding"
    return f'<h4>{escaped(order.prompt)}</h4><div class="soft">{words}</div>{bar}'


def finished(piece: Piece) -> str:
    """What is on the screen, and its filmstrip."""
    order = piece.order
    facts = f'<div class="soft" role="status">{order.settings} · made in {piece.took:.1f} s</div>'
    return f"<h4>{escaped(order.prompt)}</h4>{facts}{strip(piece, columns=5)}"


def past(piece: Piece) -> str:
    """A piece in the history."""
    words = f'<div>{escaped(piece.order.prompt)}<div class="soft">{piece.order.settings}</div></div>'
    return f'<div class="row">{strip(piece, columns=6)}{words}</div>'


def note(text: str, *, wrong: bool = False, unseen: str = "") -> str:
    """A line below the prompt, spoken by screen readers at once where something is wrong.

    ``unseen``: how it goes on for those who do not see the buttons behind it.
    """
    more = f'<span class="unseen">{escaped(unseen)}</span>' if unseen else ""
    role, name = ("alert", "wrong") if wrong else ("status", "")
    return f'<span class="{name}" role="{role}">{escaped(text)} {more}</span>'
