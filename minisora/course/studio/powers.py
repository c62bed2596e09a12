"""What can be made of the clip on the screen, and of marked squares: ``minisora.edits`` and ``minisora.directing``."""

from __future__ import annotations

from minisora import edits
from minisora.clip import Clip
from minisora.course.studio.order import Order, grid_of
from minisora.directing import Direct, along
from minisora.edits import Settings
from minisora.pipeline import Pipeline


def apply(pipeline: Pipeline, order: Order, clip: Clip, settings: Settings) -> Clip:
    """A clip of the order's words and of what it begins with: all of ``clip``, or a part. Raises: UserError."""
    prompt, seconds = order.prompt, order.seconds
    match order.power:
        case "animate":
            return edits.animate(pipeline, clip, prompt, seconds, **settings)
        case "after":
            return edits.extend(pipeline, clip, prompt, seconds, **settings)
        case "before":
            return edits.extend(pipeline, clip, prompt, 0, before=seconds, **settings)
        case "loop":
            return edits.loop(pipeline, prompt, clip=clip, back=seconds, **settings)
        case "restyle":
            return edits.restyle(pipeline, clip, prompt, **settings)
        case "part":
            return edits.edit(pipeline, clip, prompt, regions(order, clip.shape[2], clip.shape[3]), **settings)
        case _:
            raise ValueError(f"no such power: {order.power}")


def regions(order: Order, height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Top, left, height and width of each marked square, in pixels of a picture of this size."""
    rows, columns = grid_of(height, width)
    tall, wide = height // rows, width // columns
    return [(row * tall, column * wide, tall, wide) for row, column in order.marked]


def direction(order: Order) -> Direct | None:
    """Through the middles of the marked squares, for an order of a path. Raises: UserError for fewer than two."""
    if order.power != "path":
        return None
    rows, columns = grid_of(*order.size)
    return along([((column + 0.5) / columns, (row + 0.5) / rows) for row, column in order.marked])
