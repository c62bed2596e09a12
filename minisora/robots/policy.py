"""From a picture to an action: a small convolutional network that sees the room, and nothing of its rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from minisora.checkpoint import load_checkpoint, load_weights, settings_from
from minisora.hollow import hollow
from minisora.playing.world import ACTIONS, CELL, SIZE


@dataclass(frozen=True)
class PolicyConfig:
    """Sizes: channels of each layer, and how many layers look at neighbouring cells."""

    width: int = 48
    depth: int = 4


class Policy(nn.Module):
    """``policy(pictures b 3 18 18) -> b 5``, logits of the actions."""

    def __init__(self, config: PolicyConfig, *, generator: Generator | None = None) -> None:
        super().__init__()
        self.config, width = config, config.width
        self.look = nn.Conv2d(3, width, CELL, stride=CELL)  # a cell of the room becomes a vector
        self.layers = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(config.depth))
        self.act = nn.Linear(width * SIZE**2, len(ACTIONS))
        for parameter in self.parameters():
            if parameter.ndim > 1:
                fan_in = parameter[0].numel()
                nn.init.normal_(parameter, std=(2 / fan_in) ** 0.5, generator=generator)
            else:
                nn.init.zeros_(parameter)
        nn.init.zeros_(self.act.weight)  # at first all actions are alike

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.relu(self.look(pictures))
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return self.act(x.flatten(1))


def choose(logits: Tensor, *, generator: Generator | None = None) -> Tensor:
    """An action for each row ``b 5``: drawn by its probability, or without a generator the likeliest."""
    if generator is None:
        return logits.argmax(1)
    return torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]


def load_policy(path: Path) -> Policy:
    """A policy of ``experiments/robots.py``. Raises: UserError where it is missing, changed, or of another kind."""
    tensors, card = load_checkpoint(path, kind="robot")
    with hollow():
        policy = Policy(settings_from(PolicyConfig, card["settings"], source=path))
    load_weights(policy, {name: tensor.float() for name, tensor in tensors.items()}, source=path)
    return policy.eval().requires_grad_(False)
