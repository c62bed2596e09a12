"""Small worlds whose laws are known: what moves there, how it is drawn, and how far a learnt world is from them."""

from __future__ import annotations

from minisora.physics.measure import centroids, velocity_error
from minisora.physics.things import FRAMES, HEIGHT, WIDTH, Things, draw

__all__ = ["FRAMES", "HEIGHT", "WIDTH", "Things", "centroids", "draw", "velocity_error"]
