"""Sliders that change a picture, and the same as still pictures where no widget runs (GitHub, print, nbviewer)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
from IPython.display import display

from minisora.course.picture import Picture, stack, table
from minisora.course.studio import Studio
from minisora.errors import UserError

__all__ = ["WIDGET_MIME", "Explorer", "Studio", "explore"]

#: What notebooks store for a living widget; meaningless without its kernel, so that the build takes it out.
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


class Explorer:
    """A picture with a slider for each choice, and its still pictures."""

    def __init__(self, draw: Callable[..., Picture], choices: Mapping[str, Sequence[Any]]) -> None:
        if not choices or any(len(values) < 2 for values in choices.values()):
            raise UserError("nothing to explore: give at least one choice of two or more values")
        self.draw, self.choices = draw, choices
        self.start = {name: values[len(values) // 2] for name, values in choices.items()}
        self.sliders = {
            name: ipywidgets.SelectionSlider(
                options=[(str(value), value) for value in values],
                value=self.start[name],
                description=name,
                continuous_update=False,
                style={"description_width": "initial"},
            )
            for name, values in choices.items()
        }
        self.view = ipywidgets.HTML(draw(**self.start).html)
        self.widget = ipywidgets.VBox([*self.sliders.values(), self.view])
        for slider in self.sliders.values():
            slider.observe(self._redraw, names="value")

    def still(self) -> Picture:
        """The picture at the ends and in the middle of each slider, the others standing in their middle."""
        rows = []
        for name, values in self.choices.items():
            chosen = [values[0], self.start[name], values[-1]]
            chosen = [value for i, value in enumerate(chosen) if value not in chosen[:i]]
            rows.append(table({f"{name} = {v}": self.draw(**{**self.start, name: v}) for v in chosen}, columns=3))
        return stack(*rows)

    def show(self) -> None:
        """One output in two forms: who can run widgets shows the widget, everybody else the still pictures."""
        still = self.still()
        living: dict[str, Any] = self.widget._repr_mimebundle_() or {}
        display({**living, "text/plain": still.alt, "text/html": still.html}, raw=True)

    def _redraw(self, change: object) -> None:
        del change
        self.view.value = self.draw(**{name: slider.value for name, slider in self.sliders.items()}).html


def explore(draw: Callable[..., Picture], **choices: Sequence[Any]) -> None:
    """Sliders for a picture: ``explore(draw, patch=[1, 2, 4], frame=range(17))`` begins at ``draw(patch=2, frame=8)``.

    ``draw`` takes the choices by name and returns a picture of `plots`. Keep it under a fifth of a second.
    """
    Explorer(draw, {name: list(values) for name, values in choices.items()}).show()
