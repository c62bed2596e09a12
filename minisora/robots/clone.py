"""Behaviour cloning: do in each picture what the expert did. Actions are classes, and the loss is cross-entropy."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from minisora.playing.world import ACTIONS, State, draw, new_states, step
from minisora.robots.expert import best_actions, distances, steps_left
from minisora.robots.policy import Policy


def solvable(n: int, generator: Generator, *, within: int) -> tuple[State, Tensor]:
    """``n`` rooms in which the ball can be brought to the goal in 1 to ``within`` steps, and their distances."""
    kept: list[tuple[State, Tensor]] = []
    while sum(len(steps) for _, steps in kept) < n:
        rooms = new_states(64, generator)
        steps = distances(rooms)
        left = steps_left(rooms, steps)
        good = (left >= 1) & (left <= within)
        kept.append((rooms.rooms(good), steps[good]))
    rooms = State(*(torch.cat([getattr(r, name) for r, _ in kept])[:n] for name in ("player", "ball", "goal", "walls")))
    return rooms, torch.cat([steps for _, steps in kept])[:n]


def demonstrations(n: int, generator: Generator, *, within: int = 24) -> tuple[Tensor, Tensor]:
    """Pictures ``m 3 18 18`` of the expert at work in ``n`` rooms, and what it did, ``m``."""
    state, steps = solvable(n, generator, within=within)
    pictures, actions = [], []
    for _ in range(within):
        busy = steps_left(state, steps) > 0
        if not busy.any():
            break
        action = best_actions(state, steps)
        pictures.append(draw(state)[busy])
        actions.append(action[busy])
        state = step(state, action)
    return torch.cat(pictures), torch.cat(actions)


def cloning_loss(policy: Policy, pictures: Tensor, actions: Tensor) -> Tensor:
    """How unlikely the policy finds what the expert did: cross-entropy, averaged over the pictures."""
    return F.cross_entropy(policy(pictures), actions)


def clone(policy: Policy, pictures: Tensor, actions: Tensor, *, steps: int, generator: Generator) -> Policy:
    """Train a policy by imitation, with AdamW; each room is seen in all its eight turns and mirror images."""
    optimizer = torch.optim.AdamW(policy.parameters(), lr=1e-3, weight_decay=1e-2)
    for _ in range(steps):
        rows = torch.randint(len(actions), (128,), generator=generator)
        loss = cloning_loss(policy, *turned(pictures[rows], actions[rows], generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy


#: What an action becomes in a mirror (left and right exchanged), and when rows and columns change places.
_MIRRORED = torch.tensor([ACTIONS.index(a) for a in ("stay", "up", "down", "right", "left")])
_TRANSPOSED = torch.tensor([ACTIONS.index(a) for a in ("stay", "left", "right", "up", "down")])


def turned(pictures: Tensor, actions: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """The same rooms mirrored and transposed by chance: the rule knows no left and right."""
    for turn, table in ((lambda x: x.flip(-1), _MIRRORED), (lambda x: x.transpose(-1, -2), _TRANSPOSED)) * 2:
        dice = torch.rand(len(actions), generator=generator) < 0.5
        pictures = torch.where(dice[:, None, None, None], turn(pictures), pictures)
        actions = torch.where(dice, table[actions], actions)
    return pictures, actions
