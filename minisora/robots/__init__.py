"""A robot in the room of ``playing``: it sees pictures, acts, and may practise inside the learnt world.

``expert`` knows the shortest way, ``policy`` is a small network from a picture to an action, ``clone`` imitates,
``practice`` learns from reward, in truth or in a dream, and ``measure`` counts what succeeds in the true world.
"""

from __future__ import annotations

from minisora.robots.measure import arrives, succeeds
from minisora.robots.policy import Policy, PolicyConfig, load_policy

__all__ = ["Policy", "PolicyConfig", "arrives", "load_policy", "succeeds"]
