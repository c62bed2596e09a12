"""A blind comparison: pairs of clips side by side, which of the two is which hidden, and buttons to vote."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import torch
from torch import Generator, Tensor

from minisora.course import living
from minisora.course.picture import Picture, note, stack
from minisora.course.plots import strips
from minisora.errors import UserError


class Blind:
    """Votes on pairs of clips ``(a, b)``, each ``3 t h w``; chance decides which of a pair is on top.

    Attributes:
        votes: for each pair voted on, whether a won; pairs come in the order in which they were given.
    """

    def __init__(self, pairs: Sequence[tuple[Tensor, Tensor]], *, question: str, generator: Generator) -> None:
        if not pairs:
            raise UserError("nothing to vote on: give at least one pair of clips")
        self.pairs, self.question = list(pairs), question
        self.turned = torch.rand(len(pairs), generator=generator) < 0.5
        self.votes: list[bool] = []
        self.view, self.said = ipywidgets.HTML(), ipywidgets.HTML()
        self.buttons = [ipywidgets.Button(description=place) for place in ("the upper", "the lower")]
        self.buttons[0].on_click(lambda _: self.vote(upper=True))
        self.buttons[1].on_click(lambda _: self.vote(upper=False))
        self.widget = ipywidgets.VBox([self.said, self.view, ipywidgets.HBox(self.buttons)])
        self._next()

    def picture(self, pair: int) -> Picture:
        """A pair as it is shown: nothing says which is which."""
        upper, lower = self.pairs[pair][:: -1 if self.turned[pair] else 1]
        return strips({"upper": upper, "lower": lower}, alt=f"pair {pair + 1}, an upper and a lower clip")

    def vote(self, *, upper: bool) -> None:
        """The present pair's better one, and on to the next; votes after the last pair count for nothing."""
        if len(self.votes) < len(self.pairs):
            self.votes.append(upper != bool(self.turned[len(self.votes)]))
            self._next()

    def show(self) -> None:
        """Buttons and, where none can be pressed, the first pair as a still picture."""
        living.show(self.widget, stack(note("Still pictures: run this cell to vote."), self.picture(0)))

    def _next(self) -> None:
        done = len(self.votes)
        if done < len(self.pairs):
            self.said.value = f"{self.question} Pair {done + 1} of {len(self.pairs)}."
            self.view.value = self.picture(done).html
            return
        self.said.value, self.view.value = f"All {done} pairs are voted on. Run the next cell.", ""
        for button in self.buttons:
            button.disabled = True
