"""What can be made of the clip on the screen: powers of ``minisora.edits``, with settings that suit a panel."""

from __future__ import annotations

from minisora import edits
from minisora.clip import Clip
from minisora.course.studio.order import Order
from minisora.edits import Settings
from minisora.pipeline import Pipeline


def apply(pipeline: Pipeline, order: Order, clip: Clip, settings: Settings) -> Clip:
    """A clip of the order's words and of what it begins with: all of ``clip``, or a part. Raises: UserError."""
    prompt, seconds, half = order.prompt, order.seconds, clip.shape[3] // 2
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
        case "left":
            return edits.edit(pipeline, clip, prompt, (0, 0, clip.shape[2], half), **settings)
        case "right":
            return edits.edit(pipeline, clip, prompt, (0, half, clip.shape[2], clip.shape[3] - half), **settings)
        case _:
            raise ValueError(f"no such power: {order.power}")
