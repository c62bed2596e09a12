"""Which objects stand left of, above, or in front of each other, plainly enough in the first frame to be said."""

from __future__ import annotations

import torch

from minisora.worlds.motion import pack, pose
from minisora.worlds.render import DISTANCE
from minisora.worlds.scene import Scene

APART = 0.15  #: Sides between two middles along an axis before one says "left of" or "above".
COVERED = 0.1  #: Share of the smaller object that another must hide before one says "in front of".


def relations(scene: Scene) -> list[tuple[str, int, int]]:
    """All (kind, a, b): object a is "left of", "right of", "above", "below", or "in front of" object b.

    Left and right, or above and below, are said along the axis on which the two are further apart; of objects that
    overlap, and of objects that do not show in the first frame, neither is said.
    """
    if len(scene.objects) < 2:
        return []
    start = pose(pack([scene]), torch.zeros(1))
    x, y, radius, opacity = (values[0, :, 0].tolist() for values in (start.x, start.y, start.radius, start.opacity))
    found: list[tuple[str, int, int]] = []
    for b in range(len(x)):
        for a in range(b + 1, len(x)):  # a is nearer to us
            if not opacity[a] or not opacity[b]:
                continue
            dx, dy = x[a] - x[b], y[a] - y[b]
            if dx * dx + dy * dy < (radius[a] + radius[b]) ** 2:
                at = (x[a], y[a], radius[a]), (x[b], y[b], radius[b])
                if _covered(scene.objects[a].shape, scene.objects[b].shape, *at) >= COVERED:
                    found.append(("in front of", a, b))
            elif max(abs(dx), abs(dy)) >= APART:
                along = ("left of", "right of", dx) if abs(dx) > abs(dy) else ("above", "below", dy)
                near, far, distance = along
                found += [(near, a, b), (far, b, a)] if distance < 0 else [(far, a, b), (near, b, a)]
    return found


def _covered(front: str, back: str, front_at: tuple[float, float, float], back_at: tuple[float, float, float]) -> float:
    """The overlap of two shapes as a share of the smaller one."""
    reach = torch.linspace(-0.5, 0.5, 48)
    low, high = (
        min(front_at[0] - front_at[2], back_at[0] - back_at[2]),
        max(front_at[0] + front_at[2], back_at[0] + back_at[2]),
    )
    x = (low + high) / 2 + reach * (high - low)
    low, high = (
        min(front_at[1] - front_at[2], back_at[1] - back_at[2]),
        max(front_at[1] + front_at[2], back_at[1] + back_at[2]),
    )
    y = ((low + high) / 2 + reach * (high - low))[:, None]
    inside = [
        DISTANCE[shape]((x - at[0]) / at[2] + 0 * y, (y - at[1]) / at[2] + 0 * x) < 0  # type: ignore[index]
        for shape, at in ((front, front_at), (back, back_at))
    ]
    return float((inside[0] & inside[1]).sum() / min(inside[0].sum(), inside[1].sum()))
