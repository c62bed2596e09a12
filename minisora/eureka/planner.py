"""Which actions does a reward like best? They are looked for in one world, and tried in another."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from minisora.eureka.features import features
from minisora.eureka.program import Program
from minisora.playing.dream import dream_of
from minisora.playing.network import FrameTransformer
from minisora.playing.world import ACTIONS, State, draw, looks, read, rollout

#: ``(states of n rooms, actions n t) -> cells n t+1 6 6``: a world to plan in.
Simulator = Callable[[State, Tensor], Tensor]


def truly(state: State, actions: Tensor) -> Tensor:
    """The true world."""
    return torch.stack([looks(each) for each in rollout(state, actions)], dim=1)


def imagined(network: FrameTransformer, *, generator: Generator, history: float = 0.0, steps: int = 2) -> Simulator:
    """The learnt world: it is shown the first picture, and dreams the others."""

    def simulate(state: State, actions: Tensor) -> Tensor:
        first = draw(state)
        return read(dream_of(network, first, actions, generator=generator, history=history, steps=steps))

    return simulate


def candidates(rooms: int, each: int, frames: int, generator: Generator) -> Tensor:
    """Random actions ``rooms each frames``; half of the time the last one is repeated, so that one gets somewhere."""
    actions = torch.randint(len(ACTIONS), (rooms, each, frames), generator=generator)
    again = torch.rand(rooms, each, frames, generator=generator) < 0.5
    for frame in range(1, frames):
        actions[..., frame] = torch.where(again[..., frame], actions[..., frame - 1], actions[..., frame])
    return actions


def search(
    reward: Program,
    simulate: Simulator,
    state: State,
    *,
    frames: int,
    generator: Generator,
    each: int = 32,
    rounds: int = 3,
    elite: int = 5,
) -> Tensor:
    """The cross-entropy method: ``rooms frames`` actions that the reward likes in this world.

    Each round tries ``each`` rows of actions a room, and draws the next ones from the frequencies of the ``elite``.
    Source: Rubinstein & Kroese 2004.
    """
    rooms, many = len(state), state.repeated(each)
    actions = candidates(rooms, each, frames, generator)
    best, best_reward = actions[:, 0], torch.full((rooms,), -torch.inf)
    for turn in range(rounds):
        rewards = reward.total(features(simulate(many, actions.flatten(0, 1)))).view(rooms, each)
        top = rewards.topk(elite, dim=1)
        chosen = actions[torch.arange(rooms)[:, None], top.indices]
        better = top.values[:, 0] > best_reward
        best = torch.where(better[:, None], chosen[:, 0], best)
        best_reward = torch.maximum(best_reward, top.values[:, 0])
        if turn == rounds - 1:  # nobody would try the next ones
            break
        share = torch.nn.functional.one_hot(chosen, len(ACTIONS)).float().mean(1) + 0.05
        drawn = torch.multinomial(share.flatten(0, 1), each, replacement=True, generator=generator)
        actions = drawn.view(rooms, frames, each).transpose(1, 2)
    return best
