"""The work of the Studio: an order becomes a piece, in a thread, with previews; a file becomes one, too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from minisora import edits
from minisora.clip import Clip
from minisora.course.studio.order import Order, Piece
from minisora.course.studio.powers import apply, direction
from minisora.edits import Settings
from minisora.pipeline import Pipeline

#: Previews may take this share of the time at most.
SHARE = 0.2

#: Latent frames that a preview shows at most, however long the clip.
PREVIEWED = 9


class Stopped(Exception):
    """Somebody pressed stop."""


def make(
    pipeline: Pipeline,
    order: Order,
    *,
    stop: threading.Event,
    begin_with: Clip | None = None,
    step: Callable[[int, int], object] = lambda done, steps: None,
    preview: Callable[[Tensor], object] | None = None,
) -> Piece:
    """Generate a clip, in whatever thread this is.

    Args:
        stop: ends the work at the next step.
        begin_with: what is on the screen, for orders that want it.
        step: is called with the number of steps done, and of all.
        preview: is called now and then with the clip that emerges, ``3 t h w``.
    Raises: Stopped; UserError for what cannot be made.
    """
    begin = due = time.monotonic()

    def watch(done: int, latents: Tensor) -> None:
        del latents
        if stop.is_set():
            raise Stopped
        if begin_with is None:
            step(done, order.steps)

    def look(x0: Tensor) -> None:
        nonlocal due
        if stop.is_set():
            raise Stopped
        now = time.monotonic()
        if preview is None or now < due:
            return
        preview(pipeline.codec.decode(x0[:1, :, :PREVIEWED])[0])
        due = time.monotonic() + (1 / SHARE - 1) * (time.monotonic() - now)

    seen = None if preview is None else look
    if begin_with is None:
        clip = pipeline.generate(
            order.prompt,
            seconds=order.seconds,
            size=order.size,
            steps=order.steps,
            guidance=order.guidance,
            negative=order.negative,
            camera=order.camera,
            pace=order.pace,
            direct=direction(order),
            seed=order.seed,
            watch=watch,
            preview=seen,
        )
    else:
        settings: Settings = {
            "seed": order.seed,
            "steps": order.steps,
            "guidance": order.guidance,
            "negative": order.negative,
            "watch": watch,
            "preview": seen,
            "progress": step,
            "tell": lambda line: None,
        }
        clip = apply(pipeline, order, begin_with, settings)
    return Piece(order, clip, time.monotonic() - begin)


def open_file(pipeline: Pipeline, path: Path, order: Order) -> Piece:
    """A picture or a clip of somebody's own, as a piece to begin with. Raises: UserError for what is none."""
    said: list[str] = []
    fitted = edits.fit_clip(path, pipeline, tell=said.append)
    return Piece(order, Clip.of(fitted.clip, fps=pipeline.fps), 0.0, opened=said[0] if said else path.name)


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
