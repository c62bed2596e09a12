"""The controls of the Studio and where they stand; what they do is in ``studio.py``."""

from __future__ import annotations

from typing import Any

import ipywidgets

from minisora.course.studio import look
from minisora.course.studio.work import Order
from minisora.request import MOST_GUIDANCE, MOST_STEPS

#: Sizes to choose from, height and width: those that the shipped weights were trained on.
SIZES = {"64 × 64": (64, 64), "48 × 80, wide": (48, 80), "80 × 48, tall": (80, 48), "96 × 96": (96, 96)}
LENGTHS = {"a picture": 0.0, **{f"{s:g} s": float(s) for s in (0.5, 1, 1.5, 2, 3, 4, 6, 8)}}

OFFERS = 3  #: Known words that are offered for an unknown one.


class Panel:
    """Every control has a name that is read out, is reached with Tab, and keeps the focus when it is used."""

    def __init__(self, order: Order) -> None:
        w = ipywidgets
        self.prompt = w.Combobox(
            value=order.prompt, description="Prompt", placeholder="say what to show, and press Enter"
        )
        self.go = button("Generate", "make a clip of the prompt; Enter in the prompt does the same")
        self.halt = button("Stop", "give up the clip that is being made")
        self.message = w.HTML()
        self.offers = [button("", "") for _ in range(OFFERS)]

        sizes = SIZES if order.size in SIZES.values() else {**SIZES, "{} × {}".format(*order.size): order.size}
        lengths = LENGTHS if order.seconds in LENGTHS.values() else {**LENGTHS, f"{order.seconds:g} s": order.seconds}
        self.seed = w.BoundedIntText(value=order.seed, min=0, max=max(2**31 - 1, order.seed), description="Seed")
        self.size = w.Dropdown(options=sizes, value=order.size, description="Height × width")
        self.seconds = w.Dropdown(options=lengths, value=order.seconds, description="Length")
        self.steps = w.BoundedIntText(value=order.steps, min=1, max=MOST_STEPS, description="Steps")
        self.guidance = w.BoundedFloatText(
            value=order.guidance, min=0, max=MOST_GUIDANCE, step=0.5, description="Guidance"
        )

        fields = [self.seed, self.size, self.seconds, self.steps, self.guidance]
        for each in (self.prompt, *fields):
            each.add_class("ms-field")
        self.go.add_class("ms-go")

        self.screen = w.HTML(look.empty("press Generate"))
        self.about = w.HTML()
        self.pause = button("Pause", "hold the moving picture still, or let it go on")
        self.mp4 = button("Save mp4", "write the clip on the screen to a video file")
        self.gif = button("Save gif", "write the clip on the screen to an animated picture")
        self.keep = box(w.HBox, "ms-keep", self.pause, self.mp4, self.gif)
        self.past = box(w.VBox, "ms-past")

        self.widget = box(
            w.VBox,
            "minisora-studio",
            w.HTML(look.STYLE, layout={"display": "none"}),
            box(w.HBox, "ms-ask", self.prompt, self.go, self.halt),
            box(w.HBox, "ms-said", self.message, *self.offers),
            box(w.HBox, "ms-fields", *fields),
            w.HTML(look.WORDS),
            box(w.HBox, "ms-stage", self.screen, box(w.VBox, "ms-beside", self.about, self.keep)),
            self.past,
        )
        self.offer("", [])
        self.resting(True)
        self.keepable(False)

    @property
    def order(self) -> Order:
        """What the controls say."""
        size: Any = self.size.value
        seconds: Any = self.seconds.value
        return Order(
            " ".join(self.prompt.value.split()),
            seed=self.seed.value,
            size=size,
            seconds=seconds,
            steps=self.steps.value,
            guidance=self.guidance.value,
        )

    @order.setter
    def order(self, order: Order) -> None:
        self.prompt.value, self.seed.value, self.size.value = order.prompt, order.seed, order.size
        self.seconds.value, self.steps.value, self.guidance.value = order.seconds, order.steps, order.guidance

    def offer(self, word: str, others: list[str]) -> None:
        """Buttons with known words for an unknown one, or none."""
        for each, other in zip(self.offers, [*others, *[""] * OFFERS], strict=False):
            each.description, each.tooltip = other, f"say {other} instead of {word}" if other else ""
            each.layout.display = "" if other else "none"

    def resting(self, rests: bool) -> None:
        """Which of the two buttons waits for the other. Neither is disabled: that would take the focus from it."""
        for each, dim in ((self.halt, rests), (self.go, not rests)):
            (each.add_class if dim else each.remove_class)("ms-resting")

    def keepable(self, there: bool) -> None:
        """Whether there is a clip to pause and to save."""
        self.keep.layout.display = "" if there else "none"


def button(description: str, tooltip: str) -> ipywidgets.Button:
    """A button with a name and a sentence about it."""
    return ipywidgets.Button(description=description, tooltip=tooltip)


def box(kind: Any, name: str, *children: ipywidgets.Widget) -> Any:
    """Children in a box that the style sheet calls by a name."""
    made = kind(children)
    made.add_class(name)
    return made
