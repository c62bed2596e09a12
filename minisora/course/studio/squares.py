"""Squares over the screen, one for each token of the picture: those that are marked are new, or where a thing goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from minisora.course.picture import escaped
from minisora.course.studio import look
from minisora.course.studio.order import MARKED, Square, grid_of

#: What can be done with the squares of each power, where none is marked yet.
HOW = {
    "part": "Mark the squares that are to be new: click them, or Tab and Space.",
    "path": "Mark, one after the other, the squares that the first thing of the sentence goes through.",
}
NO_CLIP = "Nothing on the screen to mark yet: generate a clip of the words alone, or open one."
ALL = "Every square is marked, so that nothing stays: take a mark away."


class Squares:
    """A button for each square of a picture, with what is marked drawn over them, a line about it, and *Clear*.

    Each power that is told by marks has its own, in the order in which they were made. They outlive the picture: of a
    smaller one those count that lie within it, and the others count again when it is larger.

    Attributes:
        board: what is laid over the picture. below: the line and the button.
    """

    def __init__(self) -> None:
        self._marks: dict[str, list[Square]] = {power: [] for power in MARKED}
        self._power, self._rows, self._columns = "", 0, 0
        self._heard: list[Callable[[], object]] = []
        self._pool: list[ipywidgets.Button] = []
        self._grid, self._drawing, self._line = ipywidgets.GridBox(), ipywidgets.HTML(), ipywidgets.HTML()
        self._clear = ipywidgets.Button(description="Clear", tooltip="take all marks away")
        self._clear.on_click(lambda _: self._marked([]))
        self.board, self.below = ipywidgets.Box([self._grid, self._drawing]), ipywidgets.HBox([self._line, self._clear])
        for each, name in ((self.board, "ms-board"), (self._grid, "ms-squares"), (self.below, "ms-below")):
            each.add_class(name)
        self.lay("", None)

    def lay(self, power: str, shape: tuple[int, int] | None) -> None:
        """Show the squares of a picture ``h w`` for a power; none without a picture, nothing for other powers."""
        self._power, (self._rows, self._columns) = power, (0, 0) if shape is None else grid_of(*shape)
        self.below.layout.display = "" if power in MARKED else "none"
        if power not in MARKED or shape is None:
            self.board.layout.display = "none"
        else:
            (height, width), self.board.layout.display = shape, ""
            self.board.layout.width, self.board.layout.height = (
                f"{round(look.SCREEN * side / max(height, width))}px" for side in (width, height)
            )
            self._grid.layout.grid_template_columns = f"repeat({self._columns}, minmax(0, 1fr))"
            while len(self._pool) < self._rows * self._columns:
                self._pool.append(self._button(len(self._pool)))
            self._grid.children = self._pool[: self._rows * self._columns]
        self._draw()

    @property
    def marked(self) -> tuple[Square, ...]:
        """The marks that count now, in the order in which they were made."""
        within = (each for each in self._marks.get(self._power, ()) if each[0] < self._rows and each[1] < self._columns)
        return tuple(within)

    @property
    def marks(self) -> dict[str, list[Square]]:
        """All marks of each power, be they within the picture or not."""
        return {power: list(marked) for power, marked in self._marks.items()}

    @marks.setter
    def marks(self, marks: dict[str, Sequence[Sequence[int]]]) -> None:
        self._marks = {power: [(row, column) for row, column in marks.get(power, ())] for power in MARKED}
        self._draw()

    def heed(self, heard: Callable[[], object]) -> None:
        """Call this whenever a mark is made or taken away by a press."""
        self._heard.append(heard)

    def _button(self, index: int) -> ipywidgets.Button:
        made = ipywidgets.Button(description="square")
        made.on_click(lambda _: self._press(divmod(index, self._columns)))
        return made

    def _press(self, square: Square) -> None:
        """Mark a square, or take its mark away."""
        now = self._marks[self._power]
        self._marked([each for each in now if each != square] if square in now else [*now, square])

    def _marked(self, squares: list[Square]) -> None:
        if self._power in MARKED:
            self._marks[self._power] = squares
        self._draw()
        for heard in self._heard:
            heard()

    def _draw(self) -> None:
        """The marks and the line about them; every button says in words where it is and how it is marked."""
        marked = self.marked
        for index, button in enumerate(self._grid.children):
            square = divmod(index, self._columns or 1)
            button.description = name_of(square, marked if self._power == "path" else (), at=square in marked)
            button.tooltip = "marked; press to take the mark away" if square in marked else "press to mark"
        draw = path_over if self._power == "path" else hatched
        self._drawing.value = draw(marked, self._rows, self._columns) if marked else ""
        self._line.value = f'<span class="ms-help" role="status">{escaped(self._said(len(marked)))}</span>'

    def _said(self, count: int) -> str:
        """What to do, or what is marked."""
        if self._power == "part":
            if not self._rows:
                return NO_CLIP
            if count == (squares := self._rows * self._columns):
                return ALL
            return f"{count} of {squares} squares are new; all else stays." if count else HOW["part"]
        if count == 1:
            return "One square is marked: where to from there?"
        return f"It goes through {count} squares, in this order." if count else HOW.get(self._power, "")


def name_of(square: Square, order: Sequence[Square] = (), *, at: bool) -> str:
    """ "row 2, column 3, marked", or with its number in the ``order``; counted from 1."""
    row, column = square
    mark = f", number {list(order).index(square) + 1}" if at and order else ", marked" * at
    return f"row {row + 1}, column {column + 1}{mark}"


def hatched(marked: Sequence[Square], rows: int, columns: int) -> str:
    """Squares under a hatching that is seen on light and on dark."""
    lines = "".join(f"M{c + 0.04} {r + 0.5}l.46-.46m.46 0l-.92.92m.46 0l.46-.46" for r, c in marked)
    frames = "".join(f'<rect x="{c + 0.04}" y="{r + 0.04}" width=".92" height=".92"/>' for r, c in marked)
    inside = (
        f'<g fill="#000" fill-opacity=".35">{frames}</g>'
        f'<path d="{lines}" stroke="#000" stroke-width=".05" stroke-opacity=".6"/>'
        f'<path d="{lines}" stroke="#fff" stroke-width=".02"/>'
        f'<g fill="none" stroke="#fff" stroke-width=".04">{frames}</g>'
    )
    return _over(inside, rows, columns)


def path_over(marked: Sequence[Square], rows: int, columns: int) -> str:
    """A line from middle to middle, and in each square its number."""
    middles = [(column + 0.5, row + 0.5) for row, column in marked]
    line = f'points="{" ".join(f"{x},{y}" for x, y in middles)}" fill="none" stroke-linejoin="round"'
    dots = "".join(f'<circle cx="{x}" cy="{y}" r=".27"/>' for x, y in middles)
    numbers = "".join(f'<text x="{x}" y="{y + 0.11}">{i}</text>' for i, (x, y) in enumerate(middles, 1))
    inside = (
        f'<polyline {line} stroke="#000" stroke-width=".13"/><polyline {line} stroke="#fff" stroke-width=".07"/>'
        f'<g fill="#0072B2" stroke="#fff" stroke-width=".04">{dots}</g>'
        f'<g fill="#fff" font-size=".31" font-weight="600" text-anchor="middle">{numbers}</g>'
    )
    return _over(inside, rows, columns)


def _over(inside: str, rows: int, columns: int) -> str:
    """A drawing over all squares, each of length 1; the buttons say the same in words."""
    return f'<svg viewBox="0 0 {columns} {rows}" aria-hidden="true" focusable="false">{inside}</svg>'
