"""The shortest way, by looking at all of them: from how many steps away the ball can be brought to the goal."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.playing.world import ACTIONS, SIZE, State, step

CELLS = SIZE * SIZE
FAR = 99  #: Steps from where there is no way.


def distances(rooms: State) -> Tensor:
    """Steps to the goal from every place of player and ball, ``n 36 36``; ``FAR`` where there is no way.

    Breadth first, backwards from the goal, in all rooms at once.
    """
    n, places = len(rooms), torch.arange(CELLS)
    player, ball = (each.flatten() for each in torch.meshgrid(places, places, indexing="ij"))
    many = rooms.repeated(CELLS * CELLS)
    where = State(_cell(player.repeat(n)), _cell(ball.repeat(n)), many.goal, many.walls)
    after = torch.stack([_index(step(where, torch.full((len(where),), a))) for a in range(1, len(ACTIONS))], dim=-1)
    after = after.view(n, -1, len(ACTIONS) - 1)
    at_goal = ball[None] == rooms.goal[:, :1] * SIZE + rooms.goal[:, 1:]
    steps = torch.where(at_goal, 0, FAR)
    for _ in range(FAR):
        nearer = steps.gather(1, after.flatten(1)).view_as(after).amin(-1) + 1
        if not (nearer < steps).any():
            break
        steps = torch.minimum(steps, nearer)
    return steps.view(n, CELLS, CELLS)


def best_actions(state: State, steps: Tensor) -> Tensor:
    """An action of a shortest way, ``n``; "stay" where the ball is at the goal, or nothing leads there."""
    rows = torch.arange(len(state))
    flat = steps.flatten(1)
    now = flat[rows, _index(state)]
    ahead = torch.stack(
        [flat[rows, _index(step(state, torch.full((len(state),), a)))] for a in range(len(ACTIONS))], dim=1
    )
    found = ahead.argmin(1)
    return torch.where((now == 0) | (now >= FAR), 0, found)


def steps_left(state: State, steps: Tensor) -> Tensor:
    """How many steps it takes at least, ``n``."""
    return steps.flatten(1)[torch.arange(len(state)), _index(state)]


def _index(state: State) -> Tensor:
    return (state.player[:, 0] * SIZE + state.player[:, 1]) * CELLS + state.ball[:, 0] * SIZE + state.ball[:, 1]


def _cell(index: Tensor) -> Tensor:
    return torch.stack([index // SIZE, index % SIZE], dim=-1)
