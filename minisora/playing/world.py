"""The true world: a room of 6 x 6 cells, some of them walls, a ball that can be pushed, and a goal on the floor.

It is a handful of integers and one rule, for as many rooms at once as one likes. A picture shows all of it but what is
covered: who stands on the goal hides it. That is the one thing that a player has to remember.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor

ACTIONS = ("stay", "up", "down", "left", "right")
MOVES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  #: Rows and columns.
SIZE, CELL = 6, 3  #: Cells of a side, and pixels of a cell's.
PIXELS = SIZE * CELL
WALLS = 2

#: What a cell can look like: three rows of three letters, and what these are.
LOOKS = {
    "floor": "... ... ...",
    "wall": "### ### ###",
    "player": "ppp ppp ppp",
    "ball": ".b. bbb .b.",
    "goal": "g.g ... g.g",
    "ball on goal": "gbg bbb gbg",
}
COLOURS = {
    ".": (-0.9, -0.9, -0.85),
    "#": (0.0, 0.0, 0.1),
    "p": (-0.7, 0.6, 1.0),
    "b": (1.0, 0.3, -0.6),
    "g": (-0.3, 0.9, -0.3),
}
FLOOR, WALL, PLAYER, BALL, GOAL, BALL_ON_GOAL = range(6)


@dataclass(frozen=True)
class State:
    """Where everything is in ``n`` rooms."""

    player: Tensor  #: n 2, row and column
    ball: Tensor  #: n 2
    goal: Tensor  #: n 2
    walls: Tensor  #: n 6 6, bool

    def __len__(self) -> int:
        return len(self.player)

    def rooms(self, rows: Tensor | slice) -> State:
        """Some of the rooms."""
        return State(*(getattr(self, field.name)[rows] for field in fields(self)))

    def repeated(self, times: int) -> State:
        """Each room so many times, one after the other."""
        return State(*(getattr(self, field.name).repeat_interleave(times, 0) for field in fields(self)))


def new_states(n: int, generator: Generator) -> State:
    """``n`` rooms: two walls, a player and a goal anywhere, a ball not at the edge (from which none could get it)."""
    middle = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    middle[1:-1, 1:-1] = True
    dice = torch.rand(n, SIZE * SIZE, generator=generator)
    ball = dice.masked_fill(~middle.flatten(), -1).argmax(1)
    others = dice.scatter(1, ball[:, None], -1.0).topk(2 + WALLS, dim=1).indices
    walls = torch.zeros(n, SIZE * SIZE, dtype=torch.bool).scatter(1, others[:, 2:], True)
    return State(_cell(others[:, 0]), _cell(ball), _cell(others[:, 1]), walls.view(n, SIZE, SIZE))


def step(state: State, action: Tensor) -> State:
    """The rule, for ``action: n``.

    The player goes where there is no wall and no end of the room, and pushes the ball if that can move on.
    """
    move = torch.tensor(MOVES)[action]
    target = state.player + move
    pushes = (target == state.ball).all(1) & (action > 0)
    beyond = state.ball + move
    blocked = _at(state.walls, target) | (pushes & _at(state.walls, beyond))
    player = torch.where(blocked[:, None], state.player, target)
    ball = torch.where((pushes & ~blocked)[:, None], beyond, state.ball)
    return State(player, ball, state.goal, state.walls)


def rollout(state: State, actions: Tensor) -> list[State]:
    """The states before, between and after the actions ``n t``: t + 1 of them."""
    states = [state]
    for action in actions.unbind(1):
        states.append(step(states[-1], action))
    return states


def looks(state: State) -> Tensor:
    """What each cell looks like, ``n 6 6`` integers: an index into ``LOOKS``."""
    rows = torch.arange(len(state))
    cells = torch.where(state.walls, WALL, FLOOR)
    cells[rows, state.goal[:, 0], state.goal[:, 1]] = GOAL
    there = (state.ball == state.goal).all(1)
    cells[rows, state.ball[:, 0], state.ball[:, 1]] = torch.where(there, BALL_ON_GOAL, BALL)
    cells[rows, state.player[:, 0], state.player[:, 1]] = PLAYER
    return cells


def draw(state: State) -> Tensor:
    """Pictures ``n 3 18 18`` in [-1, 1]."""
    return paint(looks(state))


def paint(cells: Tensor) -> Tensor:
    """Cells ``... 6 6`` as pictures ``... 3 18 18``."""
    tiles = _tiles()[cells]  # ... row column colour y x
    first = range(tiles.ndim - 5)
    return tiles.permute(*first, -3, -5, -2, -4, -1).flatten(-4, -3).flatten(-2)


def read(pictures: Tensor) -> Tensor:
    """What each cell of pictures ``... 3 18 18`` looks most like, ``... 6 6``."""
    patches = pictures.unflatten(-1, (SIZE, CELL)).unflatten(-3, (SIZE, CELL))  # ... colour row y column x
    flat = patches.permute(*range(patches.ndim - 5), -4, -2, -5, -3, -1).flatten(-3)
    return (flat[..., None, :] - _tiles().flatten(1)).square().sum(-1).argmin(-1)


def busy_actions(state: State, frames: int, generator: Generator) -> tuple[list[State], Tensor]:
    """States and actions ``n t`` of players who go towards the ball half of the time, and anywhere else otherwise."""
    states, actions = [state], []
    for _ in range(frames):
        now = states[-1]
        away = now.ball - now.player
        rows = away[:, 0].abs() >= away[:, 1].abs()
        towards = torch.where(rows, torch.where(away[:, 0] < 0, 1, 2), torch.where(away[:, 1] < 0, 3, 4))
        anywhere = torch.randint(len(ACTIONS), (len(now),), generator=generator)
        eager = torch.rand(len(now), generator=generator) < 0.5
        actions.append(torch.where(eager, towards, anywhere))
        states.append(step(now, actions[-1]))
    return states, torch.stack(actions, dim=1)


def _cell(index: Tensor) -> Tensor:
    return torch.stack([index // SIZE, index % SIZE], dim=-1)


def _at(walls: Tensor, places: Tensor) -> Tensor:
    """Whether one cannot be there: a wall, or outside."""
    inside = places.clamp(0, SIZE - 1)
    return walls[torch.arange(len(walls)), inside[:, 0], inside[:, 1]] | (inside != places).any(1)


def _tiles() -> Tensor:
    """The looks as pictures: ``6 3 3 3`` (look, colour, row, column)."""
    tiles = [[[COLOURS[letter] for letter in row] for row in look.split()] for look in LOOKS.values()]
    return torch.tensor(tiles).permute(0, 3, 1, 2)
