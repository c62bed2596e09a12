"""How long a dream stays a world: is its picture still a room, and is it the room that the rule says?"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from minisora.playing.world import BALL, BALL_ON_GOAL, GOAL, PLAYER, SIZE, WALL, State, looks, paint, read


class Drift(NamedTuple):
    """What became of each room at each frame, ``n t`` each."""

    room: Tensor  #: Bool: one player, one ball, at most one goal, and the walls that there were at the beginning.
    true: Tensor  #: Bool: each cell looks as the rule says.
    cells: Tensor  #: Share of the cells that look as the rule says.
    player: Tensor  #: Bool: the player stands where the rule says (and nowhere else).
    ball: Tensor  #: Bool: the same of the ball, wherever it can be seen.
    goal: Tensor  #: Bool: the same of the goal.
    blur: Tensor  #: Root of the mean squared distance to the nearest clean picture: 0 where every cell is crisp.


def drift(pictures: Tensor, states: list[State]) -> Drift:
    """What became of pictures ``n t 3 18 18``, beside the true states of the same frames."""
    found, true = read(pictures), torch.stack([looks(state) for state in states], dim=1)
    walls = states[0].walls[:, None]
    ball, their_ball = ((each == BALL) | (each == BALL_ON_GOAL) for each in (found, true))
    goal, their_goal = ((each == GOAL) | (each == BALL_ON_GOAL) for each in (found, true))
    player = found == PLAYER
    room = (player.sum((2, 3)) == 1) & (ball.sum((2, 3)) == 1) & (goal.sum((2, 3)) <= 1)
    room &= ((found == WALL) == walls).all(-1).all(-1)
    blur = (pictures - paint(found)).square().mean((2, 3, 4)).sqrt()
    return Drift(
        room=room,
        true=(found == true).flatten(2).all(2),
        cells=(found == true).flatten(2).float().mean(2),
        player=(player == (true == PLAYER)).flatten(2).all(2),
        ball=(ball == their_ball).flatten(2).all(2),
        goal=(goal == their_goal).flatten(2).all(2),
        blur=blur,
    )


def places(cells: Tensor, *kinds: int) -> Tensor:
    """The mean place (row, column) of the cells that look like one of these, ``... 6 6 -> ... 2``; NaN without any."""
    there = torch.isin(cells, torch.tensor(kinds)).float()
    total = there.sum((-2, -1))
    index = torch.arange(SIZE, dtype=torch.float32)
    middle = torch.stack([(there.sum(-1) * index).sum(-1), (there.sum(-2) * index).sum(-1)], dim=-1)
    return middle / torch.where(total > 0, total, torch.nan)[..., None]
