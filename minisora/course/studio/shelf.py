"""The rows of the history: one is put on top of the others, which stay as they are drawn."""

from __future__ import annotations

from typing import Any

import ipywidgets

from minisora.course.studio.parts import box

SPENT = 100  #: Boxes whose row is gone that may lie around the others.


class Shelf:
    """Rows, the latest first, of which none is drawn anew when another is put on top.

    A box of ipywidgets draws all children anew from the first that is another one, and a button that is drawn anew
    loses the focus, and every press that was on its way. So each row shares a box with an empty one, which the next row
    is put into: on the page, and for Tab, the latest comes first, and nothing that is there has moved.

    Attributes:
        widget: all of it. rows: the latest first.
    """

    def __init__(self) -> None:
        self.widget: ipywidgets.VBox = box(ipywidgets.VBox, "ms-past")
        self.rows: list[Any] = []
        self._boxes, self._empty, self._spent = list[ipywidgets.VBox](), self.widget, 0

    def put(self, row: Any, *, most: int) -> None:
        """A row on top; what lies below so many falls off."""
        self.rows.insert(0, row)
        self._boxes.insert(0, self._empty)
        self._empty = box(ipywidgets.VBox, "ms-past")
        self._boxes[0].children = [self._empty, row]
        while len(self.rows) > most:
            self.rows.pop()
            last = self._boxes.pop()
            last.children = last.children[:1]
            self._spent += 1

    def tidy(self) -> None:
        """Take the boxes away that have lost their rows, if they are many: for moments in which no row has the focus.

        All rows are drawn anew.
        """
        if self._spent > SPENT:
            rows, self.rows = self.rows, []
            self._boxes, self._empty, self._spent = [], self.widget, 0
            for row in reversed(rows):
                self.put(row, most=len(rows))
