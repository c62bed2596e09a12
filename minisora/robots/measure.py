"""What succeeds in the true world."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.playing.world import State, rollout
from minisora.robots.policy import Policy
from minisora.robots.practice import Truth, play


def arrives(rooms: State, actions: Tensor) -> Tensor:
    """Whether the ball lies on the goal after one of the actions ``n t``: ``n``, bool."""
    states = rollout(rooms, actions)[1:]
    return torch.stack([(state.ball == state.goal).all(1) for state in states]).any(0)


def succeeds(policy: Policy, rooms: State, *, frames: int) -> Tensor:
    """Whether a policy brings the ball to the goal within so many steps of the true world: ``n``, bool."""
    return play(policy, Truth, rooms, frames=frames, generator=None).arrived
