"""What the Studio is asked for, and what comes of it: an order, and the finished piece."""

from __future__ import annotations

from dataclasses import dataclass

from minisora.clip import Clip
from minisora.worlds.scene import Camera

Square = tuple[int, int]  #: Row and column from the upper left one, which is (0, 0).

SIDE = 16  #: Pixels of a square's side: a token's.

#: What a clip can begin with, by the name of the power, as the control says it: the words alone, or the screen.
POWERS = {
    "words": "the words alone",
    "path": "the words, along the marked squares",
    "animate": "the first picture on the screen",
    "after": "the clip on the screen, going on",
    "before": "the clip on the screen, from before",
    "loop": "the clip on the screen, as a loop",
    "restyle": "the clip on the screen, restyled",
    "part": "the clip on the screen, the marked squares new",
}
WORDS_ALONE = ("words", "path")  #: Powers for which nothing need be on the screen,
MARKED = ("part", "path")  #: and those that are told by marked squares.


@dataclass(frozen=True)
class Order:
    """Everything that a clip follows from, but for what was on the screen where its ``power`` begins with that.

    ``marked``: the squares that the power is told by, in the order in which they were marked.
    """

    prompt: str
    seed: int = 0
    size: tuple[int, int] = (64, 64)
    seconds: float = 2.0
    steps: int = 20
    guidance: float = 4.0
    negative: str = ""
    pace: float = 1.0
    camera: Camera = "static"
    power: str = "words"
    marked: tuple[Square, ...] = ()

    @property
    def missing(self) -> str:
        """What is still to be marked, in a line; empty if nothing is."""
        if self.power == "part" and not self.marked:
            return "no square is marked: mark those that are to be new"
        if self.power == "path" and len(self.marked) < 2:
            return "a path goes through two squares at least: mark them one after the other"
        return ""

    @property
    def settings(self) -> str:
        """In a line, without the prompt."""
        height, width = self.size
        length = f"{self.seconds:g} s" if self.seconds else "picture"
        begins = [f"{height}×{width}"] if self.power in WORDS_ALONE else []
        if self.power != "words":
            begins.append(POWERS[self.power] + (f" ({len(self.marked)})" if self.marked else ""))
        how = [*begins, length, f"{self.steps} steps", f"guidance {self.guidance:g}"]
        how += [f"without {self.negative}"] if self.negative else []
        if self.power in WORDS_ALONE:
            how += [] if self.pace == 1 else [f"pace {self.pace:g}"]
            how += [] if self.camera == "static" else [f"camera {self.camera}"]
        return " · ".join([f"seed {self.seed}", *how])


@dataclass(frozen=True)
class Piece:
    """A finished clip, what it was ordered as, and how many seconds it took; or a clip out of a file.

    Attributes:
        opened: the file's name, and what was done so that it fits; empty for a clip that was made.
    """

    order: Order
    clip: Clip
    took: float
    opened: str = ""

    @property
    def title(self) -> str:
        """What it shows, or where it comes from."""
        return self.opened.partition(":")[0] or self.order.prompt

    @property
    def facts(self) -> str:
        """How it was made."""
        return self.opened or f"{self.order.settings} · made in {self.took:.1f} s"


def grid_of(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the squares of a picture of so many pixels."""
    return max(1, round(height / SIDE)), max(1, round(width / SIDE))
