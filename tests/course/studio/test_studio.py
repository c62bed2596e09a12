"""The Studio without a browser: what its controls do, what it says, what it remembers and saves."""

from __future__ import annotations

import asyncio
import html
import io
import re
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets
import pytest
import torch
from PIL import Image

from minisora import edits
from minisora.clip import Clip
from minisora.course import Studio, living, widgets
from minisora.course.studio import studio as room
from minisora.course.studio.order import POWERS, WORDS_ALONE, Order
from minisora.course.studio.shelf import SPENT, Shelf
from minisora.course.studio.words import EXAMPLES, completions, replaced, unknown
from minisora.course.studio.work import Stopped, in_background, make
from minisora.errors import UserError
from minisora.language import upsample
from minisora.pipeline import Pipeline
from minisora.request import EXAMPLE, check_prompt
from minisora.video import read_video


@pytest.fixture(scope="module")
def pipeline(weights: Path) -> Pipeline:
    return Pipeline.load(weights, device="cpu")


class Machine:
    """Stands in for a pipeline: clips at once, or steps without an end; or it waits for the test to open the gate."""

    def __init__(self, *, endless: bool = False, error: Exception | None = None) -> None:
        self.endless, self.error, self.calls = endless, error, 0
        self.begun, self.fps = threading.Event(), 8.0
        self.gate = threading.Event()
        self.gate.set()
        self.sampling = SimpleNamespace(steps=5, guidance=3.0)
        self.tokenizer = SimpleNamespace(max_text=64)
        self.own_words: list[str] = []
        self.codec = SimpleNamespace(decode=lambda latents: torch.zeros(1, 3, 5, 16, 16))

    def generate(self, prompt: str, *, watch: Any, preview: Any, size: tuple[int, int], **settings: Any) -> Clip:
        self.calls += 1
        self.begun.set()
        for step in range(1, 1_000_000 if self.endless else settings["steps"] + 1):
            if self.error is not None:
                raise self.error
            if preview is not None:
                preview(torch.zeros(1, 4, 2, 2, 2))
            watch(step, torch.zeros(1, 4, 2, 2, 2))
            assert self.gate.wait(20)
            time.sleep(0.001 * self.endless)
        lighter = torch.linspace(-1, 1, 5)[None, :, None, None].expand(3, 5, *size)
        return Clip.of(lighter, fps=8.0, prompt=prompt)


def studio_with(machine: Machine, **settings: Any) -> Studio:
    return Studio(pipeline=machine, **settings)  # pyright: ignore[reportArgumentType]


def words(markup: str) -> str:
    return " ".join(re.sub("<[^>]*>", "", markup).split())


def test_a_prompt_becomes_a_clip(pipeline: Pipeline) -> None:
    studio = Studio("a blue square bounces", pipeline, seed=7, seconds=0.5)
    studio.generate()
    studio.wait(60)
    (piece,) = studio.history
    assert piece.order == Order("a blue square bounces", 7, (64, 64), 0.5, steps=3, guidance=2.0)  # the weights' own
    assert studio.shown is piece
    assert torch.equal(piece.clip.frames, pipeline.generate("a blue square bounces", seed=7, seconds=0.5).frames)
    panel = studio.panel
    assert "image/gif" in panel.screen.value
    assert 'alt="clip: a blue square bounces"' in panel.screen.value
    assert "seed 7 · 64×64 · 0.5 s · 3 steps · guidance 2" in panel.about.value
    assert len(panel.past.rows) == 1
    assert panel.keep.layout.display == ""


def said(panel: Any) -> list[str]:
    """What stands in the rows for unknown words, read aloud."""
    return [words(row.text.value) for row in panel.rows if row.widget.layout.display != "none"]


def test_it_can_be_found() -> None:
    assert widgets.Studio is Studio


def test_unknown_words_are_named_with_known_ones_to_choose() -> None:
    machine = Machine()
    studio = studio_with(machine)
    panel = studio.panel
    panel.prompt.value = "a pink cir"
    assert said(panel) == ["unknown word “pink”: try purple or red"]  # the half word is not yet wrong
    assert 'role="alert"' in panel.rows[0].text.value
    assert [offer.description for offer in panel.rows[0].offers] == ["purple", "red", ""]
    panel.prompt.value = "a Pink circle"
    studio.generate()
    assert (machine.calls, studio.busy) == (0, False)
    panel.rows[0].offers[0].click()
    assert panel.prompt.value == "a purple circle"
    assert said(panel) == []
    panel.prompt.value = "a xqzxqzxqz "
    assert said(panel) == ["unknown word “xqzxqzxqz”: not among what can be said"]


def test_all_unknown_words_are_named_each_with_its_own() -> None:
    panel = studio_with(Machine()).panel
    panel.prompt.value = "a grene sqare on a tree "
    assert said(panel) == [
        "unknown word “grene”: try green",
        "unknown word “sqare”: try square",
        "unknown word “tree”: not among what can be said",
    ]
    panel.rows[1].offers[0].click()
    assert panel.prompt.value == "a grene square on a tree "
    assert len(said(panel)) == 2
    panel.prompt.value = "one cat two dogs three cows four men five hens six foxes "
    assert words(panel.message.value) == "6 unknown words, the first 4:"
    assert [row.word for row in panel.rows] == ["cat", "dogs", "cows", "men"]


def test_other_languages_are_translated_while_one_types() -> None:
    machine = Machine()
    studio = studio_with(machine)
    panel = studio.panel
    panel.prompt.value = "ein roter Kre"
    assert said(panel) == []  # the half word is not yet wrong
    assert "ein roter Kreis" in completions(panel.prompt.value)
    panel.prompt.value = "ein roter Kreis dreht sich"
    assert words(panel.message.value) == "German: a red circle spins"
    panel.prompt.value = "ein rosa Kreis "
    assert said(panel) == ["unknown word “rosa”: try violett or rot"]
    studio.generate()
    assert machine.calls == 0
    panel.rows[0].offers[1].click()
    assert panel.prompt.value == "ein rot Kreis "
    panel.prompt.value = "kirmizi daire"
    studio.generate()
    studio.wait(20)
    assert machine.calls == 1


def test_a_short_prompt_is_said_in_full_and_as_it_was_typed_again() -> None:
    panel = studio_with(Machine(), seed=4).panel
    panel.prompt.value = "two stars dancing"
    panel.full.click()
    full = panel.prompt.value
    assert full == upsample("two stars dancing", torch.Generator().manual_seed(4)).caption
    assert said(panel) == []
    assert words(html.unescape(panel.message.value)).startswith("kept two, stars; replaced dancing")
    panel.full.click()
    assert panel.prompt.value == "two stars dancing"
    panel.prompt.value = "a cat"
    panel.full.click()
    assert "unknown word 'cat'" in html.unescape(panel.message.value)
    assert panel.prompt.value == "a cat"


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("steps", "0", "steps 0: must be from 1 to 1000 — try 20"),
        ("steps", "2.7", "steps '2.7': must be a whole number — try 5"),
        ("steps", "", "steps '': must be a whole number — try 5"),
        ("seed", "-1", "seed -1: must be from 0 to"),
        ("seed", "1_0", "seed '1_0': must be a whole number — try 0"),
        ("guidance", "31", "guidance 31: must be from 0 to 30 — try 4"),
        ("guidance", "3,5", "guidance '3,5': must be a number — try 3.5"),
        ("guidance", "nan", "guidance 'nan': must be a number — try 3"),
        ("pace", "5", "pace 5: must be from 0.25 to 3"),
        ("pace", "fast", "pace 'fast': must be a number — try 1"),
    ],
)
def test_numbers_stay_as_they_were_typed_and_what_is_wrong_stands_below(name: str, typed: str, why: str) -> None:
    machine = Machine()
    studio = studio_with(machine)
    field, below = studio.panel.fields[name], studio.panel.helps[name]
    as_it_was, helped = field.value, below.value
    field.value = typed
    assert field.value == typed
    assert why in words(html.unescape(below.value))
    assert 'role="alert"' in below.value
    assert "ms-bad" in field._dom_classes
    studio.generate()
    assert machine.calls == 0
    assert why in words(html.unescape(studio.panel.message.value))
    field.value = as_it_was
    assert below.value == helped
    assert "ms-bad" not in field._dom_classes


def test_settings_are_explained_and_refused_from_the_start() -> None:
    panel = studio_with(Machine()).panel
    assert "fewer are faster and rougher (usual: 5)" in words(panel.helps["steps"].value)
    assert "the words pull" in panel.helps["guidance"].value
    for wrong in ({"steps": 0}, {"guidance": -1.0}, {"seed": -1}):
        with pytest.raises(UserError, match="must be from"):
            studio_with(Machine(), **wrong)


def test_what_is_directed_is_passed_on_and_said() -> None:
    asked: dict[str, Any] = {}

    class Listening(Machine):
        def generate(self, prompt: str, **settings: Any) -> Clip:
            asked.update(settings)
            return super().generate(prompt, **settings)

    studio = studio_with(Listening(), size=(32, 32), seconds=0.5)
    fields = studio.panel.fields
    fields["negative"].value, fields["pace"].value, fields["camera"].value = " navy  background ", "0.5", "pans left"
    studio.generate()
    studio.wait()
    assert (asked["negative"], asked["pace"], asked["camera"]) == ("navy background", 0.5, "pans left")
    (piece,) = studio.history
    assert piece.facts.partition(" · made")[0].endswith("· without navy background · pace 0.5 · camera pans left")
    fields["negative"].value = "a cat"
    studio.generate()
    assert "unknown word 'cat'" in html.unescape(studio.panel.message.value) and len(studio.history) == 1


def test_another_seed_is_another() -> None:
    studio = studio_with(Machine(), seed=7)
    studio.panel.dice.click()
    assert studio.order.seed != 7


@pytest.mark.parametrize(("prompt", "said"), [("  ", "empty prompt"), ("red " * 70, "at most 64")])
def test_other_prompts_are_refused_in_a_line(prompt: str, said: str) -> None:
    machine = Machine()
    studio = studio_with(machine)
    studio.panel.prompt.value = prompt
    studio.generate()
    assert said in words(studio.panel.message.value)
    assert machine.calls == 0


def test_one_at_a_time_and_stop() -> None:
    machine = Machine(endless=True)
    studio = studio_with(machine)
    studio.generate()  # comes back at once
    assert machine.begun.wait(20)
    assert studio.busy
    assert "ms-resting" in studio.panel.go._dom_classes
    studio.generate()
    assert "one clip at a time" in studio.panel.message.value
    studio.panel.halt.click()
    studio.wait(20)
    assert not studio.busy
    assert words(studio.panel.message.value) == "stopped"
    assert (machine.calls, studio.history, studio.shown) == (1, [], None)
    assert "ms-resting" in studio.panel.halt._dom_classes
    machine.endless = False
    studio.panel.go.click()
    studio.wait(20)
    assert len(studio.history) == 1


def test_what_was_there_stays_when_another_is_stopped() -> None:
    machine = Machine()
    studio = studio_with(machine)
    studio.generate()
    studio.wait(20)
    machine.endless, machine.begun = True, threading.Event()
    studio.panel.prompt.value = "a star spins"
    studio.generate()
    assert machine.begun.wait(20)
    studio.stop()
    studio.wait(20)
    assert studio.shown is studio.history[0]
    assert EXAMPLE in studio.panel.about.value


@pytest.mark.parametrize(
    ("error", "said"),
    [(UserError("size 64x65: try 64x64"), "size 64x65: try 64x64"), (RuntimeError("a\nbug"), "RuntimeError: a bug")],
)
def test_errors_are_said_in_the_panel(error: Exception, said: str) -> None:
    machine = Machine(error=error)
    studio = studio_with(machine)
    studio.generate()
    studio.wait(20)
    assert words(studio.panel.message.value) == said
    machine.error = None
    studio.generate()
    studio.wait(20)
    assert len(studio.history) == 1


def test_history_brings_settings_and_clip_back() -> None:
    studio = studio_with(Machine())
    panel = studio.panel
    first = replace(studio.order, prompt="a red star grows", seed=3, size=(48, 80), seconds=1.0, steps=4, guidance=1.5)
    panel.order = first
    studio.generate()
    studio.wait(20)
    panel.order = Order("a blue ring", steps=2)
    studio.generate()
    studio.wait(20)
    assert [piece.order.prompt for piece in studio.history] == ["a blue ring", "a red star grows"]
    older = panel.past.rows[1]
    assert "a red star grows" in older.children[0].value
    assert 'alt="filmstrip: a red star grows' in older.children[0].value
    older.children[1].click()
    assert studio.order == first
    assert studio.shown is studio.history[1]
    assert "a red star grows" in panel.about.value


def test_what_is_brought_back_stays_while_another_is_made() -> None:
    machine = Machine()
    studio = studio_with(machine)
    panel = studio.panel
    studio.generate()
    studio.wait(20)
    first = studio.history[0]
    for stopped in (False, True):
        machine.gate.clear()
        machine.begun.clear()
        panel.prompt.value = "a blue ring"
        studio.generate()
        assert machine.begun.wait(20)
        assert "<progress" in panel.progress.value and panel.keep.layout.display == "none"
        panel.past.rows[-1].children[1].click()
        seen = panel.screen.value
        assert studio.busy and studio.shown is first and f'alt="clip: {EXAMPLE}"' in seen
        assert "<progress" in panel.progress.value and EXAMPLE in panel.about.value and panel.keep.layout.display == ""
        assert studio.order == first.order
        studio.stop() if stopped else None
        machine.gate.set()
        studio.wait(20)
        assert (panel.screen.value, studio.shown, panel.progress.value) == (seen, first, "")
        expected = "stopped" if stopped else "a blue ring: it is made, and the first of the history"
        assert words(panel.message.value) == expected
    assert [piece.order.prompt for piece in studio.history] == ["a blue ring", EXAMPLE]


def test_rows_stay_where_they_are_when_another_is_put_on_top() -> None:
    def drawn(widget: Any) -> list[str]:  # from top to bottom
        inner = [text for child in getattr(widget, "children", ()) for text in drawn(child)]
        return inner or ([widget.value] if isinstance(widget, ipywidgets.HTML) else [])

    shelf, made = Shelf(), [ipywidgets.HTML(str(number)) for number in range(SPENT + 5)]
    for count, row in enumerate(made, 1):
        before = {each: [*each.children] for each in boxes(shelf.widget) if each.children}
        shelf.put(row, most=3)
        assert shelf.rows == made[:count][::-1][:3]
        assert drawn(shelf.widget) == [row.value for row in shelf.rows]
        # What was drawn is drawn anew only after the first child that is another one.
        kept = [each.children[: len(was)] for each, was in before.items()]
        assert all(tuple(was[: len(now)]) == now for was, now in zip(before.values(), kept, strict=True))
    assert len(boxes(shelf.widget)) > SPENT
    shelf.tidy()
    assert drawn(shelf.widget) == [row.value for row in shelf.rows] and len(boxes(shelf.widget)) == 4


def boxes(widget: Any) -> list[Any]:
    return [widget, *(one for child in widget.children for one in boxes(child))] if hasattr(widget, "children") else []


def test_history_and_prompt_outlive_the_page(tmp_path: Path) -> None:
    first = studio_with(Machine(), memory=tmp_path)
    for prompt in ("a red star grows", "a blue ring"):
        first.panel.prompt.value = prompt
        first.generate()
        first.wait(20)
    first.panel.prompt.value, first.panel.steps.value = "a grene sq", "0"
    again = studio_with(Machine(), memory=tmp_path)
    assert [piece.order for piece in again.history] == [piece.order for piece in first.history]
    assert torch.equal(again.history[1].clip.frames, first.history[1].clip.frames)
    assert len(again.panel.past.rows) == 2
    assert again.shown is again.history[0]
    assert 'alt="clip: a blue ring"' in again.panel.screen.value
    assert again.panel.typed == first.panel.typed
    assert said(again.panel) == ["unknown word “grene”: try green"]
    again.panel.past.rows[1].children[1].click()
    assert again.order == first.history[1].order


@pytest.mark.parametrize("power", [power for power in POWERS if power not in WORDS_ALONE])
def test_what_is_on_the_screen_can_be_given(pipeline: Pipeline, power: str) -> None:
    studio = Studio("a blue square bounces", pipeline, seconds=0.5, size=(32, 48))
    studio.panel.power.value = power
    studio.generate()
    assert not studio.busy and not studio.history
    assert "nothing on the screen to begin with" in words(studio.panel.answer)
    studio.panel.power.value = "words"
    studio.generate()
    studio.wait(60)
    studio.panel.power.value = power
    marked = ((1, 2), (0, 0)) if power == "part" else ()
    studio.panel.squares.marks = {power: marked}
    studio.generate()
    studio.wait(60)
    made, given = studio.history
    assert made.order == replace(given.order, power=power, marked=marked) and POWERS[power] in studio.panel.about.value
    before, after = given.clip.frames, made.clip.frames
    assert after.shape[1] == {"after": 9, "before": 9, "loop": 9}.get(power, 5) and after.shape[2:] == (32, 48)
    if power == "after":
        assert torch.equal(after[:, :5], before)
    elif power == "loop":
        assert torch.equal(after[:, 2], before[:, 2])  # at its ends it fades over
    elif power == "before":
        assert torch.equal(after[:, 4:], before)
    elif power == "part":
        corners = edits.edit(pipeline, before, "a blue square bounces", [(16, 32, 16, 16), (0, 0, 16, 16)])
        assert torch.equal(after, corners.frames)
    else:
        assert not torch.equal(after, before)
    studio.bring_back(given)
    assert studio.panel.power.value == "words"


def test_a_file_of_ones_own_can_be_opened(pipeline: Pipeline, tmp_path: Path) -> None:
    studio = Studio("a blue square bounces", pipeline, seconds=0.5, folder=tmp_path / "out", memory=tmp_path / "memory")
    picture = io.BytesIO()
    Image.new("RGB", (200, 100), (255, 0, 0)).save(picture, "png")
    file = {"name": "C:\\mine\\red.png", "content": memoryview(picture.getvalue())}
    studio.panel.open.notify_change({"name": "value", "type": "change", "new": (file,), "old": ()})
    (piece,) = studio.history
    assert studio.shown is piece and piece.title == "red.png" and piece.clip.shape == (3, 1, 48, 96)
    assert "red.png: 100x200 to 48x96" in studio.panel.about.value
    studio.panel.power.value = "animate"
    studio.generate()
    studio.wait(60)
    assert studio.history[0].clip.shape == (3, 5, 48, 96)
    studio.bring_back(piece)
    assert studio.panel.prompt.value == "a blue square bounces" and studio.panel.power.value == "animate"
    path = studio.save("gif")
    assert path is not None and path.name.startswith("red-png")
    again = Studio("a red circle", pipeline, memory=tmp_path / "memory")
    assert [each.title for each in again.history] == ["a blue square bounces", "red.png"]
    studio.open("notes.txt", b"no picture, honestly")
    assert "notes.txt" in words(studio.panel.answer) and "/" not in words(studio.panel.answer)
    assert len(studio.history) == 2


def test_history_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "KEPT", 2)
    some = studio_with(Machine(), memory=tmp_path)
    for _ in range(3):
        some.panel.seed.value = str(some.order.seed + 1)
        some.generate()
        some.wait(20)
    assert [piece.order.seed for piece in some.history] == [3, 2]
    assert len(some.panel.past.rows) == 2
    assert [piece.order.seed for piece in studio_with(Machine(), memory=tmp_path).history] == [3, 2]
    assert len(list(tmp_path.glob("*.safetensors"))) == 2


def test_clips_are_saved_beside_each_other(tmp_path: Path) -> None:
    studio = studio_with(Machine(), folder=tmp_path / "out", seed=4)
    assert studio.save("mp4") is None
    assert "nothing to save yet" in studio.panel.message.value
    studio.generate()
    studio.wait(20)
    names = []
    for press in (studio.panel.saving.mp4, studio.panel.saving.mp4, studio.panel.saving.gif):
        press.click()
        (name,) = re.findall(r'download="([^"]*)"', studio.panel.saving.kept.value)  # beside the button
        names.append(name)
    stem = "a-red-circle-moves-right-4"
    assert names == [f"{stem}.mp4", f"{stem}-2.mp4", f"{stem}.gif"]
    assert all(read_video(tmp_path / "out" / name).shape[1] == 5 for name in names)
    (tmp_path / "file").write_text("")
    studio.folder = tmp_path / "file"
    assert studio.save("gif") is None
    assert "cannot write" in words(studio.panel.saving.kept.value)


def test_enter_in_the_prompt_generates() -> None:
    machine = Machine()
    studio = studio_with(machine)
    studio.panel.prompt._handle_custom_msg({"event": "submit"}, [])
    studio.wait(20)
    assert machine.calls == 1


def test_what_is_typed_just_before_a_press_counts() -> None:
    studio = studio_with(Machine())

    async def front_end() -> None:
        studio.panel.go.click()
        studio.panel.prompt.value = "a blue star"  # comes after the press, although it was typed before
        await asyncio.sleep(1)

    asyncio.run(front_end())
    studio.wait(20)
    assert [piece.order.prompt for piece in studio.history] == ["a blue star"]


def test_stop_just_after_a_press_counts() -> None:
    machine = Machine()
    studio = studio_with(machine)

    async def front_end() -> None:
        studio.panel.go.click()
        studio.panel.halt.click()
        await asyncio.sleep(1)

    asyncio.run(front_end())
    assert (machine.calls, studio.busy) == (0, False)


def test_the_clip_can_be_held_still() -> None:
    studio = studio_with(Machine())
    studio.generate()
    studio.wait(20)
    studio.panel.pause.click()
    assert "image/png" in studio.panel.screen.value
    assert studio.panel.pause.description == "Play"
    studio.panel.pause.click()
    assert "image/gif" in studio.panel.screen.value
    assert studio.panel.pause.description == "Pause"


def test_it_shows_itself_as_a_panel_and_as_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(living, "display", lambda what, **_: shown.append(what))
    machine = Machine()
    studio = studio_with(machine, prompt="a <b> star")
    studio._ipython_display_()  # the prompt cannot be made; it is shown all the same
    assert machine.calls == 0
    assert living.WIDGET_MIME in shown[0]
    assert "unknown word" in shown[1].html
    studio.panel.prompt.value = EXAMPLE
    for _ in range(2):
        studio._ipython_display_()
        assert shown[-1].html.count("<img") == 2
        assert EXAMPLE in shown[-1].alt
    assert machine.calls == 1  # displayed again, it makes no other clip
    assert len(studio.history) == 1


def controls(widget: Any) -> list[Any]:
    inner = [one for child in getattr(widget, "children", ()) for one in controls(child)]
    return inner or ([] if isinstance(widget, ipywidgets.HTML | ipywidgets.Box) else [widget])


def test_every_control_has_a_name_and_every_picture_a_text() -> None:
    studio = studio_with(Machine())
    studio.generate()
    studio.wait(20)
    panel = studio.panel
    named = [one for one in controls(studio.widget) if one.layout.display != "none"]
    assert len(named) >= 12
    assert all(one.description for one in named)
    assert all(one.tooltip for one in named if isinstance(one, ipywidgets.Button))
    for shown in (panel.screen.value, panel.about.value, panel.past.rows[0].children[0].value):
        assert shown.count("<img") == len(re.findall(r'<img [^>]*alt="[^"]+ [^"]+"', shown)) == 1


def test_settings_of_ones_own_are_there_to_choose() -> None:
    studio = studio_with(Machine(), size=(32, 48), seconds=2.5, steps=7, guidance=0.0)
    assert studio.order == Order(EXAMPLE, 0, (32, 48), 2.5, steps=7, guidance=0.0)


def test_previews_are_the_clip_that_emerges(pipeline: Pipeline) -> None:
    seen: list[torch.Tensor] = []
    steps: list[int] = []
    order = Order(EXAMPLE, seconds=0.5, steps=1, guidance=2.0)
    piece = make(pipeline, order, stop=threading.Event(), step=lambda done, _: steps.append(done), preview=seen.append)
    assert steps == [1]
    torch.testing.assert_close(seen[0], piece.clip.frames, atol=1e-4, rtol=0)  # in one step, what is believed is made


def test_previews_take_a_share_of_the_time_at_most() -> None:
    seen: list[float] = []

    def slow(clip: torch.Tensor) -> None:
        assert clip.shape == (3, 5, 16, 16)
        seen.append(time.monotonic())
        time.sleep(0.05)

    machine: Any = Machine()
    make(machine, Order(EXAMPLE, steps=200), stop=threading.Event(), preview=slow)
    assert 1 <= len(seen) < 20
    assert all(b - a >= 0.2 for a, b in pairwise(seen))


def test_stop_is_heard_at_the_next_call_of_the_network() -> None:
    stop = threading.Event()
    stop.set()
    machine: Any = Machine(endless=True)
    with pytest.raises(Stopped):
        make(machine, Order(EXAMPLE), stop=stop)


def test_the_thread_computes_like_the_notebook() -> None:
    seen: list[int] = []
    in_background(lambda: seen.append(torch.get_num_threads())).join(20)
    assert seen == [torch.get_num_threads()]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("a re", "a red"),
        ("A small Tri", "A small triangle"),
        ("a red ", "a red circle"),
        ("a red circle ", "a red circle moves"),
        ("a red circle moves right and a blue sq", "a red circle moves right and a blue square"),
    ],
)
def test_prompts_are_completed_with_known_words(text: str, offered: str) -> None:
    offers = completions(text)
    assert offered in offers
    for each in offers:
        assert each.lower().startswith(text.lower())
        check_prompt(each, most=64)


def test_completions_at_the_ends() -> None:
    assert completions(" ") == list(EXAMPLES)
    assert not any(unknown(example) for example in EXAMPLES)
    assert completions("a zzz") == []
    assert completions("!") == []


def test_words_are_replaced_whole() -> None:
    assert replaced("a pinky Pink ring, pink", "pink", "red") == "a pinky red ring, pink"
    assert list(unknown("a red cat", typing=True)) == ["cat"]
    assert unknown("a red ca", typing=True) == {}
    assert list(unknown("a ca ca", typing=True)) == ["ca"]
    assert unknown("") == {}


def test_numbers_that_are_not_finite_are_no_piece(weights: Path) -> None:
    broken = Pipeline.load(weights, device="cpu")
    broken.dit.patch_out.weight.data[0] = float("nan")
    studio = Studio(pipeline=broken, seconds=0)
    studio.generate()
    studio.wait(60)
    assert "the transformer gives numbers that are not finite" in words(studio.panel.message.value)
    assert (studio.history, studio.shown) == ([], None)
