"""What the Studio is asked for and what comes of it: an order, the work on it, and the finished piece."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from minisora.clip import Clip
from minisora.pipeline import Pipeline

#: Previews may take this share of the time at most.
SHARE = 0.2

#: Latent frames that a preview shows at most, however long the clip.
PREVIEWED = 9


@dataclass(frozen=True)
class Order:
    """Everything that a clip follows from."""

    prompt: str
    seed: int = 0
    size: tuple[int, int] = (64, 64)
    seconds: float = 2.0
    steps: int = 20
    guidance: float = 4.0

    @property
    def settings(self) -> str:
        """In a line, without the prompt."""
        height, width = self.size
        length = f"{self.seconds:g} s" if self.seconds else "picture"
        return f"seed {self.seed} · {height}×{width} · {length} · {self.steps} steps · guidance {self.guidance:g}"


@dataclass(frozen=True)
class Piece:
    """A finished clip, what it was ordered as, and how many seconds it took."""

    order: Order
    clip: Clip
    took: float


class Stopped(Exception):
    """Somebody pressed stop."""


def make(
    pipeline: Pipeline,
    order: Order,
    *,
    stop: threading.Event,
    step: Callable[[int], object] = lambda done: None,
    preview: Callable[[Tensor], object] | None = None,
) -> Piece:
    """Generate a clip, in whatever thread this is.

    Args:
        stop: ends the work at the next step.
        step: is called with the number of steps done.
        preview: is called now and then with the clip that emerges, ``3 t h w``.
    Raises: Stopped; UserError for what cannot be made.
    """
    begin = due = time.monotonic()

    def watch(done: int, latents: Tensor) -> None:
        del latents
        if stop.is_set():
            raise Stopped
        step(done)

    def look(x0: Tensor) -> None:
        nonlocal due
        if stop.is_set():
            raise Stopped
        now = time.monotonic()
        if preview is None or now < due:
            return
        preview(pipeline.codec.decode(x0[:1, :, :PREVIEWED])[0])
        due = time.monotonic() + (1 / SHARE - 1) * (time.monotonic() - now)

    clip = pipeline.generate(
        order.prompt,
        seconds=order.seconds,
        size=order.size,
        steps=order.steps,
        guidance=order.guidance,
        seed=order.seed,
        watch=watch,
        preview=None if preview is None else look,
    )
    return Piece(order, clip, time.monotonic() - begin)


def in_background(work: Callable[[], object]) -> threading.Thread:
    """Begin to work in a thread that computes with as many threads as this one, and ends with the kernel."""
    threads = torch.get_num_threads()

    def run() -> None:
        if torch.get_num_threads() != threads:  # PyTorch's setting holds for the thread that made it
            torch.set_num_threads(threads)
        work()

    thread = threading.Thread(target=run, name="minisora-studio", daemon=True)
    thread.start()
    return thread
