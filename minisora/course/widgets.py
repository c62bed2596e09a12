"""Sliders that change a picture, and the same as still pictures where no widget runs (GitHub, print, nbviewer)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from minisora.course import living
from minisora.course.picture import PADDING, WIDEST, Picture, note, stack, table
from minisora.course.studio import Studio
from minisora.errors import UserError

__all__ = ["Explorer", "Studio", "explore"]


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
        rows = [note(self._invitation())]
        for name, values in self.choices.items():
            others = ", ".join(f"{other} = {value}" for other, value in self.start.items() if other != name)
            rows += [note(f"{name} moves; {others}")] if others else []
            chosen = [values[0], self.start[name], values[-1]]
            chosen = [value for i, value in enumerate(chosen) if value not in chosen[:i]]
            drawn = {f"{name} = {v}": self.draw(**{**self.start, name: v}) for v in chosen}
            # As many to a row as keep their size: what is drawn to be read must not shrink to a third.
            columns = WIDEST // (PADDING + max(each.width for each in drawn.values()))
            rows.append(table(drawn, columns=max(1, min(3, columns))))
        return stack(*rows)

    def show(self) -> None:
        """The sliders and, where none move, the still pictures."""
        living.show(self.widget, self.still())

    def _invitation(self) -> str:
        *first, last = self.choices
        named = f"sliders for {', '.join(first)} and {last}" if first else f"a slider for {last}"
        return f"Still pictures: run this cell to get {named}."

    def _redraw(self, change: object) -> None:
        del change
        self.view.value = self.draw(**{name: slider.value for name, slider in self.sliders.items()}).html


def explore(draw: Callable[..., Picture], **choices: Sequence[Any]) -> None:
    """Sliders for a picture: ``explore(draw, patch=[1, 2, 4], frame=range(17))`` begins at ``draw(patch=2, frame=8)``.

    ``draw`` takes the choices by name and returns a picture of `plots`. Keep it under a fifth of a second.
    """
    Explorer(draw, {name: list(values) for name, values in choices.items()}).show()
