"""The controls of the Studio and where they stand; what they do is in ``studio.py``."""

from __future__ import annotations

from typing import Any

import ipywidgets

from minisora.course.studio import look
from minisora.course.studio.order import POWERS, Order
from minisora.course.studio.parts import box, button, number, whole
from minisora.course.studio.saving import Saving
from minisora.course.studio.shelf import Shelf
from minisora.course.studio.squares import Squares
from minisora.directing import check_pace
from minisora.errors import UserError
from minisora.provenance import Keys
from minisora.request import check_sampling
from minisora.worlds.scene import CAMERAS

#: Sizes to choose from, height and width: those that the shipped weights were trained on.
SIZES = {"64 × 64": (64, 64), "48 × 80, wide": (48, 80), "80 × 48, tall": (80, 48), "96 × 96": (96, 96)}
LENGTHS = {"a picture": 0.0, **{f"{s:g} s": float(s) for s in (0.5, 1, 1.5, 2, 3, 4, 6, 8)}}

#: What a camera does, as the control says it.
MOVES = {"stands still": "static", **{name: name for name in CAMERAS if name != "static"}}

NAMED = 4  #: Unknown words that are named, each in a row of its own,
OFFERS = 3  #: and known words that are offered for each.


class Row:
    """An unknown word, and buttons with known ones."""

    def __init__(self) -> None:
        self.word = ""
        self.text = ipywidgets.HTML()
        self.offers = [button("", "") for _ in range(OFFERS)]
        self.widget = box(ipywidgets.HBox, "ms-said", self.text, *self.offers)

    def show(self, word: str, others: list[str]) -> None:
        """A word and what it may be meant for; no word, no row."""
        self.word = word
        self.widget.layout.display = "" if word else "none"
        self.text.value = look.unknown(word, others) if word else ""
        for each, other in zip(self.offers, [*others, *[""] * OFFERS], strict=False):
            each.description, each.tooltip = other, f"say {other} instead of {word}" if other else ""
            each.layout.display = "" if other else "none"


class Panel:
    """Every control has a name that is read out, is reached with Tab, and keeps the focus when it is used."""

    def __init__(self, order: Order, *, usual_steps: int, usual_guidance: float, keys: Keys | None = None) -> None:
        w = ipywidgets
        self._usual = (usual_steps, usual_guidance)
        self.prompt = w.Combobox(
            value=order.prompt, description="Prompt", placeholder="say what to show, and press Enter"
        )
        self.go = button("Generate", "make a clip of the prompt; Enter in the prompt does the same")
        self.halt = button("Stop", "give up the clip that is being made")
        self.full = button(
            "In full", "make a full caption of a short prompt; what it leaves open follows from the seed"
        )
        self.open = w.FileUpload(
            accept="image/*,video/*", description="Open", tooltip="a picture or a video of yours, to begin with"
        )
        self.message = w.HTML()
        self.rows = [Row() for _ in range(NAMED)]

        # Numbers are texts: a field for numbers changes in silence what is not within its limits.
        self.seed = w.Text(description="Seed", tooltip=look.HELP["seed"], continuous_update=False)
        self.dice = button("Another", "take another seed")
        self.size = w.Dropdown(options=SIZES, description="Height × width", tooltip=look.HELP["size"])
        self.seconds = w.Dropdown(options=LENGTHS, description="Length", tooltip=look.HELP["seconds"])
        self.steps = w.Text(description="Steps", tooltip=look.HELP["steps"], continuous_update=False)
        self.guidance = w.Text(description="Guidance", tooltip=look.HELP["guidance"], continuous_update=False)
        self.negative = w.Text(description="Without", tooltip=look.HELP["negative"], continuous_update=False)
        self.pace = w.Text(description="Pace", tooltip=look.HELP["pace"], continuous_update=False)
        self.camera = w.Dropdown(options=MOVES, description="Camera", tooltip=look.HELP["camera"])
        named = {label: name for name, label in POWERS.items()}
        self.power = w.Dropdown(options=named, description="Begin with", tooltip=look.HELP["power"])
        self.fields = {
            "power": self.power,
            "seed": self.seed,
            "size": self.size,
            "seconds": self.seconds,
            "steps": self.steps,
            "guidance": self.guidance,
            "negative": self.negative,
            "pace": self.pace,
            "camera": self.camera,
        }
        self.helps = {name: w.HTML() for name in self.fields}
        for each in (self.prompt, *self.fields.values()):
            each.add_class("ms-field")
        self.go.add_class("ms-go")
        self.squares = Squares()
        self.shape: tuple[int, int] | None = None  # height and width of what is on the screen
        self.saving = Saving(keys)
        self.order = order

        self.screen = w.HTML(look.empty("press Generate"))
        self.about = w.HTML()
        self.progress = w.HTML()
        self.pause = button("Pause", "hold the moving picture still, or let it go on")
        pressed = box(w.HBox, "ms-keep", self.pause, self.saving.mp4, self.saving.gif)
        self.keep = box(w.VBox, "ms-saving", pressed, self.saving.choices)
        self.past = Shelf()
        self.stack = box(w.Box, "ms-stack", self.screen, self.squares.board)
        for field in (self.power, self.size):
            field.observe(lambda _: self.lay(self.shape), names="value")
        self.widget = self._placed()
        self.lay(None)
        self.judge()
        self.object({})
        self.resting(True)
        self.keepable(False)

    @property
    def order(self) -> Order:
        """What the controls say.

        Raises: UserError when a number cannot be read or is not within its limits.
        """
        size: Any = self.size.value
        seconds: Any = self.seconds.value
        power: Any = self.power.value
        camera: Any = self.camera.value
        return Order(
            " ".join(self.prompt.value.split()),
            seed=self._seed(),
            size=size,
            seconds=seconds,
            steps=self._steps(),
            guidance=self._guidance(),
            negative=" ".join(self.negative.value.split()),
            pace=self._pace(),
            camera=camera,
            power=power,
            marked=self.squares.marked,
        )

    @order.setter
    def order(self, order: Order) -> None:
        self.typed = {
            "prompt": order.prompt,
            "seed": str(order.seed),
            "size": order.size,
            "seconds": order.seconds,
            "steps": str(order.steps),
            "guidance": f"{order.guidance:g}",
            "negative": order.negative,
            "pace": f"{order.pace:g}",
            "camera": order.camera,
            "power": order.power,
            "marks": {**self.squares.marks, order.power: order.marked},
        }

    @property
    def typed(self) -> dict[str, Any]:
        """What stands in the controls, be it sense or not."""
        said = {"prompt": self.prompt.value, **{name: field.value for name, field in self.fields.items()}}
        return {**said, "marks": self.squares.marks, "saved with": self.saving.chosen}

    @typed.setter
    def typed(self, typed: dict[str, Any]) -> None:
        size, seconds = tuple(typed["size"]), typed["seconds"]
        if size not in SIZES.values():
            self.size.options = {**SIZES, "{} × {}".format(*size): size}
        if seconds not in LENGTHS.values():
            self.seconds.options = {**LENGTHS, f"{seconds:g} s": seconds}
        self.prompt.value, self.size.value, self.seconds.value = typed["prompt"], size, seconds
        self.seed.value, self.steps.value, self.guidance.value = typed["seed"], typed["steps"], typed["guidance"]
        self.negative.value, self.pace.value, self.camera.value = typed["negative"], typed["pace"], typed["camera"]
        self.squares.marks = typed["marks"]
        self.power.value = typed["power"]
        self.saving.chosen = typed.get("saved with", {})

    @property
    def answer(self) -> str:
        """What is said of the prompt, as HTML."""
        return "<br>".join([self.message.value, *(row.text.value for row in self.rows if row.word)])

    def lay(self, shape: tuple[int, int] | None) -> None:
        """Squares over the screen, on which there is a picture of this height and width, or none.

        A path is marked on a frame of the size that the clip will have, whatever is on the screen.
        """
        size: Any = self.size.value
        power: Any = self.power.value
        self.shape = shape
        self.squares.lay(power, size if power == "path" else shape)
        unlike = power == "path" and shape != size
        (self.stack.add_class if unlike else self.stack.remove_class)("ms-unlike")

    def judge(self) -> None:
        """Below each setting: what it is for, or what is wrong with it."""
        usual = {"steps": f"{self._usual[0]}", "guidance": f"{self._usual[1]:g}", "pace": "1"}
        read = {"seed": self._seed, "steps": self._steps, "guidance": self._guidance, "pace": self._pace}
        for name, field in self.fields.items():
            text, bad = look.help_line(name, usual.get(name)), False
            try:
                read.get(name, bool)()
            except UserError as error:
                text, bad = look.note(str(error), wrong=True), True
            self.helps[name].value = text
            (field.add_class if bad else field.remove_class)("ms-bad")

    def object(self, unknown: dict[str, list[str]]) -> None:
        """Name unknown words, each with buttons for known ones; or none."""
        for row, (word, others) in zip(self.rows, [*unknown.items(), *[("", [])] * NAMED], strict=False):
            row.show(word, others)

    def resting(self, rests: bool) -> None:
        """Which of the two buttons waits for the other. Neither is disabled: that would take the focus from it."""
        for each, dim in ((self.halt, rests), (self.go, not rests)):
            (each.add_class if dim else each.remove_class)("ms-resting")

    def keepable(self, there: bool) -> None:
        """Whether there is a clip to pause and to save."""
        self.saving.kept.value = ""
        self.keep.layout.display = "" if there else "none"

    def _seed(self) -> int:
        seed = whole("seed", self.seed.value, advice="0")
        check_sampling(steps=1, guidance=1.0, seeds=[seed])
        return seed

    def _steps(self) -> int:
        steps = whole("steps", self.steps.value, advice=str(self._usual[0]))
        check_sampling(steps=steps, guidance=1.0, seeds=[])
        return steps

    def _guidance(self) -> float:
        guidance = number("guidance", self.guidance.value, advice=f"{self._usual[1]:g}")
        check_sampling(steps=1, guidance=guidance, seeds=[])
        return guidance

    def _pace(self) -> float:
        pace = number("pace", self.pace.value, advice="1")
        check_pace(pace)
        return pace

    def _placed(self) -> ipywidgets.VBox:
        w = ipywidgets
        placed = {**self.fields, "seed": box(w.HBox, "ms-seed", self.seed, self.dice)}
        helped = [box(w.VBox, "ms-helped", field, self.helps[name]) for name, field in placed.items()]
        left = box(w.VBox, "ms-left", self.stack, self.squares.below)
        return box(
            w.VBox,
            "minisora-studio",
            w.HTML(look.STYLE, layout={"display": "none"}),
            box(w.HBox, "ms-ask", self.prompt, self.go, self.halt, self.full, self.open),
            box(w.VBox, "ms-answer", self.message, *(row.widget for row in self.rows)),
            box(w.HBox, "ms-fields", *helped),
            w.HTML(look.WORDS),
            box(
                w.HBox,
                "ms-stage",
                left,
                box(w.VBox, "ms-beside", self.progress, self.about, self.keep, self.saving.kept),
            ),
            self.past.widget,
        )
