"""The Studio: a panel in which a sentence becomes a clip, in a notebook or on a page of its own (``make studio``)."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets
from torch import Tensor

from minisora.clip import Clip
from minisora.course import living
from minisora.course.finished import finished_pipeline
from minisora.course.picture import Picture
from minisora.course.studio import look
from minisora.course.studio.desk import Desk
from minisora.course.studio.memory import Memory
from minisora.course.studio.order import WORDS_ALONE, Order, Piece
from minisora.course.studio.panel import Panel
from minisora.course.studio.parts import box, button
from minisora.course.studio.stage import Stage
from minisora.course.studio.work import Stopped, in_background, make, open_file
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.provenance import Keys
from minisora.request import EXAMPLE, check_sampling

KEPT = 20  #: Pieces that the history remembers.

#: Seconds from a press to its effect: front ends send presses ahead of the last letters that were typed before them.
SETTLE = 0.15


class Studio:
    """A panel that turns prompts into clips. As the last expression of a cell it shows itself.

    It works in a thread of its own, one piece at a time. Displayed for the first time in a notebook it makes its first
    clip, so that there is a picture of it where no widgets run (GitHub, print, nbviewer).

    Args:
        pipeline: what makes the clips; by default the finished one with the shipped weights.
        seed, size, seconds, steps, guidance: what the controls begin with; see ``Pipeline.generate``.
        folder: where clips are saved.
        memory: a folder that keeps history and prompt for the next page that is opened with it.
        sign: keys, or where they are (``minisora.provenance.Keys.load``), to sign what is saved with.
    Raises: UserError for settings that no clip can be made with, and for bad keys.
    Attributes:
        widget: the panel alone, for a page that shows something else where no widgets run.
        history: what was made, the latest first.
        shown: what is on the screen.
    """

    def __init__(
        self,
        prompt: str = EXAMPLE,
        pipeline: Pipeline | None = None,
        *,
        seed: int = 0,
        size: tuple[int, int] = (64, 64),
        seconds: float = 2.0,
        steps: int | None = None,
        guidance: float | None = None,
        folder: str | Path = "out",
        memory: str | Path | None = None,
        sign: str | Path | Keys | None = None,
    ) -> None:
        self.pipeline = finished_pipeline() if pipeline is None else pipeline
        self.folder = Path(folder)
        self.history: list[Piece] = []
        self._stop = threading.Event()
        self._worker: threading.Thread | None = None
        self._about_to_begin: asyncio.TimerHandle | None = None
        self._working = False
        usual = self.pipeline.sampling
        steps = usual.steps if steps is None else steps
        guidance = usual.guidance if guidance is None else guidance
        check_sampling(steps=steps, guidance=guidance, seeds=[seed])
        order = Order(prompt, seed=seed, size=size, seconds=seconds, steps=steps, guidance=guidance)
        keys = sign if sign is None or isinstance(sign, Keys) else Keys.load(sign)
        self.panel = Panel(order, usual_steps=usual.steps, usual_guidance=usual.guidance, keys=keys)
        self.widget: ipywidgets.VBox = self.panel.widget
        self._stage = Stage(self.panel)
        self._memory = None if memory is None else Memory(Path(memory), most=KEPT)
        self._desk = Desk(
            self.panel,
            longest=self.pipeline.tokenizer.max_text,
            also=self.pipeline.own_words,
            memory=self._memory,
        )
        self._connect()
        self._remember_all()

    @property
    def order(self) -> Order:
        """What the controls say now. Raises: UserError when a number is none, or not within its limits."""
        return self.panel.order

    @property
    def shown(self) -> Piece | None:
        """What is on the screen, or was until something else began to emerge there."""
        return self._stage.shown

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self._working

    def generate(self) -> None:
        """Begin to make what the controls say, unless something is being made."""
        if self.busy:
            self._desk.say("one clip at a time: stop this one, or wait for it", wrong=True)
        elif (order := self._desk.accepted()) is not None:
            given = self._given(order)
            wrong = order.missing
            if given is None and order.power not in WORDS_ALONE:
                wrong = "nothing on the screen to begin with: generate a clip first, or open one"
            if wrong:
                self._desk.say(wrong, wrong=True)
                return
            self._begin(order)
            self._worker = in_background(lambda: self._work(order, given))

    def open(self, name: str, content: bytes) -> None:
        """Put a picture or a clip out of a file on the screen, to begin with."""
        if self.busy:
            self._desk.say("one clip at a time: stop this one, or wait for it", wrong=True)
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (Path(name.replace("\\", "/")).name or "file")
            path.write_bytes(content)
            try:
                piece = open_file(self.pipeline, path, Order(EXAMPLE))
            except UserError as error:
                self._desk.say(str(error).replace(str(path), path.name), wrong=True)
                return
        self._desk.say("")
        self.history = [piece, *self.history][:KEPT]
        self._remember()
        self._stage.show(piece)

    def stop(self) -> None:
        """Give up what is being made, at the next step, or what was just about to begin."""
        self._stop.set()
        self._forget_the_press()

    def wait(self, seconds: float | None = None) -> None:
        """Until nothing is being made any more, or for so many seconds."""
        if self._worker is not None:
            self._worker.join(seconds)

    def bring_back(self, piece: Piece) -> None:
        """Set the controls to what a piece was made with, and show it; what is being made is made all the same."""
        if not piece.opened:
            self.panel.order = piece.order
        self._stage.show(piece)

    def save(self, ending: str) -> Path | None:
        """Write the clip on the screen as mp4 or gif, with what is ticked; None if that cannot be done."""
        if self.shown is None:
            self._desk.say("nothing to save yet: generate a clip first", wrong=True)
            return None
        return self.panel.saving.save(self.shown, self.folder, ending)

    def still(self) -> Picture:
        """A picture of the result, for where no widgets run; makes the first clip if there is none yet."""
        self.wait()
        if self.shown is None and (order := self._desk.accepted()) is not None:
            self._begin(order)
            self._work(order)
        if self.shown is None:
            return Picture(self.panel.answer, "the Studio, without a clip")
        return look.still(self.shown)

    def _ipython_display_(self) -> None:
        """Two forms: who can run widgets shows the panel, everybody else the still picture."""
        living.show(self.widget, self.still())

    def _connect(self) -> None:
        panel = self.panel
        for text in (panel.prompt, panel.seed, panel.steps, panel.guidance, panel.negative, panel.pace):
            text.on_msg(lambda _, message, __: self._press() if message.get("event") == "submit" else None)
        panel.go.on_click(lambda _: self._press())
        panel.halt.on_click(lambda _: self.stop())
        panel.open.observe(lambda change: self._opened(change["new"]), names="value")
        panel.saving.mp4.on_click(lambda _: self.save("mp4"))
        panel.saving.gif.on_click(lambda _: self.save("gif"))

    def _opened(self, files: Sequence[Any]) -> None:
        """What the browser hands over, once."""
        for file in files:
            self.open(file["name"], bytes(file["content"]))
        if files:
            self.panel.open.value = ()  # so that the same file can be opened again

    def _given(self, order: Order) -> Clip | None:
        """What an order begins with, of what is on the screen."""
        return None if order.power in WORDS_ALONE or self.shown is None else self.shown.clip

    def _forget_the_press(self) -> None:
        if self._about_to_begin is not None:
            self._about_to_begin.cancel()
            self._about_to_begin = None

    def _press(self) -> None:
        """Generate, once the kernel knows all that was typed before."""
        self._forget_the_press()
        try:
            self._about_to_begin = asyncio.get_running_loop().call_later(SETTLE, self.generate)
        except RuntimeError:  # no front end, no loop
            self.generate()

    def _begin(self, order: Order) -> None:
        self._working = True
        self._stop.clear()
        self._desk.say("")
        self.panel.resting(False)
        self.panel.past.tidy()  # whoever has just pressed Generate or Enter is on no row
        self._stage.begin(order)

    def _work(self, order: Order, given: Clip | None = None) -> None:
        """Make a piece and show it, or say why not. In the thread."""

        def step(done: int, steps: int) -> None:
            self._stage.step(order, done, steps)

        def preview(emerging: Tensor) -> None:
            self._stage.preview(order, Clip.of(emerging.cpu(), fps=self.pipeline.fps))

        try:
            piece = make(self.pipeline, order, stop=self._stop, begin_with=given, step=step, preview=preview)
        except Stopped:
            self._stage.end(None)
            self._desk.say("stopped")
        except Exception as error:  # whatever it is, it is said in the panel, since nobody sees a thread's errors
            self._stage.end(None)
            what = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
            self._desk.say(" ".join(what.split())[:200], wrong=True)
        else:
            self.history = [piece, *self.history][:KEPT]
            self._remember()
            if not self._stage.end(piece):
                self._desk.say(f"{piece.title}: it is made, and the first of the history")
        finally:
            self._working = False
            self.panel.resting(True)

    def _remember(self) -> None:
        """The latest piece on top of the history."""
        self.panel.past.put(self._row(self.history[0]), most=KEPT)
        if self._memory is not None:
            with contextlib.suppress(UserError):  # the clip is made all the same
                self._memory.keep(self.history[0])

    def _remember_all(self) -> None:
        """What an earlier page of the same memory made, and what was typed there."""
        if self._memory is None:
            return
        self.history = self._memory.pieces()
        for piece in reversed(self.history):
            self.panel.past.put(self._row(piece), most=KEPT)
        if self.history:
            self._stage.show(self.history[0])

    def _row(self, piece: Piece) -> ipywidgets.HBox:
        """A piece in the history, and the button that brings it back."""
        back = button("Bring back", f"set the controls to: {piece.title}, {piece.facts}")
        back.on_click(lambda _: self.bring_back(piece))
        return box(ipywidgets.HBox, "ms-piece", ipywidgets.HTML(look.past(piece)), back)
