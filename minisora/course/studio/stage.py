"""What is on the screen of the Studio: a finished piece, or the one that is being made as it emerges."""

from __future__ import annotations

import threading

from minisora.clip import Clip
from minisora.course.studio import look
from minisora.course.studio.order import Order, Piece
from minisora.course.studio.panel import Panel


class Stage:
    """The screen and what stands beside it. The kernel and the thread that works may both call it.

    What is being made is on the screen until somebody brings another piece back: that stays, and the work goes on.

    Attributes:
        shown: the finished piece that is on the screen, or was until the work began.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.shown: Piece | None = None
        self._moving, self._follows = True, False
        self._lock = threading.RLock()  # else a preview may come after the piece that was brought back
        panel.pause.on_click(lambda _: self.play(not self._moving))

    def begin(self, order: Order) -> None:
        """From now on the screen is for what emerges."""
        with self._lock:
            self._follows = True
            self.panel.keepable(False)
            self.panel.about.value = ""
            self.step(order, 0, order.steps)
            if self.shown is None:
                self.panel.screen.value = look.empty("…")

    def step(self, order: Order, done: int, steps: int) -> None:
        """How far the work is."""
        self.panel.progress.value = look.progress(order, done, steps)

    def preview(self, order: Order, emerging: Clip) -> None:
        """What is believed of the clip now."""
        with self._lock:
            if self._follows:
                self.panel.screen.value = look.screen(emerging, alt=f"emerging: {order.prompt}")

    def end(self, piece: Piece | None) -> bool:
        """The work is over, with a piece or without; whether it, or what was there before, is on the screen now."""
        with self._lock:
            follows, self._follows = self._follows, False
            self.panel.progress.value = ""
            if follows:
                self.show(piece or self.shown)
            return follows

    def show(self, piece: Piece | None) -> None:
        """A finished piece on the screen, or an empty one."""
        with self._lock:
            self._follows = False
            self.shown = piece
            self.play()
            self.panel.lay(None if piece is None else (piece.clip.shape[2], piece.clip.shape[3]))
            self.panel.about.value = "" if piece is None else look.finished(piece)
            self.panel.keepable(piece is not None)

    def play(self, moving: bool = True) -> None:
        """Let the clip on the screen move, or hold it still."""
        self._moving = moving
        self.panel.pause.description = "Pause" if moving else "Play"
        if self.shown is None:
            self.panel.screen.value = look.empty("press Generate")
        else:
            alt = f"clip: {self.shown.title}"
            self.panel.screen.value = look.screen(self.shown.clip, alt=alt, moving=moving)
