"""Pictures, players and explorers: alt texts are asked for, and every one stands without a kernel."""

import base64
import io
import re

import pytest
import torch
from ipywidgets import VBox, widget
from PIL import Image

from minisora.course import living, plots
from minisora.course.widgets import Explorer
from minisora.errors import UserError

CLIP = torch.linspace(-1, 1, 3 * 5 * 8 * 12).reshape(3, 5, 8, 12)


def pictures(html):
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in re.findall(r"base64,([^\"]+)\"", html)]


def test_a_player_is_a_moving_picture_and_a_filmstrip():
    moving, strip = pictures(plots.player(CLIP, alt="grey that gets lighter").html)
    assert moving.seek(4) is None and moving.size == (12, 8)
    assert strip.size == (5 * 12 + 4 * 2, 8)


@pytest.mark.parametrize("draw", [plots.player, plots.filmstrip, plots.xt_slice])
def test_every_picture_needs_an_alt_text(draw):
    html = draw(CLIP, alt='what "is" seen').html
    assert html.count("<img") == html.count("what &quot;is&quot; seen") > 0
    with pytest.raises(UserError, match="alt text"):
        draw(CLIP, alt="plot")
    with pytest.raises(UserError, match="3 t h w"):
        draw(CLIP[0], alt="what is seen")


def test_an_xt_slice_shows_a_row_through_time():
    (picture,) = pictures(plots.xt_slice(CLIP, alt="a row through time", scale=1).html)
    assert picture.size == (12, 5)


def test_patches_lie_apart():
    (picture,) = pictures(plots.patches(CLIP[:, 0], 4, alt="six patches of a frame").html)
    assert picture.size == (14, 9)


def test_images_are_colours_or_numbers():
    assert len(pictures(plots.images({"a": CLIP[:, 0], "b": CLIP[0, 0]}, alt="two pictures").html)) == 2
    with pytest.raises(UserError, match="3 h w"):
        plots.images({"a": CLIP}, alt="not a picture")


def test_a_chart_is_a_picture():
    with plots.canvas(panels=2) as axes:
        axes[0].plot([1, 2])
    picture = plots.drawn(axes, alt="a line that rises")
    assert picture.html.count("<img") == 1 and "a line that rises" in picture.html


def test_an_explorer_moves_and_stands_still():
    def draw(frame, by):
        return plots.images({f"{frame}*{by}": CLIP[0, frame] * by}, alt="a frame of the clip")

    explorer = Explorer(draw, {"frame": list(range(5)), "by": [1, 2]})
    before = explorer.view.value
    explorer.sliders["frame"].value = 4
    assert explorer.view.value != before and "4*2" in explorer.view.value
    still = explorer.still()
    assert still.html.count("<img") == 3 + 2
    for said in ("run this cell to get sliders for frame and by", "frame moves; by = 2", "by moves; frame = 2"):
        assert said in still.html and said in still.alt
    with pytest.raises(UserError, match="nothing to explore"):
        Explorer(draw, {})


def test_still_pictures_keep_their_size():
    def draw(width, frame, by=1):
        return plots.image(plots.map_colours(CLIP[0, frame]), alt="a frame of the clip", width=width)

    for width, rows in ((230, 1), (340, 2), (700, 3)):
        explorer = Explorer(lambda frame, width=width: draw(width, frame), {"frame": [0, 1, 2]})
        assert explorer.still().html.count("<tr>") == rows


def test_rows_of_pictures_lie_on_one_ground():
    """JupyterLab and GitHub darken every second row within the body of a table."""
    clips = plots.strips({"a": CLIP, "b": CLIP, "c": CLIP}, alt="three clips")
    frames = plots.images({str(i): CLIP[:, i] for i in range(5)}, alt="a frame of the clip", columns=2)
    for picture in (clips, frames):
        assert picture.html.count("<tbody><tr>") == picture.html.count("<tr>") == 3
    assert clips.html.count("image/gif") == 3
    still = plots.strips({"a": CLIP, "b": CLIP}, alt="two clips", moving=False)
    assert still.html.count("image/png") == still.html.count("<img") == 2


def test_who_opens_a_saved_page_finds_the_still_pictures(monkeypatch):
    """One output alive, one still: JupyterLab says "model not found" in place of the first, once its kernel is gone."""
    shown = []
    monkeypatch.setattr(living, "display", lambda what, **_: shown.append(what))
    explorer = Explorer(lambda frame: plots.images({"": CLIP[0, frame]}, alt="a frame of the clip"), {"frame": [0, 1]})
    explorer.show()
    alive, still = shown
    assert living.WIDGET_MIME in alive and "text/html" not in alive
    (name,) = re.findall(r'<div id="(still-\w+)">', still.html)
    assert explorer.still().html in still.html
    panel = widget._instances[alive[living.WIDGET_MIME]["model_id"]]
    assert isinstance(panel, VBox)
    assert panel.children[1].value == f"<style>#{name} {{ display: none }}</style>"
