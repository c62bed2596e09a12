"""Practice: a policy acts, sees what it earns, and does more of what earned more than usual (REINFORCE).

It practises in any world that goes on by a picture for each action: the true one, or a dream of it. Reward is read off
the pictures, by the same eyes in both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Generator, Tensor

from minisora.playing.dream import Dream
from minisora.playing.drift import places
from minisora.playing.network import FrameTransformer
from minisora.playing.world import BALL, BALL_ON_GOAL, PLAYER, State, draw, read, step
from minisora.robots.policy import Policy, choose

ARRIVED = 3.0  #: Reward for the ball on the goal; and a cell nearer earns 1, the player a cell nearer to the ball 0.25.


class World(Protocol):
    """Goes on from first pictures: an action for each room, and the next pictures."""

    def step(self, actions: Tensor) -> Tensor: ...


class Truth:
    """The true world as pictures."""

    def __init__(self, state: State) -> None:
        self.state = state

    def step(self, actions: Tensor) -> Tensor:
        self.state = step(self.state, actions)
        return draw(self.state)


#: From the rooms at the beginning, a world.
Begin = Callable[[State], World]


def dreamt(network: FrameTransformer, *, generator: Generator, steps: int = 1) -> Begin:
    """The learnt world: it is shown the first pictures, and dreams on."""
    return lambda state: Dream(network, draw(state), generator=generator, steps=steps)


class Episode(NamedTuple):
    """What happened in ``n`` rooms over ``t`` steps."""

    pictures: Tensor  #: n t 3 18 18, before each action
    actions: Tensor  #: n t
    rewards: Tensor  #: n t
    alive: Tensor  #: n t, bool: the ball was not yet on the goal
    arrived: Tensor  #: n, bool: it was at the end, or on the way


@torch.no_grad()
def play(policy: Policy, begin: Begin, rooms: State, *, frames: int, generator: Generator | None) -> Episode:
    """Let a policy act for some frames; without a generator it does what it thinks likeliest."""
    world, seen = begin(rooms), draw(rooms)
    near, done = _nearness(seen, rooms.goal, None), torch.zeros(len(rooms), dtype=torch.bool)
    columns: list[tuple[Tensor, ...]] = []
    for _ in range(frames):
        action = choose(policy(seen), generator=generator)
        following = world.step(action)
        now = _nearness(following, rooms.goal, near)
        there = _on_goal(following, rooms.goal)
        reward = torch.where(done, 0.0, now - near + ARRIVED * there)
        columns.append((seen, action, reward, ~done))
        done, near, seen = done | there, now, following
    stacked = [torch.stack(each, dim=1) for each in zip(*columns, strict=True)]
    return Episode(stacked[0], stacked[1], stacked[2], stacked[3], done)


def advantages(rewards: Tensor, alive: Tensor, *, discount: float = 0.95) -> Tensor:
    """How much better than usual what followed each action was: ``n t`` of rewards ``n t``.

    What followed: ``R_t = r_t + discount R_{t+1}``. Usual: the mean of R_t over the rooms that are alive at that
    step. Where a room is not alive, 0.

    Source: Williams 1992 (REINFORCE, with the mean of the batch as baseline).
    """
    later = torch.zeros_like(rewards[:, 0])
    returns = torch.empty_like(rewards)
    for t in range(rewards.shape[1] - 1, -1, -1):
        later = rewards[:, t] + discount * later
        returns[:, t] = later
    weight = alive.to(rewards)
    usual = (returns * weight).sum(0) / weight.sum(0).clamp(min=1)
    return (returns - usual) * weight


def practise(
    policy: Policy,
    begin: Begin,
    rooms: Callable[[int], State],
    *,
    rounds: int,
    frames: int,
    generator: Generator,
    each: int = 96,
    rate: float = 5e-4,
    curiosity: float = 0.01,
    watch: Callable[[int, float, float], object] | None = None,
) -> Policy:
    """REINFORCE: ``rounds`` of ``each`` rooms; ``watch`` is told the round, the mean reward, and who arrived there."""
    optimizer = torch.optim.AdamW(policy.parameters(), lr=rate, weight_decay=0.0)
    for turn in range(rounds):
        episode = play(policy, begin, rooms(each), frames=frames, generator=generator)
        worth = advantages(episode.rewards, episode.alive)
        worth = worth / worth[episode.alive].std().clamp(min=1e-3)
        alive = episode.alive
        logp = policy(episode.pictures[alive]).log_softmax(1)
        done = logp.gather(1, episode.actions[alive][:, None])[:, 0]
        surprise = -(logp.exp() * logp).sum(1)
        loss = -(worth[alive] * done).mean() - curiosity * surprise.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watch is not None:
            watch(turn + 1, float(episode.rewards.sum(1).mean()), float(episode.arrived.float().mean()))
    return policy


def _nearness(pictures: Tensor, goal: Tensor, before: Tensor | None) -> Tensor:
    """Minus the cells from ball to goal, minus a quarter of those from player to ball; lost things earn nothing."""
    cells = read(pictures)
    ball, player = places(cells, BALL, BALL_ON_GOAL), places(cells, PLAYER)
    found = -(ball - goal).abs().sum(1) - 0.25 * (player - ball).abs().sum(1)
    return found.nan_to_num(0.0) if before is None else torch.where(found.isnan(), before, found)


def _on_goal(pictures: Tensor, goal: Tensor) -> Tensor:
    return read(pictures)[torch.arange(len(goal)), goal[:, 0], goal[:, 1]] == BALL_ON_GOAL
