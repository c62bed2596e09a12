"""What the Studio is asked for, and what comes of it: an order, and the finished piece."""

from __future__ import annotations

from dataclasses import dataclass

from minisora.clip import Clip

#: What a clip can begin with, by the name of the power, as the control says it: the words alone, or the screen.
POWERS = {
    "words": "the words alone",
    "animate": "the first picture on the screen",
    "after": "the clip on the screen, going on",
    "before": "the clip on the screen, from before",
    "loop": "the clip on the screen, as a loop",
    "restyle": "the clip on the screen, restyled",
    "left": "its right half, the left one new",
    "right": "its left half, the right one new",
}


@dataclass(frozen=True)
class Order:
    """Everything that a clip follows from, but for what was on the screen where its ``power`` begins with that."""

    prompt: str
    seed: int = 0
    size: tuple[int, int] = (64, 64)
    seconds: float = 2.0
    steps: int = 20
    guidance: float = 4.0
    power: str = "words"

    @property
    def settings(self) -> str:
        """In a line, without the prompt."""
        height, width = self.size
        length = f"{self.seconds:g} s" if self.seconds else "picture"
        size = f"{height}×{width}" if self.power == "words" else POWERS[self.power]
        return f"seed {self.seed} · {size} · {length} · {self.steps} steps · guidance {self.guidance:g}"


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
