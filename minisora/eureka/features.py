"""What a reward may look at: numbers that are read off the cells of a picture, in the learnt world as in the true one.

A reward sees what the pictures show and no more. Where a thing cannot be seen, its last place counts.
"""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.playing.drift import places
from minisora.playing.world import BALL, BALL_ON_GOAL, GOAL, PLAYER

#: Names of the features, and what they are.
FEATURES = {
    "distance(ball, goal)": "steps from the ball to the goal",
    "distance(player, ball)": "steps from the player to the ball",
    "distance(player, goal)": "steps from the player to the goal",
    "behind(player, ball)": "1 where a push would bring the ball nearer to the goal, -1 where farther away",
    "moved(ball)": "1 where the ball has moved since the frame before",
    "moved(player)": "1 where the player has",
    "covered(goal)": "1 where no bare goal is to be seen",
    "edge(ball)": "1 where the ball lies at the edge of the room",
}


def features(cells: Tensor) -> dict[str, Tensor]:
    """The features ``n t`` of rooms ``n t 6 6``."""
    player, ball = (_held(places(cells, *kinds)) for kinds in ((PLAYER,), (BALL, BALL_ON_GOAL)))
    goal = _held(places(cells, GOAL, BALL_ON_GOAL))
    size = cells.shape[-1]
    way, reach = goal - ball, ball - player
    pushed = torch.where(reach.abs().sum(-1, keepdim=True) <= 1, reach, 0 * reach)
    nearer = (way * pushed).sum(-1).sign()
    return {
        "distance(ball, goal)": way.abs().sum(-1),
        "distance(player, ball)": reach.abs().sum(-1),
        "distance(player, goal)": (goal - player).abs().sum(-1),
        "behind(player, ball)": nearer,
        "moved(ball)": _moved(ball),
        "moved(player)": _moved(player),
        "covered(goal)": 1 - (cells == GOAL).flatten(2).any(2).float(),
        "edge(ball)": ((ball <= 0) | (ball >= size - 1)).any(-1).float(),
    }


def score(cells: Tensor) -> Tensor:
    """The task, ``n``: how much of its way to the goal the ball has come from the first frame to the last.

    1 is on the goal, 0 as far as before, and below 0 farther away (at least -1). It is never optimised, only reported.
    """
    way = features(cells)["distance(ball, goal)"]
    return (1 - way[:, -1] / way[:, 0].clamp(min=1)).clamp(min=-1)


def _moved(place: Tensor) -> Tensor:
    change = (place.diff(dim=1).abs().sum(-1) > 0).float()
    return torch.cat([torch.zeros_like(change[:, :1]), change], dim=1)


def _held(place: Tensor) -> Tensor:
    """Places ``n t 2`` with the last known one where there is none (the middle of the room before the first)."""
    held, last = [], torch.full_like(place[:, 0], 2.5)
    for now in place.unbind(1):
        last = torch.where(now.isfinite(), now, last)
        held.append(last)
    return torch.stack(held, dim=1)
